// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every task, whatever it teaches.
#include "core/train/task.h"
#include "tests/core/tokenizer_fixture.h"

#include <gtest/gtest.h>
#include <set>

namespace headscope {
namespace {

bool isPair(const Task& task) {
    return task.kind() == ModelKind::EncoderDecoder;
}

std::vector<TaskExample> examples(const Task& task, std::uint64_t seed, int count, int length, TaskPart part) {
    Rng rng(seed);
    std::vector<TaskExample> made;
    for (int i = 0; i < count; ++i) made.push_back(task.example(rng, length, part));
    return made;
}

class EveryTask : public testing::TestWithParam<const Task*> {};

TEST_P(EveryTask, IsFoundByItsName) {
    const Task& task = *GetParam();
    EXPECT_EQ(findTask(task.name()), &task);
    EXPECT_TRUE(task.discovery().ends_with("."));
    EXPECT_EQ(findTask("nothing"), nullptr);
}

TEST_P(EveryTask, HasDefaultsThatCanWork) {
    const TaskDefaults d = GetParam()->defaults();
    EXPECT_EQ(d.dModel % d.heads, 0);
    EXPECT_GE(d.length, GetParam()->shortest());
    EXPECT_GT(d.layers * d.batch * d.steps, 0);
    EXPECT_GT(d.rate, 0);
}

TEST_P(EveryTask, VocabularyBeginsWithTheSpecialTokensAndNamesNothingTwice) {
    const std::vector<std::string>& words = GetParam()->vocabulary();
    const std::vector<std::string> special =
        GetParam()->kind() == ModelKind::Encoder
            ? std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
            : std::vector<std::string>{"<pad>", "<unk>", "<s>", "</s>", "<mask>"};
    ASSERT_GT(words.size(), special.size());
    EXPECT_TRUE(std::equal(special.begin(), special.end(), words.begin()));
    EXPECT_EQ(std::set(words.begin(), words.end()).size(), words.size());
}

TEST_P(EveryTask, SameSeedSameExamples) {
    const int length = GetParam()->defaults().length;
    const auto a = examples(*GetParam(), 3, 20, length, TaskPart::Train);
    const auto b = examples(*GetParam(), 3, 20, length, TaskPart::Train);
    const auto c = examples(*GetParam(), 4, 20, length, TaskPart::Train);
    const auto same = [](const TaskExample& x, const TaskExample& y) {
        return x.ids == y.ids && x.decoderIds == y.decoderIds && x.targets == y.targets;
    };
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), same));
    EXPECT_FALSE(std::equal(a.begin(), a.end(), c.begin(), same));
}

TEST_P(EveryTask, ExamplesFitTheLengthAndAskSomething) {
    const Task& task = *GetParam();
    const int words = static_cast<int>(task.vocabulary().size());
    for (const int length : {task.shortest(), task.shortest() + 1, task.defaults().length}) {
        for (const TaskPart part : {TaskPart::Train, TaskPart::Unseen}) {
            for (const TaskExample& e : examples(task, 5, 100, length, part)) {
                EXPECT_LE(std::ssize(e.ids), task.positions(length));
                EXPECT_LE(std::ssize(e.decoderIds), task.positions(length));
                EXPECT_EQ(e.targets.size(), isPair(task) ? e.decoderIds.size() : e.ids.size());
                EXPECT_EQ(e.decoderIds.empty(), !isPair(task));
                EXPECT_TRUE(std::any_of(e.targets.begin(), e.targets.end(), [](int t) { return t >= 0; }));
                const auto isWord = [&](int t) { return t > 1 && t < words; };
                EXPECT_TRUE(std::all_of(e.ids.begin(), e.ids.end(), isWord)) << task.text(e);
                EXPECT_TRUE(
                    std::all_of(e.targets.begin(), e.targets.end(), [&](int t) { return t == -1 || isWord(t); }));
            }
        }
    }
}

