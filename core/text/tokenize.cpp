// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/spelling.h"
#include "core/text/token.h"
#include "core/text/unicode.h"

#include <limits>

namespace headscope {
namespace {

bool isBlank(std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();)
        if (!isWhiteSpace(nextCodePoint(utf8, at))) return false;
    return true;
}

} // namespace

std::vector<Token> tokenize(std::string_view utf8, TokenUnit unit) {
    // ICU counts in 32 bits; nobody types two gigabytes.
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) return {};
    const std::vector<std::int32_t> clusters = clusterBoundaries(utf8);
    const std::vector<std::int32_t> cuts = unit == TokenUnit::Words ? wordBoundaries(utf8) : clusters;
    std::vector<Token> tokens;
    std::size_t cluster = 0;
    std::int32_t begin = 0;
    for (const std::int32_t cut : cuts) {
        // A word never ends within a cluster: what is one character on the screen stays whole.
        while (cluster < clusters.size() && clusters[cluster] < cut) ++cluster;
        const bool whole = cluster < clusters.size() && clusters[cluster] == cut;
        if (cut <= begin || !whole) continue;
        const std::string_view piece =
            utf8.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(cut - begin));
        if (unit == TokenUnit::Characters || !isBlank(piece))
            tokens.push_back({static_cast<std::int64_t>(tokens.size()), std::string(piece), begin, cut, false});
        begin = cut;
    }
    return tokens;
}

std::u32string folded(std::string_view utf8) {
    std::string repaired;
    if (firstInvalidUtf8(utf8) >= 0) utf8 = repaired = replaceInvalidUtf8(utf8);
    std::u32string letters;
    for (std::size_t at = 0; at < utf8.size();) letters.push_back(simpleFold(nextCodePoint(utf8, at)));
    return letters;
}

} // namespace headscope
