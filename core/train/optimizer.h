// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/parameters.h"

namespace headscope {

/// AdamW's dials.
struct OptimizerOptions {
    double rate = 1e-3;       ///< the learning rate after warm-up
    std::int64_t warmUp = 50; ///< steps in which it grows from rate ÷ warmUp to rate; then it stays
    double decay = 0.01;      ///< of matrices of products (NamedMatrix::decays)
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double clip = 1; ///< gradients longer than this, all weights' together, are scaled down to it; 0: never
    friend bool operator==(const OptimizerOptions&, const OptimizerOptions&) = default;
};

/// What AdamW remembers between steps: with it, the weights and the options, training goes on bit for bit.
struct OptimizerState {
    std::int64_t step = 0;  ///< steps made
    Parameters mean;        ///< of the gradients
    Parameters square;      ///< of their squares
    std::int64_t begun = 0; ///< the step from which it remembers: behind it is a warm-up, too
};
OptimizerState beginOptimizer(const Parameters& weights);

/// One step of AdamW (Loshchilov and Hutter 2019): returns the length of the gradient before clipping. Input error when
/// that is no number; weights and state are then what they were.
Result<double> optimize(const OptimizerOptions& options, const Parameters& gradients, Parameters& weights,
                        OptimizerState& state);

} // namespace headscope
