// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that includes ICU.
#include "core/text/spelling.h"
#include "core/text/token.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <limits>
#include <memory>

namespace headscope {
namespace {

/// Where a text may be cut, in bytes, ascending, from 0 to its end. The root locale gives the same places on every
/// machine.
std::vector<std::int32_t> boundaries(std::string_view utf8, TokenUnit unit) {
    const auto end = static_cast<std::int32_t>(utf8.size());
    UErrorCode status = U_ZERO_ERROR;
    const icu::Locale& root = icu::Locale::getRoot();
    const std::unique_ptr<icu::BreakIterator> breaks(unit == TokenUnit::Words
                                                         ? icu::BreakIterator::createWordInstance(root, status)
                                                         : icu::BreakIterator::createCharacterInstance(root, status));
    UText text = UTEXT_INITIALIZER;
    utext_openUTF8(&text, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
    if (U_SUCCESS(status)) breaks->setText(&text, status);
    std::vector<std::int32_t> places;
    if (U_SUCCESS(status))
        for (std::int32_t at = breaks->first(); at != icu::BreakIterator::DONE; at = breaks->next())
            places.push_back(at);
    else // ICU's data are missing: the whole text is one piece
        places = {0, end};
    utext_close(&text);
    return places;
}

/// Calls visit(code point) for each one, U_SENTINEL for what is not UTF-8, until it returns false.
template <class Visit> void eachCodePoint(std::string_view utf8, const Visit& visit) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
    const auto length = static_cast<std::int64_t>(utf8.size());
    for (std::int64_t i = 0; i < length;) {
        UChar32 c = U_SENTINEL;
        U8_NEXT(bytes, i, length, c);
        if (!visit(c)) return;
    }
}

bool isBlank(std::string_view utf8) {
    bool blank = true;
    eachCodePoint(utf8, [&](UChar32 c) { return blank = c >= 0 && u_isUWhiteSpace(c); });
    return blank;
}

} // namespace

std::vector<Token> tokenize(std::string_view utf8, TokenUnit unit) {
    // ICU counts in 32 bits; nobody types two gigabytes.
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) return {};
    const std::vector<std::int32_t> clusters = boundaries(utf8, TokenUnit::Characters);
    const std::vector<std::int32_t> cuts = unit == TokenUnit::Words ? boundaries(utf8, unit) : clusters;
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
    std::u32string letters;
    eachCodePoint(utf8, [&](UChar32 c) {
        letters.push_back(c < 0 ? U'\uFFFD' : static_cast<char32_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT)));
        return true;
    });
    return letters;
}

} // namespace headscope
