// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/vocabulary.h"

#include <memory>

namespace headscope {

/// A token within a word.
struct WordToken {
    TokenId id = 0;
    std::uint32_t begin = 0; ///< bytes of the word
    std::uint32_t end = 0;
    std::string text; ///< empty: the vocabulary's entry
};

/// Cuts words, the pieces that the pre-tokenizers leave, into tokens of its vocabulary.
class TokenModel {
public:
    explicit TokenModel(Vocabulary vocabulary) : m_vocabulary(std::move(vocabulary)) {}
    virtual ~TokenModel() = default;
    TokenModel(const TokenModel&) = delete;
    TokenModel& operator=(const TokenModel&) = delete;

    /// Input error where the word needs an unknown token that the model lacks.
    virtual Result<std::vector<WordToken>> tokenize(std::string_view word) const = 0;

    const Vocabulary& vocabulary() const { return m_vocabulary; }
    /// The token for what the vocabulary cannot spell.
    virtual std::optional<TokenId> unknown() const = 0;

protected:
    Vocabulary m_vocabulary;
};

using TokenModelPtr = std::unique_ptr<const TokenModel>;

/// Greedy, longest piece first; a word that cannot be spelt is one unknown token. Schuster and Nakajima 2012.
struct WordPieceOptions {
    std::string unknown = "[UNK]";
    std::string prefix = "##";     ///< of pieces within a word
    std::size_t longestWord = 100; ///< in code points
};
TokenModelPtr makeWordPiece(Vocabulary vocabulary, WordPieceOptions options);

/// The word is one token.
TokenModelPtr makeWordLevel(Vocabulary vocabulary, std::string unknown);

/// Byte-pair encoding: neighbours are joined in the order of the merges. Sennrich et al. 2016.
struct BpeOptions {
    std::optional<std::string> unknown;
    std::string prefix; ///< of characters within a word
    std::string suffix; ///< of the last character
    bool fuseUnknown = false;
    bool byteFallback = false;
    bool ignoreMerges = false; ///< a word of the vocabulary is a token whatever the merges say
};
using Merge = std::pair<std::string, std::string>;
/// Input error for a merge whose parts or whole the vocabulary lacks.
Result<TokenModelPtr> makeBpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options);

/// The most probable way to spell the word, when pieces are independent of each other. Kudo 2018.
struct UnigramOptions {
    std::optional<TokenId> unknown;
    bool byteFallback = false;
};
/// scores[id]: the logarithm of the piece's probability. Input error when the unknown id is not in the vocabulary.
Result<TokenModelPtr> makeUnigram(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options);

} // namespace headscope
