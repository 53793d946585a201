// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

namespace headscope {

/// What is forbidden or wanted of a continuation whatever the logits say, as a model's makers wrote it into its folder.
struct GenerationRules {
    std::vector<std::vector<int>> badWords; ///< none of these sequences may come to be: Marian's <pad>
    std::optional<int> forcedFirst;         ///< the token after a single one: a translation's language
    std::vector<int> forcedLast;            ///< the last of as many tokens as were asked for is one of these
    std::vector<int> suppressed;            ///< never
    std::vector<int> suppressedFirst;       ///< never as the first new token
    int noRepeat = 0;                       ///< no sequence of so many tokens comes twice; 0: any may
    double repetitionPenalty = 1;           ///< of tokens that are there: logits above 0 are divided, others multiplied
    int leastLength = 0;                    ///< no end before so many tokens
    int leastNew = 0;                       ///< no end before so many new ones
    friend bool operator==(const GenerationRules&, const GenerationRules&) = default;
};

} // namespace headscope
