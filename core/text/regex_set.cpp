// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/regex_set.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace headscope {
namespace {

constexpr int kDeepest = 16;

const std::map<std::string, Categories, std::less<>>& categoryNames() {
    using namespace category;
    static const std::map<std::string, Categories, std::less<>> names = {{"L", letter},
                                                                         {"M", mark},
                                                                         {"N", number},
                                                                         {"Z", separator},
                                                                         {"C", other},
                                                                         {"P", punctuation},
                                                                         {"S", symbol},
                                                                         {"Lu", Lu},
                                                                         {"Ll", Ll},
                                                                         {"Lt", Lt},
                                                                         {"Lm", Lm},
                                                                         {"Lo", Lo},
                                                                         {"Mn", Mn},
                                                                         {"Me", Me},
                                                                         {"Mc", Mc},
                                                                         {"Nd", Nd},
                                                                         {"Nl", Nl},
                                                                         {"No", No},
                                                                         {"Zs", Zs},
                                                                         {"Zl", Zl},
                                                                         {"Zp", Zp},
                                                                         {"Cc", Cc},
                                                                         {"Cf", Cf},
                                                                         {"Co", Co},
                                                                         {"Cs", Cs},
                                                                         {"Cn", Cn},
                                                                         {"Pd", Pd},
                                                                         {"Ps", Ps},
                                                                         {"Pe", Pe},
                                                                         {"Pc", Pc},
                                                                         {"Po", Po},
                                                                         {"Pi", Pi},
                                                                         {"Pf", Pf},
                                                                         {"Sm", Sm},
                                                                         {"Sc", Sc},
                                                                         {"Sk", Sk},
                                                                         {"So", So},
                                                                         {"Digit", Nd},
                                                                         {"digit", Nd},
                                                                         {"Letter", letter},
                                                                         {"Number", number},
                                                                         {"Mark", mark},
                                                                         {"Punctuation", punctuation},
                                                                         {"Symbol", symbol}};
    return names;
}

CharacterSet ofCategories(Categories categories, bool negated) {
    CharacterSet set;
    set.categories = categories;
    set.negated = negated;
    return set;
}

/// Oniguruma's \w.
CharacterSet wordCharacters(bool negated) {
    CharacterSet set;
    set.wordCharacters = true;
    set.negated = negated;
    return set;
}

CharacterSet spaces(bool negated) {
    CharacterSet set;
    set.whiteSpace = true;
    set.negated = negated;
    return set;
}

} // namespace

CharacterSet singleCharacter(char32_t c) {
    CharacterSet set;
    set.ranges = {{c, c}};
    return set;
}

char32_t RegexScanner::peek() const {
    std::size_t place = at;
    return atEnd() ? 0 : nextCodePoint(pattern, place);
}

char32_t RegexScanner::next() {
    if (!atEnd()) return nextCodePoint(pattern, at);
    fail("it ends in the middle");
    return 0;
}

bool RegexScanner::take(char c) {
    if (atEnd() || pattern[at] != c) return false;
    ++at;
    return true;
}

void RegexScanner::fail(const std::string& what) {
    if (!error) error = Error{ErrorCode::Input, "", what + " (at byte " + std::to_string(at) + ")"};
    at = pattern.size();
}

std::optional<std::uint32_t> RegexScanner::number() {
    std::uint32_t value = 0;
    const char* begin = pattern.data() + at;
    const auto [end, problem] = std::from_chars(begin, pattern.data() + pattern.size(), value);
    if (problem == std::errc::invalid_argument) return std::nullopt;
    at += static_cast<std::size_t>(end - begin);
    return problem == std::errc() ? value : kUnbounded - 1;
}

char32_t RegexScanner::hexadecimal(std::size_t mostDigits) {
    std::uint32_t value = 0;
    const char* begin = pattern.data() + at;
    const char* limit = begin + std::min(mostDigits, pattern.size() - at);
    const auto [end, problem] = std::from_chars(begin, limit, value, 16);
    at += static_cast<std::size_t>(end - begin);
    if (problem != std::errc() || value > 0x10FFFF) fail("a wrong number of a character");
    return value;
}

