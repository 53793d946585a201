// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/token_vectors.h"

#include "core/base/rng.h"
#include "core/sources/positions.h"
#include "core/sources/random_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace headscope {
namespace {

std::vector<Token> words(std::initializer_list<const char*> texts) {
    std::vector<Token> tokens;
    for (const char* text : texts) tokens.push_back({static_cast<std::int64_t>(tokens.size()), text, 0, 0, false});
    return tokens;
}

double product(const Matrix& m, Index a, Index b) {
    double sum = 0;
    for (Index c = 0; c < m.cols(); ++c) sum += static_cast<double>(m(a, c)) * static_cast<double>(m(b, c));
    return sum;
}

double cosine(const Matrix& m, Index a, Index b) {
    return product(m, a, b) / std::sqrt(product(m, a, a) * product(m, b, b));
}

/// Numbers rounded to 1e-4, so that the last bits of sin and cos do not matter.
std::uint64_t hashOf(const Matrix& m) {
    std::string bytes;
    for (Index i = 0; i < m.size(); ++i)
        bytes += std::to_string(std::lround(static_cast<double>(m.data()[i]) * 1e4)) + ",";
    return hashBytes(bytes);
}

TEST(TokenVectors, equalWordsAreEqualAndSimilarOnesNear) {
    for (const Index d : {32, 64, 100, 512}) {
        const Matrix x = tokenVectors(words({"cat", "dog", "cats", "cat", "Cat", "painter", "painters"}), d);
        EXPECT_TRUE(std::ranges::equal(x.row(0), x.row(3)));
        EXPECT_FALSE(std::ranges::equal(x.row(0), x.row(4)));
        EXPECT_GT(cosine(x, 0, 2), cosine(x, 0, 1) + 0.1) << d;
        EXPECT_GT(cosine(x, 5, 6), cosine(x, 0, 5) + 0.1) << d;
    }
}

TEST(TokenVectors, everyWidthWorks) {
    for (Index d = 1; d <= 40; ++d) {
        const Matrix x = tokenVectors(words({"a", "b", ""}), d);
        ASSERT_EQ(x.cols(), d);
        for (Index i = 0; i < x.size(); ++i) EXPECT_TRUE(std::isfinite(static_cast<double>(x.data()[i])));
        EXPECT_GT(product(x, 0, 0), 0);
        EXPECT_FALSE(std::ranges::equal(x.row(0), x.row(1))) << d;
    }
}

TEST(TokenVectors, haveNothingWherePositionsAreRead) {
    const VectorLayout layout(64);
    const Matrix x = tokenVectors(words({"animal", "street"}), 64);
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index c = 0; c < 2 * layout.positionPairs(); ++c) EXPECT_EQ(x(i, c), 0);
        EXPECT_EQ(x(i, layout.constantColumn()), 0);
    }
}

TEST(TokenVectors, positionsHardlyTouchContent) {
    for (const Index d : {64, 128, 512}) {
        const VectorLayout layout(d);
        const Matrix p = sinusoidalPositions(300, d);
        for (Index c = 0; c < layout.content(); ++c) {
            const std::vector<double> w = layout.direction(c);
            for (Index t = 0; t < p.rows(); ++t) {
                double read = 0;
                for (Index k = 0; k < d; ++k) read += static_cast<double>(p(t, k)) * w[static_cast<std::size_t>(k)];
                ASSERT_LT(std::abs(read), 0.02) << "d " << d << " coordinate " << c << " position " << t;
            }
        }
    }
}

TEST(TokenVectors, directionsAreOrthonormal) {
    for (const Index d : {8, 9, 16, 33, 64}) {
        const VectorLayout layout(d);
        std::vector<std::vector<double>> all = layout.contentFree();
        for (Index c = 0; c < layout.content(); ++c) all.push_back(layout.direction(c));
        ASSERT_LE(all.size(), static_cast<std::size_t>(d));
        for (std::size_t a = 0; a < all.size(); ++a)
            for (std::size_t b = 0; b <= a; ++b) {
                double sum = 0;
                for (std::size_t k = 0; k < all[a].size(); ++k) sum += all[a][k] * all[b][k];
                EXPECT_NEAR(sum, a == b ? 1 : 0, 1e-12);
            }
    }
}

