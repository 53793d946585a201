// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace headscope {

/// The bend of an MLP; names and formulas as in transformers.
enum class Activation {
    Gelu,      ///< x · Φ(x), with the error function (Hendrycks and Gimpel 2016)
    GeluTanh,  ///< ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
    QuickGelu, ///< x · σ(1.702 x)
    Silu,      ///< x · σ(x)
    Relu,
    Tanh,
    Sigmoid,
};

} // namespace headscope
