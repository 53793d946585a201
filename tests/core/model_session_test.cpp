// SPDX-License-Identifier: GPL-3.0-or-later
// Texts on their way through the small models: what is shown of them, the overview, predictions and continuations.
#include "core/base/rng.h"
#include "core/session/overview.h"
#include "core/session/predict.h"
#include "tests/core/io_fixture.h"

#include <algorithm>
#include <cmath>

using namespace headscope;
using namespace headscope::test;
using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;

namespace {

OpenedModelPtr openGolden(const std::string& name) {
    return openWithTokenizer(golden("models/" + name)).value();
}

Session sessionOf(const std::string& text, std::optional<std::string> text2 = {}) {
    Session session;
    session.model = "golden";
    session.text = text;
    session.text2 = std::move(text2);
    return session;
}

AnalysisPtr analysisOf(const std::string& model, const Session& session) {
    const ModelRunPtr run = runModel(openGolden(model), session.text, session.text2).value();
    return analyze(session, run).value();
}

Texts textsOf(const std::vector<Token>& tokens) {
    Texts texts;
    for (const Token& token : tokens) texts.push_back(token.text);
    return texts;
}

Texts folded(const std::string& model, const std::string& text) {
    Session session = sessionOf(text);
    session.view.words = true;
    return textsOf(analysisOf(model, session)->queries);
}

} // namespace

TEST(ShownTokens, PiecesAreReadableAndStandForThemselves) {
    const AnalysisPtr a = analysisOf("gpt2", sessionOf("an island"));
    EXPECT_THAT(textsOf(a->queries), ElementsAre("an", "is", "land"));
    EXPECT_FALSE(a->groups);
    EXPECT_EQ(a->row(1, 2), a->trace->weightsRow(1, 2));
}

TEST(ShownTokens, SubTokensAreFoldedIntoTheTypedWord) {
    EXPECT_THAT(folded("bert", "unwanted islands"), ElementsAre("[CLS]", "unwanted", "islands", "[SEP]"));
    EXPECT_THAT(folded("gpt2", "an island café"), ElementsAre("an", "island", "café")) << "byte-level BPE";
    EXPECT_THAT(folded("roberta", "an island café"), ElementsAre("<s>", "an", "island", "café", "</s>"));
    EXPECT_THAT(folded("t5", "unwanted island"), ElementsAre("<pad>")) << "cross: the decoder asks";
    EXPECT_THAT(folded("xlm_roberta", "unwanted island"), ElementsAre("<s>", "unwanted", "island", "</s>"));
}

TEST(ShownTokens, FoldedRowsAreMeansAndColumnsSums) {
    Session session = sessionOf("unwanted islands"); // [CLS] un ##want ##ed island ##s [SEP]
    session.view.words = true;
    session.view.layer = 1;
    const AnalysisPtr a = analysisOf("bert", session);
    const Matrix w = a->trace->weights(2);
    ASSERT_EQ(w.rows(), 7);
    double sum = 0;
    for (Index i = 1; i < 4; ++i)
        for (Index j = 4; j < 6; ++j) sum += static_cast<double>(w(i, j));
    EXPECT_NEAR(a->weight(2, 1, 2), sum / 3, 1e-6);
    EXPECT_THAT(a->notes, testing::Contains(HasSubstr("folded")));
    for (Index q = 0; q < 4; ++q) EXPECT_NEAR(a->pictures[2].rowSum[static_cast<std::size_t>(q)], 1, 1e-5);
}

TEST(ShownTokens, OfAPairOneTextReadsTheOther) {
    for (const auto& [model, firstEnd, all] : {std::tuple{"bert", 5, 8}, std::tuple{"roberta", 7, 11}}) {
        // [CLS] no man [SEP] … and <s> n o Ġm an </s> </s> …: what the template puts in between goes with the first.
        Session session = sessionOf(model == std::string("bert") ? "no man sat" : "no man", "an island");
        const AnalysisPtr whole = analysisOf(model, session);
        const Index n = whole->trace->queries();
        EXPECT_EQ(n, all) << model;
        for (const Pairs pairs : {Pairs::AA, Pairs::AB, Pairs::BA, Pairs::BB}) {
            session.view.pairs = pairs;
            const AnalysisPtr a = analysisOf(model, session);
            EXPECT_EQ(a->part, pairs);
            const bool fromB = pairs == Pairs::BA || pairs == Pairs::BB, toB = pairs == Pairs::AB || pairs == Pairs::BB;
            const Index rowBegin = fromB ? firstEnd : 0, rowEnd = fromB ? n : firstEnd;
            const Index colBegin = toB ? firstEnd : 0, colEnd = toB ? n : firstEnd;
            ASSERT_EQ(std::ssize(a->queries), rowEnd - rowBegin) << model;
            ASSERT_EQ(std::ssize(a->keys), colEnd - colBegin) << model;
            EXPECT_EQ(a->cross, fromB != toB);
            for (Index i = rowBegin; i < rowEnd; ++i)
                for (Index j = colBegin; j < colEnd; ++j)
                    ASSERT_EQ(a->weight(0, i - rowBegin, j - colBegin), whole->weight(0, i, j)) << i << " " << j;
        }
    }
}

