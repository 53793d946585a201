// SPDX-License-Identifier: GPL-3.0-or-later
// Continuations against transformers' greedy generate, with the rules that a folder brings.
#include "core/session/apply_rules.h"
#include "core/session/predict.h"
#include "tests/core/io_fixture.h"

#include <nlohmann/json.hpp>

#include <cmath>

using namespace headscope;
using namespace headscope::test;
using nlohmann::json;

TEST(Continuation, IsTheOneOfTransformers) {
    for (const json& one : json::parse(readBytes(golden("continuations.json")))) {
        SCOPED_TRACE(one.dump());
        const TempFolder folder;
        std::filesystem::copy(golden("models/" + one["model"].get<std::string>()), folder / "m");
        json config = json::parse(readBytes(folder / "m/config.json"));
        config.update(one["config"]);
        writeBytes(folder / "m/config.json", config.dump());
        if (!one["generation"].is_null()) writeBytes(folder / "m/generation_config.json", one["generation"].dump());
        std::optional<std::string> text2;
        if (one["text2"].is_string()) text2 = one["text2"].get<std::string>();
        const ModelRunPtr run =
            runModel(openWithTokenizer(folder / "m").value(), one["text"].get<std::string>(), text2).value();
        const Result<Continuation> made = continueText(run, one["most"].get<int>());
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made->ids, one["ids"].get<std::vector<std::int64_t>>());
    }
}

TEST(Continuation, ABrokenGenerationConfigKeepsNobodyFromTheModel) {
    for (const char* text :
         {"{", "[]", R"({"bad_words_ids": 7, "no_repeat_ngram_size": -1, "repetition_penalty": "x"})",
          R"({"bad_words_ids": [[], [-1], [4000000000], "a", [[1]]], "repetition_penalty": 0})"}) {
        const TempFolder folder;
        std::filesystem::copy(golden("models/bart"), folder / "m");
        writeBytes(folder / "m/generation_config.json", text);
        const ModelRunPtr run = runModel(openWithTokenizer(folder / "m").value(), "no man", {}).value();
        EXPECT_FALSE(continueText(run, 3).value().ids.empty()) << text;
    }
}

TEST(ApplyRules, LeavesTheLogitsAloneWithoutRules) {
    std::vector<Scalar> logits = {1, -2, 3};
    const std::vector<std::int64_t> ids = {0, 1, 0};
    applyRules({}, {ids, 2, 1, {}}, logits);
    EXPECT_EQ(logits, std::vector<Scalar>({1, -2, 3}));
    GenerationRules rules;
    rules.badWords = {{2}, {99}, {1, 0, 1}};
    applyRules(rules, {ids, 2, 1, {}}, logits);
    EXPECT_EQ(logits[0], 1);
    EXPECT_TRUE(std::isinf(logits[1])) << "1 0 is there, 1 would follow";
    EXPECT_TRUE(std::isinf(logits[2]));
}
