// SPDX-License-Identifier: GPL-3.0-or-later
// Known answers from elsewhere: nn.MultiheadAttention's layout (float64, seven digits) and Keras' own example.
#include "tests/core/precision/attention_cases.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headscope::testing {
namespace {

using Rows = std::vector<std::vector<double>>;

void expectNear(const Matrix& found, const Rows& expected, double tolerance = 1e-6) {
    ASSERT_EQ(found.rows(), std::ssize(expected));
    for (Index i = 0; i < found.rows(); ++i) {
        ASSERT_EQ(found.cols(), std::ssize(expected[static_cast<std::size_t>(i)]));
        for (Index j = 0; j < found.cols(); ++j)
            EXPECT_NEAR(static_cast<double>(found(i, j)),
                        expected[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)], tolerance)
                << i << ", " << j;
    }
}

/// E = 4, H = 2, T = 3: in_proj_weight[i][j] = sin(0.1 (4i + j + 1)), out_proj.weight[i][j] = cos(0.1 (4i + j + 1)),
/// in_proj_bias[i] = 0.01 (i − 5); PyTorch's rows are our columns.
AttentionInput pytorchExample(const MaskSpec& mask) {
    AttentionInput in;
    in.config.dModel = 4;
    in.config.heads = in.config.kvHeads = 2;
    in.config.dK = in.config.dV = 2;
    in.config.bias = true;
    AttentionWeights w;
    int first = 0;
    for (auto [weight, bias] : {std::pair{&w.wq, &w.bq}, {&w.wk, &w.bk}, {&w.wv, &w.bv}}) {
        *weight = Matrix(4, 4);
        *bias = Matrix(1, 4);
        for (int i = 0; i < 4; ++i) {
            for (int j = 0; j < 4; ++j)
                (*weight)(j, i) = static_cast<Scalar>(std::sin(0.1 * (4 * (first + i) + j + 1)));
            (*bias)(0, i) = static_cast<Scalar>(0.01 * (first + i - 5));
        }
        first += 4;
    }
    w.wo = Matrix(4, 4);
    w.bo = Matrix(1, 4);
    auto x = std::make_shared<Matrix>(3, 4);
    for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 4; ++j) w.wo(j, i) = static_cast<Scalar>(std::cos(0.1 * (4 * i + j + 1)));
        w.bo(0, i) = static_cast<Scalar>(0.1 * (i + 1));
        for (int t = 0; t < 3; ++t) (*x)(t, i) = static_cast<Scalar>(((4 * t + i) % 5) / 5.0 - 0.3);
    }
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    in.queries = in.keys = x;
    in.mask = Mask::make(mask, 3, 3, 2).value();
    return in;
}

TEST(KnownAnswers, PyTorchLayoutWithoutMask) {
    const auto t = run(pytorchExample({}));
    expectNear(t->weights(0),
               {{.3288148, .3335482, .3376371}, {.3339510, .3334243, .3326247}, {.3294004, .3337728, .3368268}});
    expectNear(t->weights(1),
               {{.3326828, .3333990, .3339181}, {.3229371, .3352678, .3417951}, {.3100572, .3374122, .3525306}});
    expectNear(t->output, {{-.2271456, -.0605844, .1471173, .3789559},
                           {-.2322770, -.0645625, .1449207, .3788874},
                           {-.2395223, -.0701717, .1418331, .3788090}});
}

TEST(KnownAnswers, PyTorchLayoutCausal) {
    MaskSpec mask;
    mask.causal = true;
    const auto t = run(pytorchExample(mask));
    expectNear(t->weights(0), {{1, 0, 0}, {.5003947, .4996053, 0}, {.3294004, .3337728, .3368268}});
    expectNear(t->weights(1), {{1, 0, 0}, {.4906331, .5093669, 0}, {.3100572, .3374122, .3525306}});
    expectNear(t->output, {{.0552349, .1552599, .2623484, .3753812},
                           {-.0476869, .0798016, .2262668, .3843729},
                           {-.2395223, -.0701717, .1418331, .3788090}});
}

TEST(KnownAnswers, PyTorchLayoutWithAPaddedKey) {
    MaskSpec mask;
    mask.padding = {2};
    const auto t = run(pytorchExample(mask));
    expectNear(t->weights(0), {{.4964269, .5035731, 0}, {.5003947, .4996053, 0}, {.4967034, .5032966, 0}});
    expectNear(t->weights(1), {{.4994624, .5005376, 0}, {.4906331, .5093669, 0}, {.4788755, .5211245, 0}});
    expectNear(t->output, {{-.0450086, .0819046, .2274624, .3844723},
                           {-.0476869, .0798016, .2262668, .3843729},
                           {-.0506180, .0775662, .2250799, .3844219}});
}

TEST(KnownAnswers, KerasIdentityExample) {
    AttentionInput in;
    in.config.dModel = in.config.heads = in.config.kvHeads = in.config.dK = in.config.dV = 8;
    AttentionWeights w;
    w.wq = w.wk = w.wv = Matrix(8, 64);
    w.wo = Matrix(64, 8);
    auto oneHot = std::make_shared<Matrix>(8, 8);
    for (int i = 0; i < 8; ++i) {
        (*oneHot)(i, i) = 1;
        for (int h = 0; h < 8; ++h) {
            w.wq(i, h * 8 + i) = w.wk(i, h * 8 + i) = 1;
            w.wo(h * 8 + i, h) = 1; // Keras' test uses the kernel [D, H, d] again as [H, d, D]
            for (int j = 0; j < 8; ++j) w.wv(i, h * 8 + j) = static_cast<Scalar>((8 * i + j) / 100.0);
        }
    }
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    in.queries = in.keys = oneHot;
    in.mask = Mask::make({}, 8, 8, 8).value();
    const auto t = run(in);
    for (int h = 0; h < 8; ++h) {
        const Matrix weights = t->weights(h);
        for (Index i = 0; i < 8; ++i)
            for (Index j = 0; j < 8; ++j)
                EXPECT_NEAR(static_cast<double>(weights(i, j)), i == j ? 0.169052576 : 0.118706775, 1e-7);
    }
    const double expected[] = {2.406, 2.440, 2.473, 2.504, 2.535, 2.568, 2.602, 2.633};
    for (Index i = 0; i < 8; ++i)
        for (Index j = 0; j < 8; ++j) EXPECT_NEAR(static_cast<double>(t->output(i, j)), expected[i], 1e-2);
}

} // namespace
} // namespace headscope::testing
