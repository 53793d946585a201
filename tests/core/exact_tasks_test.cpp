// SPDX-License-Identifier: GPL-3.0-or-later
// The targets of the exact tasks, worked out again from their texts.
#include "core/train/task.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <sstream>

namespace headscope {
namespace {

using Words = std::vector<std::string>;

Words split(const std::string& text) {
    std::istringstream in(text);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

std::string wordOf(const Task& task, int id) {
    return id < 0 ? "" : task.vocabulary()[static_cast<std::size_t>(id)];
}

/// For each of many examples: its words behind the begin token and what is asked at each, "" where nothing is.
template <class Check> void forExamples(const char* name, int length, const Check& check) {
    const Task* task = findTask(name);
    ASSERT_NE(task, nullptr);
    Rng rng(11);
    for (int i = 0; i < 500; ++i) {
        const TaskExample e = task->example(rng, length, i % 2 == 0 ? TaskPart::Train : TaskPart::Unseen);
        Words targets;
        for (const int target : e.targets) targets.push_back(wordOf(*task, target));
        SCOPED_TRACE(task->text(e));
        check(split(task->text(e)), targets);
        EXPECT_FALSE(task->best(std::span(&e, 1)).has_value());
    }
}

void checkChange(const char* name, Words (*change)(Words)) {
    forExamples(name, 20, [&](const Words& words, const Words& targets) {
        const auto sign = static_cast<std::size_t>(std::find(words.begin(), words.end(), ">") - words.begin());
        const Words expected = change(Words(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(sign)));
        ASSERT_EQ(words.size(), 2 * sign + 1);
        EXPECT_EQ(Words(words.begin() + static_cast<std::ptrdiff_t>(sign) + 1, words.end()), expected);
        ASSERT_EQ(targets.size(), words.size() + 1);
        // targets[0] is the begin token's.
        for (std::size_t i = 0; i <= sign; ++i) EXPECT_EQ(targets[i], "");
        for (std::size_t i = 0; i < sign; ++i) EXPECT_EQ(targets[sign + 1 + i], expected[i]);
        EXPECT_EQ(targets.back(), "</s>");
    });
}

TEST(ExactTasks, CopyRepeats) {
    checkChange("copy", [](Words words) { return words; });
}

TEST(ExactTasks, ReverseGoesBackwards) {
    checkChange("reverse", [](Words words) { return Words(words.rbegin(), words.rend()); });
}

TEST(ExactTasks, SortIsInOrder) {
    checkChange("sort", [](Words words) {
        for (std::size_t i = 0; i < words.size(); ++i)
            for (std::size_t j = 0; j + 1 < words.size(); ++j)
                if (words[j + 1] < words[j]) std::swap(words[j], words[j + 1]);
        return words;
    });
}

TEST(ExactTasks, PreviousAsksForTheWordBefore) {
    forExamples("previous", 12, [](const Words& words, const Words& targets) {
        ASSERT_EQ(targets.size(), words.size() + 1);
        EXPECT_EQ(targets[0], "<s>");
        EXPECT_EQ(targets[1], "<s>");
        for (std::size_t i = 2; i < targets.size(); ++i) EXPECT_EQ(targets[i], words[i - 2]);
    });
}

TEST(ExactTasks, InductionRepeatsItsFirstHalfAndAsksInTheSecond) {
    std::map<std::size_t, int> lengths;
    forExamples("induction", 25, [&](const Words& words, const Words& targets) {
        const std::size_t half = words.size() / 2;
        ASSERT_EQ(words.size(), 2 * half);
        for (std::size_t i = 0; i < half; ++i) EXPECT_EQ(words[i], words[half + i]);
        for (std::size_t i = 0; i <= half; ++i) EXPECT_EQ(targets[i], "");
        for (std::size_t i = half; i + 1 < words.size(); ++i) EXPECT_EQ(targets[i + 1], words[i + 1]);
        EXPECT_EQ(targets.back(), "");
        ++lengths[half];
    });
    EXPECT_THAT(lengths, testing::SizeIs(7)) << "where the second half begins must not be known from positions";
}

/// Takes away pairs that stand side by side until nothing changes.
bool balanced(std::string text) {
    for (std::size_t size = text.size() + 1; text.size() != size;) {
        size = text.size();
        for (const char* pair : {"()", "[]", "{}", "<>"})
            for (std::size_t at; (at = text.find(pair)) != std::string::npos;) text.erase(at, 2);
    }
    return text.empty();
}

TEST(ExactTasks, BracketsAreBalancedAndNothingElseFits) {
    int several = 0, closing = 0, all = 0;
    forExamples("brackets", 18, [&](const Words& words, const Words& targets) {
        std::string whole;
        std::vector<std::size_t> asked;
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool hidden = words[i] == "[MASK]";
            EXPECT_EQ(hidden, !targets[i + 1].empty());
            const std::string word = hidden ? targets[i + 1] : words[i];
            if (std::string("()[]{}<>").find(word) == std::string::npos) continue;
            if (hidden) asked.push_back(whole.size());
            whole += word;
        }
        EXPECT_TRUE(balanced(whole));
        ASSERT_FALSE(asked.empty());
        const std::string closers = ")]}>", openers = "([{<";
        const bool closes = closers.find(whole[asked[0]]) != std::string::npos;
        for (const std::size_t at : asked) {
            const std::string& side = closes ? closers : openers;
            EXPECT_NE(side.find(whole[at]), std::string::npos) << "one text asks for one side only";
            for (const char other : side) {
                std::string changed = whole;
                changed[at] = other;
                EXPECT_EQ(balanced(changed), other == whole[at]);
            }
        }
        several += asked.size() > 1;
        closing += closes;
        ++all;
    });
    EXPECT_GT(several, all / 2);
    EXPECT_GT(closing, all / 3);
    EXPECT_LT(closing, all * 2 / 3);
}

} // namespace
} // namespace headscope
