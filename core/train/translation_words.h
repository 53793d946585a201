// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace headscope {

/// A noun in both languages. What is said of a vowel holds for French spelling: an h here is always mute.
struct NounEntry {
    std::string one, many;     ///< English
    std::string frOne, frMany; ///< French
    bool feminine = false;     ///< French gender
    std::string kinds;         ///< letters: p person, a animal, f food, r is read, w is worn, t thing, l place
    bool is(char kind) const { return kinds.find(kind) != std::string::npos; }
};

struct AdjectiveEntry {
    std::string english;
    std::string masculine, feminine, masculineMany, feminineMany; ///< French
    std::string beforeVowel;                                      ///< the masculine before a vowel: bel
    bool before = false;                                          ///< stands before its noun in French
    std::string kinds;                                            ///< of the nouns that it may go with
};

struct VerbEntry {
    std::string base, third;       ///< English: see, sees
    std::string je, il, nous, ils; ///< French, present tense
    std::string kinds;             ///< of its objects; empty: it has none
    std::string subjects;          ///< kinds of its subjects
};

struct AdverbEntry {
    std::string english, french;
};

/// The words of the translation world.
struct TranslationWords {
    std::vector<NounEntry> nouns;
    std::vector<AdjectiveEntry> adjectives;
    std::vector<VerbEntry> verbs;
    std::vector<AdverbEntry> adverbs;
};
const TranslationWords& translationWords();

} // namespace headscope
