// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of models against the standard library's functions.
#include "core/base/kernels.h"
#include "core/base/packing.h"
#include "core/base/product.h"

#include "tests/core/precision/attention_cases.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace headscope::testing {
namespace {

constexpr bool isDouble = sizeof(Scalar) == 8;

class ModelKernels : public ::testing::TestWithParam<const Kernels*> {};
INSTANTIATE_TEST_SUITE_P(Sets, ModelKernels, ::testing::ValuesIn(usableKernels()),
                         [](const auto& set) { return std::string(set.param->name); });

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

double exact(Activation a, double x) {
    switch (a) {
    case Activation::Gelu:
        return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case Activation::GeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::QuickGelu:
        return x * sigmoid(1.702 * x);
    case Activation::Silu:
        return x * sigmoid(x);
    case Activation::Relu:
        return std::max(x, 0.0);
    case Activation::Tanh:
        return std::tanh(x);
    case Activation::Sigmoid:
        return sigmoid(x);
    }
    return 0;
}

TEST_P(ModelKernels, ActivationsFollowTheirFormulas) {
    for (const Activation a : {Activation::Gelu, Activation::GeluTanh, Activation::QuickGelu, Activation::Silu,
                               Activation::Relu, Activation::Tanh, Activation::Sigmoid}) {
        for (const Index n : {1, 7, 64, 1001}) {
            std::vector<Scalar> x(static_cast<std::size_t>(n) + 1, 77);
            for (Index i = 0; i < n; ++i)
                x[static_cast<std::size_t>(i)] = static_cast<Scalar>(
                    (static_cast<double>(i) - static_cast<double>(n) / 2) * 24 / static_cast<double>(n));
            const std::vector<Scalar> before = x;
            GetParam()->activate(a, x.data(), n);
            EXPECT_EQ(x.back(), 77) << "wrote beyond the end";
            for (std::size_t i = 0; i + 1 < x.size(); ++i) {
                const double in = static_cast<double>(before[i]);
                const double error = (isDouble ? 1e-15 : 3e-7) * std::max(1.0, std::abs(in));
                ASSERT_NEAR(static_cast<double>(x[i]), exact(a, in), error) << static_cast<int>(a) << " of " << in;
            }
        }
    }
    Scalar ends[] = {Scalar(-1e30), Scalar(1e30)};
    GetParam()->activate(Activation::Silu, ends, 2);
    EXPECT_EQ(ends[0], 0);
    EXPECT_EQ(ends[1], Scalar(1e30));
}

TEST_P(ModelKernels, NormsFollowTheirFormulas) {
    Rng rng(5);
    for (const Index n : {1, 3, 16, 100, 769}) {
        const Matrix x = drawMatrix(rng, 1, n), weight = drawMatrix(rng, 1, n), bias = drawMatrix(rng, 1, n);
        for (const bool rms : {false, true}) {
            double mean = 0, squares = 0;
            for (const Scalar v : x.row(0)) mean += static_cast<double>(v) / static_cast<double>(n);
            if (rms) mean = 0;
            for (const Scalar v : x.row(0))
                squares += std::pow(static_cast<double>(v) - mean, 2) / static_cast<double>(n);
            Matrix out(1, n + 1, 77);
            GetParam()->normalize({x.data(), n, 1e-3, rms, weight.data(), rms ? nullptr : bias.data(), out.data()});
            EXPECT_EQ(out(0, n), 77);
            for (Index j = 0; j < n; ++j) {
                const double expected = (static_cast<double>(x(0, j)) - mean) / std::sqrt(squares + 1e-3) *
                                            static_cast<double>(weight(0, j)) +
                                        (rms ? 0 : static_cast<double>(bias(0, j)));
                ASSERT_NEAR(static_cast<double>(out(0, j)), expected, isDouble ? 1e-13 : 3e-6) << n << " " << rms;
            }
        }
    }
}

TEST_P(ModelKernels, SixteenBitsWidenToTheSameNumber) {
    const Kernels& k = *GetParam();
    std::vector<std::uint16_t> all(1 << 16);
    const auto width = static_cast<std::size_t>(k.panel);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t lane = i % width; // the halves of a panel take turns
        const std::size_t place = lane < width / 2 ? 2 * lane : 2 * lane - width + 1;
        all[i - lane + place] = static_cast<std::uint16_t>(i);
    }
    std::vector<Scalar> out(all.size());
    ASSERT_EQ(all.size() % static_cast<std::size_t>(k.panel), 0u);
    k.widen(all.data(), true, std::ssize(all), out.data());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const float expected = std::bit_cast<float>(static_cast<std::uint32_t>(i) << 16);
        ASSERT_TRUE(out[i] == static_cast<Scalar>(expected) || (std::isnan(out[i]) && std::isnan(expected))) << i;
    }
    k.widen(all.data(), false, std::ssize(all), out.data());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const int exponent = static_cast<int>(i >> 10 & 31), fraction = static_cast<int>(i & 1023);
        double expected = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
        if (exponent == 31) expected = fraction ? std::nan("") : std::numeric_limits<double>::infinity();
        if (i >> 15) expected = -expected;
        const double found = static_cast<double>(out[i]);
        ASSERT_TRUE(found == expected || (std::isnan(found) && std::isnan(expected))) << i;
    }
}

