// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// A Hugging Face config.json: typed look-ups with ranges. The first thing that is wrong is kept, and what is asked for
/// then gets its fallback, so that a reader checks once at its end.
class ConfigFile {
public:
    /// Io and Input errors with the path, and line and column for what is not JSON. A byte-order mark and Python's NaN
    /// and Infinity are accepted (as null).
    static Result<ConfigFile> read(const std::string& path);

    const std::string& path() const { return m_path; }
    /// Whether the key is there and not null.
    bool has(std::string_view key) const;
    /// Whether the key is there, be it with null: somebody wants it to be nothing.
    bool mentions(std::string_view key) const;
    /// A whole number in [least, most]; without a fallback the key has to be there.
    int integer(std::string_view key, std::optional<int> fallback, int least, int most);
    /// The same in [1, 2²⁴], what widths and counts can be.
    int size(std::string_view key, std::optional<int> fallback = std::nullopt) {
        return integer(key, fallback, 1, 1 << 24);
    }
    double number(std::string_view key, double fallback);
    bool flag(std::string_view key, bool fallback);
    std::string text(std::string_view key, const std::string& fallback);
    std::vector<std::string> texts(std::string_view key);
    /// A token's id; of a list the first. Nothing where there is none.
    std::optional<int> id(std::string_view key) const;
    /// The same, all of a list.
    std::vector<int> ids(std::string_view key) const;
    /// The same of a list of lists; empty ones are left out.
    std::vector<std::vector<int>> idLists(std::string_view key) const;
    /// The object under the key, empty where there is none; errors are kept by the object that was asked.
    ConfigFile child(std::string_view key) const;
    /// GPT-Neo's [[["global", "local"], 6]]: the words of every item, repeated as often as it says.
    std::vector<std::string> repeatedTexts(std::string_view key);

    void fail(std::string_view key, const std::string& detail);
    const std::optional<Error>& error() const { return m_error; }

private:
    struct Tree; ///< keeps the JSON library out of this header
    std::string m_path;
    std::shared_ptr<const Tree> m_tree;
    std::optional<Error> m_error;
};

} // namespace headscope