TEST(ShownTokens, ASecondTextWithoutTokensIsNotChosen) {
    Session session = sessionOf("no man", " ");
    session.view.pairs = Pairs::BB;
    const AnalysisPtr a = analysisOf("bert", session);
    EXPECT_EQ(std::ssize(a->queries), a->trace->queries());
    EXPECT_FALSE(a->groups);
}

TEST(ModelRun, TheTextsAreReadAsTheKindOfModelReadsThem) {
    const ModelRunPtr both = runModel(openGolden("bart"), "no man", "an island").value();
    EXPECT_EQ(both->tokens2.front().id, 2) << "the decoder's start token";
    EXPECT_EQ(both->tokens2.back().text, "land") << "the end is for the decoder to say";
    EXPECT_EQ(runModel(openGolden("t5"), "no man", std::nullopt).value()->tokens2.size(), 1U);
    const Error second = runModel(openGolden("gpt2"), "no man", "an island").error();
    EXPECT_EQ(second.code, ErrorCode::Usage);
    EXPECT_EQ(second.place, "--text2");
    std::string text;
    for (int i = 0; i < 50; ++i) text += "the ";
    const Error tooLong = runModel(openGolden("bert"), text, std::nullopt).error();
    EXPECT_EQ(tooLong.code, ErrorCode::Input);
    EXPECT_THAT(tooLong.message(), testing::AllOf(HasSubstr("52"), HasSubstr("40")));
    EXPECT_TRUE(runModel(openGolden("gpt2"), "", std::nullopt).value()->empty());
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(runModel(openGolden("bert"), "no man", {}, {}, stop.get_token()).error().code, ErrorCode::Cancelled);
}

TEST(Overview, EveryHeadOfEveryLayerAsItsOwnPictureShowsIt) {
    Session session = sessionOf("no man is an island");
    session.view.layer = 1;
    session.view.words = true;
    const OverviewPtr overview = overviewOf(analysisOf("gpt2", session)).value();
    ASSERT_EQ(overview->layers, 2);
    ASSERT_EQ(overview->heads, 4);
    for (int layer = 0; layer < 2; ++layer) {
        session.view.layer = layer;
        const AnalysisPtr a = analysisOf("gpt2", session);
        for (int head = 0; head < 4; ++head) {
            const HeadThumb& thumb = overview->at(layer, head);
            EXPECT_EQ(thumb.measures.entropy, a->measures[static_cast<std::size_t>(head)].entropy);
            EXPECT_EQ(thumb.greatest, a->pictures[static_cast<std::size_t>(head)].greatest);
            ASSERT_EQ(thumb.pixels.rows(), 5);
            for (Index i = 0; i < 5; ++i)
                for (Index j = 0; j < 5; ++j)
                    EXPECT_EQ(thumb.pixels(i, j), j <= i ? a->weight(head, i, j) : forbiddenCell) << i << " " << j;
        }
    }
}

TEST(Overview, WithoutHiddenTokensAsTheHeadsOwnPictures) {
    const AnalysisPtr a = analysisOf("bert", sessionOf("the unwanted cat"));
    const OverviewPtr overview = overviewOf(a).value();
    const HeadThumb& thumb = overview->at(0, 2);
    const Index last = std::ssize(a->keys) - 1;
    for (const HiddenTokens which : {HiddenTokens::Special, HiddenTokens::SpecialAndFirst}) {
        const ThumbRemainder& left = thumb.without[static_cast<std::size_t>(which) - 1];
        ASSERT_EQ(left.pixels.rows(), last + 1);
        for (Index i = 0; i <= last; ++i) {
            Scalar kept = 0;
            for (Index j = 0; j <= last; ++j) {
                const bool hidden = j == 0 || j == last; // [CLS] and [SEP]
                EXPECT_EQ(left.pixels(i, j), hidden ? hiddenPixel : a->weight(2, i, j)) << i << " " << j;
                if (!hidden) kept += a->weight(2, i, j);
            }
            EXPECT_NEAR(left.kept[static_cast<std::size_t>(i)], kept, 1e-6);
        }
    }
    EXPECT_TRUE(overviewOf(analysisOf("gpt2", sessionOf("the cat"))).value()->at(0, 0).without[0].pixels.empty());
    EXPECT_EQ(overviewOf(analysisOf("gpt2", sessionOf("the cat"))).value()->at(0, 0).without[1].pixels(1, 0),
              hiddenPixel);
}

