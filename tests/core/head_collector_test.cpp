// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/head_collector.h"

#include "core/analysis/link_ranker.h"
#include "core/base/rng.h"
#include "core/session/analyze.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace headscope {
namespace {

/// A text of n words out of `kinds` different ones.
std::string textOf(int n, std::uint64_t kinds) {
    Rng rng(static_cast<std::uint64_t>(n));
    std::string text;
    for (int i = 0; i < n; ++i) text += "w" + std::to_string(rng.next() % kinds) + " ";
    return text;
}

AnalysisPtr run(const Session& session) {
    auto result = analyze(session, nullptr);
    EXPECT_TRUE(result.ok()) << (result ? "" : result.error().message());
    return result ? *result : nullptr;
}

/// The measures by plain loops over the matrices the trace gives, row by row as their descriptions say.
HeadMeasures plainMeasures(const Analysis& a, int head) {
    const Matrix w = a.trace->weights(head);         // [n_q, n_k]
    const BoolGrid allowed = a.trace->allowed(head); // [n_q, n_k]
    HeadMeasures m;
    for (Index i = 0; i < w.rows(); ++i) {
        double sum = 0, keys = 0, greatest = 0, entropy = 0, distance = 0, same = 0, behind = 0;
        bool repeats = false; // some key stands behind an earlier token like this one
        for (Index j = 0; j < w.cols(); ++j) {
            sum += static_cast<double>(w(i, j));
            keys += allowed(i, j);
        }
        if (keys == 0) ++m.maskedRows;
        if (sum == 0) continue;
        ++m.rows;
        for (Index j = 0; j < w.cols(); ++j) {
            m.previousRows += j == i - 1;
            m.nextRows += j == i + 1;
            const double p = static_cast<double>(w(i, j)) / sum;
            greatest = std::max(greatest, p);
            if (p > 0) entropy -= p * std::log(p);
            distance += p * static_cast<double>(std::abs(i - j));
            if (a.queries[static_cast<std::size_t>(i)].text == a.keys[static_cast<std::size_t>(j)].text) same += p;
            if (!a.cross && j > 0 && j <= i &&
                a.queries[static_cast<std::size_t>(i)].text == a.keys[static_cast<std::size_t>(j - 1)].text) {
                behind += p;
                repeats = true;
            }
            m.previous += j == i - 1 ? p : 0;
            m.next += j == i + 1 ? p : 0;
            m.self += j == i ? p : 0;
            m.first += j == 0 ? p : 0;
        }
        m.entropy += keys > 1 ? entropy / std::log(keys) : 0;
        m.confidence += greatest;
        m.meanDistance += distance;
        m.sameToken += same;
        m.induction += behind;
        m.inductionRows += repeats;
    }
    const auto divide = [](double& value, Index rows) { value /= static_cast<double>(std::max<Index>(rows, 1)); };
    for (double* value : {&m.entropy, &m.confidence, &m.meanDistance, &m.self, &m.first, &m.sameToken})
        divide(*value, m.rows);
    divide(m.previous, m.previousRows);
    divide(m.next, m.nextRows);
    divide(m.induction, m.inductionRows);
    return m;
}

void expectNear(const HeadMeasures& found, const HeadMeasures& plain) {
    EXPECT_NEAR(found.entropy, plain.entropy, 1e-5);
    EXPECT_NEAR(found.confidence, plain.confidence, 1e-5);
    EXPECT_NEAR(found.meanDistance, plain.meanDistance, 1e-5 * (1 + plain.meanDistance));
    EXPECT_NEAR(found.previous, plain.previous, 1e-5);
    EXPECT_NEAR(found.next, plain.next, 1e-5);
    EXPECT_NEAR(found.self, plain.self, 1e-5);
    EXPECT_NEAR(found.first, plain.first, 1e-5);
    EXPECT_NEAR(found.sameToken, plain.sameToken, 1e-5);
    EXPECT_NEAR(found.induction, plain.induction, 1e-5);
    EXPECT_EQ(found.inductionRows, plain.inductionRows);
    EXPECT_EQ(found.maskedRows, plain.maskedRows);
    EXPECT_EQ(found.rows, plain.rows);
    EXPECT_EQ(found.previousRows, plain.previousRows);
    EXPECT_EQ(found.nextRows, plain.nextRows);
}

void expectPicture(const Analysis& a, int head) {
    const Matrix w = a.trace->weights(head);         // [n_q, n_k]
    const BoolGrid allowed = a.trace->allowed(head); // [n_q, n_k]
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    Matrix pixels(picture.pixels.rows(), picture.pixels.cols());
    BoolGrid open(picture.pixels.rows(), picture.pixels.cols());
    std::vector<double> received(static_cast<std::size_t>(w.cols()));
    Scalar greatest = 0;
    for (Index i = 0; i < w.rows(); ++i) {
        double sum = 0;
        for (Index j = 0; j < w.cols(); ++j) {
            Scalar& pixel = pixels(i / picture.factor, j / picture.factor);
            pixel = std::max(pixel, w(i, j));
            greatest = std::max(greatest, w(i, j));
            open(i / picture.factor, j / picture.factor) |= allowed(i, j);
            received[static_cast<std::size_t>(j)] += static_cast<double>(w(i, j));
            sum += static_cast<double>(w(i, j));
        }
        EXPECT_NEAR(static_cast<double>(picture.rowSum[static_cast<std::size_t>(i)]), sum, 1e-5);
    }
    EXPECT_EQ(picture.pixels, pixels);
    EXPECT_EQ(picture.greatest, greatest);
    if (!picture.allowed.empty())
        EXPECT_EQ(picture.allowed, open);
    else
        EXPECT_TRUE(a.mask.none());
    for (std::size_t j = 0; j < received.size(); ++j)
        EXPECT_NEAR(static_cast<double>(picture.received[j]), received[j], 1e-5 * (1 + received[j]));
}

/// What is left without the hidden keys, by plain loops. `w`: [n_q, n_k].
void expectRemainder(const Matrix& w, const std::vector<std::uint8_t>& hidden, const HeadRemainder& left, Index factor) {
    for (Index i = 0; i < w.rows(); ++i) {
        double sum = 0;
        for (Index j = 0; j < w.cols(); ++j)
            sum += hidden[static_cast<std::size_t>(j)] ? 0 : static_cast<double>(w(i, j));
        ASSERT_NEAR(static_cast<double>(left.kept[static_cast<std::size_t>(i)]), sum, 2e-5 * sum) << "row " << i;
    }
    for (Index j = 0; j < w.cols(); ++j) {
        double sum = 0;
        for (Index i = 0; i < w.rows() && !hidden[static_cast<std::size_t>(j)]; ++i)
            if (const auto kept = static_cast<double>(left.kept[static_cast<std::size_t>(i)]); kept > 0)
                sum += static_cast<double>(w(i, j)) / kept;
        ASSERT_NEAR(static_cast<double>(left.received[static_cast<std::size_t>(j)]), sum, 1e-4 * (1 + sum)) << "key " << j;
    }
    Matrix pixels(left.pixels.rows(), left.pixels.cols());
    std::size_t c = 0;
    for (Index j = 0; factor > 1 && j * factor < w.cols(); ++j) {
        const auto first = hidden.begin() + j * factor;
        const auto last = hidden.begin() + std::min((j + 1) * factor, w.cols());
        if (std::find(first, last, 1) == last) continue;
        ASSERT_LT(c, left.columns.size());
        ASSERT_EQ(left.columns[c], j);
        for (Index i = 0; i < w.rows(); ++i)
            for (auto key = first; key != last; ++key)
                if (Scalar& pixel = pixels(i / factor, static_cast<Index>(c)); !*key)
                    pixel = std::max(pixel, w(i, key - hidden.begin()));
        ++c;
    }
    EXPECT_EQ(c, left.columns.size());
    EXPECT_EQ(left.pixels, pixels);
}

void expectLinks(const Analysis& a, int head) {
    const Matrix w = a.trace->weights(head); // [n_q, n_k]
    const RankedLinks& links = a.links[static_cast<std::size_t>(head)];
    EXPECT_EQ(links.perRow, w.cols() <= 256 ? w.cols() : 32);
    for (Index i = 0; i < w.rows(); ++i) {
        std::vector<Scalar> sorted(w.row(i).begin(), w.row(i).end());
        std::ranges::sort(sorted, std::greater<>());
        const auto row = links.row(i);
        for (std::size_t r = 0; r < row.size(); ++r) {
            ASSERT_EQ(row[r].weight, sorted[r]) << "row " << i << " rank " << r;
            if (row[r].weight > 0) {
                ASSERT_EQ(row[r].weight, w(i, row[r].key));
            }
            if (r > 0 && row[r].weight == row[r - 1].weight && row[r].weight > 0) {
                ASSERT_GT(row[r].key, row[r - 1].key);
            }
        }
    }
}

void expectAll(const Session& session) {
    const AnalysisPtr a = run(session);
    ASSERT_TRUE(a && a->trace);
    for (int h = 0; h < a->heads(); ++h) {
        SCOPED_TRACE("head " + std::to_string(h));
        expectNear(a->measures[static_cast<std::size_t>(h)], plainMeasures(*a, h));
        expectPicture(*a, h);
        expectLinks(*a, h);
    }
    const Matrix w = a->trace->weights(1); // [n_q, n_k]
    const Index i = w.rows() - 1;
    const Index j = w.cols() / 2;
    EXPECT_EQ(a->weight(1, i, j), w(i, j));
    EXPECT_TRUE(std::ranges::equal(a->row(1, i), w.row(i)));
    const auto column = a->column(1, j);
    ASSERT_EQ(column.size(), static_cast<std::size_t>(w.rows()));
    for (Index r = 0; r < w.rows(); ++r) EXPECT_EQ(column[static_cast<std::size_t>(r)], w(r, j));
}

std::vector<MaskSpec> someMasks(Index n) {
    std::vector<MaskSpec> masks(6);
    masks[1].causal = true;
    masks[2].window = 3;
    masks[3].prefix = 4;
    masks[3].padding = {0, 2};
    auto grid =
        std::make_shared<MaskGrid>(MaskGrid{2, n, n, std::vector<std::uint8_t>(static_cast<std::size_t>(2 * n * n))});
    Rng rng(9);
    for (auto& cell : grid->cells) cell = rng.next() % 3 == 0;
    std::fill_n(grid->cells.begin(), 2 * n, std::uint8_t{0}); // two rows with nothing to read
    masks[4].grid = grid;
    masks[5].grid = std::make_shared<MaskGrid>(MaskGrid{1, n, n, {grid->cells.begin(), grid->cells.begin() + n * n}});
    return masks;
}

TEST(HeadCollector, agreesWithPlainLoops) {
    for (const int n : {1, 2, 13, 40, 300}) {
        const std::string text = textOf(n, 9);
        for (const WeightSource weights : {WeightSource::Random, WeightSource::Designed}) {
            const auto masks = someMasks(n);
            for (std::size_t m = 0; m < masks.size(); ++m) {
                if (n < 3 && !masks[m].padding.empty()) continue;
                SCOPED_TRACE("n " + std::to_string(n) + " mask " + std::to_string(m));
                Session s;
                s.text = text;
                s.sandbox.heads = 2;
                s.sandbox.weights = weights;
                s.sandbox.mask = masks[m];
                s.sandbox.dropout = m == 1 ? 0.3 : 0;
                expectAll(s);
            }
        }
    }
}

TEST(HeadCollector, agreesAlsoWhereOnePixelIsManyCells) {
    Session s;
    s.text = textOf(1100, 50);
    s.sandbox.dModel = 16;
    s.sandbox.heads = 2;
    s.sandbox.weights = WeightSource::Random;
    expectAll(s);
    EXPECT_EQ(run(s)->pictures[0].factor, 2);
    s.sandbox.mask.causal = true;
    expectAll(s);
    s.sandbox.mask = {};
    s.text2 = textOf(70, 20);
    expectAll(s);
}

TEST(HeadCollector, keepsWhatHiddenKeysLeave) {
    Session s;
    s.sandbox.designs = {Design::First, Design::Same}; // of which hiding the first key leaves next to nothing, and most
    s.sandbox.heads = 2;
    for (const int n : {60, 1200}) {
        for (const bool causal : {false, true}) {
            s.text = textOf(n, 40);
            s.sandbox.mask.causal = causal;
            const AnalysisPtr a = run(s);
            const std::vector<std::uint8_t> first = hiddenKeys(a->keys, HiddenTokens::SpecialAndFirst);
            EXPECT_EQ(std::ranges::count(first, 1), 1);
            EXPECT_TRUE(hiddenKeys(a->keys, HiddenTokens::Special).empty()); // the sandbox has none
            std::vector<std::uint8_t> some(static_cast<std::size_t>(n)); // one alone, whole pixels, the last ones
            for (const int key : {0, 5, 8, 9, 10, 11, n - 3, n - 2, n - 1}) some[static_cast<std::size_t>(key)] = 1;
            HeadCollector collector(a->trace->mask, 2, {{std::vector<std::int32_t>(some.size(), -1), {}}}, {nullptr, nullptr},
                                    {some});
            for (int h = 0; h < 2; ++h) {
                const Matrix w = a->trace->weights(h);
                for (Index row = 0; row < n; row += LayerTrace::blockRows())
                    collector.read({h, row, std::min<Index>(LayerTrace::blockRows(), n - row), n, w.data() + row * n, n, 0, n});
            }
            collector.finish();
            for (int h = 0; h < 2; ++h) {
                const Matrix w = a->trace->weights(h);
                const HeadPicture& picture = collector.pictures[static_cast<std::size_t>(h)];
                expectRemainder(w, some, picture.without[0], picture.factor);
                expectRemainder(w, first, a->without(h, HiddenTokens::SpecialAndFirst), picture.factor);
                EXPECT_TRUE(a->without(h, HiddenTokens::Special).kept.empty());
            }
        }
    }
}

TEST(HeadCollector, picturesStayWithinTheirBounds) {
    const Mask mask = *Mask::make({}, 3000, 3000, 144);
    const HeadCollector collector(mask, 144, {{std::vector<std::int32_t>(3000, -1), {}}},
                                  std::vector<std::shared_ptr<const KeySets>>(144));
    Index bytes = 0;
    for (const HeadPicture& p : collector.pictures) {
        EXPECT_LE(std::max(p.pixels.rows(), p.pixels.cols()), 1024);
        bytes += p.pixels.size() * static_cast<Index>(sizeof(Scalar));
    }
    EXPECT_LE(bytes, Index{64} << 20);
}

TEST(HeadCollector, givesTheSameEveryTime) {
    Session s;
    s.text = textOf(700, 60);
    const AnalysisPtr a = run(s);
    for (int repeat = 0; repeat < 3; ++repeat) {
        const AnalysisPtr b = run(s);
        for (std::size_t h = 0; h < 4; ++h) {
            EXPECT_EQ(a->pictures[h].received, b->pictures[h].received);
            EXPECT_EQ(a->measures[h].entropy, b->measures[h].entropy);
        }
    }
}

TEST(LinkRanker, takesTheStrongestOfAnyRow) {
    Rng rng(4);
    LinkRanker ranker;
    for (const std::size_t n : {1U, 5U, 31U, 32U, 33U, 129U, 257U, 1000U}) {
        for (const int kind : {0, 1, 2}) { // all different, many equal, all equal
            std::vector<Scalar> row(n);
            for (Scalar& x : row)
                x = kind == 0   ? static_cast<Scalar>(rng.uniform())
                    : kind == 1 ? static_cast<Scalar>(rng.next() % 3)
                                : 1;
            std::vector<Link> found(32, Link{7, 7});
            ranker.rank(row, 10, found);
            std::vector<std::pair<Scalar, Index>> plain;
            for (std::size_t j = 0; j < n; ++j) plain.emplace_back(-row[j], static_cast<Index>(j) + 10);
            std::ranges::sort(plain);
            for (std::size_t r = 0; r < found.size(); ++r) {
                EXPECT_EQ(found[r].weight, r < n ? -plain[r].first : 0);
                EXPECT_EQ(found[r].key, r < n ? plain[r].second : 0);
            }
        }
    }
}

} // namespace
} // namespace headscope
