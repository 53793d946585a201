// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/overview.h"
#include "core/session/predict.h"

#include <gtest/gtest.h>

namespace headscope {
namespace {

OpenedModelPtr opened(const std::string& name) {
    Result<OpenedModelPtr> model = openWithTokenizer(HEADSCOPE_SOURCE_DIR "/tests/golden/models/" + name);
    EXPECT_TRUE(model.ok()) << model.error().message();
    return *model;
}

ModelRunPtr runOf(const OpenedModelPtr& model, const std::string& text, const std::optional<std::string>& text2 = {}) {
    Result<ModelRunPtr> run = runModel(model, text, text2);
    EXPECT_TRUE(run.ok()) << run.error().message();
    return *run;
}

std::int64_t idOf(const ModelRun& run, const char* entry) {
    const auto id = run.opened->tokenizer->idOf(entry);
    EXPECT_TRUE(id.has_value()) << entry;
    return id.value_or(0);
}

/// Where the mask stands, filled with an entry of the vocabulary.
std::string filled(const ModelRun& run, const char* entry, bool second = false) {
    const Result<std::vector<Index>> positions = predictedPositions(run);
    EXPECT_TRUE(positions.ok());
    const std::optional<FilledText> text = fillIn(run, positions->front(), idOf(run, entry));
    EXPECT_TRUE(text.has_value());
    EXPECT_EQ(text->second, second);
    return text->text;
}

TEST(FillIn, AWordTakesTheMasksPlace) {
    const OpenedModelPtr bert = opened("bert");
    EXPECT_EQ(filled(*runOf(bert, "the cat [MASK] on"), "sat"), "the cat sat on");
    EXPECT_EQ(filled(*runOf(bert, "[MASK] sat"), "cat"), "cat sat");
    EXPECT_EQ(filled(*runOf(bert, "un [MASK] sat"), "##ing"), "uning sat") << "the rest of the word before it";
    EXPECT_EQ(filled(*runOf(bert, "the cat", "the [MASK]"), "dog", true), "the dog");
    EXPECT_EQ(filled(*runOf(bert, "the [MASK]", "the dog"), "cat"), "the cat");
}

TEST(FillIn, SpacesStandWhereTheVocabularyWantsThem) {
    const OpenedModelPtr roberta = opened("roberta");
    EXPECT_EQ(filled(*runOf(roberta, "the <mask> sat"), "Ġcat"), "the cat sat");
    EXPECT_EQ(filled(*runOf(roberta, "<mask> sat"), "Ġcat"), "cat sat");
}

TEST(FillIn, ADecodersTokenContinuesTheText) {
    const ModelRunPtr run = runOf(opened("gpt2"), "the cat");
    EXPECT_EQ(filled(*run, "Ġsat"), "the cat sat");
    EXPECT_EQ(filled(*run, "'s"), "the cat's");
    EXPECT_EQ(filled(*runOf(opened("gpt2"), "the cat "), "sat"), "the cat sat");
}

TEST(FillIn, AnEncoderDecoderContinuesWhatTheDecoderHas) {
    const OpenedModelPtr bart = opened("bart");
    EXPECT_EQ(filled(*runOf(bart, "the cat", "the"), "Ġcat", true), "the cat");
    EXPECT_EQ(runOf(bart, "the cat")->tokens2.size(), 1U);
    EXPECT_EQ(filled(*runOf(bart, "the cat"), "the", true), "the");
}

TEST(FillIn, SpecialTokensAreNotWritten) {
    const ModelRunPtr gpt2 = runOf(opened("gpt2"), "the cat");
    EXPECT_FALSE(fillIn(*gpt2, 1, idOf(*gpt2, "<|endoftext|>")));
    const ModelRunPtr bert = runOf(opened("bert"), "the [MASK]");
    EXPECT_FALSE(fillIn(*bert, 2, idOf(*bert, "[SEP]")));
    EXPECT_FALSE(fillIn(*bert, 0, idOf(*bert, "cat"))) << "nobody typed [CLS]";
}

TEST(FillIn, AChosenWordIsReplaced) {
    const ModelRunPtr bert = runOf(opened("bert"), "the cat sat"); // [CLS] the cat sat [SEP]
    EXPECT_EQ(fillIn(*bert, 2, idOf(*bert, "dog"))->text, "the dog sat");
    const ModelRunPtr pieces = runOf(opened("bert"), "unwanted cat"); // [CLS] un ##want ##ed cat [SEP]
    EXPECT_EQ(fillIn(*pieces, 2, idOf(*pieces, "##ing"))->text, "uninged cat");
    EXPECT_EQ(fillIn(*pieces, 2, idOf(*pieces, "dog"))->text, "un doged cat") << "a word of its own";
    EXPECT_EQ(fillIn(*pieces, 1, idOf(*pieces, "dog"))->text, "dogwanted cat");
    const ModelRunPtr roberta = runOf(opened("roberta"), "the cat sat");
    const auto cat = std::ranges::find(roberta->tokens, idOf(*roberta, "Ġcat"), &Token::id) - roberta->tokens.begin();
    ASSERT_LT(cat, std::ssize(roberta->tokens));
    EXPECT_EQ(fillIn(*roberta, cat, idOf(*roberta, "Ġdo"))->text, "the do sat");
}

TEST(FillIn, WhatADecoderPredictsInTheMiddleTakesTheNextTokensPlace) {
    const ModelRunPtr gpt2 = runOf(opened("gpt2"), "the cat sat");
    const std::int64_t cat = idOf(*gpt2, "Ġcat"), sat = idOf(*gpt2, "Ġsat");
    ASSERT_EQ(gpt2->tokens.size(), 3U);
    EXPECT_EQ(fillIn(*gpt2, 0, sat)->text, "the sat sat");
    EXPECT_EQ(fillIn(*gpt2, 1, cat)->text, "the cat cat");
    EXPECT_EQ(fillIn(*gpt2, 2, cat)->text, "the cat sat cat");
    const ModelRunPtr bart = runOf(opened("bart"), "the", "the cat");
    EXPECT_FALSE(fillIn(*bart, 0, cat)) << "the template's <s> follows, which nobody typed";
    ASSERT_EQ(bart->tokens2.size(), 4U);
    const std::optional<FilledText> filled = fillIn(*bart, 2, idOf(*bart, "Ġdo"));
    ASSERT_TRUE(filled);
    EXPECT_TRUE(filled->second);
    EXPECT_EQ(filled->text, "the do");
    // A character of several tokens is not taken apart.
    const ModelRunPtr bytes = runOf(opened("gpt2"), "the é");
    ASSERT_GT(bytes->tokens.size(), 3U);
    EXPECT_FALSE(canFillIn(*bytes, std::ssize(bytes->tokens) - 2));
    EXPECT_FALSE(fillIn(*bytes, std::ssize(bytes->tokens) - 2, cat));
}

AnalysisPtr analysisOf(const ModelRunPtr& run, const ViewState& view) {
    Session session;
    session.text = run->text;
    session.text2 = run->text2;
    session.model = "bert";
    session.view = view;
    Result<AnalysisPtr> analysis = analyze(session, run);
    EXPECT_TRUE(analysis.ok());
    return *analysis;
}

TEST(PositionsOf, QueriesOfThePictureInTheModelsTokens) {
    const auto of = [](const ModelRunPtr& run, const ViewState& view, std::vector<int> queries) {
        return positionsOf(*analysisOf(run, view), queries);
    };
    using Places = std::vector<Index>;
    const ModelRunPtr bert =
        runOf(opened("bert"), "the unwanted cat", "the dog"); // [CLS] the un ##want ##ed cat [SEP] …
    EXPECT_EQ(of(bert, {}, {3, 0, 6, 99, 5}), Places({3, 5})) << "nobody typed [CLS] and [SEP]";
    ViewState words;
    words.words = true;
    EXPECT_EQ(of(bert, words, {2, 3}), Places({2, 5}));
    ViewState second;
    second.pairs = Pairs::BA;
    EXPECT_EQ(of(bert, second, {0}), Places({7}));
    const ModelRunPtr gpt2 = runOf(opened("gpt2"), "an island cat"); // an Ġis land Ġcat
    EXPECT_EQ(of(gpt2, {}, {1, 3}), Places({1, 3}));
    EXPECT_EQ(of(gpt2, words, {1}), Places({2})) << "what follows the word";
    const ModelRunPtr bart = runOf(opened("bart"), "the cat", "the cat");
    ViewState encoder;
    encoder.site = Site::Encoder;
    EXPECT_EQ(of(bart, encoder, {1}), Places());
    EXPECT_EQ(of(bart, {}, {0, 2}), Places({0, 2}));
}

TEST(Overview, OfAnotherLayerIsTakenFromTheOneBefore) {
    const ModelRunPtr run = runOf(opened("bert"), "the unwanted cat", "the dog");
    ViewState view;
    view.words = true;
    const OverviewPtr before = *overviewOf(analysisOf(run, view));
    ASSERT_EQ(before->layers, 2);
    view.layer = 1;
    const AnalysisPtr second = analysisOf(run, view);
    const OverviewPtr again = *overviewOf(second, {}, before);
    const OverviewPtr anew = *overviewOf(second);
    EXPECT_EQ(again->of, second);
    ASSERT_EQ(again->thumbs.size(), anew->thumbs.size());
    for (std::size_t i = 0; i < anew->thumbs.size(); ++i) EXPECT_EQ(again->thumbs[i].pixels, anew->thumbs[i].pixels);
    // Other words of the same run are other pictures.
    view.words = false;
    const OverviewPtr pieces = *overviewOf(analysisOf(run, view), {}, before);
    EXPECT_NE(pieces->thumbs.front().pixels.rows(), before->thumbs.front().pixels.rows());
}

} // namespace
} // namespace headscope
