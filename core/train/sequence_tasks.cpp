// SPDX-License-Identifier: GPL-3.0-or-later
// "c a b > b a c": letters, and what is to be made of them behind the sign.
#include "core/train/task_list.h"
#include "core/train/word_task.h"

#include <algorithm>

namespace headscope {
namespace {

constexpr int letterCount = 26;

std::vector<std::string> letters() {
    std::vector<std::string> all;
    for (char c = 'a'; c < 'a' + letterCount; ++c) all.emplace_back(1, c);
    return all;
}

std::vector<std::string> lettersAndSign() {
    std::vector<std::string> all = letters();
    all.emplace_back(">");
    return all;
}

/// How many letters an example of this many tokens has at most, the begin token and the sign taken away.
int mostLetters(int length) {
    return std::min((length - 2) / 2, letterCount);
}

/// What is to be made of the letters.
using Change = void (*)(std::vector<int>&);

class SequenceTask final : public WordTask {
public:
    SequenceTask(TaskCard card, Change change) : WordTask(std::move(card), lettersAndSign), m_change(change) {}

protected:
    TaskExample draw(Rng& rng, int length) const override {
        const int most = mostLetters(length);
        std::vector<int> words = distinct(rng, letterCount, between(rng, std::min(3, most), most));
        for (int& word : words) word += kFirstWordId;
        std::vector<int> changed = words;
        m_change(changed);
        words.push_back(id(">"));
        const std::size_t sign = words.size(); // behind the begin token
        words.insert(words.end(), changed.begin(), changed.end());
        TaskExample example = decoderExample(words);
        changed.push_back(kEndId);
        std::copy(changed.begin(), changed.end(), example.targets.begin() + static_cast<std::ptrdiff_t>(sign));
        return example;
    }

private:
    Change m_change;
};

TaskCard card(const char* name, const char* discovery) {
    TaskCard card;
    card.name = name;
    card.discovery = discovery;
    card.defaults.length = 26;
    card.defaults.steps = 2500;
    card.shortest = 8;
    return card;
}

} // namespace

TaskPtr makeCopyTask() {
    return std::make_unique<SequenceTask>(
        card("copy", "Behind the sign > the same letters follow: a head finds the place before the sign where the last "
                     "letter stood, and reads the one after it."),
        [](std::vector<int>&) {});
}

TaskPtr makeReverseTask() {
    return std::make_unique<SequenceTask>(
        card("reverse",
             "Behind the sign > the letters follow from the last to the first: a head finds the place before "
             "the sign where the last letter stood, and reads the one before it."),
        [](std::vector<int>& words) { std::reverse(words.begin(), words.end()); });
}

TaskPtr makeSortTask() {
    return std::make_unique<SequenceTask>(
        card("sort", "Behind the sign > the letters follow in the order of the alphabet: a head looks for the smallest "
                     "letter that is greater than the last one."),
        [](std::vector<int>& words) { std::sort(words.begin(), words.end()); });
}

} // namespace headscope
