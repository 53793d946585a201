// SPDX-License-Identifier: GPL-3.0-or-later
// "She sees the small birds." "Elle voit les petits oiseaux."
#include "core/train/task_list.h"
#include "core/train/translation_words.h"
#include "core/train/word_task.h"

#include <algorithm>
#include <array>

namespace headscope {
namespace {

using Words = std::vector<std::string>;

/// A pronoun as subject.
struct Pronoun {
    const char* english;
    const char* french;
    const char* englishBe;
    const char* frenchBe;
    bool third; ///< English verbs take their s
    bool many;
    bool feminine;
    std::string VerbEntry::*form;
};
constexpr std::array<Pronoun, 5> pronouns = {{{"i", "je", "am", "suis", false, false, false, &VerbEntry::je},
                                              {"he", "il", "is", "est", true, false, false, &VerbEntry::il},
                                              {"she", "elle", "is", "est", true, false, true, &VerbEntry::il},
                                              {"we", "nous", "are", "sommes", false, true, false, &VerbEntry::nous},
                                              {"they", "ils", "are", "sont", false, true, false, &VerbEntry::ils}}};

struct ObjectPronoun {
    const char* english;
    const char* french;
    bool elides;
};
constexpr std::array<ObjectPronoun, 3> objectPronouns = {
    {{"him", "le", true}, {"her", "la", true}, {"them", "les", false}}};

struct Preposition {
    const char* english;
    const char* french;
    char kind; ///< of the noun behind it
};
constexpr std::array<Preposition, 3> prepositions = {
    {{"in", "dans", 'l'}, {"behind", "derrière", 'l'}, {"with", "avec", 'p'}}};

/// The forms of one determiner.
struct Determiner {
    const char* english;
    const char* englishMany;
    const char* masculine;
    const char* feminine;
    const char* beforeVowel; ///< masculine
    const char* feminineBeforeVowel;
    const char* many;
};
constexpr std::array<Determiner, 7> determiners = {{{"the", "the", "le", "la", "l'", "l'", "les"},
                                                    {"a", "some", "un", "une", "un", "une", "des"},
                                                    {"this", "these", "ce", "cette", "cet", "cette", "ces"},
                                                    {"my", "my", "mon", "ma", "mon", "mon", "mes"},
                                                    {"his", "his", "son", "sa", "son", "son", "ses"},
                                                    {"her", "her", "son", "sa", "son", "son", "ses"},
                                                    {"our", "our", "notre", "notre", "notre", "notre", "nos"}}};
constexpr int indefinite = 1; ///< index of "a"
/// The first is the most frequent one.
constexpr std::array<int, 12> determinerChoice = {0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6};

/// Does l' stand before it? Every h of the list is mute.
bool beginsWithVowel(const std::string& word) {
    static const Words vowels = {"a", "e", "i", "o", "u", "h", "é", "è", "ê", "î", "œ"};
    return std::any_of(vowels.begin(), vowels.end(), [&](const std::string& v) { return word.starts_with(v); });
}
bool englishVowel(const std::string& word) {
    return std::string_view("aeiou").find(word[0]) != std::string_view::npos;
}

const std::string& agreed(const AdjectiveEntry& adjective, bool feminine, bool many) {
    if (many) return feminine ? adjective.feminineMany : adjective.masculineMany;
    return feminine ? adjective.feminine : adjective.masculine;
}

/// One sentence while it is made, in both languages.
struct Sentence {
    Words english, french;
    void add(const std::string& en, const std::string& fr) {
        english.push_back(en);
        french.push_back(fr);
    }
};

/// What the verb has to agree with.
struct Subject {
    std::string englishBe, frenchBe;
    bool third = false, many = false, feminine = false;
    char kind = 'p';
    std::string VerbEntry::*form = nullptr;
};

class SentenceMaker {
public:
    explicit SentenceMaker(Rng& rng) : m_rng(rng) {}

    Sentence make() {
        const bool isState = chance(0.25);
        const Subject subject = isState ? makeSubject("paftwrl") : makeSubject("pa");
        if (isState)
            addState(subject);
        else
            addAction(subject);
        m_sentence.add(".", ".");
        return std::move(m_sentence);
    }

private:
    bool chance(double share) { return m_rng.uniform() < share; }

