// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/normalizer.h"

#include "core/text/unicode.h"
#include "core/text/unicode_form.h"

#include <algorithm>
#include <array>

namespace headscope {
namespace {

/// The library's tables for control characters, punctuation and accents are as old as this; see unicode.h.
constexpr int kCategoryTables = 8;

bool isControl(char32_t c) {
    if (c == '\t' || c == '\n' || c == '\r') return false;
    return inCategories(c, category::Cc | category::Cf | category::Co, kCategoryTables);
}

bool isChinese(char32_t c) {
    // U+2B820 to U+2B91F are missing in the library, too.
    constexpr std::pair<char32_t, char32_t> blocks[] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF},
                                                        {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF},
                                                        {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
    return std::any_of(std::begin(blocks), std::end(blocks),
                       [c](const auto& block) { return block.first <= c && c <= block.second; });
}

template <class Visit> void eachCharacter(const std::string& text, const Visit& visit) {
    for (std::size_t at = 0; at < text.size();) visit(nextCodePoint(text, at));
}

void lowercase(AlignedText& text) {
    std::vector<Change> changes;
    changes.reserve(text.text().size());
    eachCharacter(text.text(), [&](char32_t c) {
        int change = 0;
        for (const char32_t part : lowered(c)) changes.push_back({part, std::exchange(change, 1)});
    });
    text.transform(changes);
}

void apply(const BertNormalizer& bert, AlignedText& text) {
    if (bert.cleanText) {
        text.filter([](char32_t c) { return c != 0 && c != 0xFFFD && !isControl(c); });
        text.map([](char32_t c) { return isWhiteSpace(c) ? U' ' : c; });
    }
    if (bert.spaceAroundChinese) {
        std::vector<Change> changes;
        eachCharacter(text.text(), [&](char32_t c) {
            if (isChinese(c))
                changes.insert(changes.end(), {{' ', 0}, {c, 1}, {' ', 1}});
            else
                changes.push_back({c, 0});
        });
        text.transform(changes);
    }
    if (bert.stripAccents) {
        transformToForm(text, {false, false});
        text.filter([](char32_t c) { return !inCategories(c, category::Mn, kCategoryTables); });
    }
    if (bert.lowercase) lowercase(text);
}

void apply(const UnicodeForm& form, AlignedText& text) {
    transformToForm(text, form);
}

void apply(const Lowercase&, AlignedText& text) {
    lowercase(text);
}

void apply(const StripAccents&, AlignedText& text) {
    text.filter([](char32_t c) { return !inCategories(c, category::mark, kFormTables); });
}

void apply(const Strip& strip, AlignedText& text) {
    text.strip(strip.left, strip.right);
}

void apply(const Prepend& prepend, AlignedText& text) {
    text.prepend(prepend.text);
}

/// Puts the replacement of `old` behind the changes: as many characters as both have stand for one another.
void appendReplacement(std::vector<Change>& changes, std::string_view old, std::string_view replacement) {
    const auto before = static_cast<std::ptrdiff_t>(codePointCount(old));
    std::ptrdiff_t count = 0;
    for (std::size_t at = 0; at < replacement.size(); ++count)
        changes.push_back({nextCodePoint(replacement, at), count < before ? 0 : 1});
    if (count < before && !changes.empty()) changes.back().change -= static_cast<int>(before - count);
}

void apply(const Precompiled& precompiled, AlignedText& text) {
    constexpr std::size_t longestCluster = 6; // longer ones are taken apart, as in SentencePiece's port to the library
    const std::string_view old = text.text();
    std::vector<Change> changes;
    changes.reserve(old.size());
    bool modified = false;
    const auto replaced = [&](std::string_view part) {
        const std::optional<std::string_view> found = precompiled.map->find(part);
        if (found) appendReplacement(changes, part, *found);
        modified |= found.has_value();
        return found.has_value();
    };
    std::size_t begin = 0;
    for (const std::int32_t boundary : clusterBoundaries(old)) {
        const std::string_view cluster = old.substr(begin, static_cast<std::size_t>(boundary) - begin);
        begin = static_cast<std::size_t>(boundary);
        if (cluster.empty() || (cluster.size() < longestCluster && replaced(cluster))) continue;
        for (std::size_t at = 0; at < cluster.size();) {
            const std::size_t first = at;
            const char32_t c = nextCodePoint(cluster, at);
            if (!replaced(cluster.substr(first, at - first))) changes.push_back({c, 0});
        }
    }
    if (modified) text.transform(changes);
}

void apply(const Nmt&, AlignedText& text) {
    text.filter([](char32_t c) {
        return !((c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F ||
                 c == 0x9F);
    });
    text.map([](char32_t c) {
        constexpr std::array<char32_t, 10> spaces = {0x09,   0x0A,   0x0C,   0x0D,   0x1680,
                                                     0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD};
        const bool space = (c >= 0x200B && c <= 0x200F) || std::find(spaces.begin(), spaces.end(), c) != spaces.end();
        return space ? U' ' : c;
    });
}

void apply(const ByteLevelNormalizer&, AlignedText& text) {
    makeBytesVisible(text);
}

} // namespace

Status normalize(const std::vector<Normalizer>& steps, AlignedText& text) {
    for (const Normalizer& step : steps) {
        if (const auto* replace = std::get_if<Replace>(&step)) {
            const Result<std::vector<ByteRange>> matches = replace->pattern.findAll(text.text());
            if (!matches) return matches.error();
            text.replace(*matches, replace->content);
            continue;
        }
        std::visit(
            [&](const auto& one) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, Replace>) apply(one, text);
            },
            step);
    }
    return {};
}

char32_t visibleByte(unsigned char byte) {
    // 33–126, 161–172 and 174–255 are themselves; the others follow from U+0100 on in their order.
    if (byte <= 32) return 0x100u + byte;
    if (byte <= 126) return byte;
    if (byte <= 160) return 0x121u + (byte - 127u);
    return byte == 173 ? 0x143 : byte;
}

int byteOfVisible(char32_t c) {
    if (c >= 0x100 && c <= 0x120) return static_cast<int>(c - 0x100);
    if (c >= 0x121 && c <= 0x142) return static_cast<int>(c - 0x121 + 127);
    if (c == 0x143) return 173;
    const bool itself = (c >= 33 && c <= 126) || (c >= 161 && c <= 255 && c != 173);
    return itself ? static_cast<int>(c) : -1;
}

void makeBytesVisible(AlignedText& text) {
    const std::string_view old = text.text();
    std::vector<Change> changes;
    changes.reserve(old.size());
    for (const char c : old) {
        const auto byte = static_cast<unsigned char>(c);
        changes.push_back({visibleByte(byte), (byte & 0xC0) == 0x80 ? 1 : 0});
    }
    if (!changes.empty()) text.transform(changes);
}

} // namespace headscope
