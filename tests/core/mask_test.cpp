// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/mask.h"
#include "core/base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

namespace headscope {
namespace {

using Rule = std::function<bool(int head, Index i, Index j)>;

/// Every way of asking gives what the rule says.
void expectRule(const MaskSpec& spec, Index queries, Index keys, int heads, const Rule& rule) {
    const Mask mask = Mask::make(spec, queries, keys, heads).value();
    EXPECT_EQ(mask.queries(), queries);
    EXPECT_EQ(mask.keys(), keys);
    for (int h = 0; h < heads; ++h)
        for (Index i = 0; i < queries; ++i) {
            std::vector<std::uint8_t> row(static_cast<std::size_t>(keys), 2);
            mask.allowedRow(h, i, row);
            const Mask::Span span = mask.span(i);
            EXPECT_LE(0, span.begin);
            EXPECT_LE(span.begin, span.end);
            EXPECT_LE(span.end, keys);
            bool any = false;
            for (Index j = 0; j < keys; ++j) {
                const bool expected = rule(h, i, j);
                any = any || expected;
                ASSERT_EQ(mask.allowed(h, i, j), expected) << h << " " << i << " " << j;
                ASSERT_EQ(row[static_cast<std::size_t>(j)], expected);
                const bool inside = j >= span.begin && j < span.end;
                ASSERT_TRUE(inside || !expected) << "a key outside the span";
                if (!mask.hasHoles()) {
                    ASSERT_EQ(inside, expected) << "a hole in the span";
                }
            }
            EXPECT_EQ(mask.any(h, i), any);
        }
}

std::shared_ptr<MaskGrid> randomGrid(int heads, Index rows, Index cols) {
    auto g = std::make_shared<MaskGrid>();
    *g = {heads, rows, cols, std::vector<std::uint8_t>(static_cast<std::size_t>(heads * rows * cols))};
    Rng rng(3);
    for (std::uint8_t& c : g->cells) c = rng.next() & 1;
    return g;
}

bool at(const MaskGrid& g, int head, Index i, Index j) {
    return g.cells[static_cast<std::size_t>((head * g.rows + i) * g.cols + j)] != 0;
}

TEST(Mask, NoneAllowsEverything) {
    expectRule({}, 4, 7, 2, [](int, Index, Index) { return true; });
    EXPECT_TRUE(Mask::make({}, 4, 7, 2).value().empty());
    EXPECT_TRUE(MaskSpec{}.none());
}

TEST(Mask, CausalReadsBackwards) {
    MaskSpec s;
    s.causal = true;
    for (const Index keys : {3, 5, 9}) expectRule(s, 5, keys, 1, [](int, Index i, Index j) { return j <= i; });
    EXPECT_FALSE(Mask::make(s, 5, 5, 1).value().empty());
    EXPECT_FALSE(s.none());
}

TEST(Mask, WindowIsADistance) {
    for (const int w : {0, 1, 3, 100, std::numeric_limits<int>::max()}) {
        MaskSpec s;
        s.window = w;
        for (const Index keys : {2, 6, 12})
            expectRule(s, 6, keys, 1, [w](int, Index i, Index j) { return std::abs(i - j) <= w; });
    }
}

TEST(Mask, PrefixTokensSeeEachOther) {
    for (const int p : {0, 1, 3, 6, 50}) {
        MaskSpec s;
        s.prefix = p;
        expectRule(s, 6, 6, 1, [p](int, Index i, Index j) { return j <= i || (i < p && j < p); });
    }
}

TEST(Mask, PaddingCannotBeRead) {
    MaskSpec s;
    s.padding = {4, 0, 4};
    expectRule(s, 3, 5, 2, [](int, Index, Index j) { return j != 0 && j != 4; });
    s.padding = {0, 1};
    expectRule(s, 3, 2, 1, [](int, Index, Index) { return false; });
}

TEST(Mask, AFreeMatrixIsTakenCellByCell) {
    for (const int heads : {1, 3}) {
        MaskSpec s;
        const auto g = randomGrid(heads, 4, 6);
        s.grid = g;
        expectRule(s, 4, 6, 3, [&](int h, Index i, Index j) { return at(*g, heads == 1 ? 0 : h, i, j); });
        EXPECT_EQ(Mask::make(s, 4, 6, 3).value().differsByHead(), heads == 3);
    }
}

TEST(Mask, APaintedMatrixLeavesTheRestOfALongerTextAlone) {
    MaskSpec s;
    const auto g = randomGrid(2, 3, 4);
    s.grid = g;
    s.gridFollowsText = true;
    expectRule(s, 6, 7, 3, [&](int h, Index i, Index j) { return h >= 2 || i >= 3 || j >= 4 || at(*g, h, i, j); });
    expectRule(s, 2, 3, 1, [&](int h, Index i, Index j) { return at(*g, h, i, j); });
}

TEST(Mask, ACellMustBeAllowedByAll) {
    MaskSpec s;
    s.causal = true;
    s.window = 2;
    s.prefix = 4;
    s.padding = {1};
    const auto g = randomGrid(1, 8, 8);
    s.grid = g;
    expectRule(s, 8, 8, 2, [&](int, Index i, Index j) {
        return j <= i && std::abs(i - j) <= 2 && (j <= i || (i < 4 && j < 4)) && j != 1 && at(*g, 0, i, j);
    });
}

void expectRefused(const MaskSpec& s, ErrorCode code, const std::string& place, const std::string& words) {
    const auto r = Mask::make(s, 4, 5, 3);
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.error().code, code);
    EXPECT_NE(r.error().place.find(place), std::string::npos) << r.error().message();
    EXPECT_NE(r.error().detail.find(words), std::string::npos) << r.error().message();
    EXPECT_EQ(r.error().message().find('\n'), std::string::npos);
}

TEST(Mask, RefusesWhatCannotBe) {
    MaskSpec s;
    s.padding = {2, 5};
    expectRefused(s, ErrorCode::Usage, "--mask padding", "position 5");
    s.padding = {-1};
    expectRefused(s, ErrorCode::Usage, "--mask padding", "0 to 4");
    s = {};
    s.window = -1;
    expectRefused(s, ErrorCode::Usage, "--mask window", "-1");
    s = {};
    s.prefix = -3;
    expectRefused(s, ErrorCode::Usage, "--mask prefix", "-3");
    for (const auto& [heads, rows, cols] : {std::tuple{1, 5, 4}, {2, 4, 5}, {1, 4, 4}, {1, 0, 0}}) {
        s = {};
        s.grid = randomGrid(heads, rows, cols);
        expectRefused(s, ErrorCode::Input, "mask", "[3, 4, 5]");
    }
    auto lying = randomGrid(1, 4, 5);
    lying->cells.pop_back();
    s.grid = lying;
    expectRefused(s, ErrorCode::Input, "mask", "19 cells");
    s.gridFollowsText = true;
    expectRefused(s, ErrorCode::Input, "mask", "19 cells");
}

TEST(Mask, SpecsWithEqualMatricesAreEqual) {
    MaskSpec a, b;
    a.grid = randomGrid(1, 2, 2);
    b.grid = randomGrid(1, 2, 2);
    EXPECT_EQ(a, b);
    b.grid = randomGrid(1, 2, 3);
    EXPECT_NE(a, b);
    b.grid = nullptr;
    EXPECT_NE(a, b);
}

} // namespace
} // namespace headscope
