// SPDX-License-Identifier: GPL-3.0-or-later
// headscope trace, export and predict with the small models of tests/golden/models. Their numbers are held to
// transformers by tests/core/precision and tests/oracle/model_parity.py; here it is what the command line makes of
// them.
#include "tests/cli/support.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace headscope::test;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Shape = std::vector<std::int64_t>;

namespace {

std::string model(const std::string& name) {
    return std::string(HEADSCOPE_SOURCE_DIR) + "/tests/golden/models/" + name;
}

Words joined(Words first, const Words& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
}

std::string written(const std::string& name, const Words& more, const std::string& format) {
    const Outcome outcome = run(joined({"trace", "--model", model(name), "-o", "-", "--format", format}, more));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
}

Trace traceOf(const std::string& name, const Words& more) {
    return readNpzTrace(written(name, more, "npz"));
}

std::vector<std::string> names(const Trace& trace) {
    std::vector<std::string> list;
    for (const auto& [name, tensor] : trace.arrays) list.push_back(name);
    return list;
}

void expectFailure(const Words& words, int code, const std::string& says, const Call& call = {}) {
    const Outcome outcome = run(words, call);
    EXPECT_EQ(outcome.code, code) << says << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, testing::StartsWith("headscope: "));
    EXPECT_THAT(outcome.err, HasSubstr(says));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

void traceFails(const std::string& name, const Words& more, int code, const std::string& says) {
    const Folder folder;
    expectFailure(joined({"trace", "--model", model(name), "-o", folder / "x.npz"}, more), code, says);
    EXPECT_TRUE(folder.names().empty());
}

json predicted(const std::string& name, const Words& more) {
    const Outcome outcome = run(joined({"predict", "--model", model(name), "--json"}, more));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? json::parse(outcome.out) : json();
}

TEST(TraceModel, AllLayersAndSitesWithTheirShapes) {
    const Trace gpt2 = traceOf("gpt2", {"--text", "no man"}); // n o Ġman
    EXPECT_EQ(gpt2.arrays.size(), 2U + 2 * 7);
    EXPECT_EQ(gpt2.arrays.at("self.1.weights").shape, Shape({4, 3, 3}));
    EXPECT_EQ(gpt2.arrays.at("self.1.weights").at(2, 0, 1), 0) << "causal";
    EXPECT_EQ(gpt2.arrays.at("self.0.output").shape, Shape({3, 32}));

    const Trace grouped = traceOf("mistral", {"--text", "no man", "--what", "q,k,v"});
    const std::int64_t n = grouped.arrays.at("ids").shape[0];
    EXPECT_EQ(grouped.arrays.at("self.0.q").shape, Shape({4, n, 8}));
    EXPECT_EQ(grouped.arrays.at("self.0.k").shape, Shape({2, n, 8}));

    const Trace bart = traceOf("bart", {"--text", "no man", "--text2", "an", "--what", "weights"});
    EXPECT_THAT(names(bart),
                testing::ElementsAre("cross.0.weights", "cross.1.weights", "decoder.0.weights", "decoder.1.weights",
                                     "encoder.0.weights", "ids", "ids2", "spans", "spans2"));
    EXPECT_EQ(bart.arrays.at("encoder.0.weights").shape, Shape({4, 6, 6}));
    EXPECT_EQ(bart.arrays.at("cross.1.weights").shape, Shape({2, 3, 6}));
    EXPECT_EQ(bart.arrays.at("spans2").values, std::vector<double>({-1, -1, -1, -1, 0, 2}));
    EXPECT_EQ(bart.tokens2.size(), 3U);
    EXPECT_EQ(bart.config.at("decoder_layers"), 2);
}

TEST(TraceModel, AChoiceOfLayerSiteAndHeads) {
    const Trace all = traceOf("bart", {"--text", "no man", "--what", "weights,mask"});
    const Trace one = traceOf(
        "bart", {"--text", "no man", "--what", "weights,mask", "--site", "encoder", "--layer", "0", "--head", "3,1"});
    EXPECT_THAT(names(one),
                testing::ElementsAre("encoder.0.mask", "encoder.0.weights", "ids", "ids2", "spans", "spans2"));
    const Tensor& chosen = one.arrays.at("encoder.0.weights");
    ASSERT_EQ(chosen.shape, Shape({2, 6, 6}));
    for (std::int64_t i = 0; i < 6; ++i)
        for (std::int64_t j = 0; j < 6; ++j) {
            EXPECT_EQ(chosen.at(0, i, j), all.arrays.at("encoder.0.weights").at(3, i, j));
            EXPECT_EQ(chosen.at(1, i, j), all.arrays.at("encoder.0.weights").at(1, i, j));
        }
    EXPECT_EQ(
        traceOf("bart", {"--text", "no man", "--layer", "1", "--what", "weights"}).arrays.count("encoder.0.weights"),
        0U);
}

TEST(TraceModel, HiddenStatesAndLogits) {
    const Trace gpt2 = traceOf("gpt2", {"--text", "no man", "--what", "hidden,logits"});
    EXPECT_THAT(names(gpt2), testing::ElementsAre("hidden.0", "hidden.1", "hidden.2", "ids", "logits", "spans"));
    EXPECT_EQ(gpt2.arrays.at("logits").shape, Shape({3, 60}));
    EXPECT_EQ(gpt2.arrays.at("hidden.2").shape, Shape({3, 32}));
    const Trace t5 = traceOf("t5", {"--text", "no man", "--text2", "an island", "--what", "hidden,logits"});
    EXPECT_THAT(names(t5), testing::IsSupersetOf({"encoder.hidden.0", "encoder.hidden.1", "decoder.hidden.0",
                                                  "decoder.hidden.1", "decoder.hidden.2", "logits"}));
    EXPECT_EQ(t5.arrays.at("logits").shape[0], t5.arrays.at("ids2").shape[0]) << "the decoder's";
}

TEST(TraceModel, APairCountsItsSecondTextsBytesInIt) {
    const Trace trace = traceOf("bert", {"--text", "no man", "--text2", "an island", "--what", "weights"});
    const auto tokensOf = [](const Words& words) { return traceOf("bert", words).tokens.size(); };
    EXPECT_EQ(tokensOf({"--text", "no man", "--text2", ""}), tokensOf({"--text", "no man"}) + 1) << "two [SEP]";
    EXPECT_EQ(trace.arrays.at("spans").values, std::vector<double>({-1, -1, 0, 2, 3, 6, -1, -1, 0, 2, 3, 9, -1, -1}));
    std::vector<int> segments;
    for (const json& token : trace.tokens) segments.push_back(token.at("segment"));
    EXPECT_EQ(segments, std::vector<int>({0, 0, 0, 0, 1, 1, 1}));
    EXPECT_FALSE(trace.arrays.contains("ids2"));
}

TEST(TraceModel, EveryFormatHoldsTheSameNumbers) {
    const Words words = {"--text", "no man", "--text2", "an", "--what", "weights,scores,mask,hidden,logits"};
    const Trace npz = traceOf("t5", words);
    for (const Trace& other :
         {readSafetensorsTrace(written("t5", words, "safetensors")), readJsonTrace(written("t5", words, "json"))}) {
        EXPECT_EQ(names(other), names(npz));
        for (const auto& [name, tensor] : npz.arrays) {
            EXPECT_EQ(other.arrays.at(name).shape, tensor.shape) << name;
            const std::vector<double>& values = other.arrays.at(name).values;
            ASSERT_EQ(values.size(), tensor.values.size());
            // JSON holds the shortest number that is the same float32.
            for (std::size_t i = 0; i < values.size(); ++i)
                EXPECT_EQ(static_cast<float>(values[i]), static_cast<float>(tensor.values[i])) << name;
        }
        EXPECT_EQ(other.tokens, npz.tokens);
        EXPECT_EQ(other.tokens2, npz.tokens2);
        EXPECT_EQ(other.config, npz.config);
    }
    const std::string csv = written("t5", {"--text", "no man", "--text2", "an"}, "csv");
    const std::int64_t e = npz.arrays.at("ids").shape[0], d = npz.arrays.at("ids2").shape[0];
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 4 * (e * e + 2 * d * d + 2 * d * e));
    EXPECT_THAT(csv, AllOf(HasSubstr("\ncross,1,3,0,<pad>,0,▁no,"), HasSubstr("\ndecoder,0,0,0,<pad>,1,▁an,")));
}

