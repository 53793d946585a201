// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/number_table.h"
#include "core/text/token_model.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <array>
#include <queue>

namespace headscope {
namespace {

constexpr std::uint64_t pairKey(TokenId left, TokenId right) {
    return std::uint64_t{left} << 32 | right;
}

/// A part of the word while it is merged, in a list with both neighbours.
struct Symbol {
    TokenId id = 0;
    std::uint32_t length = 0; ///< in bytes; 0: swallowed by the one before
    std::int32_t previous = -1;
    std::int32_t next = -1;
};

/// A pair that may be merged: the lowest rank first, then from the left.
struct Candidate {
    std::uint32_t rank;
    std::uint32_t place; ///< of the left symbol
    TokenId merged;
    bool operator>(const Candidate& other) const {
        return rank != other.rank ? rank > other.rank : place > other.place;
    }
};

class Bpe : public TokenModel {
public:
    Bpe(Vocabulary vocabulary, BpeOptions options, NumberTable merges)
        : TokenModel(std::move(vocabulary)), m_options(std::move(options)), m_merges(std::move(merges)) {
        for (unsigned byte = 0; byte < 256; ++byte)
            m_bytes[byte] = m_vocabulary.find(byteTokenName(static_cast<unsigned char>(byte)));
    }

    Result<std::vector<WordToken>> tokenize(std::string_view word) const override;
    std::optional<TokenId> unknown() const override {
        return m_options.unknown ? m_vocabulary.find(*m_options.unknown) : std::nullopt;
    }

private:
    Result<std::vector<Symbol>> symbolsOf(std::string_view word) const;
    bool appendBytes(std::string_view character, std::vector<Symbol>& symbols) const;
    void merge(std::vector<Symbol>& symbols) const;

    BpeOptions m_options;
    NumberTable m_merges; ///< pairKey → rank << 32 | merged id
    std::array<std::optional<TokenId>, 256> m_bytes;
};

void append(std::vector<Symbol>& symbols, TokenId id, std::uint32_t length) {
    const auto place = static_cast<std::int32_t>(symbols.size());
    if (place > 0) symbols.back().next = place;
    symbols.push_back({id, length, place - 1, -1});
}

/// The tokens of a character's bytes; false: the vocabulary has not all of them.
bool Bpe::appendBytes(std::string_view character, std::vector<Symbol>& symbols) const {
    const auto tokenOf = [&](char c) { return m_bytes[static_cast<unsigned char>(c)]; };
    if (!m_options.byteFallback) return false;
    if (!std::all_of(character.begin(), character.end(), [&](char c) { return tokenOf(c).has_value(); })) return false;
    for (const char c : character) append(symbols, *tokenOf(c), 1);
    return true;
}

Result<std::vector<Symbol>> Bpe::symbolsOf(std::string_view word) const {
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    std::uint32_t unknownLength = 0; // of the unknown token that is still to be appended
    const auto appendUnknown = [&] {
        if (unknownLength > 0) append(symbols, *unknown(), unknownLength);
        unknownLength = 0;
    };
    std::string character;
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t begin = at;
        nextCodePoint(word, at);
        const auto length = static_cast<std::uint32_t>(at - begin);
        character = begin > 0 ? m_options.prefix : std::string();
        character += word.substr(begin, length);
        if (at == word.size()) character += m_options.suffix;
        if (const std::optional<TokenId> id = m_vocabulary.find(character)) {
            appendUnknown();
            append(symbols, *id, length);
            continue;
        }
        // Like the library, bytes go in front of unknown characters that wait for their token.
        if (appendBytes(character, symbols) || !m_options.unknown) continue;
        if (!unknown())
            return Error{ErrorCode::Input, "",
                         "the unknown token \"" + *m_options.unknown +
                             "\" is not in the vocabulary; use the model's own tokenizer files"};
        if (!m_options.fuseUnknown) appendUnknown();
        unknownLength += length;
    }
    appendUnknown();
    return symbols;
}

void Bpe::merge(std::vector<Symbol>& symbols) const {
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
    const auto consider = [&](std::int32_t place) {
        if (place < 0 || symbols[static_cast<std::size_t>(place)].next < 0) return;
        const Symbol& left = symbols[static_cast<std::size_t>(place)];
        const std::uint64_t found = m_merges.find(pairKey(left.id, symbols[static_cast<std::size_t>(left.next)].id));
        if (found != NumberTable::none)
            queue.push({static_cast<std::uint32_t>(found >> 32), static_cast<std::uint32_t>(place),
                        static_cast<TokenId>(found)});
    };
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) consider(static_cast<std::int32_t>(i));
    while (!queue.empty()) {
        const Candidate top = queue.top();
        queue.pop();
        Symbol& left = symbols[top.place];
        if (left.length == 0 || left.next < 0) continue;
        Symbol& right = symbols[static_cast<std::size_t>(left.next)];
        const std::uint64_t found = m_merges.find(pairKey(left.id, right.id));
        // The pair may have changed since it was put into the queue.
        if (found == NumberTable::none || static_cast<TokenId>(found) != top.merged) continue;
        left.id = top.merged;
        left.length += right.length;
        left.next = right.next;
        right.length = 0;
        if (left.next >= 0)
            symbols[static_cast<std::size_t>(left.next)].previous = static_cast<std::int32_t>(top.place);
        consider(left.previous);
        consider(static_cast<std::int32_t>(top.place));
    }
}

Result<std::vector<WordToken>> Bpe::tokenize(std::string_view word) const {
    const auto whole = static_cast<std::uint32_t>(word.size());
    if (m_options.ignoreMerges)
        if (const std::optional<TokenId> id = m_vocabulary.find(word))
            return std::vector<WordToken>{{*id, 0, whole, {}}};
    Result<std::vector<Symbol>> symbols = symbolsOf(word);
    if (!symbols) return symbols.error();
    merge(*symbols);
    std::vector<WordToken> tokens;
    std::uint32_t begin = 0;
    for (const Symbol& symbol : *symbols) {
        if (symbol.length == 0) continue;
        tokens.push_back({symbol.id, begin, begin + symbol.length, {}});
        begin += symbol.length;
    }
    return tokens;
}

} // namespace

Result<TokenModelPtr> makeBpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options) {
    NumberTable table;
    table.reserve(merges.size());
    std::string whole;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        // The prefix of the right part is swallowed with the seam.
        whole = left;
        if (right.size() >= options.prefix.size()) whole += std::string_view(right).substr(options.prefix.size());
        const std::optional<TokenId> leftId = vocabulary.find(left);
        const std::optional<TokenId> rightId = vocabulary.find(right);
        const std::optional<TokenId> wholeId = vocabulary.find(whole);
        if (!leftId || !rightId || !wholeId)
            return Error{ErrorCode::Input, "",
                         "merge " + std::to_string(rank) + " needs \"" +
                             (!leftId    ? left
                              : !rightId ? right
                                         : whole) +
                             "\", which is not in the vocabulary"};
        table[pairKey(*leftId, *rightId)] = std::uint64_t{rank} << 32 | *wholeId;
    }
    return TokenModelPtr(std::make_unique<Bpe>(std::move(vocabulary), std::move(options), std::move(table)));
}

} // namespace headscope
