// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// The ids of the tokens with a part to play, where the model has them.
struct SpecialIds {
    std::optional<std::int64_t> mask;
    std::optional<std::int64_t> cls;
    std::optional<std::int64_t> sep;
    std::optional<std::int64_t> bos;
    std::optional<std::int64_t> eos;
    std::optional<std::int64_t> pad;
    std::optional<std::int64_t> unk;
};

struct TokenizerParts;

/// A trained model's way from text to token ids and back, the same as the Hugging Face library `tokenizers`. Never
/// changes once made; all functions may be called from several threads.
class Tokenizer {
public:
    explicit Tokenizer(std::unique_ptr<const TokenizerParts> parts);
    ~Tokenizer();
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;

    /// The tokens of a UTF-8 text (may be empty, may hold NUL), with the tokens that the model's template adds when
    /// `addSpecial`. Text that spells one of the model's special tokens becomes that token. Token::text is the
    /// library's: the entry of the vocabulary ("Ġcat", "##ing"), the typed text where that is not in it; ranges are the
    /// library's offsets in bytes, and may be empty or overlap. Input error where the text is not UTF-8, or needs the
    /// unknown token and the vocabulary has none.
    Result<std::vector<Token>> encode(std::string_view text, bool addSpecial = true) const;
    /// Two texts in one sequence, joined by the pair template. Ranges count in the text that Token::sequence names.
    Result<std::vector<Token>> encodePair(std::string_view first, std::string_view second,
                                          bool addSpecial = true) const;

    /// The text of ids as the library's decoder writes it; ids that the vocabulary lacks are left out.
    std::string decode(std::span<const std::int64_t> ids, bool skipSpecial = true) const;
    /// One id for people to read: bytes as the text they stand for, marks of a space as a space; what is not whole
    /// UTF-8 as <0xE2>. Empty for an id that the vocabulary lacks.
    std::string readable(std::int64_t id) const;

    /// The vocabulary's entry, as the file spells it.
    std::optional<std::string> entry(std::int64_t id) const;
    std::optional<std::int64_t> idOf(std::string_view entry) const;
    /// Is it one of the tokens marked special ([CLS], <s> …)?
    bool isSpecial(std::int64_t id) const;
    /// One more than the greatest id; some ids below it may have no entry.
    std::int64_t size() const;
    const SpecialIds& special() const;

private:
    Result<std::vector<Token>> encodeAll(const std::vector<std::string_view>& texts, bool addSpecial) const;

    std::unique_ptr<const TokenizerParts> m_parts;
};

using TokenizerPtr = std::shared_ptr<const Tokenizer>;

} // namespace headscope