TEST(TraceModel, WhatCannotBeChosenIsWrongUse) {
    const Words text = {"--text", "no man"};
    traceFails("gpt2", joined(text, {"--layer", "2"}), 2, "--layer: there is no layer 2; the layers are 0 to 1");
    traceFails("t5", joined(text, {"--site", "encoder", "--layer", "1"}), 2, "--layer: there is no layer 1");
    traceFails("gpt2", joined(text, {"--site", "cross"}), 2, "--site: there is no site cross here; there is self");
    traceFails("t5", joined(text, {"--site", "self"}), 2, "--site: there is no site self here");
    traceFails("gpt2", joined(text, {"--head", "4"}), 2, "--head: there is no head 4; the heads are 0 to 3");
    traceFails("bart", joined(text, {"--head", "2"}), 2, "--head: there is no head 2");
    traceFails("bert_bare", joined(text, {"--what", "logits"}), 2, "--what: there are no logits");
    traceFails("gpt2_bare", joined(text, {"--what", "logits"}), 2, "--what: there are no logits");
    traceFails("gpt2", joined(text, {"--text2", "an"}), 2, "--text2: GPT-2 continues one text");
    for (const Words& dial :
         {Words{"--heads", "4"}, Words{"--mask", "causal"}, Words{"--tokens", "words"}, Words{"--bias"}})
        traceFails("gpt2", joined(text, dial), 2, dial.front() + ": belongs to the sandbox");
    expectFailure({"trace", "--text", "a", "--what", "logits", "-o", "x.npz"}, 2, "--what: there are no logits");
}

