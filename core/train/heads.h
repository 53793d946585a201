// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ablation.h"

#include <cstdint>
#include <vector>

namespace headscope {

/// The model with this head's columns of W_Q, W_K and W_V and its rows of W_O as randomParameters() draws them from the
/// seed, biases 0: a head that has to learn again. Keys and values that other heads share stay. The model is one that
/// canTrain() and has the head.
ModelPtr withNewHead(const ModelPtr& model, const HeadPlace& place, std::uint64_t seed);

/// Every head: encoder, decoder, cross, each layer by layer.
std::vector<HeadPlace> headsOf(const ModelConfig& config);

} // namespace headscope
