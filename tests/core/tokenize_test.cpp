// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/spelling.h"
#include "core/text/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace headscope {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> pieces(const std::string& text, TokenUnit unit = TokenUnit::Words) {
    std::vector<std::string> all;
    for (const Token& t : tokenize(text, unit)) all.push_back(t.text);
    return all;
}

/// What must hold of any text: ids count, ranges are exact, ascending and without overlap; characters leave no gap.
void checkRanges(const std::string& text) {
    for (const TokenUnit unit : {TokenUnit::Words, TokenUnit::Characters}) {
        std::int64_t end = 0;
        std::int64_t id = 0;
        for (const Token& t : tokenize(text, unit)) {
            EXPECT_EQ(t.id, id++);
            EXPECT_GE(t.begin, end);
            EXPECT_GT(t.end, t.begin);
            if (unit == TokenUnit::Characters) {
                EXPECT_EQ(t.begin, end);
            }
            EXPECT_EQ(t.text,
                      text.substr(static_cast<std::size_t>(t.begin), static_cast<std::size_t>(t.end - t.begin)));
            EXPECT_FALSE(t.special);
            end = t.end;
        }
        EXPECT_LE(end, static_cast<std::int64_t>(text.size()));
        if (unit == TokenUnit::Characters) {
            EXPECT_EQ(end, static_cast<std::int64_t>(text.size()));
        }
    }
}

TEST(Tokenize, wordsArePunctuatedAndWhiteSpaceIsNone) {
    EXPECT_THAT(pieces("The animal didn't cross, did it?"),
                ElementsAre("The", "animal", "didn't", "cross", ",", "did", "it", "?"));
    EXPECT_THAT(pieces("a += b[3.14];"), ElementsAre("a", "+", "=", "b", "[", "3.14", "]", ";"));
}

TEST(Tokenize, emptyAndBlankTextsHaveNoWords) { // T1, T2, T17
    for (const char* text : {"", " ", "   ", "\t", "\n", "\r\n", "\u00A0\u3000\u2028\u1680\u0085\u000B\u000C"})
        EXPECT_THAT(pieces(text), IsEmpty()) << text;
    EXPECT_THAT(pieces("a b\r\n", TokenUnit::Characters), ElementsAre("a", " ", "b", "\r\n"));
}

TEST(Tokenize, chineseAndThaiAreSplitByDictionary) { // T13
    EXPECT_THAT(pieces("小猫喜欢下雨"), ElementsAre("小猫", "喜欢", "下雨"));
    EXPECT_THAT(pieces("ฉันชอบแมว"), ElementsAre("ฉัน", "ชอบ", "แมว"));
    const auto mixed = tokenize("東京tower", TokenUnit::Words);
    ASSERT_EQ(mixed.size(), 2U);
    EXPECT_EQ(mixed[0].end, 6);
    EXPECT_EQ(mixed[1].text, "tower");
}

TEST(Tokenize, clustersStayWhole) { // T7 – T12
    for (const std::string cluster : {"👨‍👩‍👧‍👦", "😶‍🌫️", "🇩🇪", "👍🏽", "e\u0301",
                                      "1️⃣", "\u1112\u1161\u11AB"}) {
        EXPECT_THAT(pieces(cluster), ElementsAre(cluster));
        EXPECT_THAT(pieces(cluster, TokenUnit::Characters), ElementsAre(cluster));
        EXPECT_THAT(pieces("x " + cluster + " y"), ElementsAre("x", cluster, "y"));
    }
    EXPECT_THAT(pieces("🇩🇪🇫🇷👍🏽👍", TokenUnit::Characters),
                ElementsAre("🇩🇪", "🇫🇷", "👍🏽", "👍"));
    std::string zalgo = "a";
    for (int i = 0; i < 200; ++i) zalgo += "\u0300";
    EXPECT_THAT(pieces(zalgo), ElementsAre(zalgo));
    EXPECT_THAT(pieces(zalgo, TokenUnit::Characters), ElementsAre(zalgo));
}

