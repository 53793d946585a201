// SPDX-License-Identifier: GPL-3.0-or-later
// From tokens back to text. Each struct is one `type` of tokenizer.json's decoder.
#pragma once

#include "core/text/regex.h"

#include <string>
#include <variant>
#include <vector>

namespace headscope {

struct ByteLevelDecoder {};
struct WordPieceDecoder {
    std::string prefix = "##";
    bool cleanup = true; ///< no space before punctuation, "don't" for "do not", and the like
};
struct MetaspaceDecoder {
    char32_t replacement = U'\u2581';
    bool dropsFirst = true; ///< those of the first token are no spaces
};
struct BpeDecoder {
    std::string suffix = "</w>";
};
struct ReplaceDecoder {
    Regex pattern;
    std::string content;
};
struct FuseDecoder {};
struct StripDecoder {
    char32_t content = U' ';
    std::size_t start = 0; ///< at most so many are taken from the beginning of each token
    std::size_t stop = 0;
};
struct ByteFallbackDecoder {};

using Decoder = std::variant<ByteLevelDecoder, WordPieceDecoder, MetaspaceDecoder, BpeDecoder, ReplaceDecoder,
                             FuseDecoder, StripDecoder, ByteFallbackDecoder>;

/// The text of tokens in their vocabulary's spelling. Without a step: the tokens with spaces between.
std::string decodeTokens(const std::vector<Decoder>& steps, std::vector<std::string> tokens);

/// The bytes of a token in byte-level spelling; its own where it is not in that spelling.
std::string bytesOfVisible(const std::string& token);

} // namespace headscope
