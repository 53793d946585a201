// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/blocks.h"

#include "core/base/eigen.h"
#include "core/base/parallel.h"
#include "core/base/product.h"
#include "core/base/rng.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>

namespace headscope {
namespace {

/// Xavier uniform, a stream of numbers for each name. [shape.first, shape.second], zeros from where `stop` was set on.
Matrix xavier(std::pair<Index, Index> shape, std::uint64_t seed, std::string_view name, const std::stop_token& stop) {
    Matrix m(shape.first, shape.second);
    Rng rng(seed ^ hashBytes(name));
    const double bound = std::sqrt(6.0 / static_cast<double>(m.rows() + m.cols()));
    for (Index i = 0; i < m.rows() && !stop.stop_requested(); ++i)
        for (Scalar& w : m.row(i)) w = static_cast<Scalar>(rng.uniform(-bound, bound));
    return m;
}

/// x · w: [n, depth] · [depth, columns].
Matrix product(const Matrix& x, const Matrix& w, const std::stop_token& stop) {
    Matrix y(x.rows(), w.cols());
    const Product one{&x, &w, nullptr, &y};
    multiply({&one, 1}, stop);
    return y;
}

constexpr double layerNormEps = 1e-5;

} // namespace

Scalar gelu(Scalar x) {
    return x * Scalar(0.5) * (1 + std::erf(x / std::numbers::sqrt2_v<Scalar>));
}

void layerNorm(Matrix& x, double eps) {
    for (Index i = 0; i < x.rows(); ++i) {
        const auto row = x.row(i);
        double mean = 0;
        for (const Scalar v : row) mean += static_cast<double>(v);
        mean /= static_cast<double>(row.size());
        double variance = 0;
        for (const Scalar v : row) variance += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
        variance /= static_cast<double>(row.size());
        const double scale = 1 / std::sqrt(variance + eps);
        for (Scalar& v : row) v = static_cast<Scalar>((static_cast<double>(v) - mean) * scale);
    }
}

Matrix residualMlp(const Matrix& input, const Matrix& attention, std::uint64_t seed, const std::stop_token& stop) {
    const Index d = input.cols();
    const Matrix w1 = xavier({d, 4 * d}, seed, "mlp.w1", stop); // [d_model, 4 · d_model]
    const Matrix w2 = xavier({4 * d, d}, seed, "mlp.w2", stop); // [4 · d_model, d_model]
    Matrix h(input.rows(), d);                                  // [n, d_model]
    view(h) = view(input) + view(attention);
    layerNorm(h, layerNormEps);
    Matrix wide = product(h, w1, stop); // [n, 4 · d_model]
    parallelFor(wide.rows(), [&](Index i) {
        if (stop.stop_requested()) return;
        for (Scalar& x : wide.row(i)) x = gelu(x);
    });
    const Matrix added = product(wide, w2, stop); // [n, d_model]
    view(h) += view(added);
    layerNorm(h, layerNormEps);
    return h;
}

Matrix recurrent(const Matrix& attention, std::uint64_t seed, const std::stop_token& stop) {
    const Index d = attention.cols();
    const Matrix wx = xavier({d, d}, seed, "rnn.wx", stop); // [d_model, d_model]
    const Matrix wh = xavier({d, d}, seed, "rnn.wh", stop); // [d_model, d_model]
    Matrix states = product(attention, wx, stop);           // [n, d_model]
    Matrix h(1, d);
    for (Index t = 0; t < states.rows() && !stop.stop_requested(); ++t) {
        const Matrix remembered = product(h, wh, stop); // [1, d_model]
        for (Index j = 0; j < d; ++j) h(0, j) = std::tanh(states(t, j) + remembered(0, j));
        std::ranges::copy(h.row(0), states.row(t).begin());
    }
    return states;
}

} // namespace headscope
