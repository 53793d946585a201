// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the generated English, as tables.
#pragma once

#include <string>
#include <vector>

namespace headscope {

/// Sorts of nouns: m male, w female, p either, a animals, f food, t things, r what is read, c what is worn, l places.
inline constexpr const char* kEnglishSorts = "mwpaftrcl";

struct EnglishEntry {
    const char* sorts; ///< of nouns: their own; of adjectives: of the nouns that they go with
    const char* words; ///< with spaces between; nouns whose plural follows no rule as one/many
};

struct EnglishVerb {
    const char* subjects; ///< sorts; in englishSayings() the name of their class instead
    const char* objects;  ///< sorts; empty: it has none
    const char* words;    ///< base, or base/past/participle/-ing where they follow no rule
};

/// Words that any place of their class may take.
struct EnglishWordClass {
    const char* name;
    const char* words;
};

const std::vector<EnglishEntry>& englishNouns();
const std::vector<EnglishEntry>& englishNames();
const std::vector<EnglishEntry>& englishAdjectives();
const std::vector<EnglishVerb>& englishVerbs();
/// Verbs that govern more than an object: say (that …), want (to …), give (somebody something), ask (somebody to …),
/// selfly (oneself), go.
const std::vector<EnglishVerb>& englishSayings();
const std::vector<EnglishWordClass>& englishClasses();

/// All that a verb is in a sentence.
struct VerbForms {
    std::string base, third, past, participle, ing;
};
VerbForms verbForms(const std::string& written);
/// {one, many} of a noun.
std::pair<std::string, std::string> nounForms(const std::string& written);

} // namespace headscope
