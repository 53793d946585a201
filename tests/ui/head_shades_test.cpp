// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/views/head_shades.h"

#include <algorithm>

using namespace headscope;
using headscope::test::analysisOf;

namespace {

Session someSession() {
    Session session;
    session.text = "the cat that sat on the mat saw the dog that sat on the cat";
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.mask.causal = true;
    session.sandbox.mask.padding = {3};
    return session;
}

/// The share of one cell, from the analysis alone: its weight ÷ the greatest of the row or of the head.
Scalar shareOf(const Analysis& a, int head, Index query, Index key, bool ofRow) {
    if (!a.trace->mask.allowed(head, query, key)) return maskedCell;
    Scalar top = 0;
    for (Index q = 0; q < a.trace->queries(); ++q)
        for (const Scalar w : a.row(head, q))
            if (!ofRow || q == query) top = std::max(top, w);
    return a.weight(head, query, key) / top;
}

TEST(HeadShades, AreSharesOfTheRowOrOfTheHead) {
    const AnalysisPtr a = analysisOf(someSession());
    const Index n = a->trace->queries();
    for (const bool ofRow : {false, true}) {
        HeadShades shades(*a, {}, 1);
        if (!ofRow) shades.setTop(shades.greatest());
        EXPECT_TRUE(shades.anyMasked());
        const Matrix all = shades.pooled(n, n);
        shades.setTransposed(true);
        const Matrix turned = shades.pooled(n, n);
        for (Index q = 0; q < n; ++q)
            for (Index k = 0; k < n; ++k) {
                EXPECT_EQ(all(q, k), shareOf(*a, 1, q, k, ofRow));
                EXPECT_EQ(turned(k, q), all(q, k));
                if (all(q, k) >= 0)
                    EXPECT_EQ(shades.weight(k, q), a->weight(1, q, k));
                else
                    EXPECT_EQ(shades.weight(k, q), maskedCell);
            }
    }
}

TEST(HeadShades, PooledAreTheGreatestOfTheirCells) {
    const AnalysisPtr a = analysisOf(someSession());
    const Index n = a->trace->queries(); // 15
    HeadShades shades(*a, {}, 2);
    const Matrix all = shades.pooled(n, n);
    const Matrix small = shades.pooled(4, 7);
    Matrix expected(4, 7, hiddenCell);
    for (Index q = 0; q < n; ++q)
        for (Index k = 0; k < n; ++k) {
            Scalar& cell = expected(q * 4 / n, k * 7 / n);
            cell = std::max(cell, all(q, k));
        }
    EXPECT_EQ(small, expected);
    EXPECT_EQ(shades.pooled(2000, 2000), all); // no more than there are
}

TEST(HeadShades, ACroppedPartIsThatPartOfTheWhole) {
    const AnalysisPtr a = analysisOf(someSession());
    HeadShades shades(*a, {}, 0);
    const Matrix all = shades.pooled(shades.rows(), shades.columns());
    shades.crop(4, 6, 2, 5);
    ASSERT_EQ(shades.rows(), 6);
    ASSERT_EQ(shades.columns(), 5);
    const Matrix part = shades.pooled(6, 5);
    for (Index i = 0; i < 6; ++i)
        for (Index j = 0; j < 5; ++j) EXPECT_EQ(part(i, j), all(4 + i, 2 + j));
    shades.crop(8, 4, 0, 3); // below the diagonal, beside the padded key
    EXPECT_FALSE(shades.anyMasked());
}

TEST(HeadShades, HiddenKeysLeaveThePicture) {
    const AnalysisPtr a = analysisOf("no man is an island");
    ViewState state;
    state.hidden = HiddenTokens::SpecialAndFirst;
    HeadShades shades(*a, state, 2); // reads the first token, of which hardly anything is left
    const Matrix all = shades.pooled(shades.rows(), shades.columns());
    for (Index q = 0; q < all.rows(); ++q) {
        EXPECT_EQ(all(q, 0), hiddenCell);
        EXPECT_EQ(*std::max_element(all.row(q).begin(), all.row(q).end()), 1); // the row's greatest of what is left
    }
    EXPECT_LT(shades.greatest(), 0.1);
}

// A line one cell wide must survive any reduction: "previous token" is a diagonal.
TEST(HeadShades, KeepThinLines) {
    Matrix m(1000, 1000);
    for (Index i = 1; i < 1000; ++i) m(i, i - 1) = 1;
    HeadShades shades(m);
    shades.setTop(1);
    const Matrix small = shades.pooled(60, 60);
    ASSERT_EQ(small.rows(), 60);
    for (Index i = 0; i < 60; ++i) EXPECT_EQ(small(i, i), 1);
    EXPECT_EQ(shades.pooled(2000, 2000), m);
}

} // namespace