TEST(TokenVectors, sameOnEveryMachine) {
    // All but the first were computed from the descriptions by a Python script; the first pins what is.
    const auto tokens = words({"The", "animal", "图书馆", "👨‍👩‍👧‍👦", "مكتبة"});
    EXPECT_EQ(hashOf(tokenVectors(tokens, 64)), 5029812868790567020ULL);
    EXPECT_EQ(hashOf(tokenVectors(tokens, 7)), 10530075546200637666ULL);
    EXPECT_EQ(hashOf(learnedPositions(5, 6, 42)), 11680648826471447264ULL);
    AttentionConfig config;
    config.dModel = 6;
    config.dK = config.dV = 3;
    config.heads = config.kvHeads = 2;
    EXPECT_EQ(hashOf(randomWeights(config, 6, 7).wq), 4887768107584160383ULL);
}

TEST(Positions, areThoseOfThePaper) {
    const Matrix p = sinusoidalPositions(5, 4);
    EXPECT_NEAR(static_cast<double>(p(1, 0)), 0.841470985, 1e-6); // interop C.1
    EXPECT_NEAR(static_cast<double>(p(1, 1)), 0.540302306, 1e-6);
    EXPECT_NEAR(static_cast<double>(p(1, 2)), 0.009999833, 1e-6);
    EXPECT_NEAR(static_cast<double>(p(1, 3)), 0.999950000, 1e-6);
    const Matrix odd = sinusoidalPositions(3, 5); // PE(pos, 4) = sin(pos / 10000^(4/5))
    EXPECT_NEAR(static_cast<double>(odd(2, 4)), std::sin(2 / std::pow(10000, 0.8)), 1e-6);
}

TEST(Positions, learnedOnesDependOnSeedAndPlaceAlone) {
    const Matrix few = learnedPositions(3, 8, 1);
    const Matrix many = learnedPositions(9, 8, 1);
    for (Index t = 0; t < 3; ++t) EXPECT_TRUE(std::ranges::equal(few.row(t), many.row(t)));
    EXPECT_FALSE(few == learnedPositions(3, 8, 2));
}

TEST(RandomWeights, stayWhatTheyAreWhenHeadsAreAdded) {
    AttentionConfig two;
    two.heads = two.kvHeads = 2;
    AttentionConfig three = two;
    three.heads = three.kvHeads = 3;
    const AttentionWeights a = randomWeights(two, two.dModel, 5);
    const AttentionWeights b = randomWeights(three, three.dModel, 5);
    for (Index r = 0; r < a.wq.rows(); ++r)
        for (Index c = 0; c < a.wq.cols(); ++c) {
            ASSERT_EQ(a.wq(r, c), b.wq(r, c));
            ASSERT_EQ(a.wv(r, c), b.wv(r, c));
        }
}

TEST(RandomWeights, fillTheXavierInterval) {
    AttentionConfig config;
    const Matrix w = randomWeights(config, config.dModel, 3).wq;
    const double bound = std::sqrt(6.0 / (64 + 16));
    double most = 0;
    double squares = 0;
    for (Index i = 0; i < w.size(); ++i) {
        const auto x = static_cast<double>(w.data()[i]);
        most = std::max(most, std::abs(x));
        squares += x * x;
    }
    EXPECT_LE(most, bound);
    EXPECT_GT(most, 0.99 * bound);
    EXPECT_NEAR(squares / static_cast<double>(w.size()), bound * bound / 3, 0.03 * bound * bound);
}

} // namespace
} // namespace headscope
