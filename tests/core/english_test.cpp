// SPDX-License-Identifier: GPL-3.0-or-later
// The generated English, and the true probabilities of its words.
#include "core/train/english_chances.h"
#include "core/train/english_rules.h"
#include "core/train/english_words.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

namespace headscope {
namespace {

using Words = std::vector<int>;

/// Every text of a small grammar with its probability, by writing them all out.
void writeAll(const EnglishGrammar& grammar, std::vector<int> open, Words done, double probability,
              std::map<Words, double>& all) {
    if (open.empty()) {
        all[done] += probability;
        return;
    }
    const EnglishGrammar::Symbol& symbol = grammar.symbols()[static_cast<std::size_t>(open.back())];
    open.pop_back();
    for (const EnglishGrammar::Choice& choice : symbol.choices) {
        std::vector<int> next = open;
        next.insert(next.end(), choice.symbols.rbegin(), choice.symbols.rend());
        writeAll(grammar, next, done, probability * choice.probability, all);
    }
    if (symbol.slot < 0) return;
    for (const auto& [word, chance] : grammar.slots()[static_cast<std::size_t>(symbol.slot)]) {
        done.push_back(word);
        writeAll(grammar, open, done, probability * chance, all);
        done.pop_back();
    }
}

constexpr const char* smallRules = R"(
text 2 = 'the SUBJ(a) BE(a,t) TODAY : a some, t tense
text 1 = SUBJ(a) BE(a,t) 'near BESIDE : a some, t tense
text 1 = SUBJ(a) BE(a,t) : a some, t tense
text 1 = inner
inner 1 = 'the 'it 'was
@ some m2 p1 P3 i1
@ tense n2 d1
)";

TEST(EnglishChances, NextWordsAreAsProbableAsAllTextsWrittenOutSay) {
    const EnglishGrammar grammar(smallRules);
    std::map<Words, double> all;
    writeAll(grammar, {grammar.start()}, {}, 1, all);
    double sum = 0;
    for (const auto& text : all) sum += text.second;
    ASSERT_NEAR(sum, 1, 1e-12);
    ASSERT_GT(all.size(), 50u);
    EnglishChances chances(grammar);
    for (const auto& [text, unused] : all) {
        const std::vector<EnglishGuess> guesses = chances.next(text);
        ASSERT_EQ(guesses.size(), text.size() + 1);
        for (std::size_t i = 0; i <= text.size(); ++i) {
            std::map<int, double> next;
            double total = 0;
            for (const auto& [other, probability] : all) {
                if (other.size() < i || !std::equal(text.begin(), text.begin() + static_cast<long>(i), other.begin())) {
                    continue;
                }
                next[other.size() == i ? kEnglishEnd : other[i]] += probability;
                total += probability;
            }
            double most = 0;
            for (const auto& entry : next) most = std::max(most, entry.second);
            EXPECT_NEAR(guesses[i].probability, most / total, 1e-12);
            EXPECT_NEAR(next[guesses[i].word], most, 1e-12);
        }
    }
}

TEST(EnglishChances, HiddenWordsAreAsProbableAsAllTextsWrittenOutSay) {
    const EnglishGrammar grammar(smallRules);
    std::map<Words, double> all;
    writeAll(grammar, {grammar.start()}, {}, 1, all);
    EnglishChances chances(grammar);
    const auto fits = [](const Words& text, const Words& shown) {
        if (text.size() != shown.size()) return false;
        for (std::size_t i = 0; i < text.size(); ++i)
            if (shown[i] != kEnglishHidden && shown[i] != text[i]) return false;
        return true;
    };
    for (const auto& [text, unused] : all) {
        for (unsigned mask = 1; mask < (1u << text.size()); ++mask) {
            Words shown = text;
            for (std::size_t i = 0; i < text.size(); ++i)
                if (mask >> i & 1) shown[i] = kEnglishHidden;
            const std::vector<EnglishGuess> guesses = chances.hidden(shown);
            std::size_t at = 0;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (shown[i] != kEnglishHidden) continue;
                std::map<int, double> words;
                double total = 0, most = 0;
                for (const auto& [other, probability] : all) {
                    if (!fits(other, shown)) continue;
                    words[other[i]] += probability;
                    total += probability;
                }
                for (const auto& entry : words) most = std::max(most, entry.second);
                ASSERT_LT(at, guesses.size());
                EXPECT_NEAR(guesses[at].probability, most / total, 1e-12);
                EXPECT_NEAR(words[guesses[at].word], most, 1e-12);
                ++at;
            }
            EXPECT_EQ(at, guesses.size());
        }
    }
}

