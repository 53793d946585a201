// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/model_run.h"
#include "core/sources/model_examples.h"
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
