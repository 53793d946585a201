// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/parameters.h"

namespace headscope {

/// Weights to begin training with: normal(0, 0.02 · √(768 / d_model)), the matrices that write into the stream (W_O and
/// the MLP's second) times 1 / √(2 · layers) (Radford et al. 2019; three sums per layer in decoders with
/// cross-attention), those of the MLP half as large, norms 1 and 0, biases 0. The output matrix is the embedding, and encoders have the masked language
/// model's head. The same seed gives the same weights. config is one that canTrain(), with Learned positions or
/// Sinusoidal ones.
Parameters randomParameters(const ModelConfig& config, std::uint64_t seed);

} // namespace headscope