    Subject makeSubject(const std::string& kinds) {
        if (chance(0.35)) {
            const Pronoun& p = pronouns[static_cast<std::size_t>(below(m_rng, static_cast<int>(pronouns.size())))];
            m_sentence.add(p.english, p.french);
            return {p.englishBe, p.frenchBe, p.third, p.many, p.feminine, 'p', p.form};
        }
        const char kind = kinds[static_cast<std::size_t>(below(m_rng, static_cast<int>(kinds.size())))];
        const bool many = chance(0.4);
        const NounEntry& noun = addNoun(std::string(1, kind), many, true);
        return {many ? "are" : "is",
                many ? "sont" : "est",
                !many,
                many,
                noun.feminine,
                kind,
                many ? &VerbEntry::ils : &VerbEntry::il};
    }

    const NounEntry& drawNoun(const std::string& kinds) {
        const std::vector<NounEntry>& all = translationWords().nouns;
        for (;;) {
            const NounEntry& noun = pick(m_rng, all);
            const bool used = std::find(m_used.begin(), m_used.end(), &noun) != m_used.end();
            const bool fits = std::any_of(kinds.begin(), kinds.end(), [&](char kind) { return noun.is(kind); });
            if (!fits || used) continue;
            m_used.push_back(&noun);
            return noun;
        }
    }

    const AdjectiveEntry& drawAdjective(const std::string& kinds) {
        for (;;) {
            const AdjectiveEntry& adjective = pick(m_rng, translationWords().adjectives);
            if (&adjective == m_lastAdjective || adjective.kinds.find_first_of(kinds) == std::string::npos) continue;
            m_lastAdjective = &adjective;
            return adjective;
        }
    }

    /// "the small birds", "les petits oiseaux".
    const NounEntry& addNoun(const std::string& kinds, bool many, bool mayBeIndefinite) {
        const NounEntry& noun = drawNoun(kinds);
        const AdjectiveEntry* adjective = chance(0.45) ? &drawAdjective(noun.kinds) : nullptr;
        int which = determinerChoice[static_cast<std::size_t>(below(m_rng, static_cast<int>(determinerChoice.size())))];
        if (which == indefinite && !mayBeIndefinite) which = 0;
        addEnglishNoun(noun, adjective, determiners[static_cast<std::size_t>(which)], many);
        Words phrase = {many ? noun.frMany : noun.frOne};
        if (adjective) {
            const bool linked = adjective->before && !many && !noun.feminine && beginsWithVowel(phrase[0]);
            const std::string& form = linked ? adjective->beforeVowel : agreed(*adjective, noun.feminine, many);
            phrase.insert(adjective->before ? phrase.begin() : phrase.end(), form);
        }
        const bool vowel = beginsWithVowel(phrase[0]);
        const Determiner& d = determiners[static_cast<std::size_t>(which)];
        const char* one =
            noun.feminine ? (vowel ? d.feminineBeforeVowel : d.feminine) : (vowel ? d.beforeVowel : d.masculine);
        // Before an adjective, "des" becomes "de": "de petits chats".
        const char* several = which == indefinite && adjective && adjective->before ? "de" : d.many;
        m_sentence.french.emplace_back(many ? several : one);
        m_sentence.french.insert(m_sentence.french.end(), phrase.begin(), phrase.end());
        return noun;
    }

    void addEnglishNoun(const NounEntry& noun, const AdjectiveEntry* adjective, const Determiner& determiner,
                        bool many) {
        Words phrase = {many ? noun.many : noun.one};
        if (adjective) phrase.insert(phrase.begin(), adjective->english);
        std::string first = many ? determiner.englishMany : determiner.english;
        if (first == "a" && englishVowel(phrase[0])) first = "an";
        m_sentence.english.push_back(first);
        m_sentence.english.insert(m_sentence.english.end(), phrase.begin(), phrase.end());
    }

    /// "is not old", "n'est pas vieux".
    void addState(const Subject& subject) {
        const AdjectiveEntry& adjective = drawAdjective(std::string(1, subject.kind));
        const bool denied = chance(0.25);
        m_sentence.english.push_back(subject.englishBe);
        addFrenchVerb(subject.frenchBe, denied);
        if (denied) m_sentence.english.emplace_back("not");
        m_sentence.add(adjective.english, agreed(adjective, subject.feminine, subject.many));
    }

    /// The verb, with je and ne before it in the form that it asks for.
    void addFrenchVerb(const std::string& verb, bool denied) {
        if (denied) m_sentence.french.emplace_back(beginsWithVowel(verb) ? "n'" : "ne");
        Words& french = m_sentence.french;
        french.push_back(verb);
        if (french[0] == "je" && beginsWithVowel(french[1])) french[0] = "j'";
        if (denied) french.emplace_back("pas");
    }

    const VerbEntry& drawVerb(char kind) {
        for (;;) {
            const VerbEntry& verb = pick(m_rng, translationWords().verbs);
            if (verb.subjects.find(kind) != std::string::npos) return verb;
        }
    }

