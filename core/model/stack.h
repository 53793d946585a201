// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/forward.h"

namespace headscope {

/// One stack's pass over its tokens.
struct StackPass {
    const Model* model = nullptr;
    const StackConfig* config = nullptr;
    const StackWeights* weights = nullptr;
    const ForwardOptions* options = nullptr;
    std::span<const int> ids;                 ///< [n]
    std::span<const int> tokenTypes;          ///< [n], or empty
    Index firstRow = 0;                       ///< rows before it are those of `previous`
    const SiteTrace* previous = nullptr;      ///< needed where firstRow > 0
    SiteTrace* self = nullptr;                ///< filled in
    std::shared_ptr<const Matrix> encoded;    ///< [n_encoder, d_model] for cross-attention, or null
    const SiteTrace* previousCross = nullptr; ///< of the same `encoded`: its keys and values are taken over; or null
    SiteTrace* cross = nullptr;               ///< filled in, where there is `encoded`
};

/// Cancelled when stopped.
Status run(const StackPass& pass);

} // namespace headscope