TEST(Overview, OfALongTextEachPixelIsTheGreatestOfItsSquare) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "the cat ";
    Session session = sessionOf(text);
    session.view.site = Site::Encoder;
    const AnalysisPtr a = analysisOf("t5", session);
    const OverviewPtr overview = overviewOf(a).value();
    const HeadThumb& thumb = overview->at(0, 3);
    ASSERT_LE(thumb.pixels.rows(), thumbSide);
    const Matrix w = a->trace->weights(3);
    const Index factor = (w.rows() + thumbSide - 1) / thumbSide;
    ASSERT_GT(factor, 1);
    Matrix wanted(thumb.pixels.rows(), thumb.pixels.cols());
    for (Index i = 0; i < w.rows(); ++i)
        for (Index j = 0; j < w.cols(); ++j)
            wanted(i / factor, j / factor) = std::max(wanted(i / factor, j / factor), w(i, j));
    for (Index i = 0; i < wanted.rows(); ++i)
        for (Index j = 0; j < wanted.cols(); ++j) EXPECT_EQ(thumb.pixels(i, j), wanted(i, j));
}

TEST(Predict, TheMostProbableOfASoftmaxOverTheWholeVocabulary) {
    const ModelRunPtr run = runModel(openGolden("bert"), "the [MASK] sat [MASK]", std::nullopt).value();
    const std::vector<Index> positions = predictedPositions(*run).value();
    EXPECT_THAT(positions, ElementsAre(2, 4));
    const auto found = predict(*run, positions, 60).value();
    const Matrix rows = logits(*run->trace, positions).value();
    for (std::size_t p = 0; p < 2; ++p) {
        double all = 0, sum = 0;
        for (const Scalar x : rows.row(static_cast<Index>(p))) all += std::exp(static_cast<double>(x));
        ASSERT_EQ(found[p].predictions.size(), 60U);
        for (const Prediction& one : found[p].predictions) {
            const double share = std::exp(static_cast<double>(rows(static_cast<Index>(p), one.id))) / all;
            EXPECT_NEAR(one.probability, share, 1e-9);
            sum += one.probability;
        }
        EXPECT_NEAR(sum, 1, 1e-9);
        EXPECT_TRUE(std::ranges::is_sorted(found[p].predictions, std::greater(), &Prediction::probability));
    }
}

TEST(Predict, WhatCannotBePredictedIsSaid) {
    const auto errorOf = [](const std::string& model, const std::string& text) {
        return predictedPositions(*runModel(openGolden(model), text, std::nullopt).value()).error();
    };
    EXPECT_EQ(errorOf("bert", "the cat").code, ErrorCode::Input);
    EXPECT_THAT(errorOf("bert", "the cat").detail, HasSubstr("[MASK]"));
    EXPECT_EQ(errorOf("bert_bare", "the [MASK]").code, ErrorCode::Usage);
    EXPECT_EQ(errorOf("gpt2_bare", "the cat").code, ErrorCode::Usage) << "GPT2Model has no head, tied or not";
    const ModelRunPtr encoder = runModel(openGolden("bert"), "the cat", std::nullopt).value();
    EXPECT_EQ(continueText(encoder, 3).error().code, ErrorCode::Usage);
}

TEST(Predict, AContinuationIsTheGreatestLogitAgainAndAgain) {
    for (const char* name : {"gpt2", "mistral", "bart"}) {
        const ModelRunPtr run = runModel(openGolden(name), "no man is", std::nullopt).value();
        const Continuation made = continueText(run, 6).value();
        ModelInput input = run->trace->input;
        std::vector<int>& growing = input.decoderIds.empty() ? input.ids : input.decoderIds;
        for (const std::int64_t id : made.ids) {
            const ModelTracePtr fresh = forward(run->opened->model, input).value();
            const Index last = std::ssize(growing) - 1;
            const Matrix row = logits(*fresh, {&last, 1}).value();
            EXPECT_EQ(id, std::ranges::max_element(row.row(0)) - row.row(0).begin()) << name;
            growing.push_back(static_cast<int>(id));
            input.tokenTypes.resize(input.ids.size(), 0);
        }
        EXPECT_GT(made.ids.size(), 0U) << name;
        EXPECT_EQ(made.text, run->opened->tokenizer->decode(made.ids)) << name;
    }
}

TEST(Predict, AContinuationEndsAtEveryEndTokenAndAtTheLastPosition) {
    const ModelRunPtr run = runModel(openGolden("gpt2"), "no man is", std::nullopt).value();
    const std::vector<std::int64_t> ids = continueText(run, 8).value().ids;
    ASSERT_EQ(ids.size(), 8U);
    const auto firstOfItsKind = std::ranges::find_if(ids, [&](std::int64_t id) { return id != ids.front(); });
    ASSERT_NE(firstOfItsKind, ids.end());

    const TempFolder folder;
    std::filesystem::copy(golden("models/gpt2"), folder / "m");
    writeBytes(folder / "m/generation_config.json",
               "{\"eos_token_id\": [58, " + std::to_string(*firstOfItsKind) + "]}");
    const ModelRunPtr ending = runModel(openWithTokenizer(folder / "m").value(), "no man is", std::nullopt).value();
    EXPECT_EQ(continueText(ending, 8).value().ids, std::vector(ids.begin(), firstOfItsKind));

    const Index tokens = std::ssize(run->tokens);
    EXPECT_EQ(std::ssize(continueText(run, 1000).value().ids), 40 - tokens + 1) << "the last one needs no position";
}
