// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/vocabulary.h"

#include <algorithm>

namespace headscope {

Result<Vocabulary> Vocabulary::make(std::vector<VocabularyEntry> entries) {
    Vocabulary vocabulary;
    std::uint64_t limit = 0;
    for (const VocabularyEntry& entry : entries) {
        if (entry.id >= kTokenIdLimit)
            return Error{ErrorCode::Input, "",
                         "the id " + std::to_string(entry.id) + " is too large; ids run from 0 to " +
                             std::to_string(kTokenIdLimit - 1)};
        limit = std::max(limit, entry.id + 1);
    }
    vocabulary.m_texts.reserve(entries.size());
    vocabulary.m_ids.reserve(entries.size());
    vocabulary.m_entries.resize(limit, nullptr);
    for (VocabularyEntry& entry : entries) {
        const std::string& text = vocabulary.m_texts.emplace_back(std::move(entry.text));
        const auto id = static_cast<TokenId>(entry.id);
        vocabulary.m_ids.insert_or_assign(text, id);
        vocabulary.m_entries[id] = &text;
        vocabulary.m_longest = std::max(vocabulary.m_longest, text.size());
    }
    return vocabulary;
}

std::optional<TokenId> Vocabulary::find(std::string_view text) const {
    const auto found = m_ids.find(text);
    if (found == m_ids.end()) return std::nullopt;
    return found->second;
}

const std::string* Vocabulary::entry(TokenId id) const {
    return id < m_entries.size() ? m_entries[id] : nullptr;
}

std::string byteTokenName(unsigned char byte) {
    constexpr const char* digits = "0123456789ABCDEF";
    return {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
}

} // namespace headscope
