// SPDX-License-Identifier: GPL-3.0-or-later
// The n × n matrices, block by block: what the forward pass used, and the same again, bit for bit.
#include "tests/core/precision/attention_cases.h"

#include "core/attention/dropout.h"
#include "core/base/parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>

namespace headscope::testing {
namespace {

struct Seen {
    Matrix weights; ///< [rows, n_k]
    Index firstRow = 0;
};

/// What a reader saw, by head and first row.
std::map<std::pair<int, Index>, Seen> collect(const AttentionInput& in, std::shared_ptr<const LayerTrace>& trace) {
    std::map<std::pair<int, Index>, Seen> seen;
    std::mutex mutex;
    int twice = 0;
    trace = attend(in, {}, [&](const WeightsBlock& b) {
                Seen s{Matrix(b.rows, b.keys), b.firstRow};
                for (Index r = 0; r < b.rows; ++r)
                    std::copy(b.data + r * b.stride + b.firstKey, b.data + r * b.stride + b.lastKey,
                              s.weights.row(r).begin() + b.firstKey);
                const std::scoped_lock lock(mutex);
                twice += !seen.emplace(std::pair{b.head, b.firstRow}, std::move(s)).second;
            }).value();
    EXPECT_EQ(twice, 0);
    return seen;
}

std::vector<MaskSpec> someMasks(Index queries, Index keys) {
    std::vector<MaskSpec> all(5);
    all[1].causal = true;
    all[2].window = 9;
    all[3].prefix = 60;
    all[3].padding = {0, static_cast<int>(keys) - 1};
    auto grid = std::make_shared<MaskGrid>();
    *grid = {3, queries, keys, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * queries * keys))};
    Rng rng(5);
    for (std::uint8_t& c : grid->cells) c = rng.next() % 3 != 0;
    all[4].grid = grid;
    return all;
}

class Blocks : public ::testing::TestWithParam<std::pair<Index, ScoreKind>> {};
INSTANTIATE_TEST_SUITE_P(Sizes, Blocks,
                         ::testing::Values(std::pair{1, ScoreKind::ScaledDot}, std::pair{48, ScoreKind::Dot},
                                           std::pair{131, ScoreKind::ScaledDot}, std::pair{131, ScoreKind::Cosine},
                                           std::pair{131, ScoreKind::Euclidean}, std::pair{300, ScoreKind::ScaledDot}));

TEST_P(Blocks, AgainAreTheBitsOfTheForwardPass) {
    const auto [n, score] = GetParam();
    AttentionConfig c = smallConfig();
    c.score = score;
    c.dropout = 0.25;
    for (const MaskSpec& spec : someMasks(n, n)) {
        const AttentionInput in = selfAttention(n, spec, c);
        std::shared_ptr<const LayerTrace> t;
        const auto seen = collect(in, t);
        EXPECT_EQ(std::ssize(seen), c.heads * t->blocks());
        for (int h = 0; h < c.heads; ++h) {
            const Matrix whole = t->weights(h);
            const Matrix wholeSoftmax = t->softmax(h);
            const Matrix wholeScores = t->scores(h);
            for (Index b = 0; b < t->blocks(); ++b) {
                const Index first = b * LayerTrace::blockRows();
                Matrix weights, softmax, scores;
                t->weightsBlock(h, b, weights);
                t->softmaxBlock(h, b, softmax);
                t->scoresBlock(h, b, scores);
                ASSERT_TRUE(seen.contains({h, first}));
                EXPECT_EQ(weights, seen.at({h, first}).weights);
                ASSERT_EQ(weights.rows(), std::min(LayerTrace::blockRows(), n - first));
                for (Index i = 0; i < weights.rows(); ++i) {
                    ASSERT_TRUE(std::ranges::equal(weights.row(i), whole.row(first + i)));
                    ASSERT_TRUE(std::ranges::equal(softmax.row(i), wholeSoftmax.row(first + i)));
                    ASSERT_TRUE(std::ranges::equal(scores.row(i), wholeScores.row(first + i)));
                    ASSERT_TRUE(std::ranges::equal(weights.row(i), t->weightsRow(h, first + i)));
                }
            }
            for (Index key = 0; key < n; ++key) {
                const std::vector<Scalar> column = t->weightsColumn(h, key);
                ASSERT_EQ(std::ssize(column), n);
                for (Index i = 0; i < n; ++i)
                    ASSERT_EQ(column[static_cast<std::size_t>(i)], whole(i, key)) << i << ' ' << key;
            }
        }
    }
}

TEST(BlocksOfAMask, ComputeOnlyTheKeysThatMayBeRead) {
    MaskSpec window;
    window.window = 4;
    std::atomic<Index> cells = 0;
    const auto t = attend(selfAttention(400, window), {}, [&](const WeightsBlock& b) {
        EXPECT_EQ(b.firstKey, std::max<Index>(0, b.firstRow - 4));
        EXPECT_EQ(b.lastKey, std::min<Index>(400, b.firstRow + b.rows + 4));
        cells += b.rows * (b.lastKey - b.firstKey);
    });
    ASSERT_TRUE(t.ok());
    EXPECT_LT(cells, 3 * 400 * (LayerTrace::blockRows() + 9));
}

