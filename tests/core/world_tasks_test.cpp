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
std::string answerTo(const Words& story, const std::string& question) {
    static const std::regex where(R"(Where is (?:the )?(\w+)\?)"), then("^Then ");
    std::smatch asked;
    EXPECT_TRUE(std::regex_match(question, asked, where)) << question;
    const std::regex named("\\b" + asked[1].str() + "\\b");
    for (auto sentence = story.rbegin(); sentence != story.rend(); ++sentence)
        if (std::regex_search(*sentence, named)) return std::regex_replace(*sentence, then, "");
    return "nothing";
}

TEST(WorldTasks, QaAnswersAsAReaderWould) {
    const Task& task = *findTask("qa");
    std::set<std::string> answers;
    int moved = 0, questions = 0;
    for (const TaskExample& e : unseen(task, 1000)) {
        SCOPED_TRACE(task.text(e));
        const Words sentences = sentencesOf(task.text(e));
        const auto isQuestion = [](const std::string& sentence) { return sentence.ends_with('?'); };
        const auto told = std::find_if(sentences.begin(), sentences.end(), isQuestion);
        const Words story(sentences.begin(), told);
        Words asked;
        std::string word;
        for (auto question = told; question != sentences.end(); question += 2) {
            ASSERT_TRUE(isQuestion(*question));
            const std::string expected = answerTo(story, *question);
            EXPECT_EQ(question[1], expected) << *question;
            answers.insert(expected);
            for (std::istringstream in(expected.substr(0, expected.size() - 1)); in >> word;) {
                word[0] = static_cast<char>(std::tolower(word[0]));
                asked.push_back(word);
            }
            const std::regex again("\\b(\\w+) .*\\. Then \\1 .*Where is \\1\\?");
            moved += std::regex_search(task.text(e), again);
        }
        Words wanted;
        for (const int target : e.targets)
            if (target >= 0) wanted.push_back(task.vocabulary()[static_cast<std::size_t>(target)]);
        EXPECT_EQ(wanted, asked);
        questions += static_cast<int>(std::count_if(told, sentences.end(), isQuestion));
    }
    EXPECT_GT(answers.size(), 45u);
    EXPECT_GT(questions, 1500);
    EXPECT_GT(moved, 50) << "some stories must tell of two places of the one that is asked for";
}

Words wordsOf(const std::string& text) {
    static const std::regex word(R"([^\s.,?']+'?|[.,?])");
    Words words;
    for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) {
        std::string found = it->str();
        if (words.empty() || words.back() == ".") found[0] = static_cast<char>(std::tolower(found[0]));
        words.push_back(found);
    }
    return words;
}

