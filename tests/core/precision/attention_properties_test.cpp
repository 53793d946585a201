// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold for every layer.
#include "tests/core/precision/attention_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace headscope::testing {
namespace {

constexpr double rowTolerance = sizeof(Scalar) == 4 ? 2e-6 : 1e-14;
constexpr double tolerance = sizeof(Scalar) == 4 ? 1e-5 : 1e-12;

double rowTotal(const Matrix& m, Index i) {
    double sum = 0;
    for (const Scalar x : m.row(i)) sum += static_cast<double>(x);
    return sum;
}

bool allFinite(const Matrix& m) {
    return std::all_of(m.data(), m.data() + m.size(), [](Scalar x) { return std::isfinite(x); });
}

void expectAlike(const Matrix& a, const Matrix& b, double most = tolerance) {
    ASSERT_EQ(a.rows(), b.rows());
    ASSERT_EQ(a.cols(), b.cols());
    double worst = 0;
    for (Index i = 0; i < a.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i])));
    EXPECT_LE(worst, most);
}

Matrix scaled(const Matrix& m, double factor) {
    Matrix out = m;
    for (Index i = 0; i < m.size(); ++i) out.data()[i] = static_cast<Scalar>(static_cast<double>(m.data()[i]) * factor);
    return out;
}

MaskSpec causal() {
    MaskSpec s;
    s.causal = true;
    return s;
}

class EveryScore : public ::testing::TestWithParam<ScoreKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, EveryScore,
                         ::testing::Values(ScoreKind::ScaledDot, ScoreKind::Dot, ScoreKind::Cosine,
                                           ScoreKind::Euclidean));

TEST_P(EveryScore, RowsSumToOneAndNoWeightIsNegative) {
    AttentionConfig c = smallConfig();
    c.score = GetParam();
    c.temperature = 0.3;
    for (const Index n : {1, 2, 47, 48, 49, 97, 300}) {
        const auto t = run(selfAttention(n, n % 2 ? causal() : MaskSpec{}, c));
        for (int h = 0; h < c.heads; ++h) {
            const Matrix w = t->weights(h);
            for (Index i = 0; i < n; ++i) EXPECT_NEAR(rowTotal(w, i), 1, rowTolerance) << n;
            EXPECT_GE(*std::min_element(w.data(), w.data() + w.size()), 0);
        }
    }
}

TEST_P(EveryScore, PermutingTokensPermutesRowsAndColumns) {
    AttentionConfig c = smallConfig();
    c.score = GetParam();
    const Index n = 60;
    const AttentionInput in = selfAttention(n, {}, c);
    AttentionInput permuted = in;
    auto x = std::make_shared<Matrix>(n, c.dModel);
    const auto to = [&](Index i) { return (i * 7 + 3) % n; }; // 7 and 60 have no common divisor
    for (Index i = 0; i < n; ++i) std::copy_n(in.queries->row(i).data(), c.dModel, x->row(to(i)).data());
    permuted.queries = permuted.keys = x;
    const Matrix a = run(in)->weights(1);
    const Matrix b = run(permuted)->weights(1);
    Matrix back(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) back(i, j) = b(to(i), to(j));
    expectAlike(a, back);
}

TEST_P(EveryScore, FiniteInputNeverGivesNaN) {
    const double most = static_cast<double>(std::numeric_limits<Scalar>::max());
    for (const double size : {0.0, 1e-30, 1e8, 1e15, std::sqrt(most), most / 2}) {
        for (const double temperature : {1e-300, 1e-20, 1.0, 1e300}) {
            AttentionConfig c = smallConfig();
            c.score = GetParam();
            c.temperature = temperature;
            AttentionInput in = selfAttention(50, causal(), c);
            in.queries = in.keys = std::make_shared<const Matrix>(scaled(*in.queries, size));
            const auto t = run(in);
            EXPECT_TRUE(allFinite(t->output) && allFinite(t->context) && allFinite(t->rowMax) && allFinite(t->rowSum));
            for (int h = 0; h < c.heads; ++h) {
                const Matrix w = t->weights(h);
                EXPECT_TRUE(allFinite(w) && allFinite(t->scores(h)));
                for (Index i = 0; i < 50; ++i)
                    EXPECT_NEAR(rowTotal(w, i), 1, rowTolerance) << size << " " << temperature;
            }
        }
    }
}

TEST(Properties, CausalIsZeroAboveTheDiagonal) {
    const auto t = run(selfAttention(130, causal()));
    for (int h = 0; h < 3; ++h) {
        const Matrix w = t->weights(h);
        for (Index i = 0; i < 130; ++i)
            for (Index j = i + 1; j < 130; ++j) ASSERT_EQ(w(i, j), 0) << i << " " << j;
    }
}

