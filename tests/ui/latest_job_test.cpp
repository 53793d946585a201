// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/latest_job.h"

#include <QTest>
#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <vector>

namespace headscope {
namespace {

TEST(LatestJob, OnlyTheNewestOfTwoThousandIsDelivered) {
    std::vector<int> delivered;
    std::atomic<int> ran = 0;
    LatestJob<int> job([&](int value) { delivered.push_back(value); });
    for (int i = 0; i < 2000; ++i) {
        job.start([i, &ran](const std::stop_token&) {
            ++ran;
            return i;
        });
        if (i % 100 == 0) QCoreApplication::processEvents();
    }
    ASSERT_TRUE(QTest::qWaitFor([&] { return !job.busy(); }, 10000));
    ASSERT_FALSE(delivered.empty());
    EXPECT_EQ(delivered.back(), 1999);
    // What was delivered came in order, each once.
    EXPECT_TRUE(std::is_sorted(delivered.begin(), delivered.end()));
    EXPECT_EQ(std::adjacent_find(delivered.begin(), delivered.end()), delivered.end());
    EXPECT_LE(static_cast<int>(delivered.size()), ran.load());
    const std::size_t count = delivered.size();
    QTest::qWait(50);
    EXPECT_EQ(delivered.size(), count);
}

TEST(LatestJob, ANewJobStopsTheRunningOne) {
    std::atomic<bool> stopped = false;
    std::atomic<bool> running = false;
    int delivered = 0;
    LatestJob<int> job([&](int value) { delivered = value; });
    job.start([&](const std::stop_token& stop) {
        running = true;
        while (!stop.stop_requested()) std::this_thread::yield();
        stopped = true;
        return 1;
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return running.load(); }, 5000));
    job.start([](const std::stop_token&) { return 2; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return delivered != 0; }, 5000));
    EXPECT_TRUE(stopped);
    EXPECT_EQ(delivered, 2);
}

TEST(LatestJob, ACancelledValueIsNotDelivered) {
    int delivered = 0;
    std::atomic<bool> done = false;
    LatestJob<int> job([&](int value) { delivered = value; });
    job.start([&](const std::stop_token&) {
        done = true;
        return 1;
    });
    // The value may be waiting already: that counts as not delivered, too.
    while (!done) std::this_thread::yield();
    job.cancel();
    EXPECT_FALSE(job.busy());
    QTest::qWait(50);
    EXPECT_EQ(delivered, 0);
}

TEST(LatestJob, TheEndDoesNotWaitForWorkThatListens) {
    std::atomic<bool> running = false;
    std::atomic<bool> asked = false;
    {
        LatestJob<int> job([](int) {});
        job.start([&](const std::stop_token& stop) {
            running = true;
            while (!stop.stop_requested()) std::this_thread::yield(); // for ever, unless the end asks it to stop
            asked = true;
            return 1;
        });
        while (!running) std::this_thread::yield();
    }
    EXPECT_TRUE(asked);
}

} // namespace
} // namespace headscope