bool holds(const Words& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// What the decoder is to write, as text.
std::string written(const Task& task, TaskExample e) {
    e.decoderIds = e.targets;
    return *task.text2(e);
}

/// Some unseen translations, word by word.
template <class Check> void forTranslations(const Check& check) {
    const Task& task = *findTask("translation");
    for (const TaskExample& e : unseen(task, 3000)) {
        SCOPED_TRACE(task.text(e) + " / " + written(task, e));
        check(wordsOf(task.text(e)), wordsOf(written(task, e)));
    }
}

bool isVowel(const std::string& word) {
    const Words starts = {"a", "e", "i", "o", "u", "h", "é", "è", "ê", "î", "œ"};
    return std::any_of(starts.begin(), starts.end(), [&](const std::string& s) { return word.starts_with(s); });
}

TEST(WorldTasks, FrenchElidesBeforeVowelsOnly) {
    const Words full = {"je", "ne", "le", "la", "ce", "ma", "beau", "nouveau"}, linked = {"cet", "bel", "vieil"};
    int elided = 0;
    forTranslations([&](const Words&, const Words& french) {
        for (std::size_t i = 0; i + 1 < french.size(); ++i) {
            const bool elides = french[i].ends_with("'");
            elided += elides;
            if (elides || holds(linked, french[i])) {
                EXPECT_TRUE(isVowel(french[i + 1])) << french[i];
            } else if (holds(full, french[i])) {
                EXPECT_FALSE(isVowel(french[i + 1])) << french[i];
            }
        }
    });
    EXPECT_GT(elided, 500);
}

/// A few nouns with their gender, from a dictionary and not from the task's table.
struct DictionaryEntry {
    std::string english, french;
    bool feminine;
};
const std::vector<DictionaryEntry> dictionary = {
    {"house", "maison", true},    {"garden", "jardin", false}, {"girl", "fille", true},   {"boy", "garçon", false},
    {"horse", "cheval", false},   {"cow", "vache", true},      {"key", "clé", true},      {"hat", "chapeau", false},
    {"castle", "château", false}, {"church", "église", true},  {"bird", "oiseau", false}, {"lamp", "lampe", true},
    {"street", "rue", true},      {"boat", "bateau", false},   {"school", "école", true}, {"egg", "œuf", false},
    {"story", "histoire", true},  {"coat", "manteau", false},  {"queen", "reine", true},  {"king", "roi", false}};

TEST(WorldTasks, FrenchSingularsFollowTheirGender) {
    const Words masculine = {"le", "un", "ce", "cet"}, feminine = {"la", "une", "cette", "ma", "sa"};
    const Words before = {"petit", "petite", "grand",   "grande",  "beau",    "bel",      "belle",
                          "vieux", "vieil",  "vieille", "nouveau", "nouvel",  "nouvelle", "bon",
                          "bonne", "joli",   "jolie",   "jeune",   "mauvais", "mauvaise"};
    int checked = 0;
    forTranslations([&](const Words& english, const Words& french) {
        for (const DictionaryEntry& entry : dictionary) {
            if (holds(english, entry.english)) {
                EXPECT_TRUE(holds(french, entry.french));
            }
            for (std::size_t i = 0; i + 2 < french.size(); ++i) {
                const std::string& noun = french[i + (holds(before, french[i + 1]) ? 2 : 1)];
                if (noun != entry.french) continue;
                EXPECT_FALSE(holds(entry.feminine ? masculine : feminine, french[i])) << french[i];
                ++checked;
            }
        }
    });
    EXPECT_GT(checked, 500);
}

TEST(WorldTasks, FrenchPluralsAgree) {
    const Words many = {"des", "ces", "mes", "ses", "nos", "de"};
    int subjects = 0, nouns = 0;
    forTranslations([&](const Words&, const Words& french) {
        for (std::size_t i = 0; i + 1 < french.size(); ++i) {
            if (!holds(many, french[i])) continue;
            EXPECT_TRUE(french[i + 1].ends_with("s") || french[i + 1].ends_with("x")) << french[i + 1];
            ++nouns;
        }
        if (holds(many, french[0]) || french[0] == "les" || french[0] == "ils") {
            EXPECT_TRUE(
                std::any_of(french.begin(), french.end(), [](const std::string& w) { return w.ends_with("nt"); }));
            ++subjects;
        }
    });
    EXPECT_GT(subjects, 300);
    EXPECT_GT(nouns, 300);
}

TEST(WorldTasks, TranslationsUseTheRightWords) {
    const std::map<std::string, std::string> known = {
        {"i", "je j'"},    {"she", "elle"},      {"he", "il"},         {"we", "nous"},          {"they", "ils"},
        {"not", "pas"},    {"some", "des de"},   {"them", "les"},      {"often", "souvent"},    {"always", "toujours"},
        {"with", "avec"},  {"our", "notre nos"}, {"my", "mon ma mes"}, {"behind", "derrière"},  {"his", "son sa ses"},
        {"these", "ces"},  {"him", "le l'"},     {"in", "dans"},       {"are", "sont sommes"},  {"sees", "voit"},
        {"loves", "aime"}, {"buys", "achète"},   {"wears", "porte"},   {"this", "ce cet cette"}};
    std::set<std::string> met;
    forTranslations([&](const Words& english, const Words& french) {
        for (const std::string& word : english) {
            const auto found = known.find(word);
            if (found == known.end()) continue;
            const Words choices = wordsOf(found->second);
            EXPECT_TRUE(std::any_of(choices.begin(), choices.end(), [&](const auto& c) { return holds(french, c); }))
                << word;
            met.insert(word);
        }
    });
    EXPECT_EQ(met.size(), known.size());
}

/// Who did what, found by taking away what is said by the way; empty for a sentence in which nothing happens.
std::string essence(std::string sentence) {
    static const std::vector<std::regex> asides = {std::regex("^(On|In|Last) [^,]*, "), std::regex(", who [^,]*,"),
                                                   std::regex(" from \\w+"), std::regex(" in (the )?\\w+(?=\\.)"),
                                                   std::regex(" \\w+ly(?= \\w+ (a|an|the) )")};
    for (const std::regex& aside : asides) sentence = std::regex_replace(sentence, aside, "");
    static const std::regex deed(R"(^[Tt]he (?:\w+ )?(\w+) (\w+) (a|an|the) (?:\w+ )?(\w+)\.$)");
    std::smatch m;
    if (!std::regex_match(sentence, m, deed)) return "";
    const bool vowel = std::string("aeiou").find(m[4].str()[0]) != std::string::npos;
    const std::string article = m[3] == "the" ? "the" : vowel ? "an" : "a";
    return "The " + m[1].str() + " " + m[2].str() + " " + article + " " + m[4].str() + ".";
}

TEST(WorldTasks, SummariesKeepWhoDidWhat) {
    const Task& task = *findTask("summarisation");
    std::set<std::string> summaries;
    int two = 0;
    for (const TaskExample& e : unseen(task, 1000)) {
        std::string expected;
        for (const std::string& sentence : sentencesOf(task.text(e))) {
            const std::string deed = essence(sentence);
            two += !expected.empty() && !deed.empty();
            if (!deed.empty()) expected += (expected.empty() ? "" : " ") + deed;
        }
        EXPECT_EQ(written(task, e), expected) << task.text(e);
        EXPECT_EQ(*task.text2(e), expected) << "the decoder has read all but its end";
        summaries.insert(expected);
    }
    EXPECT_GT(summaries.size(), 900u);
    EXPECT_GT(two, 100);
}

} // namespace
} // namespace headscope
