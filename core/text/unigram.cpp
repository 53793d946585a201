// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/aligned_text.h"
#include "core/text/byte_trie.h"
#include "core/text/token_model.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <array>
#include <optional>

namespace headscope {
namespace {

/// How much worse than the worst piece an unknown character is.
constexpr double kUnknownPenalty = 10;

class Unigram : public TokenModel {
public:
    Unigram(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options);
    Result<std::vector<WordToken>> tokenize(std::string_view word) const override;
    std::optional<TokenId> unknown() const override { return m_options.unknown; }

private:
    struct Step {
        double score = 0;        ///< of the best way to here
        std::int64_t begin = -1; ///< of its last piece; −1: there is none yet
        TokenId id = 0;
    };
    Result<std::vector<ByteRange>> bestPieces(std::string_view word) const;
    bool appendBytes(std::string_view piece, ByteRange range, std::vector<WordToken>& tokens) const;

    std::vector<double> m_scores;
    UnigramOptions m_options;
    ByteTrie m_trie;
    double m_unknownScore = 0;
    std::array<std::optional<TokenId>, 256> m_bytes;
};

Unigram::Unigram(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options)
    : TokenModel(std::move(vocabulary)), m_scores(std::move(scores)), m_options(options) {
    for (TokenId id = 0; id < m_vocabulary.idLimit(); ++id) {
        // Of pieces that occur twice the last one counts, here as in the vocabulary.
        if (const std::string* piece = m_vocabulary.entry(id)) m_trie.add(*piece, id);
    }
    for (unsigned byte = 0; byte < 256; ++byte)
        m_bytes[byte] = m_vocabulary.find(byteTokenName(static_cast<unsigned char>(byte)));
    const double worst = m_scores.empty() ? 0 : *std::min_element(m_scores.begin(), m_scores.end());
    m_unknownScore = worst - kUnknownPenalty;
}

/// The pieces of the way with the greatest sum of scores; of equal ones, the one found first. Unknown characters that
/// stand together are one piece.
Result<std::vector<ByteRange>> Unigram::bestPieces(std::string_view word) const {
    std::vector<Step> steps(word.size() + 1); // by where a piece ends
    const auto offer = [&](std::size_t begin, std::size_t end, TokenId id, double score) {
        Step& step = steps[end];
        if (step.begin >= 0 && score <= step.score) return;
        step = {score, static_cast<std::int64_t>(begin), id};
    };
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t begin = at;
        nextCodePoint(word, at);
        bool single = false;
        m_trie.prefixes(word, begin, [&](std::size_t end, TokenId id) {
            offer(begin, end, id, m_scores[id] + steps[begin].score);
            single |= end == at;
        });
        if (single) continue;
        if (!m_options.unknown)
            return Error{ErrorCode::Input, "",
                         "the vocabulary cannot spell a character and has no unknown token to stand for it; use the "
                         "model's own tokenizer files"};
        offer(begin, at, *m_options.unknown, m_unknownScore + steps[begin].score);
    }
    std::vector<ByteRange> pieces;
    bool afterUnknown = false;
    for (std::size_t end = word.size(); end > 0;) {
        const Step& step = steps[end];
        const auto begin = static_cast<std::size_t>(step.begin);
        const bool isUnknown = step.id == m_options.unknown;
        if (isUnknown && afterUnknown)
            pieces.back().begin = static_cast<std::uint32_t>(begin);
        else
            pieces.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
        afterUnknown = isUnknown;
        end = begin;
    }
    std::reverse(pieces.begin(), pieces.end());
    return pieces;
}

bool Unigram::appendBytes(std::string_view piece, ByteRange range, std::vector<WordToken>& tokens) const {
    const auto tokenOf = [&](char c) { return m_bytes[static_cast<unsigned char>(c)]; };
    if (!m_options.byteFallback) return false;
    if (!std::all_of(piece.begin(), piece.end(), [&](char c) { return tokenOf(c).has_value(); })) return false;
    for (const char c : piece) tokens.push_back({*tokenOf(c), range.begin, range.end, {}});
    return true;
}

Result<std::vector<WordToken>> Unigram::tokenize(std::string_view word) const {
    const Result<std::vector<ByteRange>> pieces = bestPieces(word);
    if (!pieces) return pieces.error();
    std::vector<WordToken> tokens;
    for (const ByteRange range : *pieces) {
        const std::string_view piece = word.substr(range.begin, range.end - range.begin);
        if (const std::optional<TokenId> id = m_vocabulary.find(piece))
            tokens.push_back({*id, range.begin, range.end, {}});
        else if (!appendBytes(piece, range, tokens))
            tokens.push_back({*m_options.unknown, range.begin, range.end, std::string(piece)});
    }
    return tokens;
}

} // namespace

Result<TokenModelPtr> makeUnigram(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options) {
    if (options.unknown && *options.unknown >= scores.size())
        return Error{ErrorCode::Input, "",
                     "unk_id is " + std::to_string(*options.unknown) + ", but the vocabulary has " +
                         std::to_string(scores.size()) + " pieces"};
    return TokenModelPtr(std::make_unique<Unigram>(std::move(vocabulary), std::move(scores), options));
}

} // namespace headscope
