// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"
#include "core/model/parameters.h"

namespace headscope {

/// A model's matrices turned around, [out, in], for dX = dY · Wᵀ; made once for all examples of a step.
struct TurnedAttention {
    PackedMatrix q, k, v; ///< [heads · d, d_model]
    PackedMatrix o;       ///< [d_model, heads · d_v]
};
struct TurnedBlock {
    TurnedAttention self;
    TurnedAttention cross;
    PackedMatrix up;   ///< [feed_forward, d_model]
    PackedMatrix down; ///< [d_model, feed_forward]
};
struct TurnedModel {
    explicit TurnedModel(const Model& model);
    std::vector<TurnedBlock> encoder;
    std::vector<TurnedBlock> decoder;
    PackedMatrix transform; ///< [d_model, d_model] of the head, or empty
    PackedMatrix tokens;    ///< [vocabulary, d_model] the output matrix
};

/// What y = x · w + bias hands back: dW += xᵀ dy, dBias += Σ rows of dy, dx = dy · wᵀ.
struct LinearBackward {
    const Matrix* x = nullptr;            ///< [n, in]
    const Matrix* dy = nullptr;           ///< [n, out]
    LinearParameters* gradient = nullptr; ///< added to
    const PackedMatrix* turned = nullptr; ///< wᵀ [out, in]
    Matrix* dx = nullptr;                 ///< [n, in]
    bool onTop = false;                   ///< added to what is in dx
};
void run(const LinearBackward& step);

/// What norm(x) of every row (rows.h) hands back.
struct NormBackward {
    const Matrix* x = nullptr; ///< [n, width]
    const NormWeights* norm = nullptr;
    NormWeights* gradient = nullptr; ///< added to
    const Matrix* dy = nullptr;      ///< [n, width]
    Matrix* dx = nullptr;            ///< [n, width], added to; not dy
};
void run(const NormBackward& step, const ModelConfig& config);

/// What attend() of attention_layer.h hands back.
struct AttentionBackward {
    const LayerTrace* trace = nullptr;
    const TurnedAttention* turned = nullptr;
    AttentionParameters* gradient = nullptr; ///< added to
    const Matrix* dOutput = nullptr;         ///< [n_q, d_model]
    Matrix* dQueries = nullptr;              ///< [n_q, d_model], added to
    Matrix* dKeys = nullptr;                 ///< [n_k, d_model], added to; the same object in self-attention
};
void run(const AttentionBackward& step);

} // namespace headscope