CharacterSet RegexScanner::named(std::string name, bool negated) {
    if (name.starts_with('^')) {
        negated = !negated;
        name.erase(0, 1);
    }
    if (name == "Space" || name == "space" || name == "White_Space") return spaces(negated);
    if (name == "Word" || name == "word") return wordCharacters(negated);
    if (const auto found = categoryNames().find(name); found != categoryNames().end())
        return ofCategories(found->second, negated);
    CharacterSet set;
    set.negated = negated;
    if (name == "alpha" || name == "upper" || name == "lower") // the POSIX names
        name += name == "alpha" ? "betic" : "case";
    if (name == "alnum") {
        set.categories = category::Nd;
        name = "Alphabetic";
    }
    if (name == "punct") return ofCategories(category::punctuation | category::symbol, negated);
    if (const std::optional<UnicodeProperty> property = findProperty(name))
        set.properties.push_back(*property);
    else
        fail("\"" + name + "\" is no property that is known");
    return set;
}

CharacterSet RegexScanner::property(bool negated) {
    if (!take('{')) return named(std::string(1, static_cast<char>(next() & 0x7F)), negated);
    const std::size_t end = pattern.find('}', at);
    if (end == std::string_view::npos) {
        fail("a property that is not closed");
        return {};
    }
    const std::string name(pattern.substr(at, end - at));
    at = end + 1;
    return named(name, negated);
}

CharacterSet RegexScanner::escape(bool inBracket) {
    const char32_t c = next();
    switch (c) {
    case 'p':
    case 'P':
        return property(c == 'P');
    case 's':
    case 'S':
        return spaces(c == 'S');
    case 'd':
    case 'D':
        return ofCategories(category::Nd, c == 'D');
    case 'w':
    case 'W':
        return wordCharacters(c == 'W');
    case 'n':
        return singleCharacter('\n');
    case 'r':
        return singleCharacter('\r');
    case 't':
        return singleCharacter('\t');
    case 'f':
        return singleCharacter('\f');
    case 'v':
        return singleCharacter('\v');
    case 'a':
        return singleCharacter('\a');
    case 'e':
        return singleCharacter(0x1B);
    case 'x':
        if (!take('{')) return singleCharacter(hexadecimal(2));
        {
            const char32_t value = hexadecimal(8);
            if (!take('}')) fail("a number of a character that is not closed");
            return singleCharacter(value);
        }
    case 'u':
        return singleCharacter(hexadecimal(4));
    default:
        if (inBracket && c == 'b') return singleCharacter('\b');
        if (c < 128 && std::isalnum(static_cast<int>(c)))
            fail("\\" + std::string(1, static_cast<char>(c)) + " is not supported");
        return singleCharacter(c);
    }
}

void RegexScanner::bracketItem(CharacterSet& set, int depth) {
    const auto one = [&]() { return take('\\') ? escape(true) : singleCharacter(next()); };
    if (pattern.substr(at).starts_with("[:")) {
        if (const std::size_t end = pattern.find(":]", at + 2); end != std::string_view::npos) {
            const std::string name(pattern.substr(at + 2, end - at - 2));
            at = end + 2;
            set.members.push_back(named(name, false));
            return;
        }
    }
    if (take('[')) {
        set.members.push_back(bracket(depth + 1));
        return;
    }
    CharacterSet first = one();
    const bool isCharacter = first.ranges.size() == 1 && !first.negated;
    const bool isRange = isCharacter && pattern.substr(at).starts_with('-') && at + 1 < pattern.size() &&
                         pattern[at + 1] != ']' && pattern[at + 1] != '[';
    if (!isRange) {
        if (isCharacter)
            set.ranges.push_back(first.ranges.front());
        else
            set.members.push_back(std::move(first));
        return;
    }
    ++at;
    const CharacterSet last = one();
    if (last.ranges.size() != 1 || last.negated || last.ranges.front().second < first.ranges.front().first)
        fail("a range of characters whose end lies before its beginning");
    else
        set.ranges.emplace_back(first.ranges.front().first, last.ranges.front().second);
}

CharacterSet RegexScanner::bracket(int depth) {
    if (depth > kDeepest) fail("too many sets within one another");
    const bool negated = take('^');
    CharacterSet set;
    std::vector<CharacterSet> before; // the parts in front of each &&
    for (bool first = true; !error; first = false) {
        if (atEnd())
            fail("a set that is not closed");
        else if (!first && take(']'))
            break;
        else if (pattern.substr(at).starts_with("&&"))
            at += 2, before.push_back(std::exchange(set, {}));
        else
            bracketItem(set, depth);
    }
    set.within = std::move(before);
    set.negated = negated;
    return set;
}

} // namespace headscope
