// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/tokenizer_config.h"
#include "core/text/tokenizer_document.h"

namespace headscope {

/// What tokenizer.json would say of a folder that has only vocab.txt, or vocab.json and merges.txt: the steps of BERT,
/// GPT-2, RoBERTa or Qwen2, as `modelType` or the tokens of the vocabulary tell. Input error, with the file, where
/// there is neither or they cannot be read.
Result<TokenizerDocument> documentWithoutJson(const TokenizerTexts& texts, const TokenizerConfig& config);

} // namespace headscope
