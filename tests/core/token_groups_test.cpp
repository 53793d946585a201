// SPDX-License-Identifier: GPL-3.0-or-later
// Groups of positions against plain loops over the whole weights of a small T5, which reads texts of any length.
#include "core/analysis/token_groups.h"
#include "core/base/rng.h"
#include "core/model/forward.h"
#include "core/sources/model_folder.h"
#include "tests/core/io_fixture.h"

#include <cmath>

using namespace headscope;
using namespace headscope::test;

namespace {

using Spans = std::vector<Mask::Span>;

int below(Rng& rng, int limit) {
    return static_cast<int>(rng.next() % static_cast<std::uint64_t>(limit));
}

/// Intervals of up to four positions; some positions are in none of them unless all are asked for.
Spans randomGroups(Rng& rng, Index n, bool all) {
    Spans groups;
    for (Index at = all ? 0 : below(rng, 3); at < n;) {
        const Index end = std::min<Index>(n, at + 1 + below(rng, 4));
        groups.push_back({at, end});
        at = end + (all ? 0 : below(rng, 3) / 2);
    }
    return groups;
}

ModelTracePtr longTrace() {
    Rng rng(3);
    ModelInput input;
    for (int i = 0; i < 150; ++i) input.ids.push_back(3 + below(rng, 57));
    for (int i = 0; i < 140; ++i) input.decoderIds.push_back(3 + below(rng, 57));
    const ModelPtr model = openModel(golden("models/t5")).value();
    return forward(model, std::move(input)).value();
}

/// Σ over the group's keys, averaged over its queries.
double cellOf(const Matrix& weights, Mask::Span queries, Mask::Span keys) {
    double sum = 0;
    for (Index i = queries.begin; i < queries.end; ++i)
        for (Index j = keys.begin; j < keys.end; ++j) sum += static_cast<double>(weights(i, j));
    return sum / static_cast<double>(queries.end - queries.begin);
}

void expectPlainLoops(const LayerTrace& trace, int head, const TokenGroups& groups) {
    const Matrix whole = trace.weights(head);
    const Matrix cells = groupedWeights(trace, head, groups);
    ASSERT_EQ(cells.rows(), std::ssize(groups.queries));
    ASSERT_EQ(cells.cols(), std::ssize(groups.keys));
    for (Index q = 0; q < cells.rows(); ++q) {
        const std::vector<Scalar> row = groupedRow(trace, head, groups, q);
        for (Index k = 0; k < cells.cols(); ++k) {
            const auto at = static_cast<std::size_t>(k);
            ASSERT_NEAR(cells(q, k), cellOf(whole, groups.queries[static_cast<std::size_t>(q)], groups.keys[at]), 1e-6);
            ASSERT_EQ(row[at], cells(q, k)) << q << " " << k;
        }
    }
    for (Index k = 0; k < cells.cols(); ++k) {
        const std::vector<Scalar> column = groupedColumn(trace, head, groups, k);
        for (Index q = 0; q < cells.rows(); ++q) ASSERT_EQ(column[static_cast<std::size_t>(q)], cells(q, k));
    }
}

TEST(TokenGroups, RowsAreAveragedAndColumnsSummedTheSameBitsEveryWay) {
    const ModelTracePtr trace = longTrace();
    Rng rng(5);
    for (const SiteTrace& site : trace->sites)
        for (const auto& layer : site.layers)
            for (int head = 0; head < layer->config.heads; ++head) {
                const bool all = head % 2 == 0;
                SCOPED_TRACE(std::string(siteName(site.site)) + " head " + std::to_string(head));
                expectPlainLoops(*layer, head,
                                 {randomGroups(rng, layer->queries(), all), randomGroups(rng, layer->keys(), all)});
            }
}

TEST(TokenGroups, RowsAddUpToOneWhereAllKeysAreInGroups) {
    const ModelTracePtr trace = longTrace();
    Rng rng(6);
    const LayerTrace& layer = *trace->site(Site::Decoder)->layers.front();
    const TokenGroups groups{randomGroups(rng, layer.queries(), true), randomGroups(rng, layer.keys(), true)};
    const Matrix cells = groupedWeights(layer, 1, groups);
    for (Index q = 0; q < cells.rows(); ++q) {
        double sum = 0;
        for (const Scalar cell : cells.row(q)) sum += static_cast<double>(cell);
        EXPECT_NEAR(sum, 1, 1e-5);
    }
}

TEST(TokenGroups, ACellMayAttendWhenAnyOfItsCellsMay) {
    const ModelTracePtr trace = longTrace();
    const LayerTrace& causal = *trace->site(Site::Decoder)->layers.front();
    const Mask mask = groupedMask(causal, {{{2, 3}, {3, 6}}, {{0, 2}, {2, 5}, {5, 9}, {9, 12}}});
    ASSERT_EQ(mask.queries(), 2);
    ASSERT_EQ(mask.keys(), 4);
    const bool wanted[2][4] = {{true, true, false, false}, {true, true, true, false}};
    for (Index i = 0; i < 2; ++i)
        for (Index j = 0; j < 4; ++j) EXPECT_EQ(mask.allowed(0, i, j), wanted[i][j]) << i << " " << j;
    EXPECT_TRUE(groupedMask(*trace->site(Site::Cross)->layers.front(), {{{0, 2}}, {{0, 3}, {3, 4}}}).empty());
}

} // namespace
