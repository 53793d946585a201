// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement, pronouns, and two language models on generated English.
#include "core/train/english_chances.h"
#include "core/train/english_rules.h"
#include "core/train/task_list.h"
#include "core/train/word_task.h"

#include <cassert>

namespace headscope {
namespace {

constexpr double hiddenShare = 0.15; ///< of the words, in the masked language model (as in BERT)

using Grammar = const EnglishGrammar& (*)(); ///< made at the first call

/// A task whose texts a grammar writes.
class GrammarTask : public WordTask {
protected:
    GrammarTask(TaskCard card, Grammar made)
        : WordTask(std::move(card), [made] { return made().words(); }), m_grammar(made) {}

    const EnglishGrammar& grammar() const { return m_grammar(); }
    std::vector<int> idsOf(const EnglishText& text) const {
        const Numbers& known = numbers();
        std::vector<int> ids;
        for (const int word : text.words) ids.push_back(known.ids[static_cast<std::size_t>(word)]);
        return ids;
    }
    /// The grammar's own number of a word.
    int wordOf(int id) const { return numbers().words[static_cast<std::size_t>(id)]; }
    /// Over all guesses that one can make about the examples.
    template <class Guess>
    std::optional<double> meanProbability(std::span<const TaskExample> examples, const Guess& guessesOf) const {
        EnglishChances chances(grammar());
        double sum = 0, count = 0;
        for (const TaskExample& example : examples)
            for (const EnglishGuess& guess : guessesOf(chances, example)) {
                sum += guess.probability;
                ++count;
            }
        return count > 0 ? std::optional(sum / count) : std::nullopt;
    }

private:
    /// The same words in the vocabulary and in the grammar.
    struct Numbers {
        std::vector<int> ids;   ///< [words of the grammar]
        std::vector<int> words; ///< [ids]
    };
    const Numbers& numbers() const {
        std::call_once(m_made, [this] {
            for (const std::string& word : grammar().words()) m_numbers.ids.push_back(id(word));
            m_numbers.words.assign(vocabulary().size(), kEnglishEnd);
            for (std::size_t word = 0; word < m_numbers.ids.size(); ++word)
                m_numbers.words[static_cast<std::size_t>(m_numbers.ids[word])] = static_cast<int>(word);
        });
        return m_numbers;
    }

    Grammar m_grammar;
    mutable std::once_flag m_made;
    mutable Numbers m_numbers;
};

TaskCard encoderCard(std::string name, std::string discovery, int longest) {
    TaskCard card;
    card.name = std::move(name);
    card.discovery = std::move(discovery);
    card.kind = ModelKind::Encoder;
    card.shortest = longest + 2;
    card.sentences = true;
    card.defaults.length = card.shortest;
    return card;
}

/// Asks the words that the grammar's rules mark.
class AskedWordTask final : public GrammarTask {
public:
    AskedWordTask(TaskCard card, Grammar made) : GrammarTask(std::move(card), made) {}

protected:
    TaskExample draw(Rng& rng, int) const override {
        const EnglishText text = grammar().sample(rng);
        TaskExample example = encoderExample(idsOf(text));
        for (std::size_t i = 0; i < text.asked.size(); ++i)
            if (text.asked[i]) example.targets[i + 1] = std::exchange(example.ids[i + 1], kMaskId);
        return example;
    }
};

class CausalTask final : public GrammarTask {
public:
    CausalTask() : GrammarTask(card(), englishGrammar) {}

    /// The mean probability of the likeliest next word, given those before it.
    std::optional<double> best(std::span<const TaskExample> examples) const override {
        return meanProbability(examples, [this](EnglishChances& chances, const TaskExample& example) {
            std::vector<int> words;
            for (std::size_t i = 1; i < example.ids.size(); ++i) words.push_back(wordOf(example.ids[i]));
            return chances.next(words);
        });
    }

protected:
    TaskExample draw(Rng& rng, int) const override {
        TaskExample example = decoderExample(idsOf(grammar().sample(rng)));
        std::copy(example.ids.begin() + 1, example.ids.end(), example.targets.begin());
        example.targets.back() = kEndId;
        return example;
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "causal-lm";
        card.discovery =
            "Go on with an English sentence: heads find the subject for the verb's ending, the verb for the "
            "nouns that can follow it, and the one that a pronoun speaks of.";
        card.kind = ModelKind::Decoder;
        card.shortest = kLongestEnglish + 1;
        card.sentences = true;
        card.defaults = {.layers = 4, .heads = 4, .dModel = 128, .batch = 32, .length = card.shortest, .steps = 4000};
        return card;
    }
};

class MaskedTask final : public GrammarTask {
public:
    MaskedTask() : GrammarTask(card(), englishGrammar) {}

    /// The mean probability of the likeliest word behind each mask, given all that is not masked.
    std::optional<double> best(std::span<const TaskExample> examples) const override {
        return meanProbability(examples, [this](EnglishChances& chances, const TaskExample& example) {
            std::vector<int> words;
            for (std::size_t i = 1; i + 1 < example.ids.size(); ++i)
                words.push_back(example.ids[i] == kMaskId ? kEnglishHidden : wordOf(example.ids[i]));
            return chances.hidden(words);
        });
    }

protected:
    TaskExample draw(Rng& rng, int) const override {
        const std::vector<int> words = idsOf(grammar().sample(rng));
        TaskExample example = encoderExample(words);
        const std::size_t always = 1 + static_cast<std::size_t>(below(rng, static_cast<int>(words.size())));
        for (std::size_t i = 1; i <= words.size(); ++i)
            if (rng.uniform() < hiddenShare || i == always) example.targets[i] = std::exchange(example.ids[i], kMaskId);
        return example;
    }

private:
    static TaskCard card() {
        TaskCard card = encoderCard("masked-lm",
                                    "Fill in the words that are missing in an English sentence: heads look on both "
                                    "sides for the words that agree with them or belong to them.",
                                    kLongestEnglish);
        card.defaults = {.layers = 4, .heads = 4, .dModel = 128, .batch = 32, .length = card.shortest, .steps = 16'000};
        return card;
    }
};

} // namespace

TaskPtr makeAgreementTask() {
    TaskCard card = encoderCard("agreement",
                                "Say whether the verb is one of one or of many (is or are, has or have): a head finds "
                                "the subject, past the other nouns that stand between.",
                                kLongestAgreement);
    card.defaults.steps = 1500;
    return std::make_unique<AskedWordTask>(card, agreementGrammar);
}

TaskPtr makePronounTask() {
    TaskCard card = encoderCard("pronoun",
                                "Say which pronoun it is (he, she, it, they; him, herself …): a head finds the noun "
                                "that it stands for, by what is said of it.",
                                kLongestPronoun);
    card.defaults.steps = 1500;
    return std::make_unique<AskedWordTask>(card, pronounGrammar);
}

TaskPtr makeCausalTask() {
    return std::make_unique<CausalTask>();
}

TaskPtr makeMaskedTask() {
    return std::make_unique<MaskedTask>();
}

} // namespace headscope
