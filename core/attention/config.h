// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/result.h"

namespace headscope {

enum class ScoreKind {
    ScaledDot, ///< q·k / √d_k (Vaswani et al. 2017)
    Dot,       ///< q·k
    Cosine,    ///< q·k / (‖q‖ ‖k‖)
    Euclidean, ///< −‖q − k‖
};

/// How the heads' contexts are joined before W_O.
enum class Combine {
    Concat, ///< concatenation, W_O [heads · d_v, d_model]
    Sum,    ///< sum of the heads, W_O [d_v, d_model]
    Mean,   ///< mean of the heads, W_O [d_v, d_model]
};

/// The shape of one multi-head attention layer, in the letters of Vaswani et al. 2017. d_k and d_v are per head and free.
struct AttentionConfig {
    int dModel = 64;
    int heads = 4;
    int kvHeads = 4; ///< < heads: grouped-query attention; head h reads kv head ⌊h · kvHeads ÷ heads⌋
    int dK = 16;
    int dV = 16;
    ScoreKind score = ScoreKind::ScaledDot;
    double temperature = 1; ///< scores are divided by it
    Combine combine = Combine::Concat;
    double dropout = 0; ///< share of weights set to 0, the others divided by 1 − dropout, as PyTorch does in training
    bool bias = false;

    int kvHeadOf(int head) const { return static_cast<int>(static_cast<Index>(head) * kvHeads / heads); }
    friend bool operator==(const AttentionConfig&, const AttentionConfig&) = default;
};

/// Usage error naming the command line's option for the first dial that cannot be (heads = 0, kv_heads not dividing
/// heads, temperature not above 0, a product of sizes that cannot be held …).
Status validate(const AttentionConfig& config);

} // namespace headscope