TEST(Properties, ACausalRowDoesNotDependOnWhatFollows) {
    AttentionInput in = selfAttention(100, causal());
    AttentionInput shorter = in;
    auto x = std::make_shared<Matrix>(61, in.config.dModel);
    std::copy_n(in.queries->data(), x->size(), x->data());
    shorter.queries = shorter.keys = x;
    shorter.mask = Mask::make(causal(), 61, 61, 3).value();
    const auto whole = run(in);
    const auto part = run(shorter);
    for (Index i = 0; i < 61; ++i)
        for (Index j = 0; j < in.config.dModel; ++j) ASSERT_EQ(part->output(i, j), whole->output(i, j));
}

/// A bias of the keys adds q·b to every score of a row.
TEST(Properties, AddingAConstantToARowOfScoresChangesNothing) {
    const AttentionInput in = selfAttention(70);
    AttentionInput shifted = in;
    AttentionWeights w = *in.weights;
    w.bk = Matrix(1, w.wk.cols(), Scalar(0.75));
    shifted.weights = std::make_shared<const AttentionWeights>(std::move(w));
    const auto a = run(in);
    const auto b = run(shifted);
    double moved = 0;
    for (int h = 0; h < 3; ++h) {
        expectAlike(a->weights(h), b->weights(h));
        const Matrix before = a->scores(h);
        const Matrix after = b->scores(h);
        for (Index i = 0; i < before.size(); ++i)
            moved = std::max(moved, std::abs(static_cast<double>(after.data()[i] - before.data()[i])));
    }
    EXPECT_GT(moved, 0.1); // it was a shift indeed
    expectAlike(a->output, b->output);
}

TEST(Properties, HugeScoresSurvive) {
    AttentionInput in = selfAttention(3, {}, smallConfig(1, 1, 1));
    AttentionWeights w = *in.weights;
    w.wq = w.wk = w.wv = Matrix(12, 1);
    w.wq(0, 0) = w.wk(0, 0) = w.wv(1, 0) = 1;
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    auto x = std::make_shared<Matrix>(3, 12);
    for (Index i = 0; i < 3; ++i) (*x)(i, 0) = Scalar(1e15) * static_cast<Scalar>(i); // scores 0, 1e30, 2e30, 4e30
    for (Index i = 0; i < 3; ++i) (*x)(i, 1) = static_cast<Scalar>(10 + i);
    in.queries = in.keys = x;
    const auto t = run(in);
    EXPECT_GT(t->scores(0)(2, 2), Scalar(3.9e30));
    EXPECT_EQ(t->weights(0), [] {
        Matrix m(3, 3);
        m(0, 0) = m(0, 1) = m(0, 2) = Scalar(1) / 3;
        m(1, 2) = m(2, 2) = 1;
        return m;
    }());
    EXPECT_EQ(t->context(2, 0), 12);
}

TEST(Properties, ACosineScoreIsAtMostOneAndAZeroVectorScoresZero) {
    AttentionConfig c = smallConfig();
    c.score = ScoreKind::Cosine;
    AttentionInput in = selfAttention(20, {}, c);
    Matrix x = *in.queries;
    for (Scalar& v : x.row(4)) v = 0;
    in.queries = in.keys = std::make_shared<const Matrix>(x);
    const Matrix s = run(in)->scores(2);
    for (Index i = 0; i < 20; ++i) {
        EXPECT_EQ(s(4, i), 0);
        EXPECT_EQ(s(i, 4), 0);
        for (Index j = 0; j < 20; ++j) EXPECT_LE(std::abs(static_cast<double>(s(i, j))), 1 + rowTolerance);
    }
}

/// Where |q|² + |k|² − 2 q·k would have lost every digit.
TEST(Properties, TheDistanceOfNearVectorsKeepsItsDigits) {
    AttentionConfig c = smallConfig(1, 12, 4);
    c.score = ScoreKind::Euclidean;
    AttentionInput in = selfAttention(2, {}, c);
    AttentionWeights w = *in.weights;
    w.wq = w.wk = Matrix(12, 12);
    for (Index i = 0; i < 12; ++i) w.wq(i, i) = w.wk(i, i) = 1;
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    Matrix x(2, 12, Scalar(1000));
    x(1, 3) += Scalar(0.0625);
    in.queries = in.keys = std::make_shared<const Matrix>(x);
    const Matrix s = run(in)->scores(0);
    EXPECT_EQ(s(0, 0), 0);
    EXPECT_EQ(s(0, 1), Scalar(-0.0625));
}

TEST(Properties, FullyMaskedRowsAreZeroAndGiveTheBias) {
    AttentionConfig c = smallConfig();
    c.bias = true;
    auto grid = std::make_shared<MaskGrid>();
    *grid = {1, 60, 60, std::vector<std::uint8_t>(3600, 1)};
    for (const int row : {0, 17, 50, 59}) std::fill_n(grid->cells.begin() + row * 60, 60, std::uint8_t{0});
    MaskSpec spec;
    spec.grid = grid;
    const AttentionInput in = selfAttention(60, spec, c);
    const auto t = run(in);
    for (int h = 0; h < 3; ++h) {
        const Matrix w = t->weights(h);
        for (Index i = 0; i < 60; ++i) {
            const bool masked = !in.mask.any(h, i);
            EXPECT_EQ(masked, i == 0 || i == 17 || i == 50 || i == 59);
            if (masked) {
                EXPECT_EQ(rowTotal(w, i), 0);
                EXPECT_EQ(t->rowSum(h, i), 0);
                EXPECT_EQ(t->rowMax(h, i), 0);
            } else {
                EXPECT_NEAR(rowTotal(w, i), 1, rowTolerance);
            }
        }
    }
    for (Index j = 0; j < c.dModel; ++j) EXPECT_EQ(t->output(17, j), in.weights->bo(0, j));
}

