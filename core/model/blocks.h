// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstdint>
#include <stop_token>

namespace headscope {

/// What follows the attention in the sandbox: seeded Xavier-uniform weights, zero biases. Once `stop` is set they return
/// soon, and what they return is of no use.
/// mlp: h = LayerNorm(x + attention), h + W_2 · gelu(W_1 · h), then LayerNorm; W_1 [d_model, 4 · d_model].
/// input and attention are [n, d_model]; returns [n, d_model]. LayerNorm eps 1e-5, gain 1, offset 0; gelu with erf.
Matrix residualMlp(const Matrix& input, const Matrix& attention, std::uint64_t seed, const std::stop_token& stop = {});

/// A simple recurrent layer (Elman 1990) over the attention's output: h_t = tanh(W_x · a_t + W_h · h_{t−1}), h_{−1} =
/// 0. attention is [n, d_model]; returns [n, d_model].
Matrix recurrent(const Matrix& attention, std::uint64_t seed, const std::stop_token& stop = {});

/// x · Φ(x) with the exact error function (Hendrycks and Gimpel 2016).
Scalar gelu(Scalar x);

/// Each row to mean 0 and variance 1 (Ba et al. 2016), in place. x is [n, d].
void layerNorm(Matrix& x, double eps);

} // namespace headscope
