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
