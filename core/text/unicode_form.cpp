// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/unicode_form.h"

#include "core/text/unicode.h"

#include <algorithm>

namespace headscope {
namespace {

struct Part {
    Change change;
    std::uint8_t combining = 0; ///< canonical combining class; 0 begins a new run
};

std::vector<Part> decomposedParts(const std::string& text, bool compatible) {
    std::vector<Part> parts;
    parts.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = nextCodePoint(text, at);
        if (c < 0x80) {
            parts.push_back({{c, 0}, 0});
            continue;
        }
        int change = 0;
        for (const char32_t part : decomposed(c, compatible, kFormTables)) {
            parts.push_back({{part, change}, combiningClass(part, kFormTables)});
            change = 1;
        }
    }
    for (auto run = parts.begin(); run != parts.end();) { // marks between two other characters by their class
        const auto begin = std::find_if(run, parts.end(), [](const Part& p) { return p.combining != 0; });
        run = std::find_if(begin, parts.end(), [](const Part& p) { return p.combining == 0; });
        std::stable_sort(begin, run, [](const Part& a, const Part& b) { return a.combining < b.combining; });
    }
    return parts;
}

/// Joins each first character with the marks behind it that no other mark keeps from it. Hangul is in ICU's data.
std::vector<Part> recomposed(const std::vector<Part>& parts) {
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::vector<Part> joined;
    joined.reserve(parts.size());
    std::size_t starter = none;
    int last = -1; // class of the part that was kept last behind the starter
    for (const Part& part : parts) {
        const bool reaches = starter != none && (last < 0 || last < part.combining);
        const char32_t both =
            reaches ? composed(joined[starter].change.character, part.change.character, kFormTables) : 0;
        if (both != 0) {
            joined[starter].change.character = both;
            joined[starter].change.change += part.change.change - 1;
            continue;
        }
        joined.push_back(part);
        if (part.combining == 0) {
            starter = joined.size() - 1;
            last = -1;
        } else {
            last = part.combining;
        }
    }
    return joined;
}

} // namespace

void transformToForm(AlignedText& text, UnicodeForm form) {
    // ASCII is its own form; most texts are.
    const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(text.text().begin(), text.text().end(), isAscii)) return;
    std::vector<Part> parts = decomposedParts(text.text(), form.compatible);
    if (form.composed) parts = recomposed(parts);
    std::vector<Change> changes;
    changes.reserve(parts.size());
    for (const Part& part : parts) changes.push_back(part.change);
    text.transform(changes);
}

} // namespace headscope
