// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <span>

namespace headscope {

/// The turns of rotary positions (Su et al. 2021) for positions 0 … n − 1.
struct RotaryTable {
    Matrix cosines; ///< [n, rotated numbers of a head ÷ 2]
    Matrix sines;   ///< the same
};
RotaryTable rotaryTable(const RotaryConfig& config, Index n);

/// Turns number i of every head against number i + count, for the first 2 · count numbers of d_k; rows firstRow ….
/// x is [n, heads · d_k].
void rotate(Matrix& x, int dK, const RotaryTable& table, Index firstRow);

/// [heads, n_q + n_k − 1] what LayerTrace::positionBias holds, of a table [buckets, heads] (Raffel et al. 2020).
/// A causal stack tells only keys behind the query apart.
Matrix relativeBias(const Matrix& table, const RelativeConfig& config, bool causal, Index queries, Index keys);

/// Which bucket a key at `distance` = key − query belongs to.
int relativeBucket(Index distance, const RelativeConfig& config, bool causal);

/// out[0 … width) = sines, then cosines, of position · 10000^(−2k / width) (Vaswani et al. 2017, halves instead of
/// pairs).
void sinusoid(Index position, std::span<Scalar> out);

} // namespace headscope
