// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"
#include "core/model/model.h"
#include "core/model/positions.h"

namespace headscope {

/// One layer's attention in a model: projections, norms of heads, rotation, and then what every attention does.
struct AttentionLayer {
    const ModelConfig* model = nullptr;
    AttentionConfig config;
    const AttentionProjections* weights = nullptr;
    std::shared_ptr<const Matrix> queries;      ///< [n_q, d_model]
    std::shared_ptr<const Matrix> keys;         ///< [n_k, d_model]; the same object in self-attention
    Mask mask;                                  ///< n_q × n_k
    std::shared_ptr<const Matrix> positionBias; ///< as LayerTrace has it, or null
    const RotaryTable* rotary = nullptr;        ///< or null
    const LayerTrace* previous = nullptr;       ///< whose rows are taken over before
    Index firstQuery = 0;                       ///< … this query
    Index firstKey = 0;                         ///< … and this key
};

/// Null when stopped.
std::shared_ptr<const LayerTrace> attend(const AttentionLayer& layer, const std::stop_token& stop,
                                         const WeightsReader& reader);

} // namespace headscope
