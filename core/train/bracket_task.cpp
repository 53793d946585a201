// SPDX-License-Identifier: GPL-3.0-or-later
// "( a [ b [MASK] c [MASK]": brackets of several kinds whose partners are masked.
#include "core/train/task_list.h"
#include "core/train/word_task.h"

#include <algorithm>
#include <array>

namespace headscope {
namespace {

struct BracketKind {
    const char* opening;
    const char* closing;
};
constexpr std::array<BracketKind, 4> bracketKinds = {{{"(", ")"}, {"[", "]"}, {"{", "}"}, {"<", ">"}}};
constexpr int kindCount = static_cast<int>(bracketKinds.size());
constexpr int mostOpen = 4; ///< brackets that are open at once
const std::array<const char*, 6> fillers = {"a", "b", "c", "x", "y", "z"};

std::vector<std::string> bracketWords() {
    std::vector<std::string> words;
    for (const BracketKind& kind : bracketKinds) {
        words.emplace_back(kind.opening);
        words.emplace_back(kind.closing);
    }
    words.insert(words.end(), fillers.begin(), fillers.end());
    return words;
}

/// Where a pair of partners stands among the words.
struct BracketPair {
    std::size_t opening = 0;
    std::size_t closing = 0;
};

struct BracketText {
    std::vector<int> words;
    std::vector<BracketPair> pairs; ///< in the order of their closing brackets
};

class BracketTask final : public WordTask {
public:
    BracketTask() : WordTask(card(), bracketWords) {}

protected:
    /// Of some pairs, one side is masked: in one text always the same side, so that what is left says which. All
    /// closing ones follow from the stack of those open before them; opening ones the same, read from the end.
    TaskExample draw(Rng& rng, int length) const override {
        const BracketText text = nested(rng, between(rng, std::max(2, length / 2), length - 2));
        TaskExample example = encoderExample(text.words);
        const bool asksClosing = below(rng, 2) == 0;
        const int always = below(rng, static_cast<int>(text.pairs.size()));
        for (std::size_t i = 0; i < text.pairs.size(); ++i) {
            if (below(rng, 2) == 0 && i != static_cast<std::size_t>(always)) continue;
            const std::size_t at = 1 + (asksClosing ? text.pairs[i].closing : text.pairs[i].opening);
            example.targets[at] = std::exchange(example.ids[at], kMaskId);
        }
        return example;
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "brackets";
        card.discovery =
            "Say which bracket is masked: all that are masked in a text close (or all open), and each is of "
            "the kind of its partner, which a head finds past the pairs that stand between.";
        card.kind = ModelKind::Encoder;
        card.defaults.length = 24;
        card.defaults.layers = 3;
        card.defaults.steps = 14'000;
        card.defaults.rate = 5e-4;
        card.shortest = 8;
        return card;
    }

    /// `count` words: every bracket closed in the right order, and letters between. At least one pair.
    BracketText nested(Rng& rng, int count) const {
        struct Open {
            std::size_t at;
            int kind;
        };
        BracketText text;
        std::vector<Open> open;
        while (std::ssize(text.words) < count) {
            const int left = count - static_cast<int>(text.words.size());
            const int depth = static_cast<int>(open.size());
            const bool mustOpen = text.pairs.empty() && depth == 0 && left <= 2;
            const double chance = rng.uniform();
            if (depth > 0 && (left == depth || chance < 0.33)) {
                const Open last = open.back();
                open.pop_back();
                text.pairs.push_back({last.at, text.words.size()});
                text.words.push_back(id(bracketKinds[static_cast<std::size_t>(last.kind)].closing));
            } else if (mustOpen || (left > depth + 1 && depth < mostOpen && chance < 0.75)) {
                const int kind = below(rng, kindCount);
                open.push_back({text.words.size(), kind});
                text.words.push_back(id(bracketKinds[static_cast<std::size_t>(kind)].opening));
            } else {
                text.words.push_back(id(fillers[static_cast<std::size_t>(below(rng, std::ssize(fillers)))]));
            }
        }
        return text;
    }
};

} // namespace

TaskPtr makeBracketTask() {
    return std::make_unique<BracketTask>();
}

} // namespace headscope
