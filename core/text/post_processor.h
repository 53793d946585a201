// SPDX-License-Identifier: GPL-3.0-or-later
// The last step of encoding: the model's own tokens around the text's, and which token type each has. Each struct is
// one `type` of tokenizer.json's post_processor.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

#include <optional>
#include <variant>
#include <vector>

namespace headscope {

struct TemplateToken {
    std::int64_t id = 0;
    std::string text;
};
/// The text of one sequence, or a token.
struct TemplatePiece {
    std::optional<int> sequence; ///< 0 or 1; empty: `tokens`
    std::vector<TemplateToken> tokens;
    int segment = 0;
};

/// [CLS] A [SEP], and [CLS] A [SEP] B [SEP].
struct BertProcessing {
    TemplateToken sep;
    TemplateToken cls;
};
/// White space is cut from the ranges.
struct TrimOffsets {
    bool trim = true;
    bool addPrefixSpace = true; ///< the first token's range keeps the space that the pre-tokenizer may have added
};
/// <s> A </s>, and <s> A </s></s> B </s>, all of token type 0.
struct RobertaProcessing {
    TemplateToken sep;
    TemplateToken cls;
    TrimOffsets trim;
};
struct TemplateProcessing {
    std::vector<TemplatePiece> single;
    std::vector<TemplatePiece> pair;
};

using PostProcessor = std::variant<BertProcessing, TrimOffsets, RobertaProcessing, TemplateProcessing>;

/// One sequence of the encoded texts (one or two; ranges in code points). Input error for a second template behind one
/// that has made more than two parts.
Result<std::vector<Token>> postProcess(const std::vector<PostProcessor>& steps, std::vector<std::vector<Token>> texts,
                                       bool addSpecial);

} // namespace headscope
