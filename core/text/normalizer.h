// SPDX-License-Identifier: GPL-3.0-or-later
// The first steps of a tokenizer: they change characters. Each struct is one `type` of tokenizer.json's normalizer.
#pragma once

#include "core/text/aligned_text.h"
#include "core/text/charsmap.h"
#include "core/text/regex.h"

#include <memory>
#include <variant>
#include <vector>

namespace headscope {

struct BertNormalizer {
    bool cleanText = true;
    bool spaceAroundChinese = true;
    bool stripAccents = true;
    bool lowercase = true;
};
/// NFC, NFD, NFKC, NFKD.
struct UnicodeForm {
    bool composed = false;
    bool compatible = false;
};
struct Lowercase {};
struct StripAccents {};
struct Strip {
    bool left = true;
    bool right = true;
};
struct Replace {
    Regex pattern;
    std::string content;
};
struct Prepend {
    std::string text;
};
struct Precompiled {
    std::shared_ptr<const Charsmap> map;
};
struct Nmt {};
/// Every byte becomes one visible character, as in GPT-2.
struct ByteLevelNormalizer {};

using Normalizer = std::variant<BertNormalizer, UnicodeForm, Lowercase, StripAccents, Strip, Replace, Prepend,
                                Precompiled, Nmt, ByteLevelNormalizer>;

/// Input error only where a regular expression gives up.
Status normalize(const std::vector<Normalizer>& steps, AlignedText& text);

/// The character that stands for a byte in byte-level vocabularies: itself where it is visible, else one from U+0100
/// on.
char32_t visibleByte(unsigned char byte);
/// The byte of such a character, or −1.
int byteOfVisible(char32_t c);
void makeBytesVisible(AlignedText& text);

} // namespace headscope
