// SPDX-License-Identifier: GPL-3.0-or-later
// What comes again: the token before, and the second half of a repeated sequence.
#include "core/train/task_list.h"
#include "core/train/word_task.h"

#include <algorithm>

namespace headscope {
namespace {

/// Short words without an order, so that nothing but the sequence itself says what comes next.
const std::vector<std::string>& things() {
    static const std::vector<std::string> words =
        splitWords("apple arm ball bell bird boat book bowl box bread bridge bus cake cap car "
                   "cat chair city clock coat corn cup desk dog door drum egg farm fish flag "
                   "fox frog gate glass goat hat hill horse house key king kite lake lamp leaf "
                   "lion map milk moon mouse nest nose owl pen pig road rose ship shoe star sun "
                   "tree wind wolf");
    return words;
}

int thingCount() {
    return static_cast<int>(things().size());
}

class PreviousTask final : public WordTask {
public:
    PreviousTask() : WordTask(card(), things) {}

protected:
    TaskExample draw(Rng& rng, int length) const override {
        std::vector<int> words(static_cast<std::size_t>(between(rng, length / 2, length - 1)));
        for (int& word : words) word = kFirstWordId + below(rng, thingCount());
        TaskExample example = decoderExample(words);
        example.targets[0] = kBeginId;
        std::copy(example.ids.begin(), example.ids.end() - 1, example.targets.begin() + 1);
        return example;
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "previous";
        card.discovery = "At every word, say the word before it: a head looks one place back.";
        card.defaults.layers = 1;
        card.defaults.length = 24;
        card.defaults.steps = 300;
        card.shortest = 4;
        return card;
    }
};

class InductionTask final : public WordTask {
public:
    InductionTask() : WordTask(card(), things) {}
    /// Its length is that of the two halves; the begin token comes before them.
    int positions(int length) const override { return length + 1; }

protected:
    /// The words of the first half differ, so that every one of the second has a single forerunner. Halves of one size
    /// only could be solved by looking a fixed number of places back; very short ones among them teach the model to
    /// guess the place from its own position, and no sharp head forms.
    TaskExample draw(Rng& rng, int length) const override {
        const int most = std::min(length / 2, thingCount());
        const int half = between(rng, std::max(2, most / 2), most);
        std::vector<int> words = distinct(rng, thingCount(), half);
        for (int& word : words) word += kFirstWordId;
        words.resize(static_cast<std::size_t>(2 * half));
        std::copy_n(words.begin(), half, words.begin() + half);
        TaskExample example = decoderExample(words);
        const auto second = static_cast<std::size_t>(half + 1); // behind the begin token
        for (std::size_t i = second; i + 1 < example.ids.size(); ++i) example.targets[i] = example.ids[i + 1];
        return example;
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "induction";
        card.discovery =
            "Random words, then the same again: in the second half a head finds the word's first place and "
            "reads what followed there, with the help of a head below it that looks one place back.";
        card.defaults.length = 48;
        card.defaults.steps = 800;
        card.shortest = 4;
        return card;
    }
};

} // namespace

TaskPtr makePreviousTask() {
    return std::make_unique<PreviousTask>();
}

TaskPtr makeInductionTask() {
    return std::make_unique<InductionTask>();
}

} // namespace headscope
