// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/activation.h"
#include "core/base/packed_matrix.h"

#include <optional>
#include <span>
#include <stop_token>

namespace headscope {

/// y = x · w + bias, with the activation behind it, or y = y + x · w + bias.
struct Product {
    const Matrix* x = nullptr;            ///< [n, depth]
    const Matrix* w = nullptr;            ///< [depth, columns]; null where packed is given
    const Matrix* bias = nullptr;         ///< [1, columns]; null or empty: none
    Matrix* y = nullptr;                  ///< [n, columns], of that shape already
    const PackedMatrix* packed = nullptr; ///< [depth, columns] instead of w
    Index firstRow = 0;                   ///< rows of y before it stay as they are
    std::optional<Activation> then = {};  ///< applied to x · w + bias
    bool onTop = false;                   ///< added to what is in y
};

/// Makes all the products together over the processor's cores, faster than one after the other. Results are the same
/// bits whatever the number of cores and rows. What is not made when `stop` is set stays as it was. Numbers beyond
/// Scalar's range become its largest ones.
void multiply(std::span<const Product> products, const std::stop_token& stop = {});

/// sum ← sum + xᵀ · y, on the calling thread. x is [n, a], y [n, b], sum [a, b]: the gradient of the weights of
/// y = x · w is made of their x and the gradient of their y.
void addOuterProduct(const Matrix& x, const Matrix& y, Matrix& sum);

} // namespace headscope
