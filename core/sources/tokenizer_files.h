// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/tokenizer.h"

namespace headscope {

/// The tokenizer of a model's folder: tokenizer.json, or else vocab.txt (BERT), or else vocab.json with merges.txt
/// (GPT-2, RoBERTa, Qwen2 …); tokenizer_config.json, special_tokens_map.json and config.json say the rest. Io and Input
/// errors name the file.
Result<TokenizerPtr> readTokenizer(const std::string& folder);

} // namespace headscope
