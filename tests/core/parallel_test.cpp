// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <numeric>
#include <thread>
#include <vector>

namespace headscope {
namespace {

TEST(ParallelFor, DoesEveryIndexOnce) {
    for (const Index count : {0, 1, 2, 3, 100, 10000}) {
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
        parallelFor(count, [&](Index i) { ++done[static_cast<std::size_t>(i)]; });
        EXPECT_TRUE(std::all_of(done.begin(), done.end(), [](const auto& d) { return d == 1; })) << count;
    }
}

TEST(ParallelFor, ReturnsWhenAllIsWritten) {
    for (int round = 0; round < 300; ++round) {
        std::vector<int> out(64); // no atomics: the thread sanitizer would see a race
        parallelFor(64, [&](Index i) { out[static_cast<std::size_t>(i)] = static_cast<int>(i); });
        EXPECT_EQ(std::accumulate(out.begin(), out.end(), 0), 64 * 63 / 2);
    }
}

TEST(ParallelFor, ServesSeveralCallersAtOnce) {
    std::atomic<Index> total = 0;
    {
        std::vector<std::jthread> callers;
        for (int c = 0; c < 4; ++c)
            callers.emplace_back([&] {
                for (int round = 0; round < 100; ++round) parallelFor(20, [&](Index i) { total += i; });
            });
    }
    EXPECT_EQ(total, 4 * 100 * 190);
}

TEST(ParallelFor, InsideABodyStaysOnItsThread) {
    parallelFor(4, [&](Index) {
        const auto here = std::this_thread::get_id();
        parallelFor(8, [&](Index) { EXPECT_EQ(std::this_thread::get_id(), here); });
    });
}

TEST(ParallelFor, HandsOnWhatABodyThrows) {
    for (const Index bad : {0, 7, 999}) {
        std::atomic<Index> running = 0;
        const auto throwing = [&](Index i) {
            ++running;
            if (i == bad) {
                --running;
                throw std::bad_alloc();
            }
            --running;
        };
        EXPECT_THROW(parallelFor(1000, throwing), std::bad_alloc);
        EXPECT_EQ(running, 0); // nobody works on what is gone
    }
    Index sum = 0;
    std::mutex mutex;
    parallelFor(100, [&](Index i) { // and the threads are there for the next one
        const std::scoped_lock lock(mutex);
        sum += i;
    });
    EXPECT_EQ(sum, 4950);
}

TEST(ParallelFor, UsesMoreThanOneThreadWhereThereAre) {
    if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one core";
    std::atomic<int> there = 0;
    parallelFor(2, [&](Index) { // each waits for the other, so one thread alone would never end
        ++there;
        while (there < 2) std::this_thread::yield();
    });
    EXPECT_EQ(there, 2);
}

} // namespace
} // namespace headscope
