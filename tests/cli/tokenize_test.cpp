// SPDX-License-Identifier: GPL-3.0-or-later
// headscope tokenize as a script uses it.
#include "tests/cli/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace headscope::test;
using nlohmann::json;
using testing::HasSubstr;

namespace {

/// A folder with a small BERT's vocabulary.
class Tokenize : public testing::Test {
protected:
    Tokenize() { writeBytes(folder / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nw\n##ö\n##o\n##rld\n"); }
    Outcome tokenize(const Words& more, const Call& call = {}) {
        Words words = {"tokenize", "--model", folder.path()};
        words.insert(words.end(), more.begin(), more.end());
        return run(words, call);
    }
    Folder folder;
};

TEST_F(Tokenize, OneText) {
    const Outcome outcome = tokenize({"--text", "Hello wörld [MASK]"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const json line = json::parse(outcome.out);
    EXPECT_EQ(line["ids"], json({2, 5, 6, 8, 9, 4, 3}));
    EXPECT_EQ(line["tokens"], json({"[CLS]", "hello", "w", "##o", "##rld", "[MASK]", "[SEP]"}));
    EXPECT_EQ(line["spans"], json::parse("[[-1,-1],[0,5],[6,7],[7,9],[9,12],[13,19],[-1,-1]]"));
}

TEST_F(Tokenize, LinesOfStandardInput) {
    Call call;
    call.input = "\"hello\"\n\"\"\n\"a\\u0000b\"\n\"hello\\nhello\""; // the last line has no end
    const Outcome outcome = tokenize({"--no-special"}, call);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "{\"ids\":[5],\"tokens\":[\"hello\"],\"spans\":[[0,5]]}\n"
                           "{\"ids\":[],\"tokens\":[],\"spans\":[]}\n"
                           "{\"ids\":[1],\"tokens\":[\"[UNK]\"],\"spans\":[[0,3]]}\n"
                           "{\"ids\":[5,5],\"tokens\":[\"hello\",\"hello\"],\"spans\":[[0,5],[6,11]]}\n");
    call.input = "";
    EXPECT_EQ(tokenize({}, call).out, "");
}

TEST_F(Tokenize, TextsFromFiles) {
    writeBytes(folder / "text", std::string("hello\0", 6));
    EXPECT_THAT(tokenize({"--text", "@" + (folder / "text")}).out, HasSubstr("[2,5,3]"));
    Call call;
    call.input = "hello";
    EXPECT_THAT(tokenize({"--text", "-"}, call).out, HasSubstr("[2,5,3]"));
    EXPECT_EQ(tokenize({"--text", ""}).out,
              "{\"ids\":[2,3],\"tokens\":[\"[CLS]\",\"[SEP]\"],\"spans\":[[-1,-1],[-1,-1]]}\n");
}

TEST_F(Tokenize, WhatFailsIsOneSentence) {
    Call call;
    const auto expectFailure = [&](const Outcome& outcome, const std::string& says) {
        EXPECT_EQ(outcome.code, 1);
        EXPECT_THAT(outcome.err, HasSubstr(says));
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    };
    call.input = "\"hello\"\nhello\n";
    expectFailure(tokenize({}, call), "standard input, line 2: is no JSON string");
    call.input = "3\n";
    expectFailure(tokenize({}, call), "line 1");
    writeBytes(folder / "text", "a\xFF");
    expectFailure(tokenize({"--text", "@" + (folder / "text")}), "byte 1 (from 0) is not UTF-8");
    expectFailure(run({"tokenize", "--model", folder / "none", "--text", "a"}), "none");
    expectFailure(run({"tokenize", "--model", folder / "vocab.txt", "--text", "a"}), "is a file");
    writeBytes(folder / "tokenizer.json", R"({"model": {"type": "Magic"}})");
    expectFailure(tokenize({"--text", "a"}), "tokenizer.json: model.type: \"Magic\" is not known; known: BPE");
}

} // namespace
