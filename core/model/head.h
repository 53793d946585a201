// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_backward.h"
#include "core/model/model_trace.h"
#include "core/model/parameters.h"

#include <span>
#include <stop_token>

namespace headscope {

/// What the output matrix multiplies, and what stands before it.
struct HeadInput {
    Matrix hidden; ///< [rows, d_model] of the trace, times the config's logitScale
    Matrix bent;   ///< [rows, d_model] behind the transform's activation; empty without a transform
    Matrix slope;  ///< [rows, d_model] of that activation, where it was asked for
    Matrix x;      ///< [rows, d_model]
};
HeadInput headInput(const ModelTrace& trace, std::span<const Index> rows, bool withSlope,
                    const std::stop_token& stop = {});

/// What the output head made of one text.
struct TextLoss {
    double loss = 0;          ///< Σ −ln p(target), in nats
    std::int64_t correct = 0; ///< targets that were the most probable token
};
/// Cross-entropy of the positions whose target is an id (−1: nothing is asked). targets is [n] of the stack that the
/// head reads.
TextLoss crossEntropy(const ModelTrace& trace, std::span<const int> targets);

/// What it hands back, times `scale`: added to the gradients of the head's weights, and as that of trace.last().
struct CrossEntropyBackward {
    const ModelTrace* trace = nullptr;
    std::span<const int> targets; ///< [n]
    const TurnedModel* turned = nullptr;
    Scalar scale = 1;
    Parameters* gradients = nullptr; ///< added to
    Matrix* dLast = nullptr;         ///< [n, d_model], zeros before
};
TextLoss run(const CrossEntropyBackward& pass);

} // namespace headscope
