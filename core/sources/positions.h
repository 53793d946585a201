// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstdint>

namespace headscope {

/// ω of a sinusoid pair: 10000^(−2i / d_model), in radians per token (Vaswani et al. 2017, §3.5).
double frequency(Index pair, Index dModel);

/// PE(pos, 2i) = sin(pos · ω_i), PE(pos, 2i + 1) = cos(pos · ω_i); returns [n, dModel].
Matrix sinusoidalPositions(Index n, Index dModel);

/// Seeded uniform vectors with the mean length of the sinusoidal ones, as an untrained table of learned positions
/// holds; row t depends on seed and t alone. Returns [n, dModel].
Matrix learnedPositions(Index n, Index dModel, std::uint64_t seed);

} // namespace headscope
