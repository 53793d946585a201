// SPDX-License-Identifier: GPL-3.0-or-later
// The worlds' answers, worked out again from their texts by rules of their own.
#include "core/train/task.h"

#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace headscope {
namespace {

using Words = std::vector<std::string>;

std::vector<TaskExample> unseen(const Task& task, int count) {
    Rng rng(21);
    std::vector<TaskExample> made;
    for (int i = 0; i < count; ++i) made.push_back(task.example(rng, task.defaults().length, TaskPart::Unseen));
    return made;
}

Words sentencesOf(const std::string& text) {
    static const std::regex end(R"(([.?])\s*)");
    std::istringstream in(std::regex_replace(text, end, "$1\n"));
    Words sentences;
    for (std::string line; std::getline(in, line);) sentences.push_back(line);
    return sentences;
}

/// The answer that a reader of English gives, without knowing how the story was made.
std::string answerTo(const Words& sentences) {
    static const std::regex where(R"(Where is (?:the )?(\w+)\?)"), who(R"(Who is in the (\w+)\?)");
    const std::string question = sentences[sentences.size() - 2];
    std::smatch asked;
    const bool isWho = std::regex_match(question, asked, who);
    EXPECT_TRUE(isWho || std::regex_match(question, asked, where)) << question;
    const std::regex named("\\b" + asked[1].str() + "\\b");
    for (std::size_t i = sentences.size() - 2; i-- > 0;) {
        if (!std::regex_search(sentences[i], named)) continue;
        static const std::regex first(R"(^(\w+) .*)"), last(R"(.* (\w+)\.$)");
        return std::regex_replace(sentences[i], isWho ? first : last, "$1");
    }
    return "nothing";
}

TEST(WorldTasks, QaAnswersAsAReaderWould) {
    const Task& task = *findTask("qa");
    std::set<std::string> answers;
    int moved = 0, who = 0;
    for (const TaskExample& e : unseen(task, 1000)) {
        const std::string text = task.text(e);
        SCOPED_TRACE(text);
        std::string expected = answerTo(sentencesOf(text.substr(0, text.find("[MASK]")) + "x."));
        const bool isWho = text.find("Who is") != std::string::npos;
        if (isWho) expected[0] = static_cast<char>(std::tolower(expected[0]));
        const auto at = static_cast<std::size_t>(std::find(e.ids.begin(), e.ids.end(), 4) - e.ids.begin());
        ASSERT_LT(at, e.ids.size());
        EXPECT_EQ(task.vocabulary()[static_cast<std::size_t>(e.targets[at])], expected);
        EXPECT_EQ(std::count(e.targets.begin(), e.targets.end(), -1), std::ssize(e.targets) - 1);
        answers.insert(expected);
        who += isWho;
        const std::regex again("\\b(\\w+) .*\\. \\1 .*Where is \\1\\?");
        moved += std::regex_search(text, again);
    }
    EXPECT_GT(answers.size(), 45u);
    EXPECT_GT(who, 50);
    EXPECT_GT(moved, 50) << "some stories must tell of two places of the one that is asked for";
}

} // namespace
} // namespace headscope
