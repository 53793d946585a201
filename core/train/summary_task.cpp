// SPDX-License-Identifier: GPL-3.0-or-later
// "On Monday the old mayor, who sells bread, opened a new bridge. The weather was fine." "The mayor opened a bridge."
#include "core/train/task_list.h"
#include "core/train/word_task.h"

#include <algorithm>

namespace headscope {
namespace {

using Words = std::vector<std::string>;

/// What somebody did, and to what it can be done.
struct DeedEntry {
    Words verbs;   ///< in the past
    Words objects; ///< of any of them
};

struct NewsWords {
    Words people =
        splitWords("mayor teacher doctor farmer baker thief singer actor pilot nurse lawyer painter gardener "
                   "king queen student sailor hunter judge poet cook driver dancer soldier tailor butcher "
                   "waiter fisherman engineer writer");
    Words qualities = splitWords("old young tall clever famous shy rich poor brave quiet friendly tired cheerful proud "
                                 "kind lonely polite nervous");
    Words looks = splitWords("new small big red white beautiful strange heavy black old ugly blue green huge lovely "
                             "famous");
    std::vector<DeedEntry> deeds = {
        {splitWords("opened closed built repaired visited cleaned"),
         splitWords("bridge school museum station hotel library theatre hospital harbour church factory shop tower")},
        {splitWords("found lost stole sold bought hid"),
         splitWords("painting ring bicycle boat coin necklace watch statue piano guitar map letter clock carpet")},
        {splitWords("saved met helped followed called photographed"),
         splitWords("dog horse child cat tourist swimmer donkey policeman stranger neighbour bear swan")},
        {splitWords("won left watched started"), splitWords("race match contest game tournament party concert show")},
        {splitWords("baked ate cooked ordered"), splitWords("cake pie soup goose omelette pizza pudding ham")},
    };
    Words towns = splitWords("Paris London Berlin Rome Oslo Madrid Dublin Prague Vienna Lisbon Athens Cairo");
    Words places = splitWords("village park valley street market forest square suburb desert mountains");
    Words days = splitWords("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");
    Words months = splitWords("January March April May June July August October November");
    Words adverbs = splitWords("quickly secretly finally suddenly proudly quietly happily carefully");
    Words habits = splitWords("likes sells collects hates paints loves");
    Words hobbies = splitWords("flowers tea books music stamps shoes chess cheese trains dolls poems bread");
    Words weather = splitWords("fine cold warm awful wet windy pleasant grey");
    Words crowd = splitWords("people children guests visitors neighbours reporters");
    Words moods = splitWords("surprised happy angry glad curious silent bored excited");
};
const NewsWords& newsWords() {
    static const NewsWords words;
    return words;
}

Words allWords() {
    const NewsWords& all = newsWords();
    Words words = splitWords("the a an . , on in who was it nobody everybody many some there weather morning "
                             "evening day were last from");
    for (const Words* list : {&all.people, &all.qualities, &all.looks, &all.towns, &all.places, &all.days, &all.months,
                              &all.adverbs, &all.habits, &all.hobbies, &all.weather, &all.crowd, &all.moods})
        words.insert(words.end(), list->begin(), list->end());
    for (const DeedEntry& deed : all.deeds) {
        words.insert(words.end(), deed.verbs.begin(), deed.verbs.end());
        words.insert(words.end(), deed.objects.begin(), deed.objects.end());
    }
    return words;
}

void add(Words& to, const Words& what) {
    to.insert(to.end(), what.begin(), what.end());
}

/// A report with what it comes down to.
struct Report {
    Words text, summary;
};

class Reporter {
public:
    explicit Reporter(Rng& rng) : m_rng(rng), m_all(newsWords()) {}

    /// One or two deeds, and sentences around them in which nothing happens.
    Report make(int length) {
        const int deeds = length >= 32 && chance(0.4) ? 2 : 1;
        const int background = below(m_rng, 3);
        std::vector<bool> isDeed(static_cast<std::size_t>(deeds), true);
        isDeed.resize(static_cast<std::size_t>(deeds + background), false);
        for (std::size_t i = isDeed.size(); i > 1; --i) {
            const auto j = static_cast<std::size_t>(below(m_rng, static_cast<int>(i)));
            const bool swapped = isDeed[i - 1];
            isDeed[i - 1] = isDeed[j];
            isDeed[j] = swapped;
        }
        for (const bool deed : isDeed) {
            if (deed)
                addDeed();
            else
                addBackground();
        }
        return std::move(m_report);
    }

private:
    bool chance(double share) { return m_rng.uniform() < share; }
    const std::string& any(const Words& list) { return pick(m_rng, list); }

