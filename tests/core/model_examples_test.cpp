// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/predict.h"
#include "core/session/unknown_words.h"
#include "core/train/model_examples.h"
#include "core/train/task_examples.h"
#include "tests/core/io_fixture.h"

#include <algorithm>

using namespace headscope;
using namespace headscope::test;

namespace {

OpenedModelPtr openGolden(const std::string& name) {
    return openWithTokenizer(golden("models/" + name)).value();
}

std::vector<std::string> textsOf(const OpenedModel& opened) {
    std::vector<std::string> texts;
    for (const Example& example : examplesFor(opened))
        texts.push_back(example.text2 ? example.text + " | " + *example.text2 : example.text);
    return texts;
}

} // namespace

class ExamplesOf : public testing::TestWithParam<const char*> {};

TEST_P(ExamplesOf, AModelCanAllBeRead) {
    const OpenedModelPtr opened = openGolden(GetParam());
    const std::vector<Example> examples = examplesFor(*opened);
    // Two of the small vocabularies make a token of every letter: nothing is short enough for their models.
    EXPECT_EQ(examples.empty(),
              opened->model->config.family == "camembert" || opened->model->config.family == "xlm-roberta");
    for (const Example& example : examples) {
        const auto run = runModel(opened, example.text, example.text2);
        ASSERT_TRUE(run.ok()) << example.title << ": " << run.error().message();
        EXPECT_FALSE((*run)->empty());
    }
}
INSTANTIATE_TEST_SUITE_P(Golden, ExamplesOf,
                         testing::Values("albert", "bart", "bert", "bert_bare", "camembert", "distilbert", "electra",
                                         "gpt2", "gpt2_bare", "gpt_neo", "gpt_neox", "llama", "marian", "mistral",
                                         "qwen2", "qwen3", "roberta", "t5", "xlm_roberta"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(ExamplesFor, WordsAreLeftOpenAsTheTokenizerSpellsIt) {
    using testing::Contains;
    using testing::HasSubstr;
    EXPECT_THAT(textsOf(*openGolden("bert")), Contains("The capital of France is [MASK]."));
    EXPECT_THAT(textsOf(*openGolden("roberta")), Contains("The capital of France is <mask>."));
    EXPECT_THAT(textsOf(*openGolden("bert_bare")), testing::Not(Contains(HasSubstr("[MASK]"))))
        << "it predicts nothing";
    EXPECT_THAT(textsOf(*openGolden("bert")), Contains(HasSubstr(" | ")));
    EXPECT_THAT(textsOf(*openGolden("gpt2")), Contains("The capital of France is"));
    EXPECT_THAT(textsOf(*openGolden("gpt2")), testing::Not(Contains(HasSubstr(" | "))));
    EXPECT_THAT(textsOf(*openGolden("t5")), Contains(HasSubstr("translate English to German")));
    EXPECT_THAT(textsOf(*openGolden("marian")), Contains("The black cat sleeps on the red sofa."));
    EXPECT_THAT(textsOf(*openGolden("bart")), Contains("The black <mask> sleeps on the red sofa."));
}

class ExamplesOfShipped : public testing::TestWithParam<const char*> {};

TEST_P(ExamplesOfShipped, AModelAreOfItsTask) {
    const OpenedModelPtr opened =
        openWithTokenizer(HEADSCOPE_SOURCE_DIR "/resources/models/" + std::string(GetParam())).value();
    const Task* task = taskOf(*opened);
    ASSERT_NE(task, nullptr);
    const std::vector<Example> examples = examplesFor(*opened);
    ASSERT_GE(examples.size(), 5U);
    EXPECT_EQ(examples.front().text, examplesFor(*opened).front().text) << "the same each time";
    int said = 0, right = 0;
    for (const Example& example : examples) {
        const ModelRunPtr run = runModel(opened, example.text, example.text2).value();
        EXPECT_EQ(unknownShare(*run), 0) << example.text;
        const auto positions = predictedPositions(*run);
        ASSERT_TRUE(positions.ok()) << example.text << ": has nothing to say";
        EXPECT_FALSE(example.title.empty());
        EXPECT_LT(example.title.size(), 64U);
        said += static_cast<int>(positions->size());
        const auto predictions = predict(*run, *positions, 1);
        ASSERT_TRUE(predictions.ok());
        for (const PositionPrediction& at : *predictions) right += at.predictions.front().probability > 0.5;
    }
    const bool isFree = task->name().ends_with("-lm"); // a sentence can go on in many ways
    EXPECT_GE(right, isFree ? 1 : said * 4 / 5) << "a trained model is sure of most of them";
}
INSTANTIATE_TEST_SUITE_P(Models, ExamplesOfShipped,
                         testing::Values("previous", "copy", "reverse", "sort", "induction", "brackets", "agreement",
                                         "pronoun", "translation", "qa", "summarisation", "causal-lm", "masked-lm"),
                         [](const auto& tested) {
                             std::string name = tested.param; // of a test: letters and numbers only
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(TaskExamples, StopWhereSomethingIsAsked) {
    for (const Task* task : tasks()) {
        SCOPED_TRACE(std::string(task->name()));
        const std::vector<Example> examples = taskExamples(*task, task->defaults().length);
        ASSERT_GE(examples.size(), 3U);
        EXPECT_LE(examples.front().text.size(), examples.back().text.size());
        for (const Example& example : examples) {
            EXPECT_EQ(example.text2.has_value(), task->kind() == ModelKind::EncoderDecoder);
            EXPECT_EQ(example.text.find("[MASK]") != std::string::npos, task->kind() == ModelKind::Encoder);
        }
    }
    // The second half of an induction text has begun and is not over.
    const Example induction = taskExamples(*findTask("induction"), 48).front();
    const std::string first = induction.text.substr(0, induction.text.find(' '));
    const std::size_t again = induction.text.find(" " + first + " ");
    ASSERT_NE(again, std::string::npos);
    EXPECT_LT(induction.text.size() - again, again);
}