TEST(BlocksOfCrossAttention, HaveTheirShapes) {
    AttentionConfig c = smallConfig();
    Rng rng(3);
    const auto t = run(drawLayer(rng, {c, 77, 33, 9, true}));
    EXPECT_EQ(t->queries(), 77);
    EXPECT_EQ(t->keys(), 33);
    EXPECT_EQ(t->weights(2).rows(), 77);
    EXPECT_EQ(t->weights(2).cols(), 33);
    EXPECT_EQ(t->output.rows(), 77);
    EXPECT_EQ(t->output.cols(), 12);
}

TEST(Attend, GivesTheSameBitsOnOneThreadAndOnAll) {
    MaskSpec causal;
    causal.causal = true;
    const AttentionInput in = selfAttention(600, causal, smallConfig(4, 20, 24));
    const auto many = run(in);
    std::shared_ptr<const LayerTrace> one;
    parallelFor(2, [&](Index i) { // inside a body everything runs on its one thread
        if (i == 0) one = run(in);
    });
    EXPECT_EQ(many->output, one->output);
    EXPECT_EQ(many->context, one->context);
    EXPECT_EQ(many->rowSum, one->rowSum);
    EXPECT_EQ(many->weights(3), one->weights(3));
}

TEST(Attend, StopsBeforeItBegins) {
    std::stop_source stop;
    stop.request_stop();
    int blocks = 0;
    const auto r = attend(selfAttention(100), stop.get_token(), [&](const WeightsBlock&) { ++blocks; });
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(blocks, 0);
}

TEST(Attend, StopsBetweenBlocks) {
    std::stop_source stop;
    std::atomic<int> blocks = 0;
    const auto r = attend(selfAttention(2000), stop.get_token(), [&](const WeightsBlock&) {
        ++blocks;
        stop.request_stop();
    });
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.error().code, ErrorCode::Cancelled);
    EXPECT_GE(blocks, 1);
    EXPECT_LT(blocks, 3 * 2000 / LayerTrace::blockRows() / 2);
}

AttentionConfig dropping(double p) {
    AttentionConfig c = smallConfig(2);
    c.dropout = p;
    return c;
}

TEST(Dropout, ZeroesItsShareAndEnlargesTheRest) {
    for (const double p : {0.1, 0.5, 0.9}) {
        const auto t = run(selfAttention(400, {}, dropping(p)));
        const Matrix softmax = t->softmax(1);
        const Matrix weights = t->weights(1);
        Index dropped = 0;
        for (Index i = 0; i < weights.size(); ++i) {
            if (weights.data()[i] == 0)
                ++dropped;
            else
                EXPECT_NEAR(static_cast<double>(weights.data()[i]), static_cast<double>(softmax.data()[i]) / (1 - p),
                            1e-7);
        }
        const double n = 160000;
        EXPECT_NEAR(static_cast<double>(dropped), n * p, 5 * std::sqrt(n * p * (1 - p)));
    }
}

TEST(Dropout, SaysWhichWeightsItDropped) {
    MaskSpec causal;
    causal.causal = true;
    const auto t = run(selfAttention(100, causal, dropping(0.5)));
    for (int h = 0; h < 2; ++h) {
        const Matrix softmax = t->softmax(h);
        const Matrix weights = t->weights(h);
        for (Index i = 0; i < 100; ++i)
            for (Index j = 0; j < 100; ++j) {
                if (j <= i) {
                    ASSERT_GT(softmax(i, j), 0);
                }
                ASSERT_EQ(isDropped(*t, h, i, j), softmax(i, j) > 0 && weights(i, j) == 0) << h << ' ' << i << ' ' << j;
            }
    }
    EXPECT_FALSE(isDropped(*run(selfAttention(4, {}, dropping(0))), 0, 1, 1));
}

TEST(Dropout, IsTheSameForASeedAndAnotherForAnother) {
    AttentionInput in = selfAttention(60, {}, dropping(0.5));
    const auto first = run(in);
    EXPECT_EQ(first->weights(0), run(in)->weights(0));
    EXPECT_NE(first->weights(0), first->weights(1));
    in.seed = 1;
    EXPECT_NE(first->weights(0), run(in)->weights(0));
    EXPECT_EQ(first->softmax(0), run(in)->softmax(0));
}

/// Neighbours in a row, neighbours in a column and the two heads agree as often as chance has it.
TEST(Dropout, FallsIndependently) {
    const auto t = run(selfAttention(400, {}, dropping(0.5)));
    const Matrix a = t->weights(0);
    const Matrix b = t->weights(1);
    Index row = 0, column = 0, head = 0;
    for (Index i = 0; i + 1 < 400; ++i)
        for (Index j = 0; j + 1 < 400; ++j) {
            row += (a(i, j) == 0) == (a(i, j + 1) == 0);
            column += (a(i, j) == 0) == (a(i + 1, j) == 0);
            head += (a(i, j) == 0) == (b(i, j) == 0);
        }
    for (const Index agree : {row, column, head}) EXPECT_NEAR(static_cast<double>(agree), 399 * 399 / 2.0, 1000);
}

TEST(Dropout, TheContextIsMadeOfTheDroppedWeights) {
    const auto t = run(selfAttention(90, {}, dropping(0.4)));
    const Matrix w = t->weights(1);
    for (Index i = 0; i < 90; ++i)
        for (Index d = 0; d < 4; ++d) {
            double sum = 0;
            for (Index j = 0; j < 90; ++j) sum += static_cast<double>(w(i, j)) * static_cast<double>(t->v(j, 4 + d));
            EXPECT_NEAR(static_cast<double>(t->context(i, 4 + d)), sum, 1e-5);
        }
}

} // namespace
} // namespace headscope::testing
