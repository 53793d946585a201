// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <span>
#include <stop_token>

namespace headscope {

/// y = x · w + bias.
struct Product {
    const Matrix* x = nullptr;    ///< [n, depth]
    const Matrix* w = nullptr;    ///< [depth, columns]
    const Matrix* bias = nullptr; ///< [1, columns]; null or empty: none
    Matrix* y = nullptr;          ///< [n, columns], of that shape already
};

/// Makes all the products together over the processor's cores, faster than one after the other. Results are the same
/// bits whatever the number of cores. What is not made when `stop` is set stays as it was. Numbers beyond Scalar's
/// range become its largest ones.
void multiply(std::span<const Product> products, const std::stop_token& stop = {});

} // namespace headscope
