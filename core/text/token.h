// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// One position of the attention matrix and where it came from in the typed text.
struct Token {
    std::int64_t id = 0;
    std::string text;        ///< UTF-8, what is shown
    std::int64_t begin = -1; ///< byte range in the typed UTF-8 text; −1, −1 for tokens nobody typed
    std::int64_t end = -1;
    bool special = false;   ///< put in by the model's template ([CLS], </s> …), or typed as one of its special tokens
    int segment = 0;        ///< the token type that the model is fed: the pair template says which, often 0 and 1
    int sequence = 0;       ///< which text the range counts in: 0, 1, or −1 for tokens nobody typed
    std::int64_t word = -1; ///< sub-tokens of one word of one text share it, from 0; −1 for tokens nobody typed

    friend bool operator==(const Token&, const Token&) = default;
};

enum class TokenUnit { Words, Characters };

/// The sandbox's tokens of a valid UTF-8 text (may hold NUL). Words: ICU's word boundaries, punctuation and symbols are
/// tokens, white space is none. Characters: every grapheme cluster, spaces too. Ids count from 0.
std::vector<Token> tokenize(std::string_view utf8, TokenUnit unit);

/// The place (in bytes) of the first byte that is not UTF-8, or −1.
std::int64_t firstInvalidUtf8(std::string_view bytes);

} // namespace headscope
