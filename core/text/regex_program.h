// SPDX-License-Identifier: GPL-3.0-or-later
// What a regular expression is compiled to: regex_parser.cpp writes it, regex.cpp runs it.
#pragma once

#include "core/base/result.h"
#include "core/text/unicode.h"

#include <array>
#include <bitset>
#include <limits>

namespace headscope {

/// \w in Oniguruma's view: no joiners, but the superscripts and fractions of Latin-1.
bool isRegexWord(char32_t c);

/// A set of characters: those in any of its parts and in all of `within`, or, when `negated`, the others.
struct CharacterSet {
    bool negated = false;
    bool foldsCase = false; ///< holds a character when it holds its upper, lower or folded form
    Categories categories = 0;
    bool whiteSpace = false;
    bool wordCharacters = false;                       ///< those of isRegexWord
    std::vector<std::pair<char32_t, char32_t>> ranges; ///< both ends are in it
    std::vector<UnicodeProperty> properties;
    std::vector<CharacterSet> members;
    std::vector<CharacterSet> within;
    std::bitset<128> ascii; ///< the answers below 128, once prepare() was called

    void prepare();
    bool contains(char32_t c) const { return c < 128 ? ascii[c] : decide(c); }

private:
    bool decide(char32_t c) const;
    bool holds(char32_t c) const;
};

enum class RegexOp : std::uint8_t {
    Set,       ///< one character of sets[a]
    Repeat,    ///< a run of characters of sets[a], `least` to `most` of them
    Fork,      ///< goes on at a; when that fails, at b
    Jump,      ///< goes on at a
    Mark,      ///< notes the place in slot a
    Progress,  ///< fails when nothing was read since the Mark of slot a
    Look,      ///< what follows (up to a) must match here, or must not when negated; reads nothing
    LookBack,  ///< the same for what ends here; `least` to `most` characters long
    Here,      ///< the place where a LookBack has to end
    Atomic,    ///< what follows (up to a) matches in the first way it can, and no other
    Begin,     ///< the text begins here
    End,       ///< the text ends here
    EndOrLine, ///< the text ends here, or its last line feed stands here
    LineBegin,
    LineEnd,
    WordEdge, ///< negated: no word begins or ends here
    Accept,
};

enum class Greed : std::uint8_t { Greedy, Lazy, Possessive };

struct RegexInstruction {
    RegexOp op = RegexOp::Accept;
    Greed greed = Greed::Greedy;
    bool negated = false;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t least = 0;
    std::uint32_t most = 0;
};

inline constexpr std::uint32_t kUnbounded = std::numeric_limits<std::uint32_t>::max();

struct RegexProgram {
    std::vector<RegexInstruction> code;
    std::vector<CharacterSet> sets;
    std::uint32_t slots = 0;
};

/// Input error with the place in the pattern.
Result<RegexProgram> parseRegex(std::string_view pattern);

} // namespace headscope
