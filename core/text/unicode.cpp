// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that includes ICU.
#include "core/text/unicode.h"

#include "core/text/newer_unicode.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>
#include <unicode/utext.h>

#include <memory>

namespace headscope {
namespace {

UChar32 icu32(char32_t c) {
    return static_cast<UChar32>(c);
}

bool existedIn(char32_t c, int version) {
    UVersionInfo age;
    u_charAge(icu32(c), age);
    return age[0] != 0 && age[0] <= version;
}

std::vector<std::int32_t> boundaries(std::string_view utf8, bool words) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Locale& root = icu::Locale::getRoot();
    const std::unique_ptr<icu::BreakIterator> breaks(words ? icu::BreakIterator::createWordInstance(root, status)
                                                           : icu::BreakIterator::createCharacterInstance(root, status));
    UText text = UTEXT_INITIALIZER;
    utext_openUTF8(&text, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
    if (U_SUCCESS(status)) breaks->setText(&text, status);
    std::vector<std::int32_t> places;
    if (U_SUCCESS(status))
        for (std::int32_t at = breaks->first(); at != icu::BreakIterator::DONE; at = breaks->next())
            places.push_back(at);
    else // ICU's data are missing: the whole text is one piece
        places = {0, static_cast<std::int32_t>(utf8.size())};
    utext_close(&text);
    return places;
}

/// Compatibility forms hold the canonical ones; the data never change, so one pointer serves all threads.
const UNormalizer2* normalizer(bool compatible) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* found = compatible ? unorm2_getNFKCInstance(&status) : unorm2_getNFCInstance(&status);
    return U_SUCCESS(status) ? found : nullptr;
}

} // namespace

bool inCategories(char32_t c, Categories categories) {
    static_assert(category::letter == U_GC_L_MASK && category::mark == U_GC_M_MASK && category::number == U_GC_N_MASK &&
                  category::separator == U_GC_Z_MASK && category::other == U_GC_C_MASK &&
                  category::punctuation == U_GC_P_MASK && category::symbol == U_GC_S_MASK);
    const Categories known = U_MASK(u_charType(icu32(c)));
    const Categories newer = known == category::Cn ? newerCategory(c) : 0;
    return ((newer ? newer : known) & categories) != 0;
}

bool inCategories(char32_t c, Categories categories, int version) {
    if (!existedIn(c, version)) return false;
    const Categories former = formerCategory(c, version);
    return former ? (former & categories) != 0 : inCategories(c, categories);
}

bool isWhiteSpace(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
    return u_isUWhiteSpace(icu32(c));
}

bool isWordCharacter(char32_t c) {
    return inCategories(c, category::letter | category::mark | category::Nd | category::Pc) ||
           u_isUAlphabetic(icu32(c)) || u_hasBinaryProperty(icu32(c), UCHAR_JOIN_CONTROL);
}

char32_t simpleFold(char32_t c) {
    return static_cast<char32_t>(u_foldCase(icu32(c), U_FOLD_CASE_DEFAULT));
}

char32_t simpleUpper(char32_t c) {
    return static_cast<char32_t>(u_toupper(icu32(c)));
}

std::u32string lowered(char32_t c) {
    // The only character whose lower case is longer than one code point (SpecialCasing.txt).
    if (c == U'\u0130') return U"i\u0307";
    const auto lower = static_cast<char32_t>(u_tolower(icu32(c)));
    return {lower == c && c >= 0x80 ? newerLower(c) : lower};
}

std::optional<UnicodeProperty> findProperty(const std::string& name) {
    const int script = u_getPropertyValueEnum(UCHAR_SCRIPT, name.c_str());
    if (script != UCHAR_INVALID_CODE) return UnicodeProperty{UCHAR_SCRIPT, script};
    const int property = u_getPropertyEnum(name.c_str());
    if (property >= UCHAR_BINARY_START && property < UCHAR_BINARY_LIMIT) return UnicodeProperty{property, 1};
    return std::nullopt;
}

bool hasProperty(char32_t c, UnicodeProperty property) {
    return u_getIntPropertyValue(icu32(c), static_cast<UProperty>(property.property)) == property.value;
}

std::uint8_t combiningClass(char32_t c, int version) {
    return c >= 0x300 && existedIn(c, version) ? u_getCombiningClass(icu32(c)) : 0;
}

std::u32string decomposed(char32_t c, bool compatible, int version) {
    const UNormalizer2* forms = normalizer(compatible);
    if (c < 0x80 || !forms || !existedIn(c, version)) return {c};
    UChar units[64];
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length = unorm2_getDecomposition(forms, icu32(c), units, 64, &status);
    if (length < 0 || U_FAILURE(status)) return {c};
    const icu::UnicodeString text(false, units, length); // a view
    std::u32string parts;
    for (std::int32_t i = 0; i < length; i = text.moveIndex32(i, 1))
        parts.push_back(static_cast<char32_t>(text.char32At(i)));
    return parts;
}

char32_t composed(char32_t first, char32_t second, int version) {
    const UNormalizer2* forms = normalizer(false);
    const UChar32 both = forms ? unorm2_composePair(forms, icu32(first), icu32(second)) : U_SENTINEL;
    return both > 0 && existedIn(static_cast<char32_t>(both), version) ? static_cast<char32_t>(both) : 0;
}

std::vector<std::int32_t> clusterBoundaries(std::string_view utf8) {
    return boundaries(utf8, false);
}

std::vector<std::int32_t> wordBoundaries(std::string_view utf8) {
    return boundaries(utf8, true);
}

} // namespace headscope
