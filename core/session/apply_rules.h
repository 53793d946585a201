// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/model/generation_rules.h"

#include <cstdint>
#include <span>

namespace headscope {

/// How far a continuation has come.
struct ContinuationSoFar {
    std::span<const std::int64_t> ids; ///< all tokens, the prompt's first
    std::size_t prompt = 0;            ///< how many of them are the prompt's
    int most = 0;                      ///< new ones that were asked for
    std::span<const int> ends;         ///< tokens that end it
};

/// Changes the logits [vocabulary] of the next token as transformers' greedy generate does before it takes the greatest
/// (its logits processors, in their order): what may not come becomes −∞.
void applyRules(const GenerationRules& rules, const ContinuationSoFar& sofar, std::span<Scalar> logits);

} // namespace headscope