TEST(Tokenize, rangesOfNastyTexts) { // T14 – T24, T40
    for (const std::string& text :
         {"\U0002B820\U0002B920"s, "\u202Eשלום\u2066 عليكم"s, "İstanbul ẞ ΟΔΟΣ"s, "a\u180Eb\u200Bc\uFEFF\u00AD"s,
          "\uFEFFstart"s, "nul\0inside \0"s, "\uFFFD\uFFFF\U0010FFFF\uE000"s, "\U0001FAE8 \U0001E030"s, "end\u200D"s,
          "\u200D"s, "\u0301 lone mark"s, " \u0301"s, "👨‍"s, "🇩"s, "قرأ الولد."s, "हिन्दी में"s, "\r\n\r\n"s, "\0"s})
        checkRanges(text);
    EXPECT_THAT(pieces("nul\0inside"s), ElementsAre("nul", "\0"s, "inside"));
}

TEST(Tokenize, invalidUtf8IsNoDisaster) { // T22: callers refuse it, but it must not be undefined
    for (const std::string& text : {"a\xC3\x28"s, "\xFF\xFE"s, "\xC0\x80"s, "ok\xE2\x82"s, "\xED\xA0\x80 x"s}) {
        tokenize(text, TokenUnit::Words);
        tokenize(text, TokenUnit::Characters);
        folded(text);
    }
}

TEST(Tokenize, longTextsAreQuick) { // T3, T4, T6
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(pieces(std::string(1'000'000, ' ')), IsEmpty());
    EXPECT_THAT(pieces(std::string(1'000'000, 'a')), testing::SizeIs(1));
    std::string prose;
    while (prose.size() < 100'000) prose += "Some prose, 图书馆 and émotion. ";
    EXPECT_GT(pieces(prose).size(), 20'000U);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20)); // generous: sanitizers
}

std::string utf8(std::uint32_t c) {
    const auto byte = [](std::uint32_t b) { return static_cast<char>(static_cast<unsigned char>(b)); };
    if (c < 0x80) return {byte(c)};
    if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 63))};
    if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
    return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
}

TEST(Utf8, everyCodePointButSurrogates) {
    for (std::uint32_t c = 0; c < 0x110400; ++c) {
        const bool valid = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);
        ASSERT_EQ(firstInvalidUtf8(utf8(c)), valid ? -1 : 0) << c;
    }
}

TEST(Utf8, namesTheFirstWrongByte) {
    const std::pair<std::string, std::int64_t> cases[] = {{"", -1},
                                                          {"abc", -1},
                                                          {"a\0b"s, -1},
                                                          {"ab\x80", 2},
                                                          {"\xC0\x80", 0},
                                                          {"x\xC1\xBF", 1},
                                                          {"\xE0\x9F\xBF", 0},
                                                          {"\xF0\x8F\xBF\xBF", 0},
                                                          {"\xF5\x80\x80\x80", 0},
                                                          {"\xFE", 0},
                                                          {"é\xC3", 2},
                                                          {"\xE2\x82", 0},
                                                          {"ab\xF0\x9F\x91", 2},
                                                          {"\xE2\x82\xAC\xE2\x28\xA1", 3},
                                                          {"\xC3\x28", 0}};
    for (const auto& [bytes, place] : cases) EXPECT_EQ(firstInvalidUtf8(bytes), place) << testing::PrintToString(bytes);
}

TEST(Spelling, likeWordsAreAlike) {
    const auto alike = [](const char* a, const char* b) { return alikeness(spellingParts(a), spellingParts(b)); };
    EXPECT_DOUBLE_EQ(alike("The", "the"), 1);
    EXPECT_DOUBLE_EQ(alike("ÉTÉ", "été"), 1);
    EXPECT_NEAR(alike("cat", "cats"), 5 / std::sqrt(5.0 * 7), 1e-12); // c ca cat, ca at | and cats, ts
    EXPECT_EQ(alike("cat", "dog"), 0);
    EXPECT_GT(alike("painter", "painting"), 0.5);
}

} // namespace
} // namespace headscope