TEST(TraceModel, TextsThatAModelCannotRead) {
    std::string words;
    for (int i = 0; i < 50; ++i) words += "the ";
    traceFails("bert", {"--text", words}, 1, "52 tokens, more than the 40");
    for (const char* name : {"bert", "gpt2", "t5"})
        traceFails(name, {"--text", ""}, 1, "--text: the text has no token");
    traceFails("bert", {"--text", " \n"}, 1, "--text: the text has no token");
    traceFails("bert", {"--text", "no man", "--text2", " "}, 1, "--text2: the text has no token");
}

/// A copy of a golden model with one thing changed.
class BrokenModel : public testing::Test {
protected:
    BrokenModel() { std::filesystem::copy(model("bert"), folder / "m"); }
    void replace(const std::string& file, const std::string& from, const std::string& to) {
        std::string bytes = bytesOf(folder / file);
        const std::size_t at = bytes.find(from);
        ASSERT_NE(at, std::string::npos);
        writeBytes(folder / file, bytes.replace(at, from.size(), to));
    }
    void fails(const std::string& says) {
        expectFailure({"trace", "--model", folder / "m", "--text", "the island", "-o", folder / "x.npz"}, 1, says);
        EXPECT_EQ(folder.names(), std::vector<std::string>{"m"});
    }
    Folder folder;
};

TEST_F(BrokenModel, AMissingFileIsNamed) {
    for (const auto& [file, says] : {std::pair{"tokenizer.json", "there is no tokenizer"},
                                     std::pair{"model.safetensors", "m/model.safetensors: there is no such file"},
                                     std::pair{"config.json", "m/config.json: there is no such file"}}) {
        std::filesystem::remove(folder / (std::string("m/") + file));
        fails(says);
    }
}

TEST_F(BrokenModel, AnUnknownFamilyListsTheKnownOnes) {
    replace("m/config.json", "\"model_type\": \"bert\"", "\"model_type\": \"mamba\"");
    fails("m/config.json: model_type: models of the type mamba are not known here; known are albert, bart, bert");
}

TEST_F(BrokenModel, PackedWeightsAreRefused) {
    replace("m/config.json", "{", "{\"quantization_config\": {\"quant_method\": \"gptq\"},");
    fails("the weights are packed (gptq)");
}

TEST_F(BrokenModel, ATokenizerThatIsBrokenOrAnotherModels) {
    replace("m/tokenizer.json", "\"island\":14", "\"island\":999");
    fails("its tokenizer makes token 999, but the model has only 60");
    writeBytes(folder / "m/tokenizer.json", "{\"model\": 3");
    fails("m/tokenizer.json: the file ends in the middle");
}

