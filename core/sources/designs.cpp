// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/designs.h"

#include "core/text/spelling.h"

#include <array>
#include <map>
#include <string_view>

namespace headscope {
namespace {

/// Every distinct text's number in order of first appearance.
std::map<std::string_view, std::int32_t> numberTexts(const std::vector<Token>& tokens) {
    std::map<std::string_view, std::int32_t> numbers;
    for (const Token& t : tokens) numbers.emplace(t.text, static_cast<std::int32_t>(numbers.size()));
    return numbers;
}

/// The key a design by position looks for, or −1. Where the text ends, the heads `previous` and `next` read the last
/// token there is; queries further out (possible in cross-attention) have none.
Index promisedPosition(Design design, Index query, Index keys) {
    Index key = query;
    if (design == Design::First) key = 0;
    if (design == Design::Previous) key = std::max<Index>(query - 1, 0);
    if (design == Design::Next) key = query + 1 == keys ? query : query + 1;
    return key < keys ? key : -1;
}

KeySets setsByPosition(Design design, Index queries, Index keys) {
    KeySets result;
    for (Index i = 0; i < queries; ++i) {
        const Index key = promisedPosition(design, i, keys);
        result.setOf.push_back(key < 0 ? -1 : static_cast<std::int32_t>(result.sets.size()));
        if (key >= 0) result.sets.push_back({static_cast<std::int32_t>(key)});
    }
    return result;
}

/// `matches(query's text, key's text)` is asked once for each pair of distinct texts.
template <class Matches>
KeySets setsByText(const std::vector<Token>& queries, const std::vector<Token>& keys, const Matches& matches) {
    KeySets result;
    const auto queryNumbers = numberTexts(queries);
    const auto keyNumbers = numberTexts(keys);
    std::vector<std::int32_t> numberOfKey;
    for (const Token& key : keys) numberOfKey.push_back(keyNumbers.at(key.text));
    result.sets.resize(queryNumbers.size());
    std::vector<char> matched(keyNumbers.size());
    for (const auto& [text, number] : queryNumbers) {
        for (const auto& [keyText, keyNumber] : keyNumbers)
            matched[static_cast<std::size_t>(keyNumber)] = matches(text, keyText);
        auto& set = result.sets[static_cast<std::size_t>(number)];
        for (std::size_t j = 0; j < keys.size(); ++j)
            if (matched[static_cast<std::size_t>(numberOfKey[j])]) set.push_back(static_cast<std::int32_t>(j));
    }
    for (const Token& query : queries) {
        const std::int32_t number = queryNumbers.at(query.text);
        result.setOf.push_back(result.sets[static_cast<std::size_t>(number)].empty() ? -1 : number);
    }
    return result;
}

KeySets sameText(const std::vector<Token>& queries, const std::vector<Token>& keys) {
    KeySets result;
    const auto numbers = numberTexts(keys);
    result.sets.resize(numbers.size());
    for (std::size_t j = 0; j < keys.size(); ++j)
        result.sets[static_cast<std::size_t>(numbers.at(keys[j].text))].push_back(static_cast<std::int32_t>(j));
    for (const Token& query : queries) {
        const auto found = numbers.find(query.text);
        result.setOf.push_back(found == numbers.end() ? -1 : found->second);
    }
    return result;
}

KeySets similarText(const std::vector<Token>& queries, const std::vector<Token>& keys) {
    std::map<std::string_view, std::vector<std::uint64_t>> parts;
    for (const auto* tokens : {&queries, &keys})
        for (const Token& t : *tokens)
            if (!parts.contains(t.text)) parts.emplace(t.text, spellingParts(t.text));
    return setsByText(queries, keys, [&](std::string_view a, std::string_view b) {
        return a == b || alikeness(parts.at(a), parts.at(b)) >= similarEnough;
    });
}

} // namespace

Design designOf(const Sandbox& sandbox, int head) {
    const auto h = static_cast<std::size_t>(head);
    if (h < sandbox.designs.size()) return sandbox.designs[h];
    static constexpr std::array inTurn = {Design::Previous, Design::Next, Design::First, Design::Same};
    return inTurn[h % inTurn.size()];
}

bool readsPositions(Design design) {
    return design != Design::Same && design != Design::Similar;
}

KeySets promisedKeys(Design design, const std::vector<Token>& queries, const std::vector<Token>& keys) {
    if (design == Design::Same) return sameText(queries, keys);
    if (design == Design::Similar) return similarText(queries, keys);
    return setsByPosition(design, static_cast<Index>(queries.size()), static_cast<Index>(keys.size()));
}

bool promises(Design design, const std::vector<Token>& queries, const std::vector<Token>& keys, Index i, Index j) {
    const std::string& query = queries[static_cast<std::size_t>(i)].text;
    const std::string& key = keys[static_cast<std::size_t>(j)].text;
    if (readsPositions(design)) return promisedPosition(design, i, static_cast<Index>(keys.size())) == j;
    if (query == key) return true;
    return design == Design::Similar && alikeness(spellingParts(query), spellingParts(key)) >= similarEnough;
}

const char* name(Design design) {
    switch (design) {
    case Design::Previous:
        return "previous";
    case Design::Next:
        return "next";
    case Design::First:
        return "first";
    case Design::Self:
        return "self";
    case Design::Same:
        return "same";
    case Design::Similar:
        return "similar";
    }
    return "";
}

} // namespace headscope