/// The text with its answers, as a person reads it.
std::string answered(const Task& task, TaskExample e) {
    if (task.kind() == ModelKind::Encoder) {
        for (std::size_t i = 0; i < e.ids.size(); ++i)
            if (e.targets[i] >= 0) e.ids[i] = e.targets[i];
    }
    return task.text(e);
}

TEST_P(EveryTask, NoUnseenTextIsTrainedOn) {
    const Task& task = *GetParam();
    const int length = task.defaults().length;
    std::set<std::string> unseen;
    for (const TaskExample& e : examples(task, 1, 2000, length, TaskPart::Unseen)) unseen.insert(answered(task, e));
    EXPECT_GT(unseen.size(), 300u);
    for (const TaskExample& e : examples(task, 2, 20'000, length, TaskPart::Train))
        ASSERT_FALSE(unseen.contains(answered(task, e))) << task.text(e);
}

TEST_P(EveryTask, TokenizerReadsItsTexts) {
    const Task& task = *GetParam();
    const auto tokenizer = test::tokenizerOf(task.tokenizerJson());
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
    EXPECT_EQ((*tokenizer)->size(), std::ssize(task.vocabulary()));
    const auto ids = [&](const std::string& text, bool addSpecial) {
        std::vector<int> all;
        const auto tokens = (*tokenizer)->encode(text, addSpecial);
        EXPECT_TRUE(tokens.ok());
        for (const Token& token : *tokens) all.push_back(static_cast<int>(token.id));
        return all;
    };
    for (const TaskExample& e : examples(task, 6, 200, task.defaults().length, TaskPart::Unseen)) {
        ASSERT_EQ(ids(task.text(e), true), e.ids) << task.text(e);
        ASSERT_EQ(task.text2(e).has_value(), isPair(task));
        if (isPair(task)) {
            std::vector<int> decoder = ids(*task.text2(e), false);
            decoder.insert(decoder.begin(), 2);
            ASSERT_EQ(decoder, e.decoderIds) << *task.text2(e);
        }
    }
}

TEST_P(EveryTask, TokenizerWritesItsTexts) {
    const Task& task = *GetParam();
    const auto tokenizer = test::tokenizerOf(task.tokenizerJson());
    ASSERT_TRUE(tokenizer.ok());
    for (const TaskExample& e : examples(task, 7, 20, task.defaults().length, TaskPart::Unseen)) {
        const std::vector<int>& from = isPair(task) ? e.decoderIds : e.ids;
        std::vector<std::int64_t> ids;
        for (const int id : from)
            if (id != 4) ids.push_back(id);
        // The library's decoder knows no capitals.
        std::string text = isPair(task) ? *task.text2(e) : task.text(e);
        for (std::size_t at = 0; (at = text.find("[MASK]", at)) != std::string::npos;)
            text.erase(at > 0 ? at - 1 : at, at > 0 ? 7 : 6 + text.substr(6).starts_with(' '));
        for (char& c : text)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        EXPECT_EQ((*tokenizer)->decode(ids), text);
    }
}

INSTANTIATE_TEST_SUITE_P(Tasks, EveryTask, testing::ValuesIn(tasks().begin(), tasks().end()),
                         [](const testing::TestParamInfo<const Task*>& tested) {
                             std::string name(tested.param->name());
                             std::erase(name, '-');
                             return name;
                         });

TEST(Tasks, AreListedInTheOrderOfTheCommandLine) {
    const std::vector<std::string> order = {"copy",          "reverse",   "sort",     "previous",    "induction",
                                            "brackets",      "agreement", "pronoun",  "translation", "qa",
                                            "summarisation", "causal-lm", "masked-lm"};
    std::vector<std::string> listed;
    for (const Task* task : tasks()) listed.emplace_back(task->name());
    std::vector<std::string> expected;
    for (const std::string& name : order)
        if (findTask(name)) expected.push_back(name);
    EXPECT_EQ(listed, expected);
}

} // namespace
} // namespace headscope
