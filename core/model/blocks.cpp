// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/blocks.h"

#include "core/base/eigen.h"
#include "core/base/rng.h"

#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>

namespace headscope {
namespace {

/// Xavier uniform, a stream of numbers for each name.
Matrix xavier(Index rows, Index cols, std::uint64_t seed, std::string_view name) {
    Matrix m(rows, cols);
    Rng rng(seed ^ hashBytes(name));
    const double bound = std::sqrt(6.0 / static_cast<double>(rows + cols));
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<Scalar>(rng.uniform(-bound, bound));
    return m;
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

Matrix residualMlp(const Matrix& input, const Matrix& attention, std::uint64_t seed) {
    const Index d = input.cols();
    const Matrix w1 = xavier(d, 4 * d, seed, "mlp.w1"); // [d_model, 4 · d_model]
    const Matrix w2 = xavier(4 * d, d, seed, "mlp.w2"); // [4 · d_model, d_model]
    Matrix h(input.rows(), d);                          // [n, d_model]
    view(h) = view(input) + view(attention);
    layerNorm(h, layerNormEps);
    EigenMatrix wide = view(std::as_const(h)) * view(w1); // [n, 4 · d_model]
    wide = wide.unaryExpr([](Scalar x) { return gelu(x); });
    view(h).noalias() += wide * view(w2);
    layerNorm(h, layerNormEps);
    return h;
}

Matrix recurrent(const Matrix& attention, std::uint64_t seed) {
    const Index d = attention.cols();
    const Matrix wx = xavier(d, d, seed, "rnn.wx"); // [d_model, d_model]
    const Matrix wh = xavier(d, d, seed, "rnn.wh"); // [d_model, d_model]
    Matrix states(attention.rows(), d);             // [n, d_model]
    auto h = view(states);
    h = view(attention) * view(wx);
    for (Index t = 0; t < h.rows(); ++t) {
        if (t > 0) h.row(t) += (h.row(t - 1) * view(wh)).eval();
        h.row(t) = h.row(t).array().tanh().matrix().eval();
    }
    return states;
}

} // namespace headscope
