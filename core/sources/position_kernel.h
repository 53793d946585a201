// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/config.h"

#include <vector>

namespace headscope {

/// The sinusoid pairs by which a head finds a place: its score for a key d tokens from the wanted one is
/// gain · Σ cos(ω d), or −gain · √(2 Σ (1 − cos ω d)) for the Euclidean distance.
struct PositionKernel {
    std::vector<Index> pairs;
    double gain = 0; ///< so that the softmax at temperature 1 puts about 97 % on the wanted key
};

/// The best `count` of the pairs 0 … available − 1 for telling apart as many places as possible (512 where that can
/// be). Needs config.dModel and config.score; 1 ≤ count ≤ available.
PositionKernel choosePairs(const AttentionConfig& config, Index available, Index count);

} // namespace headscope
