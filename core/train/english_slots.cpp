// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/english_slots.h"

#include "core/train/english_words.h"
#include "core/train/word_task.h"

#include <algorithm>
#include <cassert>
#include <map>

namespace headscope {
namespace {

constexpr std::string_view sorts = kEnglishSorts;
using Words = std::vector<std::string>;
using Values = std::span<const EnglishValue>;

bool isNoun(EnglishValue value) {
    return value < kSpeakerI;
}
bool isMany(EnglishValue value) {
    return isNoun(value) ? value % 2 == 1 : value == kSpeakerWe;
}
/// Speakers do what persons do.
char sortOf(EnglishValue value) {
    return isNoun(value) ? sorts[static_cast<std::size_t>(value / 2)] : 'p';
}
bool has(const char* letters, char letter) {
    return std::string_view(letters).find(letter) != std::string_view::npos;
}
bool beginsWithVowel(const std::string& word) {
    // "a useful tool", "a uniform", "an honest man"
    if (word.starts_with("use") || word.starts_with("uni")) return false;
    return has("aeiou", word[0]) || word.starts_with("honest");
}

/// Earlier words are more frequent, by a flat Zipf's law.
WordChances ranked(const Words& words) {
    std::map<std::string, double> weights;
    double sum = 0;
    for (std::size_t k = 0; k < words.size(); ++k) {
        const double weight = 1.0 / (static_cast<double>(k) + 1 + static_cast<double>(words.size()) / 3);
        weights[words[k]] += weight;
        sum += weight;
    }
    WordChances chances(weights.begin(), weights.end());
    for (auto& chance : chances) chance.second /= sum;
    return chances;
}

Words nouns(EnglishValue value) {
    Words words;
    for (const EnglishEntry& entry : englishNouns()) {
        if (!isNoun(value) || !has(entry.sorts, sortOf(value))) continue;
        for (const std::string& word : splitWords(entry.words)) {
            const auto [one, many] = nounForms(word);
            words.push_back(isMany(value) ? many : one);
        }
    }
    return words;
}

Words sorted(const std::vector<EnglishEntry>& entries, EnglishValue value) {
    Words words;
    for (const EnglishEntry& entry : entries) {
        if (!has(entry.sorts, sortOf(value))) continue;
        for (const std::string& word : splitWords(entry.words)) words.push_back(word);
    }
    return words;
}

enum class Form { Finite, Bare, Ing, Participle };

/// How a subject makes a verb look.
std::string inForm(const VerbForms& verb, Form form, EnglishValue subject, EnglishValue tense) {
    if (form == Form::Bare) return verb.base;
    if (form == Form::Ing) return verb.ing;
    if (form == Form::Participle) return verb.participle;
    if (tense == kPast) return verb.past;
    return isNoun(subject) && !isMany(subject) ? verb.third : verb.base;
}

struct VerbPlace {
    Form form = Form::Finite;
    EnglishValue subject = 0, object = -1, tense = kPresent;
};

/// Those that the subject can do, to the object if there is one.
Words verbs(const VerbPlace& place) {
    Words words;
    for (const EnglishVerb& row : englishVerbs()) {
        const bool fits =
            place.object < 0 ? !*row.objects : *row.objects != 0 && has(row.objects, sortOf(place.object));
        if (!fits || !has(row.subjects, sortOf(place.subject))) continue;
        for (const std::string& word : splitWords(row.words))
            words.push_back(inForm(verbForms(word), place.form, place.subject, place.tense));
    }
    return words;
}

Words sayings(std::string_view name, const VerbPlace& place) {
    Words words;
    for (const EnglishVerb& row : englishSayings()) {
        if (name != row.subjects) continue;
        for (const std::string& word : splitWords(row.words))
            words.push_back(inForm(verbForms(word), place.form, place.subject, place.tense));
    }
    return words;
}

bool isSaying(std::string_view name) {
    const auto& rows = englishSayings();
    return std::any_of(rows.begin(), rows.end(), [&](const EnglishVerb& row) { return name == row.subjects; });
}

/// "be", "have", "do" before their subject or behind it.
Words helper(std::string_view name, EnglishValue subject, EnglishValue tense) {
    const bool third = isNoun(subject) && !isMany(subject), past = tense == kPast;
    if (name == "HAVE") return {past ? "had" : third ? "has" : "have"};
    if (name == "DO") return {past ? "did" : third ? "does" : "do"};
    if (past) return {third || subject == kSpeakerI ? "was" : "were"};
    return {third ? "is" : subject == kSpeakerI ? "am" : "are"};
}

/// Which row of pronouns; −1 for one person who may be either.
int pronounOf(EnglishValue value) {
    if (value >= kSpeakerI) return 4 + value - kSpeakerI;
    if (isMany(value)) return 3;
    switch (sortOf(value)) {
    case 'm':
        return 0;
    case 'w':
        return 1;
    case 'p':
        return -1;
    default:
        return 2;
    }
}

Words pronouns(std::string_view name, EnglishValue value) {
    static const std::map<std::string_view, Words> rows = {
        {"SUBJ", splitWords("he she it they I you we")},
        {"OBJ", splitWords("him her it them me you us")},
        {"SELF", splitWords("himself herself itself themselves myself yourself ourselves")},
        {"OF", splitWords("his her its their my your our")}};
    const Words& row = rows.at(name);
    const int at = pronounOf(value);
    if (at >= 0) return {row[static_cast<std::size_t>(at)]};
    return {row[0], row[1]};
}

/// "VT", "VBT", "GIVEG" → the verb's class and its form.
std::pair<std::string, Form> verbName(std::string_view name) {
    const std::map<char, Form> forms = {{'B', Form::Bare}, {'G', Form::Ing}, {'P', Form::Participle}};
    if (name == "VT" || name == "VI") return {std::string(name), Form::Finite};
    if (name.size() == 3 && name[0] == 'V' && has("TI", name[2]) && forms.contains(name[1]))
        return {std::string{'V', name[2]}, forms.at(name[1])};
    if (isSaying(name)) return {std::string(name), Form::Finite};
    const std::string stem(name.substr(0, name.size() - 1));
    if (isSaying(stem) && forms.contains(name.back())) return {stem, forms.at(name.back())};
    return {"", Form::Finite};
}

Words verbSlot(const std::string& kind, Form form, Values values) {
    VerbPlace place;
    place.form = form;
    place.subject = values.empty() ? 0 : values[0];
    if (kind == "VT") place.object = values[1];
    if (form == Form::Finite) place.tense = values.back();
    return kind[0] == 'V' && kind.size() == 2 ? verbs(place) : sayings(kind, place);
}

const EnglishWordClass* wordClass(std::string_view name) {
    for (const EnglishWordClass& row : englishClasses())
        if (name == row.name) return &row;
    return nullptr;
}

Words beginning(const Words& words, bool withVowel) {
    Words chosen;
    for (const std::string& word : words)
        if (beginsWithVowel(word) == withVowel) chosen.push_back(word);
    return chosen;
}

constexpr std::string_view nounSlots[] = {"N", "NV", "NC", "ADJ", "ADJV", "ADJC", "ADJFOR", "NAME"};
constexpr std::string_view pronounSlots[] = {"SUBJ", "OBJ", "SELF", "OF"};
constexpr std::string_view helperSlots[] = {"BE", "HAVE", "DO"};

template <class List> bool holds(const List& list, std::string_view name) {
    return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// Adjectives that go with a and not with b.
Words onlyFor(EnglishValue a, EnglishValue b) {
    const Words others = sorted(englishAdjectives(), b);
    Words words;
    for (const std::string& word : sorted(englishAdjectives(), a))
        if (!holds(others, word)) words.push_back(word);
    return words;
}

Words nounSlot(std::string_view name, EnglishValue value) {
    if (name == "NAME") return isMany(value) ? Words{} : sorted(englishNames(), value);
    const Words all = name[0] == 'N' ? nouns(value) : sorted(englishAdjectives(), value);
    if (name == "N" || name == "ADJ") return all;
    return beginning(all, name.back() == 'V');
}

} // namespace

EnglishValue englishValue(char letter) {
    switch (letter) {
    case 'i':
        return kSpeakerI;
    case 'y':
        return kSpeakerYou;
    case 'u':
        return kSpeakerWe;
    case 'n':
        return kPresent;
    case 'd':
        return kPast;
    default:
        break;
    }
    const bool many = letter < 'a';
    const std::size_t sort = sorts.find(static_cast<char>(many ? letter + 32 : letter));
    assert(sort != std::string_view::npos);
    return static_cast<EnglishValue>(2 * sort) + (many ? 1 : 0);
}

bool isSlotName(std::string_view name) {
    return holds(nounSlots, name) || holds(pronounSlots, name) || holds(helperSlots, name) || name == "WHO" ||
           wordClass(name) || !verbName(name).first.empty();
}

WordChances slotWords(std::string_view name, std::span<const EnglishValue> values) {
    if (const EnglishWordClass* row = wordClass(name)) return ranked(splitWords(row->words));
    if (name == "ADJFOR") return ranked(onlyFor(values[0], values[1]));
    if (holds(nounSlots, name)) return ranked(nounSlot(name, values[0]));
    if (holds(pronounSlots, name)) return ranked(pronouns(name, values[0]));
    if (holds(helperSlots, name)) return ranked(helper(name, values[0], values[1]));
    if (name == "WHO") return ranked({has("mwp", sortOf(values[0])) ? "who" : "that"});
    const auto [kind, form] = verbName(name);
    assert(!kind.empty());
    return ranked(verbSlot(kind, form, values));
}

bool countsDiffer(EnglishValue a, EnglishValue b) {
    return isMany(a) != isMany(b);
}

bool pronounsDiffer(EnglishValue a, EnglishValue b) {
    const int first = pronounOf(a), second = pronounOf(b);
    return first >= 0 && second >= 0 && first != second;
}

} // namespace headscope
