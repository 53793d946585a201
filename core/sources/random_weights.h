// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"

#include <cstdint>

namespace headscope {

/// Xavier uniform (Glorot and Bengio 2010): every head's own d_model × d_k matrix uniform in ±√(6 ÷ (rows + columns)).
/// Each head of each matrix has a stream of numbers of its own, so a head stays what it is when others come or go.
/// W_K and W_V have dIn rows. Biases, where config.bias, uniform in ±0.1.
AttentionWeights randomWeights(const AttentionConfig& config, Index dIn, std::uint64_t seed);

/// The biases alone, as above, into weights that have none.
void addRandomBiases(AttentionWeights& weights, const AttentionConfig& config, std::uint64_t seed);

} // namespace headscope
