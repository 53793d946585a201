// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace headscope {
namespace {

void expectRefused(const AttentionConfig& c, const std::string& option, const std::string& words) {
    const Status s = validate(c);
    ASSERT_FALSE(s.ok()) << option << " " << words;
    EXPECT_EQ(s.error().code, ErrorCode::Usage);
    EXPECT_EQ(s.error().place, option);
    EXPECT_NE(s.error().detail.find(words), std::string::npos) << s.error().detail;
}

TEST(AttentionConfig, TheDefaultCanBe) {
    EXPECT_TRUE(validate({}).ok());
}

TEST(AttentionConfig, SizesBeginAtOne) {
    const struct {
        const char* option;
        int AttentionConfig::*member;
    } sizes[] = {{"--d-model", &AttentionConfig::dModel},
                 {"--heads", &AttentionConfig::heads},
                 {"--kv-heads", &AttentionConfig::kvHeads},
                 {"--d-k", &AttentionConfig::dK},
                 {"--d-v", &AttentionConfig::dV}};
    for (const auto& [option, member] : sizes)
        for (const int bad : {0, -1, std::numeric_limits<int>::min()}) {
            AttentionConfig c;
            c.*member = bad;
            expectRefused(c, option, std::to_string(bad));
        }
}

TEST(AttentionConfig, KvHeadsDivideHeads) {
    AttentionConfig c;
    c.heads = 6;
    for (const int kv : {1, 2, 3, 6}) {
        c.kvHeads = kv;
        EXPECT_TRUE(validate(c).ok());
    }
    for (const int kv : {4, 5, 7, 12}) {
        c.kvHeads = kv;
        expectRefused(c, "--kv-heads", "6 heads");
    }
}

TEST(AttentionConfig, HeadsReadTheirKvHead) {
    AttentionConfig c;
    c.heads = 6;
    c.kvHeads = 2;
    for (int h = 0; h < 6; ++h) EXPECT_EQ(c.kvHeadOf(h), h / 3);
}

TEST(AttentionConfig, SizesThatOverflowAreRefused) {
    const int most = std::numeric_limits<int>::max();
    AttentionConfig c;
    c.dK = most;
    expectRefused(c, "--d-k", "too large");
    c = {};
    c.dV = most;
    expectRefused(c, "--d-v", "too large");
    c = {};
    c.dModel = c.dK = c.dV = c.heads = c.kvHeads = most;
    expectRefused(c, "--d-k", "too large");
    c = {};
    c.dModel = 4096;
    c.heads = c.kvHeads = 32;
    c.dK = c.dV = 128;
    EXPECT_TRUE(validate(c).ok());
}

TEST(AttentionConfig, TemperatureIsANumberAboveZero) {
    for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
        AttentionConfig c;
        c.temperature = bad;
        expectRefused(c, "--temperature", "above 0");
    }
    AttentionConfig c;
    c.temperature = 1e-30;
    EXPECT_TRUE(validate(c).ok());
    c.temperature = 9e-31;
    expectRefused(c, "--temperature", "scores divided by 9e-31 are too large to be held");
}

TEST(AttentionConfig, DropoutIsBelowOne) {
    for (const double bad : {-0.1, 1.0, 2.0, std::nan("")}) {
        AttentionConfig c;
        c.dropout = bad;
        expectRefused(c, "--dropout", "below 1");
    }
    AttentionConfig c;
    c.dropout = 1;
    EXPECT_TRUE(validate(c).error().detail.ends_with("found 1")) << validate(c).error().detail;
    c.dropout = 0.999;
    EXPECT_TRUE(validate(c).ok());
}

} // namespace
} // namespace headscope