TEST(Properties, AllMaskedIsAllZero) {
    MaskSpec spec;
    spec.padding.resize(55);
    std::iota(spec.padding.begin(), spec.padding.end(), 0);
    const auto t = run(selfAttention(55, spec));
    EXPECT_EQ(t->weights(0), Matrix(55, 55));
    EXPECT_EQ(t->output, Matrix(55, 12));
}

TEST(Properties, NoTokensGiveNothing) {
    const auto t = run(selfAttention(0));
    EXPECT_EQ(t->output, Matrix(0, 12));
    EXPECT_EQ(t->weights(0), Matrix(0, 0));
    Rng rng(1);
    AttentionConfig c = smallConfig();
    c.bias = true;
    const AttentionInput in = drawLayer(rng, {c, 2, 0, 5, true}); // nothing to read: the bias alone
    const auto cross = run(in);
    EXPECT_EQ(cross->weights(0), Matrix(2, 0));
    for (Index j = 0; j < 12; ++j) EXPECT_EQ(cross->output(1, j), in.weights->bo(0, j));
}

TEST(Properties, ScoresAreCompleteUnderAMask) {
    MaskSpec spec = causal();
    spec.window = 3;
    spec.padding = {1};
    EXPECT_EQ(run(selfAttention(120, spec))->scores(1), run(selfAttention(120))->scores(1));
}

TEST(Properties, AllowedIsTheMask) {
    MaskSpec spec = causal();
    spec.padding = {2};
    const auto t = run(selfAttention(10, spec));
    const BoolGrid allowed = t->allowed(0);
    for (Index i = 0; i < 10; ++i)
        for (Index j = 0; j < 10; ++j) EXPECT_EQ(allowed(i, j) != 0, j <= i && j != 2);
}

/// Longer than what the kernels take at once, so that the parts must add up.
TEST(Properties, TheContextIsWeightsTimesValues) {
    std::vector<MaskSpec> masks(3);
    masks[1].causal = true;
    masks[2].window = 290;
    for (const MaskSpec& mask : masks) {
        const auto t = run(selfAttention(600, mask));
        for (int h = 0; h < 3; ++h) {
            const Matrix w = t->weights(h);
            for (Index i = 0; i < 600; i += 7)
                for (Index d = 0; d < 4; ++d) {
                    double sum = 0;
                    for (Index j = 0; j < 600; ++j)
                        sum += static_cast<double>(w(i, j)) * static_cast<double>(t->v(j, h * 4 + d));
                    ASSERT_NEAR(static_cast<double>(t->context(i, h * 4 + d)), sum, tolerance);
                }
        }
    }
}

TEST(Properties, GroupedQueriesAreRepeatedKeysAndValues) {
    AttentionConfig grouped = smallConfig(6);
    grouped.kvHeads = 2;
    AttentionConfig full = smallConfig(6);
    AttentionInput a = selfAttention(30, {}, grouped);
    AttentionInput b = a;
    b.config = full;
    AttentionWeights w = *a.weights;
    const auto repeated = [](const Matrix& m, Index width) {
        Matrix out(m.rows(), 6 * width);
        for (Index i = 0; i < m.rows(); ++i)
            for (Index h = 0; h < 6; ++h)
                for (Index d = 0; d < width; ++d) out(i, h * width + d) = m(i, h / 3 * width + d);
        return out;
    };
    w.wk = repeated(w.wk, full.dK);
    w.wv = repeated(w.wv, full.dV);
    b.weights = std::make_shared<const AttentionWeights>(std::move(w));
    expectAlike(run(a)->output, run(b)->output);
}

TEST(Properties, ATemperatureDividesTheScores) {
    AttentionConfig warm = smallConfig();
    warm.temperature = 4;
    EXPECT_EQ(run(selfAttention(20, {}, warm))->scores(0), scaled(run(selfAttention(20))->scores(0), 0.25));
}

TEST(Properties, RowStatisticsGiveTheWeightsFromTheScores) {
    const auto t = run(selfAttention(70, causal()));
    const Matrix s = t->scores(2);
    const Matrix w = t->weights(2);
    for (Index i = 0; i < 70; ++i)
        for (Index j = 0; j <= i; ++j) {
            const double top = static_cast<double>(t->rowMax(2, i));
            const double e = std::exp(static_cast<double>(s(i, j)) - top) / static_cast<double>(t->rowSum(2, i));
            ASSERT_NEAR(static_cast<double>(w(i, j)), e, tolerance);
        }
}

} // namespace
} // namespace headscope::testing
