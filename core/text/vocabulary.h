// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headscope {

using TokenId = std::uint32_t;

/// Ids from here on are refused: a few digits in a file must not ask for gigabytes.
inline constexpr std::uint64_t kTokenIdLimit = std::uint64_t{1} << 24;

struct VocabularyEntry {
    std::string text;
    std::uint64_t id = 0;
};

/// The pieces of text that a model knows, by text and by id. Of entries with the same text the last one counts.
class Vocabulary {
public:
    Vocabulary(Vocabulary&&) = default;
    Vocabulary& operator=(Vocabulary&&) = default;

    /// Input error for an id at or above kTokenIdLimit.
    static Result<Vocabulary> make(std::vector<VocabularyEntry> entries);

    std::optional<TokenId> find(std::string_view text) const;
    const std::string* entry(TokenId id) const;
    /// Different texts.
    std::size_t count() const { return m_ids.size(); }
    /// One more than the greatest id.
    std::size_t idLimit() const { return m_entries.size(); }
    /// Bytes of the longest entry.
    std::size_t longest() const { return m_longest; }

private:
    Vocabulary() = default;

    std::vector<std::string> m_texts; ///< as given; the views point into it
    std::unordered_map<std::string_view, TokenId> m_ids;
    std::vector<const std::string*> m_entries; ///< by id; null where there is none
    std::size_t m_longest = 0;
};

/// How vocabularies with byte fallback spell a byte: "<0x0A>".
std::string byteTokenName(unsigned char byte);

} // namespace headscope
