// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/added_tokens.h"
#include "core/text/decoder.h"
#include "core/text/normalizer.h"
#include "core/text/post_processor.h"
#include "core/text/pre_tokenizer.h"
#include "core/text/tokenizer.h"

namespace headscope {

/// The steps of a tokenizer, in the order in which a text goes through them. A Sequence of tokenizer.json is here just
/// more steps.
struct TokenizerParts {
    AddedTokens added;
    std::vector<Normalizer> normalizer;
    std::vector<PreTokenizer> preTokenizer;
    TokenModelPtr model; ///< never null
    std::vector<PostProcessor> postProcessor;
    std::vector<Decoder> decoder;
    SpecialIds special;
};

} // namespace headscope
