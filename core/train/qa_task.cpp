// SPDX-License-Identifier: GPL-3.0-or-later
// "Mary went to the kitchen. The ball is in the garden. Where is Mary? Mary went to the kitchen."
#include "core/train/task_list.h"
#include "core/train/word_task.h"

#include <algorithm>

namespace headscope {
namespace {

using Words = std::vector<std::string>;

/// What stories are made of.
struct StoryWords {
    Words people =
        splitWords("Mary Tom Anna Peter Lucy Paul Emma John Julia Max Clara David Rosa Simon Nina Oscar Lena "
                   "Felix Ruth Hugo Sara Leo Ida Ben Alice Noah Grace Omar Mei Ravi");
    Words things = splitWords("ball book key lamp letter cup hat ring coat map bag clock phone cake knife plate coin "
                              "flute doll box pen spoon bottle apple basket chair kite drum rope shoe");
    Words places = splitWords("kitchen garden school park library cellar office attic bedroom garage station forest "
                              "museum theatre shop church castle hall barn yard bakery tower stable market cinema "
                              "harbour tunnel bank hotel studio");
    /// Between a person and "the kitchen".
    std::vector<Words> moving = {{"went", "to"}, {"walked", "to"}, {"ran", "to"}, {"came", "to"}};
    std::vector<Words> staying = {{"is", "in"}, {"works", "in"}, {"waits", "in"}, {"sits", "in"}};
    /// Between "the ball" and "the kitchen".
    std::vector<Words> lying = {{"is", "in"}, {"lies", "in"}, {"stays", "in"}, {"stands", "in"}};
};
const StoryWords& storyWords() {
    static const StoryWords words;
    return words;
}

constexpr int longestStatement = 7; ///< "then Mary went to the kitchen ."
constexpr int longestQuestion = 12; ///< "where is the ball ? the ball is in the kitchen ."
constexpr int mostQuestions = 3;
constexpr int mostStatements = 30; ///< as many as there are people, things and places

Words allWords() {
    const StoryWords& all = storyWords();
    Words words = {"the", "in", ".", "where", "is", "?", "then"};
    for (const Words* list : {&all.people, &all.things, &all.places})
        words.insert(words.end(), list->begin(), list->end());
    for (const auto* verbs : {&all.moving, &all.staying, &all.lying})
        for (const Words& verb : *verbs) words.insert(words.end(), verb.begin(), verb.end());
    return words;
}

/// Who or what a story places, and where.
struct Fact {
    std::string who;
    bool isPerson = false;
    Words said; ///< "mary went to the kitchen"
};

struct Story {
    Words words;
    std::vector<Fact> facts; ///< in the order of telling; a later one of the same person replaces an earlier one
};

Words operator+(Words left, const Words& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// Where somebody or something of the story is in the end.
const Fact& lastOf(const std::vector<Fact>& facts, const std::string& who) {
    return *std::find_if(facts.rbegin(), facts.rend(), [&](const Fact& fact) { return fact.who == who; });
}

class QaTask final : public WordTask {
public:
    QaTask() : WordTask(card(), allWords) {}

protected:
    /// Several questions about one story: each is asked as if it were the only one, and a story teaches more. The
    /// answer repeats what was told, so that there is more to learn from than the place alone, from which no head that
    /// matches names forms.
    TaskExample draw(Rng& rng, int length) const override {
        const int room = length - 1;
        const int questions =
            between(rng, 1, std::clamp((room - longestStatement) / longestQuestion, 1, mostQuestions));
        const int most = std::min((room - questions * longestQuestion) / longestStatement, mostStatements);
        const int statements = between(rng, 1, most);
        const Story story = tell(rng, statements);
        Words words = story.words;
        std::vector<std::size_t> asked; // where the words of the answers stand
        Words others;                   // whom no question has named yet
        for (const Fact& fact : story.facts)
            if (std::ranges::find(others, fact.who) == others.end()) others.push_back(fact.who);
        for (int i = 0; i < questions && !others.empty(); ++i) {
            const auto who = others.begin() + below(rng, static_cast<int>(others.size()));
            const Fact fact = lastOf(story.facts, *who);
            others.erase(who);
            words = words + (fact.isPerson ? Words{"where", "is", fact.who, "?"} : Words{"where", "is", "the", fact.who, "?"});
            for (std::size_t k = 0; k < fact.said.size(); ++k) asked.push_back(words.size() + k);
            words = words + fact.said + Words{"."};
        }
        TaskExample example = decoderExample(ids(words));
        for (const std::size_t answer : asked) example.targets[answer] = example.ids[answer + 1];
        return example;
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "qa";
        card.discovery =
            "Say where somebody or something of a short story is: behind the question a head finds the sentence about the one that "
            "it names (the last, where there are two) and reads the answer in it.";
        card.defaults.layers = 3;
        card.defaults.length = 80;
        card.defaults.steps = 12'000;
        card.shortest = 1 + longestStatement + longestQuestion;
        card.sentences = true;
        return card;
    }

    /// Every place belongs to one fact only.
    Story tell(Rng& rng, int statements) const {
        const StoryWords& all = storyWords();
        Story story;
        const Words people = some(rng, all.people, statements), things = some(rng, all.things, statements);
        const Words places = some(rng, all.places, statements);
        Words told; // people who have not gone on yet
        for (std::size_t i = 0; i < places.size(); ++i) {
            const Words place = {"the", places[i]};
            const int form = below(rng, 5);
            const bool goesOn = form < 2 && !told.empty(); // somebody goes on to another place
            const bool isPerson = goesOn || form < 4;
            const auto who = told.begin() + (goesOn ? below(rng, static_cast<int>(told.size())) : 0);
            Fact fact{goesOn ? *who : isPerson ? people[i] : things[i], isPerson, {}};
            const auto& verbs = !isPerson ? all.lying : goesOn || below(rng, 2) == 0 ? all.moving : all.staying;
            fact.said = (isPerson ? Words{fact.who} : Words{"the", fact.who}) + pick(rng, verbs) + place;
            story.words = story.words + (goesOn ? Words{"then"} : Words{}) + fact.said + Words{"."};
            if (goesOn) told.erase(who);
            else if (isPerson) told.push_back(fact.who);
            story.facts.push_back(std::move(fact));
        }
        return story;
    }

    static Words some(Rng& rng, const Words& list, int count) {
        Words chosen;
        for (const int i : distinct(rng, static_cast<int>(list.size()), count))
            chosen.push_back(list[static_cast<std::size_t>(i)]);
        return chosen;
    }
};

} // namespace

TaskPtr makeQaTask() {
    return std::make_unique<QaTask>();
}

} // namespace headscope
