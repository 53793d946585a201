// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/token_model.h"
#include "core/text/unicode.h"

#include <algorithm>

namespace headscope {
namespace {

Error noUnknown(const std::string& unknown) {
    return {ErrorCode::Input, "",
            "the vocabulary cannot spell a word and has no \"" + unknown +
                "\" to stand for it; use the model's own "
                "tokenizer files"};
}

class WordLevel : public TokenModel {
public:
    WordLevel(Vocabulary vocabulary, std::string unknown)
        : TokenModel(std::move(vocabulary)), m_unknown(std::move(unknown)) {}

    Result<std::vector<WordToken>> tokenize(std::string_view word) const override {
        std::optional<TokenId> id = m_vocabulary.find(word);
        if (!id) id = unknown();
        if (!id) return noUnknown(m_unknown);
        return std::vector<WordToken>{{*id, 0, static_cast<std::uint32_t>(word.size()), {}}};
    }
    std::optional<TokenId> unknown() const override { return m_vocabulary.find(m_unknown); }

private:
    std::string m_unknown;
};

class WordPiece : public TokenModel {
public:
    WordPiece(Vocabulary vocabulary, WordPieceOptions options)
        : TokenModel(std::move(vocabulary)), m_options(std::move(options)) {}

    Result<std::vector<WordToken>> tokenize(std::string_view word) const override;
    std::optional<TokenId> unknown() const override { return m_vocabulary.find(m_options.unknown); }

private:
    std::optional<WordToken> longestPiece(std::string_view word, std::size_t begin) const;

    WordPieceOptions m_options;
};

/// The longest piece that the word has at `begin`.
std::optional<WordToken> WordPiece::longestPiece(std::string_view word, std::size_t begin) const {
    std::string piece = begin > 0 ? m_options.prefix : std::string();
    const std::size_t marks = piece.size();
    std::size_t end = std::min(word.size(), begin + m_vocabulary.longest());
    while (end < word.size() && (word[end] & 0xC0) == 0x80) --end;
    piece += word.substr(begin, end - begin);
    while (end > begin) {
        if (const std::optional<TokenId> id = m_vocabulary.find(piece))
            return WordToken{*id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), {}};
        end = codePointBefore(word, end);
        piece.resize(marks + end - begin);
    }
    return std::nullopt;
}

Result<std::vector<WordToken>> WordPiece::tokenize(std::string_view word) const {
    std::vector<WordToken> tokens;
    bool spelt = codePointCount(word) <= m_options.longestWord;
    for (std::size_t at = 0; spelt && at < word.size();) {
        const std::optional<WordToken> piece = longestPiece(word, at);
        spelt = piece.has_value();
        if (!spelt) break;
        at = piece->end;
        tokens.push_back(*piece);
    }
    if (spelt) return tokens;
    const std::optional<TokenId> id = unknown();
    if (!id) return noUnknown(m_options.unknown);
    return std::vector<WordToken>{{*id, 0, static_cast<std::uint32_t>(word.size()), {}}};
}

} // namespace

TokenModelPtr makeWordPiece(Vocabulary vocabulary, WordPieceOptions options) {
    return std::make_unique<WordPiece>(std::move(vocabulary), std::move(options));
}

TokenModelPtr makeWordLevel(Vocabulary vocabulary, std::string unknown) {
    return std::make_unique<WordLevel>(std::move(vocabulary), std::move(unknown));
}

} // namespace headscope
