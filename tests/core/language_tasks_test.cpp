// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement, pronouns and the language models.
#include "core/train/english_chances.h"
#include "core/train/english_rules.h"
#include "core/train/task.h"

#include <gtest/gtest.h>
#include <set>

namespace headscope {
namespace {

std::vector<TaskExample> unseen(const Task& task, int count) {
    Rng rng(11);
    std::vector<TaskExample> made;
    for (int i = 0; i < count; ++i) made.push_back(task.example(rng, task.defaults().length, TaskPart::Unseen));
    return made;
}

const Task& taskOf(const char* name) {
    const Task* task = findTask(name);
    EXPECT_NE(task, nullptr);
    return *task;
}

/// What is asked must follow from what is shown: summed over all that the grammar can write there.
void expectOneAnswer(const EnglishGrammar& grammar) {
    EnglishChances chances(grammar);
    Rng rng(5);
    std::set<std::string> answers;
    for (int i = 0; i < 1500; ++i) {
        const EnglishText text = grammar.sample(rng);
        std::vector<int> shown = text.words, asked;
        for (std::size_t k = 0; k < shown.size(); ++k)
            if (text.asked[k]) asked.push_back(std::exchange(shown[k], kEnglishHidden));
        const std::vector<EnglishGuess> guesses = chances.hidden(shown);
        ASSERT_EQ(guesses.size(), asked.size());
        std::string sentence;
        for (const int word : text.words) sentence += grammar.words()[static_cast<std::size_t>(word)] + ' ';
        for (std::size_t k = 0; k < asked.size(); ++k) {
            EXPECT_EQ(guesses[k].word, asked[k]) << sentence;
            EXPECT_NEAR(guesses[k].probability, 1, 1e-9) << sentence;
            answers.insert(grammar.words()[static_cast<std::size_t>(asked[k])]);
        }
    }
    EXPECT_GT(answers.size(), 4u);
}

TEST(Agreement, OneVerbIsRight) {
    expectOneAnswer(agreementGrammar());
}

TEST(Pronoun, OnePronounIsRight) {
    expectOneAnswer(pronounGrammar());
}

TEST(Agreement, OthersStandBetween) {
    const Task& task = taskOf("agreement");
    const std::set<std::string> one = {"is", "was", "has", "does"}, many = {"are", "were", "have", "do"};
    int singular = 0;
    for (const TaskExample& e : unseen(task, 300)) {
        int asked = 0;
        for (std::size_t i = 0; i < e.targets.size(); ++i) {
            if (e.targets[i] < 0) continue;
            ++asked;
            EXPECT_GE(i, 5u) << task.text(e); // subject and at least one phrase
            const std::string& word = task.vocabulary()[static_cast<std::size_t>(e.targets[i])];
            EXPECT_TRUE(one.contains(word) || many.contains(word)) << word;
            singular += one.contains(word);
        }
        EXPECT_EQ(asked, 1);
    }
    EXPECT_GT(singular, 90);
    EXPECT_LT(singular, 210);
}

TEST(Agreement, HasNoBest) {
    EXPECT_FALSE(taskOf("agreement").best(unseen(taskOf("agreement"), 3)));
    EXPECT_FALSE(taskOf("pronoun").best(unseen(taskOf("pronoun"), 3)));
}

TEST(CausalLm, AsksEveryNextWordAndTheEnd) {
    const Task& task = taskOf("causal-lm");
    for (const TaskExample& e : unseen(task, 100)) {
        for (std::size_t i = 0; i + 1 < e.ids.size(); ++i) EXPECT_EQ(e.targets[i], e.ids[i + 1]);
        EXPECT_EQ(task.vocabulary()[static_cast<std::size_t>(e.targets.back())], "</s>");
    }
}

TEST(MaskedLm, MasksSomeWordsOnly) {
    const Task& task = taskOf("masked-lm");
    int masked = 0, words = 0;
    for (const TaskExample& e : unseen(task, 500)) {
        for (std::size_t i = 0; i < e.ids.size(); ++i) {
            EXPECT_EQ(e.targets[i] >= 0, task.vocabulary()[static_cast<std::size_t>(e.ids[i])] == "[MASK]");
            masked += e.targets[i] >= 0;
        }
        words += static_cast<int>(e.ids.size()) - 2;
    }
    EXPECT_GT(masked, words / 10);
    EXPECT_LT(masked, words / 3);
}

/// A guesser that knows the true probabilities must be right as often as best() says, but for chance.
TEST(CausalLm, BestIsWhatTheTrueProbabilitiesReach) {
    const Task& task = taskOf("causal-lm");
    const std::vector<TaskExample> examples = unseen(task, 300);
    EnglishChances chances(englishGrammar());
    std::vector<std::string> words = englishGrammar().words();
    double right = 0, asked = 0;
    for (const TaskExample& e : examples) {
        std::vector<int> text;
        for (std::size_t i = 1; i < e.ids.size(); ++i) {
            std::string word = task.vocabulary()[static_cast<std::size_t>(e.ids[i])];
            const auto found = std::find_if(words.begin(), words.end(), [&](std::string other) {
                other[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(other[0])));
                return other == word;
            });
            ASSERT_NE(found, words.end());
            text.push_back(static_cast<int>(found - words.begin()));
        }
        const std::vector<EnglishGuess> guesses = chances.next(text);
        for (std::size_t i = 0; i < guesses.size(); ++i)
            right += guesses[i].word == (i < text.size() ? text[i] : kEnglishEnd);
        asked += static_cast<double>(guesses.size());
    }
    const auto best = task.best(examples);
    ASSERT_TRUE(best.has_value());
    EXPECT_NEAR(*best, right / asked, 0.03);
    EXPECT_GT(*best, 0.2);
    EXPECT_LT(*best, 0.8);
}

TEST(MaskedLm, BestLiesBetweenNothingAndAll) {
    const Task& task = taskOf("masked-lm");
    const auto best = task.best(unseen(task, 200));
    ASSERT_TRUE(best.has_value());
    EXPECT_GT(*best, 0.2);
    EXPECT_LT(*best, 0.9);
    EXPECT_FALSE(task.best({}).has_value());
}

} // namespace
} // namespace headscope
