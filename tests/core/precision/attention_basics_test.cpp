// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/attention.h"
#include "core/base/rng.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headscope {
namespace {

Matrix randomMatrix(Rng& rng, Index rows, Index cols) {
    Matrix m(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Scalar& x : m.row(i)) x = static_cast<Scalar>(rng.uniform(-1, 1));
    return m;
}

AttentionInput randomInput(Index n, const MaskSpec& spec = {}) {
    AttentionInput in;
    in.config.dModel = 12;
    in.config.heads = 3;
    in.config.kvHeads = 3;
    in.config.dK = 5;
    in.config.dV = 4;
    Rng rng(1);
    AttentionWeights w;
    w.wq = randomMatrix(rng, 12, 15);
    w.wk = randomMatrix(rng, 12, 15);
    w.wv = randomMatrix(rng, 12, 12);
    w.wo = randomMatrix(rng, 12, 12);
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    in.queries = in.keys = std::make_shared<const Matrix>(randomMatrix(rng, n, 12));
    in.mask = Mask::make(spec, n, n, 3).value();
    return in;
}

TEST(Attention, IsTheFormulaWrittenOut) {
    const auto trace = attend(randomInput(70)).value();
    for (int h = 0; h < 3; ++h) {
        const Matrix weights = trace->weights(h);
        for (Index i = 0; i < 70; ++i) {
            std::vector<double> e(70);
            double sum = 0;
            for (Index j = 0; j < 70; ++j) {
                double s = 0;
                for (Index d = 0; d < 5; ++d)
                    s += static_cast<double>(trace->q(i, h * 5 + d)) * static_cast<double>(trace->k(j, h * 5 + d));
                sum += e[static_cast<std::size_t>(j)] = std::exp(s / std::sqrt(5.0));
            }
            for (Index j = 0; j < 70; ++j)
                EXPECT_NEAR(static_cast<double>(weights(i, j)), e[static_cast<std::size_t>(j)] / sum, 1e-6);
        }
    }
}

TEST(Attention, CausalIsZeroAboveTheDiagonal) {
    MaskSpec spec;
    spec.causal = true;
    const Matrix weights = attend(randomInput(130, spec)).value()->weights(1);
    for (Index i = 0; i < 130; ++i)
        for (Index j = i + 1; j < 130; ++j) ASSERT_EQ(weights(i, j), 0);
}

} // namespace
} // namespace headscope
