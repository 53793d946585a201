// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/blocks.h"

#include "core/base/rng.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>

namespace headscope {
namespace {

constexpr double tolerance = sizeof(Scalar) == 4 ? 2e-5 : 1e-12;
using Table = std::vector<std::vector<double>>;

Matrix someMatrix(Index rows, Index cols, std::uint64_t seed) {
    Matrix m(rows, cols);
    Rng rng(seed);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<Scalar>(rng.uniform(-2, 2));
    return m;
}

/// Uniform in ±√(6 ÷ (rows + cols)), in C order: the weights as documented, made by themselves.
Table xavier(Index rows, Index cols, std::uint64_t seed, std::string_view name) {
    Rng rng(seed ^ hashBytes(name));
    const double bound = std::sqrt(6.0 / static_cast<double>(rows + cols));
    Table t(static_cast<std::size_t>(rows), std::vector<double>(static_cast<std::size_t>(cols)));
    for (auto& row : t)
        for (double& x : row) x = static_cast<double>(static_cast<Scalar>(rng.uniform(-bound, bound)));
    return t;
}

std::vector<double> times(const std::vector<double>& x, const Table& w) {
    std::vector<double> y(w.front().size());
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < y.size(); ++j) y[j] += x[i] * w[i][j];
    return y;
}

std::vector<double> normalised(const std::vector<double>& x) {
    double mean = 0, variance = 0;
    for (const double v : x) mean += v / static_cast<double>(x.size());
    for (const double v : x) variance += (v - mean) * (v - mean) / static_cast<double>(x.size());
    std::vector<double> y;
    for (const double v : x) y.push_back((v - mean) / std::sqrt(variance + 1e-5));
    return y;
}

TEST(Blocks, geluHasItsKnownValues) { // interop C.1
    const std::pair<double, double> known[] = {
        {-6, -0.000000006}, {-3, -0.004049694}, {-1, -0.158655254}, {-0.5, -0.154268769}, {-0.1, -0.046017216},
        {0.1, 0.053982784}, {0.5, 0.345731231}, {1, 0.841344746},   {2, 1.954499736},     {3, 2.995950306}};
    for (const auto& [x, y] : known) EXPECT_NEAR(static_cast<double>(gelu(static_cast<Scalar>(x))), y, 5e-7);
}

TEST(Blocks, layerNormHasItsKnownValues) { // interop C.1
    const std::pair<double, std::vector<double>> known[] = {{1e-12, {0, 0.392232270, 1.176696811, -1.568929081}},
                                                            {1e-5, {0, 0.392231969, 1.176695906, -1.568927874}}};
    for (const auto& [eps, expected] : known) {
        Matrix x(1, 4);
        std::ranges::copy(std::vector<Scalar>{1, 2, 4, -3}, x.row(0).begin());
        layerNorm(x, eps);
        for (Index j = 0; j < 4; ++j)
            EXPECT_NEAR(static_cast<double>(x(0, j)), expected[static_cast<std::size_t>(j)],
                        sizeof(Scalar) == 4 ? 2e-7 : 1e-9);
    }
}

TEST(Blocks, residualMlpAgreesWithLoops) {
    const Index n = 7, d = 12;
    const Matrix x = someMatrix(n, d, 1);
    const Matrix a = someMatrix(n, d, 2);
    const Matrix y = residualMlp(x, a, 5);
    const Table w1 = xavier(d, 4 * d, 5, "mlp.w1");
    const Table w2 = xavier(4 * d, d, 5, "mlp.w2");
    for (Index t = 0; t < n; ++t) {
        std::vector<double> sum;
        for (Index j = 0; j < d; ++j) sum.push_back(static_cast<double>(x(t, j)) + static_cast<double>(a(t, j)));
        const std::vector<double> h = normalised(sum);
        std::vector<double> wide = times(h, w1);
        for (double& v : wide) v = v * 0.5 * std::erfc(-v / std::sqrt(2.0));
        std::vector<double> out = times(wide, w2);
        for (std::size_t j = 0; j < out.size(); ++j) out[j] += h[j];
        out = normalised(out);
        for (Index j = 0; j < d; ++j)
            EXPECT_NEAR(static_cast<double>(y(t, j)), out[static_cast<std::size_t>(j)], tolerance);
    }
}

TEST(Blocks, recurrentAgreesWithLoops) {
    const Index n = 9, d = 6;
    const Matrix a = someMatrix(n, d, 3);
    const Matrix y = recurrent(a, 8);
    const Table wx = xavier(d, d, 8, "rnn.wx");
    const Table wh = xavier(d, d, 8, "rnn.wh");
    std::vector<double> h(static_cast<std::size_t>(d), 0.0);
    for (Index t = 0; t < n; ++t) {
        std::vector<double> in;
        for (Index j = 0; j < d; ++j) in.push_back(static_cast<double>(a(t, j)));
        const std::vector<double> fromInput = times(in, wx);
        const std::vector<double> fromState = times(h, wh);
        for (std::size_t j = 0; j < h.size(); ++j) h[j] = std::tanh(fromInput[j] + fromState[j]);
        for (Index j = 0; j < d; ++j)
            EXPECT_NEAR(static_cast<double>(y(t, j)), h[static_cast<std::size_t>(j)], tolerance);
    }
}

TEST(Blocks, stopWhenAsked) {
    std::stop_source source;
    source.request_stop();
    const Matrix a = someMatrix(3, 4, 3);
    const Matrix none = recurrent(a, 8, source.get_token());
    for (Index i = 0; i < none.size(); ++i) EXPECT_EQ(none.data()[i], 0);
    // Without the MLP, what was normalised stays as it is.
    const Matrix h = residualMlp(someMatrix(3, 4, 1), a, 5, source.get_token());
    Matrix sum = someMatrix(3, 4, 1);
    for (Index i = 0; i < sum.size(); ++i) sum.data()[i] += a.data()[i];
    layerNorm(sum, 1e-5);
    layerNorm(sum, 1e-5);
    EXPECT_EQ(h, sum);
}

TEST(Blocks, emptyAndNarrow) {
    EXPECT_EQ(residualMlp(Matrix(0, 4), Matrix(0, 4), 1).rows(), 0);
    EXPECT_EQ(recurrent(Matrix(0, 4), 1).rows(), 0);
    const Matrix one = residualMlp(someMatrix(3, 1, 1), someMatrix(3, 1, 2), 1); // a single number minus its mean
    for (Index i = 0; i < 3; ++i) EXPECT_EQ(one(i, 0), 0);
}

} // namespace
} // namespace headscope