    void addDeed() {
        const DeedEntry& deed = pick(m_rng, m_all.deeds);
        const std::string &who = any(m_all.people), &verb = any(deed.verbs), &what = any(deed.objects);
        const std::string look = chance(0.5) ? any(m_all.looks) : "";
        const bool known = chance(0.3);
        Words& text = m_report.text;
        if (chance(0.4)) add(text, time());
        add(text, {"the"});
        if (chance(0.5)) add(text, {any(m_all.qualities)});
        add(text, {who});
        if (chance(0.35)) addAside();
        if (chance(0.25)) add(text, {any(m_all.adverbs)});
        add(text, {verb, article(known, look.empty() ? what : look)});
        if (!look.empty()) add(text, {look});
        add(text, {what});
        if (chance(0.35)) add(text, place());
        add(text, {"."});
        add(m_report.summary, {"the", who, verb, article(known, what), what, "."});
    }

    static std::string article(bool known, const std::string& next) {
        if (known) return "the";
        return std::string_view("aeiou").find(next[0]) == std::string_view::npos ? "a" : "an";
    }

    Words time() {
        switch (below(m_rng, 4)) {
        case 0:
            return {"on", any(m_all.days), ","};
        case 1:
            return {"in", any(m_all.months), ","};
        case 2: {
            const std::string& weather = any(m_all.weather);
            return {"on", article(false, weather), weather, chance(0.5) ? "morning" : "evening", ","};
        }
        default:
            return {"last", any(m_all.days), ","};
        }
    }

    Words place() {
        if (chance(0.5)) return {"in", any(m_all.towns)};
        return {"in", "the", any(m_all.places)};
    }

    /// What is said of somebody by the way, with a verb and an object of its own.
    void addAside() {
        Words& text = m_report.text;
        switch (below(m_rng, 3)) {
        case 0:
            add(text, {"from", any(m_all.towns)});
            break;
        case 1:
            add(text, {",", "who", any(m_all.habits), any(m_all.hobbies), ","});
            break;
        default:
            add(text, {",", "who", "was", any(m_all.moods), ","});
            break;
        }
    }

    void addBackground() {
        Words& text = m_report.text;
        switch (below(m_rng, 6)) {
        case 0:
            add(text, {"the", "weather", "was", any(m_all.weather), "."});
            break;
        case 1: {
            const std::string& weather = any(m_all.weather);
            add(text, {"it", "was", article(false, weather), weather, "day", "."});
            break;
        }
        case 2:
            add(text, {chance(0.5) ? "many" : "some", any(m_all.crowd), "were", "there", "."});
            break;
        case 3:
            add(text, {chance(0.5) ? "nobody" : "everybody", "was", any(m_all.moods), "."});
            break;
        case 4:
            add(text, {"the", any(m_all.people), "was", any(m_all.moods), "."});
            break;
        default:
            add(text, {"the", any(m_all.people), any(m_all.habits), any(m_all.hobbies), "."});
            break;
        }
    }

    Rng& m_rng;
    const NewsWords& m_all;
    Report m_report;
};

class SummaryTask final : public WordTask {
public:
    SummaryTask() : WordTask(card(), allWords) {}

protected:
    TaskExample draw(Rng& rng, int length) const override {
        for (;;) {
            const Report report = Reporter(rng).make(length);
            if (static_cast<int>(report.text.size()) < length)
                return pairExample(ids(report.text), ids(report.summary));
        }
    }

private:
    static TaskCard card() {
        TaskCard card;
        card.name = "summarisation";
        card.discovery =
            "Say who did what: heads of the cross-attention pick the person, the deed and the thing out of "
            "the sentences in which something happened, and leave out when, where and of what kind.";
        card.kind = ModelKind::EncoderDecoder;
        card.defaults.length = 40;
        card.defaults.steps = 700;
        card.shortest = 12;
        card.sentences = true;
        return card;
    }
};

} // namespace

TaskPtr makeSummaryTask() {
    return std::make_unique<SummaryTask>();
}

} // namespace headscope
