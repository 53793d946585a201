// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/added_tokens.h"
#include "core/text/tokenizer_texts.h"

#include <map>

namespace headscope {

/// What the small files beside a vocabulary say.
struct TokenizerConfig {
    std::map<std::string, AddedToken>
        special; ///< "mask_token" → [MASK], as tokenizer_config.json and the map name them
    std::map<std::string, std::uint64_t> added; ///< content → id, of added_tokens.json
    std::optional<bool> lowercase;              ///< do_lower_case
    std::optional<bool> stripAccents;
    std::optional<bool> spaceAroundChinese; ///< tokenize_chinese_chars
    std::optional<bool> addPrefixSpace;
    bool addBegin = false; ///< add_bos_token
    std::string modelType; ///< of config.json; empty when it does not say
};

/// Input error whose place begins with the file's name.
Result<TokenizerConfig> readTokenizerConfig(const TokenizerTexts& texts);

} // namespace headscope