int longest(const EnglishGrammar& grammar, int index) {
    const EnglishGrammar::Symbol& symbol = grammar.symbols()[static_cast<std::size_t>(index)];
    if (symbol.slot >= 0) return 1;
    int most = 0;
    for (const EnglishGrammar::Choice& choice : symbol.choices) {
        int words = 0;
        for (const int part : choice.symbols) words += longest(grammar, part);
        most = std::max(most, words);
    }
    return most;
}

TEST(English, NoTextIsLongerThanItSays) {
    EXPECT_EQ(longest(englishGrammar(), englishGrammar().start()), kLongestEnglish);
    EXPECT_EQ(longest(agreementGrammar(), agreementGrammar().start()), kLongestAgreement);
    EXPECT_EQ(longest(pronounGrammar(), pronounGrammar().start()), kLongestPronoun);
}

TEST(English, HasAThousandWordsAndHundredsOfPatterns) {
    const EnglishGrammar& grammar = englishGrammar();
    Rng rng(1);
    std::set<int> words;
    std::set<std::vector<int>> patterns, texts;
    for (int i = 0; i < 50'000; ++i) {
        const EnglishText text = grammar.sample(rng);
        words.insert(text.words.begin(), text.words.end());
        patterns.insert(text.slots);
        texts.insert(text.words);
    }
    EXPECT_GT(grammar.words().size(), 1200u);
    EXPECT_GT(words.size(), 1200u);
    EXPECT_GT(patterns.size(), 5000u); // slots tell numbers and sorts apart; each stands for hundreds of texts
    EXPECT_GT(texts.size(), 45'000u);
}

TEST(English, EveryWordOccurs) {
    for (const EnglishGrammar* grammar : {&englishGrammar(), &agreementGrammar(), &pronounGrammar()}) {
        std::set<int> symbols, words;
        std::vector<int> open = {grammar->start()};
        while (!open.empty()) {
            const int index = open.back();
            open.pop_back();
            if (!symbols.insert(index).second) continue;
            const EnglishGrammar::Symbol& symbol = grammar->symbols()[static_cast<std::size_t>(index)];
            for (const auto& choice : symbol.choices)
                open.insert(open.end(), choice.symbols.begin(), choice.symbols.end());
            if (symbol.slot < 0) continue;
            for (const auto& word : grammar->slots()[static_cast<std::size_t>(symbol.slot)]) words.insert(word.first);
        }
        EXPECT_EQ(words.size(), grammar->words().size());
    }
}

TEST(English, FormsOfWordsFollowTheRules) {
    const VerbForms stop = verbForms("drop"), carry = verbForms("carry"), watch = verbForms("watch");
    EXPECT_EQ(stop.past, "dropped");
    EXPECT_EQ(stop.ing, "dropping");
    EXPECT_EQ(carry.third, "carries");
    EXPECT_EQ(carry.past, "carried");
    EXPECT_EQ(carry.ing, "carrying");
    EXPECT_EQ(watch.third, "watches");
    EXPECT_EQ(verbForms("dance").ing, "dancing");
    EXPECT_EQ(verbForms("see/saw/seen/seeing").participle, "seen");
    EXPECT_EQ(nounForms("city").second, "cities");
    EXPECT_EQ(nounForms("box").second, "boxes");
    EXPECT_EQ(nounForms("mouse/mice").second, "mice");
}

} // namespace
} // namespace headscope
