// SPDX-License-Identifier: GPL-3.0-or-later
// What tokenizers must know of characters. The data are ICU's; functions with a `version` see the characters as that
// version of Unicode did, because a model was trained with the tables of its day.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// The code point that begins at byte `at` of valid UTF-8; moves `at` behind it.
char32_t nextCodePoint(std::string_view utf8, std::size_t& at);
/// Where the code point that ends before byte `end` of valid UTF-8 begins. end > 0.
std::size_t codePointBefore(std::string_view utf8, std::size_t end);
std::size_t codePointCount(std::string_view utf8);
std::size_t utf8Length(char32_t c);
void appendUtf8(std::string& to, char32_t c);
/// The bytes as text; every longest part that could begin a character but is none becomes one U+FFFD (Unicode 15, 3.9).
std::string replaceInvalidUtf8(std::string_view bytes);

/// General categories as a set of bits, numbered as ICU numbers them.
using Categories = std::uint32_t;
namespace category {
inline constexpr Categories Cn = 1u << 0, Lu = 1u << 1, Ll = 1u << 2, Lt = 1u << 3, Lm = 1u << 4, Lo = 1u << 5,
                            Mn = 1u << 6, Me = 1u << 7, Mc = 1u << 8, Nd = 1u << 9, Nl = 1u << 10, No = 1u << 11,
                            Zs = 1u << 12, Zl = 1u << 13, Zp = 1u << 14, Cc = 1u << 15, Cf = 1u << 16, Co = 1u << 17,
                            Cs = 1u << 18, Pd = 1u << 19, Ps = 1u << 20, Pe = 1u << 21, Pc = 1u << 22, Po = 1u << 23,
                            Sm = 1u << 24, Sc = 1u << 25, Sk = 1u << 26, So = 1u << 27, Pi = 1u << 28, Pf = 1u << 29;
inline constexpr Categories letter = Lu | Ll | Lt | Lm | Lo, mark = Mn | Me | Mc, number = Nd | Nl | No,
                            separator = Zs | Zl | Zp, other = Cc | Cf | Co | Cs | Cn,
                            punctuation = Pd | Ps | Pe | Pc | Po | Pi | Pf, symbol = Sm | Sc | Sk | So;
} // namespace category

bool inCategories(char32_t c, Categories categories);
/// The same in this version (9 = Unicode 9.0) of Unicode; what was no character then is in none.
bool inCategories(char32_t c, Categories categories, int version);
bool isWhiteSpace(char32_t c);
/// \w of a regular expression as Unicode recommends it (UTS 18, annex C).
bool isWordCharacter(char32_t c);

char32_t simpleFold(char32_t c);
char32_t simpleUpper(char32_t c);
/// The full lower case of one character, without regard to its neighbours; one to three code points.
std::u32string lowered(char32_t c);

/// A property by its name in a regular expression: a script ("Han") or a yes-or-no property ("Alphabetic").
struct UnicodeProperty {
    int property = 0; ///< ICU's number
    int value = 0;
};
std::optional<UnicodeProperty> findProperty(const std::string& name);
bool hasProperty(char32_t c, UnicodeProperty property);

std::uint8_t combiningClass(char32_t c, int version);
/// The full decomposition (NFD's, or NFKD's when `compatible`); the character itself where it has none.
std::u32string decomposed(char32_t c, bool compatible, int version);
/// The composite of two characters, or 0.
char32_t composed(char32_t first, char32_t second, int version);

/// Where a text may be cut between user-perceived characters, or words, in bytes, ascending, from 0 to its end. The
/// root locale gives the same places on every machine.
std::vector<std::int32_t> clusterBoundaries(std::string_view utf8);
std::vector<std::int32_t> wordBoundaries(std::string_view utf8);

} // namespace headscope
