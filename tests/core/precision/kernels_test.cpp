// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of every instruction set that this processor has, against plain loops.
#include "core/base/aligned_buffer.h"
#include "core/base/kernels.h"
#include "core/base/packing.h"
#include "core/base/parallel.h"
#include "core/base/product.h"

#include "tests/core/precision/attention_cases.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace headscope::testing {
namespace {

constexpr double epsilon = static_cast<double>(std::numeric_limits<Scalar>::epsilon());

class EveryKernels : public ::testing::TestWithParam<const Kernels*> {};
INSTANTIATE_TEST_SUITE_P(Sets, EveryKernels, ::testing::ValuesIn(usableKernels()),
                         [](const auto& set) { return std::string(set.param->name); });

struct TileCase {
    Matrix a, b, c;
    Tile tile;
    TileCase(const Kernels& k, Index depth, Index cols) {
        Rng rng(7);
        a = drawMatrix(rng, k.rows, depth);
        b = drawMatrix(rng, depth, k.panel);
        c = Matrix(k.rows + 1, k.panel + 3, Scalar(77));
        tile = {a.data(), depth, b.data(), k.panel, depth, c.data(), c.cols(), cols};
    }
};

TEST_P(EveryKernels, MultiplyAnyNumberOfRowsAndColumns) {
    const Kernels& k = *GetParam();
    for (int rows = 1; rows <= k.rows; ++rows)
        for (Index cols = 1; cols <= k.panel; ++cols) {
            TileCase t(k, 9, cols);
            std::vector<Scalar> bias(static_cast<std::size_t>(cols), Scalar(0.25));
            t.tile.scale = 2;
            t.tile.bias = bias.data();
            k.product(rows, t.tile);
            for (Index i = 0; i < t.c.rows(); ++i)
                for (Index j = 0; j < t.c.cols(); ++j) {
                    if (i >= rows || j >= cols) {
                        ASSERT_EQ(t.c(i, j), 77) << "wrote beyond its tile";
                        continue;
                    }
                    double sum = 0;
                    for (Index d = 0; d < 9; ++d)
                        sum += static_cast<double>(t.a(i, d)) * static_cast<double>(t.b(d, j));
                    ASSERT_NEAR(static_cast<double>(t.c(i, j)), 2 * sum + 0.25, 40 * epsilon);
                }
        }
}

TEST_P(EveryKernels, ContinueASum) {
    const Kernels& k = *GetParam();
    TileCase whole(k, 10, k.panel), parts(k, 10, k.panel);
    k.product(k.rows, whole.tile);
    parts.tile.depth = 4;
    k.product(k.rows, parts.tile);
    parts.tile.onTop = true;
    parts.tile.depth = 6;
    parts.tile.a += 4;
    parts.tile.b += 4 * k.panel;
    k.product(k.rows, parts.tile);
    EXPECT_EQ(whole.c, parts.c);
}

TEST_P(EveryKernels, MeasureDistances) {
    const Kernels& k = *GetParam();
    TileCase t(k, 9, k.panel - 1);
    t.tile.scale = 3;
    k.negativeDistance(k.rows, t.tile);
    for (Index i = 0; i < k.rows; ++i)
        for (Index j = 0; j + 1 < k.panel; ++j) {
            double sum = 0;
            for (Index d = 0; d < 9; ++d)
                sum += std::pow(static_cast<double>(t.a(i, d)) - static_cast<double>(t.b(d, j)), 2);
            ASSERT_NEAR(static_cast<double>(t.c(i, j)), -3 * std::sqrt(sum), 60 * epsilon);
        }
}

TEST_P(EveryKernels, StayInRange) {
    const Kernels& k = *GetParam();
    const Scalar most = std::numeric_limits<Scalar>::max();
    TileCase t(k, 2, k.panel);
    for (Index i = 0; i < t.a.size(); ++i) t.a.data()[i] = most;
    for (Index j = 0; j < k.panel; ++j) {
        t.b(0, j) = most;
        t.b(1, j) = j % 2 ? most : -most; // ∞, or something undone
    }
    k.product(k.rows, t.tile);
    EXPECT_EQ(t.c(0, 1), most);
    EXPECT_EQ(std::abs(t.c(0, 0)), most);
    t.b(0, 0) = t.b(1, 0) = std::numeric_limits<Scalar>::quiet_NaN();
    k.product(k.rows, t.tile);
    EXPECT_EQ(t.c(0, 0), -most);
}

TEST_P(EveryKernels, FindTheMaximum) {
    const Kernels& k = *GetParam();
    EXPECT_EQ(k.maximum(nullptr, 0), -std::numeric_limits<Scalar>::infinity());
    for (Index n = 1; n < 70; ++n)
        for (Index at = 0; at < n; ++at) {
            std::vector<Scalar> x(static_cast<std::size_t>(n), Scalar(-5));
            x[static_cast<std::size_t>(at)] = Scalar(-2);
            ASSERT_EQ(k.maximum(x.data(), n), -2);
        }
}

TEST_P(EveryKernels, TakeExponentialsToSevenDigits) {
    const Kernels& k = *GetParam();
    const double tolerance = sizeof(Scalar) == 4 ? 1.5e-7 : 0;
    double worst = 0;
    std::vector<Scalar> x(1000), e;
    for (double start = 0; start > -87; start -= 0.37) {
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<Scalar>(std::max(-87.0, start - 0.37e-3 * static_cast<double>(i)));
        e = x;
        k.exponentials(e.data(), 1000, 0);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = std::exp(static_cast<double>(x[i]));
            worst = std::max(worst, std::abs(static_cast<double>(e[i]) / exact - 1));
        }
    }
    EXPECT_LE(worst, tolerance);
}

