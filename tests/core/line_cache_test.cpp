// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/line_cache.h"

#include <gtest/gtest.h>

namespace headscope {
namespace {

using Kind = LineCache::Kind;

TEST(LineCache, makesEachLineOnce) {
    LineCache cache;
    int made = 0;
    const auto line = [&](Kind kind, int head, Index index) {
        return *cache.get({kind, head, index}, [&] {
            ++made;
            return std::vector<Scalar>{static_cast<Scalar>(kind == Kind::Row), static_cast<Scalar>(head),
                                       static_cast<Scalar>(index)};
        });
    };
    for (int round = 0; round < 2; ++round)
        for (const Kind kind : {Kind::Row, Kind::Column})
            for (int head = 0; head < 2; ++head)
                for (Index index = 0; index < 2; ++index) {
                    const std::vector<Scalar> expected{static_cast<Scalar>(kind == Kind::Row),
                                                       static_cast<Scalar>(head), static_cast<Scalar>(index)};
                    EXPECT_EQ(line(kind, head, index), expected);
                }
    EXPECT_EQ(made, 8);
}

TEST(LineCache, letsTheOldestGo) {
    LineCache cache;
    constexpr std::size_t quarter = LineCache::mostBytes / sizeof(Scalar) / 4;
    int made = 0;
    const auto ask = [&](Index index) {
        return cache.get({Kind::Row, 0, index}, [&] {
            ++made;
            return std::vector<Scalar>(quarter, static_cast<Scalar>(index));
        });
    };
    const LineCache::Line held = ask(0);
    for (Index i = 1; i < 5; ++i) ask(i);
    EXPECT_EQ(made, 5);
    ask(4), ask(1);
    EXPECT_EQ(made, 5);
    ask(0); // was the oldest
    EXPECT_EQ(made, 6);
    EXPECT_EQ(held->front(), 0); // whoever holds a line keeps it
}

TEST(LineCache, keepsALineThatIsLargerThanItsBound) {
    LineCache cache;
    const auto line = cache.get({}, [] { return std::vector<Scalar>(LineCache::mostBytes); });
    EXPECT_EQ(line->size(), LineCache::mostBytes);
    EXPECT_EQ(cache.get({}, [] { return std::vector<Scalar>(); }), line);
}

} // namespace
} // namespace headscope
