// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// SentencePiece's compiled table of replacements: a double-array trie (Darts) and the texts that it points to.
class Charsmap {
public:
    /// From its base64. Input error for what is none.
    static Result<Charsmap> decode(std::string_view base64);

    /// What stands for the shortest beginning of the text that the table holds, as the library takes it; nothing when
    /// there is none.
    std::optional<std::string_view> find(std::string_view text) const;

private:
    std::vector<std::uint32_t> m_units;
    std::string m_texts; ///< each ended by NUL
};

} // namespace headscope
