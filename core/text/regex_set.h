// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/regex_program.h"

#include <optional>
#include <string>

namespace headscope {

CharacterSet singleCharacter(char32_t c);

/// Walks through a pattern and reads what stands for a set of characters. After an error it is at the end.
struct RegexScanner {
    explicit RegexScanner(std::string_view text) : pattern(text) {}

    bool atEnd() const { return at == pattern.size(); }
    char32_t peek() const;
    char32_t next();
    bool take(char c);
    std::optional<std::uint32_t> number();
    /// What follows a backslash: \p{L}, \s, \n, \x{1F600} … A character that stands for itself, too.
    CharacterSet escape(bool inBracket);
    /// A set in brackets whose [ has been read, with [:alpha:], sets within it and &&.
    CharacterSet bracket(int depth);
    /// Keeps the first problem with its place.
    void fail(const std::string& what);

    std::string_view pattern;
    std::size_t at = 0;
    std::optional<Error> error;

private:
    CharacterSet property(bool negated);
    CharacterSet named(std::string name, bool negated);
    void bracketItem(CharacterSet& set, int depth);
    char32_t hexadecimal(std::size_t mostDigits);
};

} // namespace headscope