TEST_P(EveryKernels, ExponentialsAtTheEdges) {
    const Kernels& k = *GetParam();
    const Scalar infinity = std::numeric_limits<Scalar>::infinity();
    const Scalar most = std::numeric_limits<Scalar>::max();
    std::vector<Scalar> x{-infinity, -most, 0, Scalar(-1000), most};
    Scalar sum = k.exponentials(x.data(), 5, most);
    EXPECT_EQ(x, (std::vector<Scalar>{0, 0, 0, 0, 1}));
    EXPECT_EQ(sum, 1);
    for (Index n = 0; n < 70; ++n) {
        std::vector<Scalar> y(static_cast<std::size_t>(n) + 1, Scalar(3));
        EXPECT_EQ(k.exponentials(y.data(), n, 3), static_cast<Scalar>(n));
        EXPECT_EQ(y.back(), 3) << "went beyond its end";
        k.multiply(y.data(), n, Scalar(0.5));
        EXPECT_EQ(y.back(), 3) << "went beyond its end";
        if (n > 0) {
            EXPECT_EQ(y.front(), Scalar(0.5));
        }
    }
}

TEST(Packing, PutsPanelsOneAfterTheOther) {
    const Index panel = kernels().panel;
    Rng rng(1);
    const Matrix m = drawMatrix(rng, 5, panel + 3);
    AlignedBuffer direct(packedSize(5, panel + 3));
    packPanels({m.data(), m.cols(), 5, panel + 3}, direct.data());
    Matrix transposed(panel + 3, 5);
    for (Index i = 0; i < 5; ++i)
        for (Index j = 0; j < panel + 3; ++j) transposed(j, i) = m(i, j);
    AlignedBuffer other(packedSize(5, panel + 3));
    packTransposed({transposed.data(), 5, panel + 3, 5}, nullptr, other.data());
    for (Index i = 0; i < 5; ++i)
        for (Index j = 0; j < 2 * panel; ++j) {
            const Index at = j / panel * panel * 5 + i * panel + j % panel;
            const Scalar expected = j < panel + 3 ? m(i, j) : Scalar(0);
            ASSERT_EQ(direct.data()[at], expected);
            ASSERT_EQ(other.data()[at], expected);
        }
}

TEST(Multiply, MakesProductsOfAnyShapeWithBias) {
    Rng rng(2);
    for (const auto& [n, depth, columns] : {std::tuple<Index, Index, Index>{1, 1, 1},
                                            {7, 5, 3},
                                            {3, 64, 64},
                                            {60, 33, 97},
                                            {511, 20, 130},
                                            {4, 0, 5},
                                            {0, 4, 5}}) {
        const Matrix x = drawMatrix(rng, n, depth);
        const Matrix w = drawMatrix(rng, depth, columns);
        const Matrix bias = drawMatrix(rng, 1, columns);
        Matrix with(n, columns, Scalar(9)), without(n, columns, Scalar(9));
        const Product products[] = {{&x, &w, &bias, &with}, {&x, &w, nullptr, &without}};
        multiply(products);
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < columns; ++j) {
                double sum = 0;
                for (Index d = 0; d < depth; ++d) sum += static_cast<double>(x(i, d)) * static_cast<double>(w(d, j));
                ASSERT_NEAR(static_cast<double>(without(i, j)), sum, 100 * epsilon);
                ASSERT_NEAR(static_cast<double>(with(i, j)), sum + static_cast<double>(bias(0, j)), 100 * epsilon);
            }
    }
}

} // namespace
} // namespace headscope::testing
