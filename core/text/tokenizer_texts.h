// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/tokenizer.h"

namespace headscope {

/// The contents of the files of a model's folder that say how it reads text; what is not there is empty.
struct TokenizerTexts {
    std::optional<std::string> tokenizerJson;
    std::optional<std::string> vocabTxt;
    std::optional<std::string> vocabJson;
    std::optional<std::string> mergesTxt;
    std::optional<std::string> tokenizerConfig; ///< tokenizer_config.json: the special tokens' names; do_lower_case …
    std::optional<std::string> specialTokensMap; ///< special_tokens_map.json, for what the former does not say
    std::optional<std::string> addedTokens;      ///< added_tokens.json, where there is no tokenizer.json
    std::optional<std::string> modelConfig;      ///< config.json: its model_type
};

/// A tokenizer from tokenizer.json or else from vocab.txt or else from vocab.json and merges.txt. Its place in an Input
/// error begins with the file: "tokenizer.json: pre_tokenizer.type".
Result<TokenizerPtr> makeTokenizer(const TokenizerTexts& texts);

} // namespace headscope
