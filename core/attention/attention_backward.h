// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"

namespace headscope {

/// Whether attendHeadsBackward() can: scores are products, without dropout, relative positions or joined heads.
bool hasBackward(const LayerTrace& trace);

/// What attendHeads() hands back. With W = softmax(S), S = scale · Q Kᵀ and C = W V of one head:
/// dV = Wᵀ dC, dW = dC Vᵀ, dS = W ⊙ (dW − rowsum(W ⊙ dW)), dQ = scale · dS K, dK = scale · dSᵀ Q. W is computed again,
/// block by block, through the code of the forward pass. Works on the calling thread.
struct HeadsBackward {
    const LayerTrace* trace = nullptr;
    const Matrix* dContext = nullptr; ///< [n_q, heads · d_v]
    Matrix* dQ = nullptr;             ///< [n_q, heads · d_k], zeros before; the same for the next two
    Matrix* dK = nullptr;             ///< [n_k, kv_heads · d_k]
    Matrix* dV = nullptr;             ///< [n_k, kv_heads · d_v]
};
void run(const HeadsBackward& backward);

} // namespace headscope
