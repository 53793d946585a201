// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/selection.h"
#include "ui/views/link_choice.h"
#include "ui/views/link_curves.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace headscope {
namespace {

using Cell = std::pair<int, int>;

Session sentence(int heads = 4) {
    Session session;
    session.text = "The animal didn't cross the street because it was too tired to go on and on";
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.heads = heads;
    session.sandbox.temperature = 0.3;
    return session;
}

/// The oracle: the row's weights sorted, added up one by one; those within a hundredth of the last one come along.
std::set<Cell> simpleChoice(const Matrix& weights, double share, const std::set<int>& hidden) {
    std::set<Cell> chosen;
    for (Index i = 0; i < weights.rows(); ++i) {
        std::vector<std::pair<double, int>> row;
        double total = 0;
        for (Index j = 0; j < weights.cols(); ++j) {
            if (hidden.contains(static_cast<int>(j))) continue;
            row.emplace_back(-static_cast<double>(weights(i, j)), static_cast<int>(j));
            total += static_cast<double>(weights(i, j));
        }
        std::sort(row.begin(), row.end());
        double sum = 0;
        double last = 0;
        for (const auto& [w, j] : row) {
            if (w == 0 || (sum >= share * total - 1e-6 * total && -w < 0.99 * last)) break;
            if (sum < share * total - 1e-6 * total) last = -w;
            sum -= w;
            chosen.insert({static_cast<int>(i), j});
        }
    }
    return chosen;
}

std::set<Cell> cellsOf(const LinkChoice& choice, int lane) {
    std::set<Cell> cells;
    for (const ShownLink& l : choice.links)
        if (l.lane == lane) cells.insert({l.query, l.key});
    return cells;
}

TEST(LinkChoice, KeepsTheStrongestKeysUpToTheShareOfEachRow) {
    Session session = sentence();
    for (const bool causal : {false, true}) {
        session.sandbox.mask.causal = causal;
        const AnalysisPtr analysis = test::analysisOf(session);
        const int n = static_cast<int>(analysis->queries.size());
        const std::vector<int> heads{1, 3};
        for (const double mass : {0.0, 0.3, 0.7, 0.95, 0.999}) {
            ViewState state;
            state.mass = mass;
            const LinkChoice choice = strongestLinks(*analysis, state, heads, 0, n);
            EXPECT_EQ(choice.cutAt, 0);
            for (int lane = 0; lane < 2; ++lane) {
                const Matrix weights = analysis->trace->weights(heads[static_cast<std::size_t>(lane)]);
                std::set<Cell> expected = simpleChoice(weights, mass, {});
                if (mass == 0) // at least the strongest
                    expected = simpleChoice(weights, 1e-3, {});
                EXPECT_EQ(cellsOf(choice, lane), expected) << mass << " head " << heads[static_cast<std::size_t>(lane)];
                for (const ShownLink& l : choice.links) {
                    if (l.lane == lane) {
                        EXPECT_EQ(l.weight, weights(l.query, l.key));
                    }
                }
            }
        }
    }
}

TEST(LinkChoice, TheWholeRowMeansEveryWeightThatCounts) {
    const AnalysisPtr analysis = test::analysisOf(sentence());
    const std::vector<int> heads{0};
    ViewState state;
    state.mass = 1;
    const std::set<Cell> chosen = cellsOf(strongestLinks(*analysis, state, heads, 0, static_cast<int>(analysis->queries.size())), 0);
    const Matrix weights = analysis->trace->weights(0);
    for (Index i = 0; i < weights.rows(); ++i)
        for (Index j = 0; j < weights.cols(); ++j)
            if (weights(i, j) > Scalar(1e-5)) {
                EXPECT_TRUE(chosen.contains({static_cast<int>(i), static_cast<int>(j)})) << i << " " << j;
            }
}

TEST(LinkChoice, HiddenKeysLeaveAndTheRestCanBeRenormalised) {
    const AnalysisPtr analysis = test::analysisOf(sentence());
    const int n = static_cast<int>(analysis->queries.size());
    const std::vector<int> heads{0};
    const Matrix weights = analysis->trace->weights(0);
    ViewState state;
    state.hidden = HiddenTokens::SpecialAndFirst;
    for (const bool renormalise : {false, true}) {
        state.renormalise = renormalise;
        const LinkChoice choice = strongestLinks(*analysis, state, heads, 0, n);
        EXPECT_EQ(cellsOf(choice, 0), simpleChoice(weights, state.mass, {0}));
        for (const ShownLink& l : choice.links) {
            const double kept = renormalise ? 1 - static_cast<double>(weights(l.query, 0)) : 1;
            EXPECT_NEAR(static_cast<double>(l.weight), static_cast<double>(weights(l.query, l.key)) / kept, 1e-5);
        }
        double top = 0;
        for (const ShownLink& l : choice.links) top = std::max(top, static_cast<double>(l.weight));
        EXPECT_NEAR(greatestShown(*analysis, state, heads), top, 1e-6);
    }
}

TEST(LinkChoice, SaysWhereTheRankedListEnds) {
    Session session;
    for (int i = 0; i < 400; ++i) session.text += "w" + std::to_string(i) + " ";
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.temperature = 1000; // nearly uniform: 70 % take hundreds of keys
    const AnalysisPtr analysis = test::analysisOf(session);
    ASSERT_LT(analysis->links[0].perRow, 280);
    const std::vector<int> heads{0};
    EXPECT_EQ(strongestLinks(*analysis, {}, heads, 0, 10).cutAt, analysis->links[0].perRow);
    // A chosen row is read exactly.
    LinkFocus focus{{7}, {}, false};
    const Matrix weights = analysis->trace->weights(0);
    Matrix row(1, weights.cols());
    for (Index k = 0; k < weights.cols(); ++k) row(0, k) = weights(7, k);
    const std::size_t expected = simpleChoice(row, 0.7, {}).size();
    EXPECT_GE(expected, 280U);
    EXPECT_EQ(cellsOf(linksOf(FollowedWeights().of(analysis, {}, heads, focus), {}, focus), 0).size(), expected);
}

// The first token is read alike by all: to draw nine of its twelve readers would be chance.
TEST(LinkChoice, EqualLinksAreShownTogether) {
    Session session;
    session.text = "The animal did not cross the street because it was too tired";
    const AnalysisPtr analysis = test::analysisOf(session);
    const std::vector<int> heads{2};
    const LinkFocus focus{{}, {0}, true};
    EXPECT_EQ(cellsOf(linksOf(FollowedWeights().of(analysis, {}, heads, focus), {}, focus), 0).size(), 12U);
    const std::vector<Link> ranked{{0, Scalar(0.3)}, {1, Scalar(0.2)}, {2, Scalar(0.2)}, {3, Scalar(0.199)}, {4, Scalar(0.101)}};
    EXPECT_EQ(countToShare(ranked, 1, 0.3).count, 1U);
    EXPECT_EQ(countToShare(ranked, 1, 0.5).count, 4U);
    EXPECT_EQ(countToShare(ranked, 1, 0.95).count, 5U);
}

TEST(LinkChoice, OnlyTheRowsAskedFor) {
    const AnalysisPtr analysis = test::analysisOf(sentence());
    const std::vector<int> heads{2};
    for (const ShownLink& l : strongestLinks(*analysis, {}, heads, 3, 6).links) {
        EXPECT_GE(l.query, 3);
        EXPECT_LT(l.query, 6);
    }
}

TEST(LinkChoice, AChosenKeyGathersWhoReadsIt) {
    const AnalysisPtr analysis = test::analysisOf(sentence());
    const std::vector<int> heads{1};
    const Matrix weights = analysis->trace->weights(1);
    const LinkFocus focus{{}, {4}, true};
    const LinkChoice choice = linksOf(FollowedWeights().of(analysis, {}, heads, focus), {}, focus);
    Matrix column(1, weights.rows());
    for (Index i = 0; i < weights.rows(); ++i) column(0, i) = weights(i, 4);
    std::set<Cell> expected;
    for (const auto& [zero, i] : simpleChoice(column, 0.7, {})) expected.insert({i, 4});
    EXPECT_EQ(cellsOf(choice, 0), expected);
}

TEST(LinkChoice, StripesAreTheMeanOfRowsAndTheSumOfColumns) {
    const AnalysisPtr analysis = test::analysisOf(sentence());
    const std::vector<int> heads{0, 2};
    const LinkFocus rows{{1, 5}, {}, false};
    const LinkFocus keys{{}, {3, 4}, true};
    const auto both = togetherOf(FollowedWeights().of(analysis, {}, heads, rows), rows);
    const auto columns = togetherOf(FollowedWeights().of(analysis, {}, heads, keys), keys);
    const auto received = receivedMeans(*analysis, {}, heads);
    const Index n = static_cast<Index>(analysis->queries.size());
    for (std::size_t lane = 0; lane < 2; ++lane) {
        const Matrix w = analysis->trace->weights(heads[lane]);
        for (Index j = 0; j < n; ++j) {
            EXPECT_NEAR(both[lane][static_cast<std::size_t>(j)], static_cast<double>(w(1, j) + w(5, j)) / 2, 1e-6);
            EXPECT_NEAR(columns[lane][static_cast<std::size_t>(j)], static_cast<double>(w(j, 3) + w(j, 4)), 1e-6);
            double mean = 0;
            for (Index i = 0; i < n; ++i) mean += static_cast<double>(w(i, j)) / static_cast<double>(n);
            EXPECT_NEAR(received[lane][static_cast<std::size_t>(j)], mean, 1e-5);
        }
    }
}

TEST(LinkChoice, KeptWeightsAreThoseAskedFor) {
    const AnalysisPtr analysis = test::analysisOf(sentence());
    const AnalysisPtr other = test::analysisOf("one two three");
    FollowedWeights kept;
    ViewState hiding;
    hiding.hidden = HiddenTokens::SpecialAndFirst;
    ViewState renormalised = hiding;
    renormalised.renormalise = true;
    for (const AnalysisPtr& a : {analysis, other})
        for (const ViewState& state : {ViewState{}, hiding, renormalised})
            for (const std::vector<int>& heads : {std::vector<int>{0}, {0, 1}, {1}})
                for (const LinkFocus& focus : {LinkFocus{{1}, {}, false}, {{1, 2}, {}, false}, {{}, {1}, true}}) {
                    const auto fresh = FollowedWeights().of(a, state, heads, focus);
                    EXPECT_EQ(kept.of(a, state, heads, focus), fresh);
                    EXPECT_EQ(kept.of(a, state, heads, focus), fresh);
                }
}

TEST(LinkChoice, FocusFollowsHoverThenPinsAndDirection) {
    Selection selection;
    selection.setExtent(2, 5, 5);
    EXPECT_TRUE(focusOf(selection).empty());
    selection.pinQuery(2, false);
    EXPECT_EQ(focusOf(selection), (LinkFocus{{2}, {}, false}));
    selection.hoverKey(4);
    EXPECT_EQ(focusOf(selection), (LinkFocus{{}, {4}, true}));
    selection.hoverCell(0, 1, 3);
    EXPECT_FALSE(focusOf(selection).incoming);
    selection.edit({}, [](ViewState& s) { s.direction = Direction::IsReadBy; });
    EXPECT_TRUE(focusOf(selection).incoming);
}

TEST(LinkChoice, TurningTheDirectionKeepsTheChosenWord) {
    ViewState state;
    state.pinnedQueries = {2, 5};
    turnTo(state, Direction::IsReadBy, false);
    EXPECT_EQ(state.pinnedKeys, (std::vector<int>{2, 5}));
    EXPECT_TRUE(state.pinnedQueries.empty());
    turnTo(state, Direction::IsReadBy, false);
    EXPECT_EQ(state.pinnedKeys, (std::vector<int>{2, 5}));
    turnTo(state, Direction::ReadsFrom, false);
    EXPECT_EQ(state.pinnedQueries, (std::vector<int>{2, 5}));
    // Of two sentences position 2 is not the same word; a pair stays a pair.
    turnTo(state, Direction::IsReadBy, true);
    EXPECT_EQ(state.pinnedQueries, (std::vector<int>{2, 5}));
    state.pinnedKeys = {1};
    turnTo(state, Direction::ReadsFrom, false);
    EXPECT_EQ(state.pinnedKeys, std::vector<int>{1});
}

TEST(LinkChoice, TheMaskSaysWhatIsForbidden) {
    Session session = sentence();
    session.sandbox.mask.causal = true;
    session.sandbox.mask.padding = {0};
    const AnalysisPtr analysis = test::analysisOf(session);
    const std::vector<int> heads{0, 1};
    const LinkFocus reads{{3}, {}, false};
    EXPECT_TRUE(forbiddenKey(*analysis, heads, reads, 4));
    EXPECT_FALSE(forbiddenKey(*analysis, heads, reads, 3));
    EXPECT_TRUE(forbiddenKey(*analysis, heads, {}, 0));
    EXPECT_FALSE(forbiddenKey(*analysis, heads, {}, 4));
    EXPECT_TRUE(forbiddenQuery(*analysis, heads, {}, 0)); // it could read only itself
    EXPECT_FALSE(forbiddenQuery(*analysis, heads, {}, 1));
    EXPECT_TRUE(forbiddenQuery(*analysis, heads, {{}, {4}, true}, 2));
}

TEST(LinkChoice, StrengthIsAPowerOfTheShareOfTheGreatest) {
    EXPECT_DOUBLE_EQ(linkStrength(0.5, 0.5, 0.7), 1);
    EXPECT_DOUBLE_EQ(linkStrength(0.25, 1, 0.5), 0.5);
    EXPECT_DOUBLE_EQ(linkStrength(2, 1, 0.5), 1);
    EXPECT_DOUBLE_EQ(linkStrength(0, 1, 0.5), 0);
    EXPECT_DOUBLE_EQ(linkStrength(1, 0, 0.5), 0);
}

TEST(LinkCurves, PixelsAgreeWithTheStrokedPath) {
    const QRectF field(0, 0, 120, 90);
    for (const bool horizontal : {false, true}) {
        for (const LinkCurve& curve : {LinkCurve{20, 20, 3, Qt::black}, LinkCurve{10, 80, 3, Qt::black}, LinkCurve{85, 5, 6, Qt::black}}) {
            const QImage ours = curveImage({&curve, 1}, field, 1, horizontal);
            QImage stroked(ours.size(), QImage::Format_ARGB32_Premultiplied);
            stroked.fill(Qt::transparent);
            QPainter painter(&stroked);
            painter.setRenderHint(QPainter::Antialiasing);
            painter.strokePath(curvePath(curve, field, horizontal), QPen(Qt::black, curve.width, Qt::SolidLine, Qt::FlatCap));
            painter.end();
            double ink = 0;
            double difference = 0;
            for (int y = 0; y < ours.height(); ++y)
                for (int x = 0; x < ours.width(); ++x) {
                    ink += qAlpha(stroked.pixel(x, y));
                    difference += std::abs(qAlpha(stroked.pixel(x, y)) - qAlpha(ours.pixel(x, y)));
                }
            EXPECT_GT(ink, 255 * 200);
            EXPECT_LT(difference, 0.08 * ink) << curve.from << " " << curve.to << " " << horizontal;
        }
    }
}

TEST(LinkCurves, LaterCurvesLieOverEarlierOnes) {
    const std::vector<LinkCurve> curves{{30, 30, 8, Qt::red}, {30, 30, 4, Qt::blue}};
    const QImage image = curveImage(curves, QRectF(0, 0, 50, 60), 1, false);
    EXPECT_EQ(image.pixelColor(25, 30), QColor(Qt::blue));
    EXPECT_EQ(image.pixelColor(25, 27), QColor(Qt::red));
    EXPECT_EQ(image.pixelColor(25, 10).alpha(), 0);
}

TEST(LinkCurves, ManyFaintCurvesNeverOverflowAPixel) {
    std::vector<LinkCurve> curves(500, LinkCurve{10.3, 10.3, 5, QColor(255, 255, 255, 40)});
    const QImage image = curveImage(curves, QRectF(0, 0, 20, 20), 1, false);
    const QRgb middle = image.pixel(10, 10);
    EXPECT_GE(qAlpha(middle), 235);
    EXPECT_GE(qRed(middle), 235);
    EXPECT_EQ(qRed(middle), qBlue(middle));
}

TEST(LinkCurves, NoFieldNoPicture) {
    const LinkCurve curve{0, 0, 1, Qt::black};
    EXPECT_TRUE(curveImage({&curve, 1}, QRectF(0, 0, 0, 10), 1, false).isNull());
    EXPECT_TRUE(curveImage({&curve, 1}, QRectF(0, 0, -5, 10), 1, true).isNull());
}

} // namespace
} // namespace headscope