    /// "often sees the bird in the garden", "voit souvent l'oiseau dans le jardin".
    void addAction(const Subject& subject) {
        const VerbEntry& verb = drawVerb(subject.kind);
        const bool denied = chance(0.25);
        const bool pronoun = verb.kinds.find('p') != std::string::npos && chance(0.35);
        const AdverbEntry* adverb = !denied && chance(0.2) ? &pick(m_rng, translationWords().adverbs) : nullptr;
        Words& english = m_sentence.english;
        if (adverb) english.push_back(adverb->english);
        if (denied) {
            english.emplace_back(subject.third ? "does" : "do");
            english.emplace_back("not");
        }
        english.push_back(subject.third && !denied ? verb.third : verb.base);
        const std::string& form = verb.*subject.form;
        if (pronoun)
            addObjectPronoun(form, denied);
        else
            addFrenchVerb(form, denied);
        if (adverb) m_sentence.french.push_back(adverb->french);
        bool inPlace = false;
        if (!verb.kinds.empty() && !pronoun) inPlace = addNoun(verb.kinds, chance(0.35), !denied).is('l');
        if (!inPlace && chance(verb.kinds.empty() ? 0.7 : 0.25)) addPlace();
    }

    /// "sees her", "la voit".
    void addObjectPronoun(const std::string& verb, bool denied) {
        const auto which = static_cast<std::size_t>(below(m_rng, static_cast<int>(objectPronouns.size())));
        const ObjectPronoun& object = objectPronouns[which];
        m_sentence.english.emplace_back(object.english);
        if (denied) m_sentence.french.emplace_back("ne");
        m_sentence.french.emplace_back(object.elides && beginsWithVowel(verb) ? "l'" : object.french);
        m_sentence.french.push_back(verb);
        if (denied) m_sentence.french.emplace_back("pas");
    }

    void addPlace() {
        const auto which = static_cast<std::size_t>(below(m_rng, static_cast<int>(prepositions.size())));
        const Preposition& preposition = prepositions[which];
        m_sentence.add(preposition.english, preposition.french);
        addNoun(std::string(1, preposition.kind), chance(0.15), true);
    }

    Rng& m_rng;
    Sentence m_sentence;
    std::vector<const NounEntry*> m_used; ///< so that no noun comes twice
    const AdjectiveEntry* m_lastAdjective = nullptr;
};

Words allWords() {
    const TranslationWords& all = translationWords();
    Words words = {".", "I", "not", "do", "does", "an", "j'", "ne", "n'", "pas", "de"};
    for (const Pronoun& p : pronouns) words.insert(words.end(), {p.english, p.french, p.englishBe, p.frenchBe});
    for (const ObjectPronoun& p : objectPronouns) words.insert(words.end(), {p.english, p.french});
    for (const Preposition& p : prepositions) words.insert(words.end(), {p.english, p.french});
    for (const Determiner& d : determiners)
        words.insert(words.end(),
                     {d.english, d.englishMany, d.masculine, d.feminine, d.beforeVowel, d.feminineBeforeVowel, d.many});
    for (const NounEntry& n : all.nouns) words.insert(words.end(), {n.one, n.many, n.frOne, n.frMany});
    for (const AdjectiveEntry& a : all.adjectives)
        words.insert(words.end(), {a.english, a.masculine, a.feminine, a.masculineMany, a.feminineMany, a.beforeVowel});
    for (const VerbEntry& v : all.verbs) words.insert(words.end(), {v.base, v.third, v.je, v.il, v.nous, v.ils});
    for (const AdverbEntry& a : all.adverbs) words.insert(words.end(), {a.english, a.french});
    return words;
}

class TranslationTask final : public WordTask {
public:
    TranslationTask() : WordTask(card(), allWords) {}

protected:
    TaskExample draw(Rng& rng, int length) const override {
        for (;;) {
            const Sentence made = SentenceMaker(rng).make();
            const auto longer = std::max(made.english.size(), made.french.size());
            if (static_cast<int>(longer) < length) return pairExample(ids(made.english), ids(made.french));
        }
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "translation";
        card.discovery = "Say an English sentence in French: at every word a head of the cross-attention looks at the "
                         "English word whose turn it is, and past it for gender, number and what is elided.";
        card.kind = ModelKind::EncoderDecoder;
        card.defaults.length = 20;
        card.defaults.steps = 1200;
        card.shortest = 8;
        card.sentences = true;
        return card;
    }
};

} // namespace

TaskPtr makeTranslationTask() {
    return std::make_unique<TranslationTask>();
}

} // namespace headscope