TEST(FindModel, AnUnknownNameNamesTheNearest) {
    const Folder home;
    std::filesystem::create_directories(home / "headscope/models/google-bert");
    std::filesystem::copy(model("bert"), home / "headscope/models/google-bert/bert-tiny");
    Call call;
    call.environment["XDG_DATA_HOME"] = home.path();
    const Words words = {"predict", "--text", "the [MASK]", "--model"};
    EXPECT_EQ(run(joined(words, {"google-bert/bert-tiny"}), call).code, 0);
    expectFailure(joined(words, {"bert-tyni"}), 1, "near to it: google-bert/bert-tiny", call);
    expectFailure(joined(words, {home / "none"}), 1, "there is no such folder", call);
}

TEST(SessionWithModel, IsFoundBesideItAndOverridden) {
    const Folder folder;
    std::filesystem::copy(model("gpt2"), folder / "tiny");
    writeBytes(folder / "a.headscope", R"({"headscope": "session", "version": 1, "text": "no man", "model": "tiny",
                                           "view": {"layer": 1, "fold_words": true}})");
    const Words words = {"trace",    "--session", folder / "a.headscope", "--what", "weights", "-o", "-",
                         "--format", "npz"};
    const Outcome outcome = run(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(readNpzTrace(outcome.out).arrays.at("self.1.weights").shape, Shape({4, 3, 3}));
    EXPECT_EQ(readNpzTrace(run(joined(words, {"--text", "the"})).out).arrays.at("ids").shape, Shape({1}));
    expectFailure(joined(words, {"--mask", "causal"}), 2, "--mask: belongs to the sandbox");
    expectFailure(joined(words, {"--text2", "an"}), 2, "headscope: --text2: GPT-2 continues one text");
    std::filesystem::remove_all(folder / "tiny");
    expectFailure(words, 1, "a.headscope: model: tiny: there is no such folder");
    writeBytes(folder / "b.headscope",
               R"({"headscope": "session", "text": "no man", "text2": "an", "model": ")" + model("gpt2") + "\"}");
    const Outcome aside = run({"trace", "--session", folder / "b.headscope", "-o", "-", "--format", "json"});
    ASSERT_EQ(aside.code, 0) << aside.err;
    const json config = json::parse(aside.out)["config"];
    EXPECT_FALSE(config.contains("text2"));
    EXPECT_EQ(config["notes"][0], "The second sentence is set aside: GPT-2 continues one text.");
}

TEST(ExportModel, DrawsLayersPairsWordsAndTheOverview) {
    const auto svg = [](const Words& more) {
        const Outcome outcome = run(joined({"export", "--format", "svg", "-o", "-"}, more));
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.err, "");
        return outcome.out;
    };
    const Words pair = {"--model", model("bert"), "--text", "unwanted man", "--text2", "an island", "--view", "links"};
    const std::string all = svg(pair);
    const std::string words = svg(joined(pair, {"--pairs", "ab", "--fold-words"}));
    EXPECT_THAT(all, HasSubstr(">##want<"));
    EXPECT_THAT(words, AllOf(HasSubstr(">unwanted<"), HasSubstr(">island<"), testing::Not(HasSubstr(">##want<"))));
    EXPECT_NE(svg(joined(pair, {"--layer", "1"})), all);
    EXPECT_THAT(svg({"--model", model("bert"), "--text", "a man", "--view", "overview"}), HasSubstr("</svg>"));
    EXPECT_NE(svg({"--model", model("t5"), "--text", "a man", "--site", "encoder"}),
              svg({"--model", model("t5"), "--text", "a man"}));

    const Words one = {"export", "--model", model("bert"), "--text", "a man", "-o", "x.png"};
    expectFailure(joined(one, {"--layer", "2"}), 2, "--layer: there is no layer 2");
    expectFailure(joined(one, {"--pairs", "ab"}), 2, "--pairs: goes with --text2");
    expectFailure({"export", "--text", "a", "--fold-words", "-o", "x.png"}, 2, "--fold-words: goes with --model");
}

