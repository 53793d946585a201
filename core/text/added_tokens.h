// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/byte_trie.h"
#include "core/text/normalizer.h"
#include "core/text/pre_tokenizer.h"

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

namespace headscope {

/// A text that is a token wherever it is typed, whatever the model would make of it.
struct AddedToken {
    std::string content;
    bool singleWord = false; ///< not within a word
    bool lstrip = false;     ///< takes the white space before it in
    bool rstrip = false;
    bool normalized = true; ///< looked for in the normalized text
    bool special = false;
};

/// The tokens beside the model's: they are found before the text is cut into words.
class AddedTokens {
public:
    /// A token whose content the model knows has the model's id; the others follow the model's ids in their order.
    /// Input error where a regular expression of the normalizer gives up.
    static Result<AddedTokens> make(const std::vector<AddedToken>& tokens, const Vocabulary& model,
                                    const std::vector<Normalizer>& normalizer);

    /// Normalizes the typed text and cuts it at the tokens, which become words that are done.
    Result<std::vector<Word>> split(std::string_view typed, const std::vector<Normalizer>& normalizer) const;

    std::optional<TokenId> find(std::string_view content) const;
    const AddedToken* token(TokenId id) const;
    /// What decoders get of it: the content, normalized where it is looked for so.
    const std::string* decoded(TokenId id) const;
    bool isSpecial(const std::string& content) const { return m_special.contains(content); }
    /// One more than the greatest id, or 0.
    std::size_t idLimit() const { return m_tokens.empty() ? 0 : m_tokens.rbegin()->first + std::size_t{1}; }

private:
    /// Finds the tokens of one kind in a text.
    struct Finder {
        ByteTrie trie;
        bool empty = true;
    };
    struct Found {
        ByteRange range;
        TokenId id = 0;
    };

    std::vector<Found> findIn(const std::string& text, const Finder& finder) const;
    std::vector<Word> cut(const AlignedText& text, const Finder& finder) const;

    std::map<std::string, TokenId, std::less<>> m_ids;
    std::map<TokenId, AddedToken> m_tokens;
    std::map<TokenId, std::string> m_normalized;
    std::unordered_set<std::string> m_special;
    Finder m_typed;
    Finder m_inNormalized;
};

} // namespace headscope