/// Half the numbers of a matrix, as bfloat16 can hold them.
Matrix cut(Matrix m) {
    for (Index i = 0; i < m.size(); ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(m.data()[i])) & 0xFFFF0000U;
        m.data()[i] = static_cast<Scalar>(std::bit_cast<float>(bits));
    }
    return m;
}

PackedMatrix brain(const Matrix& m) {
    PackedMatrix packed(m.rows(), m.cols(), PackedType::Brain);
    const Index width = kernels().panel;
    for (Index p = 0; p < packed.panels(); ++p) {
        auto* to = static_cast<std::uint16_t*>(packed.panel(p));
        for (Index r = 0; r < m.rows(); ++r)
            for (Index lane = 0; lane < width; ++lane) {
                const Index c = p * width + lane;
                const float x = c < m.cols() ? static_cast<float>(m(r, c)) : 0;
                to[r * width + narrowPlace(lane)] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
            }
    }
    return packed;
}

TEST(PackedProducts, AreTheSameBitsAsPlainOnes) {
    Rng rng(9);
    for (const Index depth : {1, 31, 600}) {
        for (const Index columns : {1, 32, 45, 200}) {
            const Matrix w = cut(drawMatrix(rng, depth, columns));
            const Matrix bias = drawMatrix(rng, 1, columns);
            const PackedMatrix native = PackedMatrix::of(w);
            const PackedMatrix narrow = brain(w);
            EXPECT_EQ(native.unpacked(), w);
            EXPECT_EQ(narrow.unpacked(), w);
            for (const Index rows : {1, 5, 24, 70}) {
                const Matrix x = drawMatrix(rng, rows, depth);
                Matrix plain(rows, columns), a(rows, columns), b(rows, columns, 77);
                const Product products[] = {{.x = &x, .w = &w, .bias = &bias, .y = &plain},
                                            {.x = &x, .bias = &bias, .y = &a, .packed = &native},
                                            {.x = &x, .bias = &bias, .y = &b, .packed = &narrow, .firstRow = rows / 2}};
                multiply(products);
                EXPECT_EQ(a, plain) << depth << " × " << columns << ", " << rows;
                for (Index r = 0; r < rows; ++r)
                    for (Index c = 0; c < columns; ++c) ASSERT_EQ(b(r, c), r < rows / 2 ? Scalar(77) : plain(r, c));
            }
        }
    }
}

TEST(PackedProducts, BendWhatTheyMade) {
    Rng rng(2);
    const Matrix x = drawMatrix(rng, 9, 20), w = drawMatrix(rng, 20, 70);
    Matrix straight(9, 70), bent(9, 70);
    const PackedMatrix packed = PackedMatrix::of(w);
    const Product products[] = {{.x = &x, .y = &straight, .packed = &packed},
                                {.x = &x, .y = &bent, .packed = &packed, .then = Activation::Relu}};
    multiply(products);
    for (Index i = 0; i < bent.size(); ++i) EXPECT_EQ(bent.data()[i], std::max(straight.data()[i], Scalar(0)));
}

} // namespace
} // namespace headscope::testing
