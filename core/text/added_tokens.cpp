// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/added_tokens.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <utility>

namespace headscope {
namespace {

bool wordBefore(std::string_view text, std::size_t at) {
    if (at == 0) return false;
    std::size_t begin = codePointBefore(text, at);
    return isWordCharacter(nextCodePoint(text, begin));
}

bool wordAfter(std::string_view text, std::size_t at) {
    return at < text.size() && isWordCharacter(nextCodePoint(text, at));
}

/// Where the white space before `at` begins, not before `least`.
std::size_t spaceBefore(std::string_view text, std::size_t at, std::size_t least) {
    while (at > least) {
        const std::size_t before = codePointBefore(text, at);
        std::size_t next = before;
        if (!isWhiteSpace(nextCodePoint(text, next))) break;
        at = before;
    }
    return at;
}

std::size_t spaceAfter(std::string_view text, std::size_t at) {
    for (std::size_t next = at; next < text.size(); at = next)
        if (!isWhiteSpace(nextCodePoint(text, next))) break;
    return at;
}

} // namespace

Result<AddedTokens> AddedTokens::make(const std::vector<AddedToken>& tokens, const Vocabulary& model,
                                      const std::vector<Normalizer>& normalizer) {
    AddedTokens added;
    auto nextId = static_cast<TokenId>(model.count());
    for (const AddedToken& token : tokens) {
        if (token.content.empty()) continue;
        std::optional<TokenId> id = added.find(token.content);
        if (!id) id = model.find(token.content);
        if (!id) id = nextId++;
        if (token.normalized) {
            AlignedText text(token.content);
            if (Status status = normalize(normalizer, text); !status) return status.error();
            if (text.text() != token.content) added.m_normalized.insert_or_assign(*id, text.text());
        }
        added.m_ids.insert_or_assign(token.content, *id);
        if (token.special) added.m_special.insert(token.content);
        added.m_tokens.insert_or_assign(*id, token);
    }
    for (const auto& [id, token] : added.m_tokens) {
        Finder& finder = token.normalized ? added.m_inNormalized : added.m_typed;
        const std::string& pattern = token.normalized ? *added.decoded(id) : token.content;
        if (pattern.empty()) continue; // the normalizer leaves nothing of it
        finder.trie.add(pattern, id);
        finder.empty = false;
    }
    return added;
}

std::optional<TokenId> AddedTokens::find(std::string_view content) const {
    const auto found = m_ids.find(content);
    if (found == m_ids.end()) return std::nullopt;
    return found->second;
}

const AddedToken* AddedTokens::token(TokenId id) const {
    const auto found = m_tokens.find(id);
    return found == m_tokens.end() ? nullptr : &found->second;
}

const std::string* AddedTokens::decoded(TokenId id) const {
    if (const auto found = m_normalized.find(id); found != m_normalized.end()) return &found->second;
    const AddedToken* added = token(id);
    return added ? &added->content : nullptr;
}

/// From the left, and of those that begin at one place the longest.
std::vector<AddedTokens::Found> AddedTokens::findIn(const std::string& text, const Finder& finder) const {
    std::vector<Found> all;
    std::size_t taken = 0; // the end of what already belongs to a token
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = 0;
        TokenId id = 0;
        finder.trie.prefixes(text, at, [&](std::size_t e, std::uint32_t value) { end = e, id = value; });
        if (end == 0) {
            ++at;
            continue;
        }
        std::size_t begin = std::exchange(at, end);
        const AddedToken& token = m_tokens.at(id);
        if (token.singleWord && (wordBefore(text, begin) || wordAfter(text, end))) continue;
        if (token.lstrip) begin = std::max(spaceBefore(text, begin, 0), taken);
        if (token.rstrip) end = spaceAfter(text, end);
        taken = end;
        all.push_back({{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, id});
    }
    return all;
}

std::vector<Word> AddedTokens::cut(const AlignedText& text, const Finder& finder) const {
    std::vector<Word> words;
    const std::vector<Found> all = finder.empty ? std::vector<Found>{} : findIn(text.text(), finder);
    std::uint32_t end = 0;
    for (const Found& found : all) {
        if (end < found.range.begin) words.push_back({text.slice(end, found.range.begin), {}});
        Word word{text.slice(found.range.begin, found.range.end), {}};
        word.token = WordToken{found.id, 0, found.range.end - found.range.begin, word.text.text()};
        words.push_back(std::move(word));
        end = found.range.end;
    }
    if (end < text.text().size())
        words.push_back({text.slice(end, static_cast<std::uint32_t>(text.text().size())), {}});
    return words;
}

Result<std::vector<Word>> AddedTokens::split(std::string_view typed, const std::vector<Normalizer>& normalizer) const {
    std::vector<Word> words;
    for (Word& part : cut(AlignedText(typed), m_typed)) {
        if (part.token) {
            words.push_back(std::move(part));
            continue;
        }
        if (Status status = normalize(normalizer, part.text); !status) return status.error();
        for (Word& word : cut(part.text, m_inNormalized)) words.push_back(std::move(word));
    }
    return words;
}

} // namespace headscope