TEST(PredictVerb, MasksOfAnEncoder) {
    const json found = predicted("bert", {"--text", "the [MASK] sat [MASK]", "--top", "3"});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]["position"], 2);
    EXPECT_EQ(found[1]["position"], 4);
    const Trace trace = traceOf("bert", {"--text", "the [MASK] sat [MASK]", "--what", "logits"});
    const Tensor& logits = trace.arrays.at("logits");
    double all = 0, greatest = -1e30;
    std::int64_t best = -1;
    for (std::int64_t t = 0; t < 60; ++t) {
        all += std::exp(logits.at(4, t));
        if (logits.at(4, t) > greatest) greatest = logits.at(4, best = t);
    }
    ASSERT_EQ(found[1]["predictions"].size(), 3U);
    EXPECT_EQ(found[1]["predictions"][0]["id"], best);
    EXPECT_NEAR(found[1]["predictions"][0]["probability"].get<double>(), std::exp(greatest) / all, 1e-5);
}

TEST(PredictVerb, TheNextTokenAndContinuations) {
    const json next = predicted("gpt2", {"--text", "no man"});
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0]["position"], 2);
    EXPECT_EQ(next[0]["predictions"].size(), 5U);
    const json more = predicted("gpt2", {"--text", "no man", "--generate", "4"});
    EXPECT_EQ(more["ids"][0], next[0]["predictions"][0]["id"]);
    const Outcome full = run({"predict", "--model", "induction", "--text", "lion cat lion", "--generate", "100"});
    EXPECT_EQ(full.code, 0);
    EXPECT_THAT(full.out, StartsWith("cat lion cat lion cat"));
    EXPECT_THAT(full.err, HasSubstr("ended after 46 tokens, at the 49 that the model can read"));
    EXPECT_EQ(run({"predict", "--model", model("gpt2"), "--text", "no man", "--generate", "4"}).out,
              more["text"].get<std::string>() + "\n");
    const json second = predicted("t5", {"--text", "no man", "--text2", "an island"});
    EXPECT_EQ(second[0]["position"], traceOf("t5", {"--text", "no man", "--text2", "an island"}).tokens2.size() - 1);
    EXPECT_EQ(predicted("t5", {"--text", "no man", "--text2", "an island", "--generate", "2"})["ids"][0],
              second[0]["predictions"][0]["id"]);
}

TEST(PredictVerb, AnIdWithoutAWordIsNamedByItsNumber) {
    // The small BERT has 60 outputs and a vocabulary with holes that ends at 53.
    const json found = predicted("bert", {"--text", "the [MASK]", "--top", "60"});
    ASSERT_EQ(found[0]["predictions"].size(), 60U);
    for (const json& p : found[0]["predictions"]) {
        EXPECT_NE(p["text"], "") << p;
        if (p["id"] != 55) continue;
        EXPECT_EQ(p["text"], "id 55");
    }
}

TEST(PredictVerb, AModelWithABeginTokenGoesOnFromNothing) {
    const Words induction = {"predict", "--model", HEADSCOPE_SOURCE_DIR "/resources/models/induction", "--text", ""};
    const Outcome outcome = run(induction);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 5);
    EXPECT_EQ(run({"predict", "--model", model("bert"), "--text", ""}).code, 1) << "no mask in it";
}

TEST(PredictVerb, WhatItCannot) {
    const auto fails = [](const std::string& name, const Words& more, int code, const std::string& says) {
        expectFailure(joined({"predict", "--model", model(name)}, more), code, says);
    };
    fails("bert", {"--text", "the cat"}, 1, "--text: nothing is left open; put [MASK]");
    fails("bert_bare", {"--text", "the [MASK]"}, 2, "the model has no output head");
    fails("gpt2_bare", {"--text", "the"}, 2, "the model has no output head");
    fails("bert", {"--text", "the [MASK]", "--generate", "2"}, 2, "--generate: BERT fills in masks");
    fails("gpt2", {"--text", "the", "--top", "0"}, 2, "--top");
    fails("gpt2", {"--text", "the", "--generate", "0"}, 2, "--generate");
    fails("gpt2", {"--text", "the", "--text2", "cat"}, 2, "--text2");
    fails("gpt2", {"--text", ""}, 1, "--text: the text has no token");
    fails("gpt2", {}, 2, "--text: missing");
    expectFailure({"predict", "--text", "a"}, 2, "--model: missing");
}

TEST(TokenizeVerb, FindsTheTokenizerOfAnOldSentenceTransformersFolder) {
    const Outcome outcome = run({"tokenize", "--model", model("bert_bare"), "--text", "The cat"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("[\"[CLS]\",\"The\",\"cat\",\"[SEP]\"]"));
}

} // namespace
