// SPDX-License-Identifier: GPL-3.0-or-later
// Verbs with what can do them and what they can be done to, and the small words. Frequent ones first.
#include "core/train/english_words.h"

namespace headscope {

const std::vector<EnglishVerb>& englishVerbs() {
    // mwp: persons, a: animals, f: food, t: things, r: what is read, c: what is worn, l: places
    static const std::vector<EnglishVerb> verbs = {
        {"mwpa", "mwpaftrcl", "see/saw/seen/seeing find/found/found/finding like"},
        {"mwp", "mwpaftrcl", "remember describe paint photograph love"},
        {"mwpa", "mwpa",
         R"(watch follow hear/heard/heard/hearing chase help scare avoid trust fear protect wake/woke/woken/waking
                            lead/led/led/leading)"},
        {"mwp", "mwp", R"(thank call invite teach/taught/taught/teaching meet/met/met/meeting greet admire kiss hug
                          understand/understood/understood/understanding blame visit marry forgive/forgave/forgiven/forgiving
                          accuse interview)"},
        {"mwp", "a", "feed/fed/fed/feeding catch/caught/caught/catching train wash draw/drew/drawn/drawing"},
        {"a", "mwp", "bite/bit/bitten/biting attack frighten"},
        {"a", "a", "hunt bite/bit/bitten/biting attack"},
        {"mwpa", "f", "eat/ate/eaten/eating smell steal/stole/stolen/stealing taste"},
        {"mwp", "f", R"(cook bake bring/brought/brought/bringing cut/cut/cut/cutting buy/bought/bought/buying
                        sell/sold/sold/selling order share prepare serve)"},
        {"mwp", "t", R"(buy/bought/bought/buying sell/sold/sold/selling carry lose/lost/lost/losing repair
                        break/broke/broken/breaking use clean need hide/hid/hidden/hiding hold/held/held/holding collect
                        borrow throw/threw/thrown/throwing drop)"},
        {"a", "t", "break/broke/broken/breaking smell hide/hid/hidden/hiding"},
        {"mwp", "r", R"(read/read/read/reading write/wrote/written/writing publish translate send/sent/sent/sending
                        finish explain copy study)"},
        {"mwp", "c", R"(wear/wore/worn/wearing wash buy/bought/bought/buying choose/chose/chosen/choosing
                        lose/lost/lost/losing sew/sewed/sewn/sewing fold)"},
        {"mwp", "l", R"(visit leave/left/left/leaving enter clean know/knew/known/knowing own build/built/built/building
                        search cross reach)"},
        {"a", "l", "leave/left/left/leaving know/knew/known/knowing cross guard"},
        {"mwpa", "",
         R"(sleep/slept/slept/sleeping run/ran/run/running wait play eat/ate/eaten/eating walk swim/swam/swum/swimming
                        rest jump sit/sat/sat/sitting move wander)"},
        {"mwp", "", R"(work laugh dance sing/sang/sung/singing talk cry smile read/read/read/reading
                       write/wrote/written/writing pray whisper argue travel)"},
        {"a", "", "drink/drank/drunk/drinking hide/hid/hidden/hiding"},
        {"tcr", "", "fall/fell/fallen/falling disappear"},
    };
    return verbs;
}

const std::vector<EnglishWordClass>& englishClasses() {
    static const std::vector<EnglishWordClass> classes = {
        {"DET1", "the this that my her his our their your every"},
        {"DETN", "the these those my her his our their your some many few several two three"},
        {"OFTEN", "often always never sometimes usually rarely still"},
        {"MANNER", "well quietly happily slowly alone together quickly carefully badly gladly"},
        {"NOW", "today now tonight again"},
        {"THEN", "yesterday again"},
        {"DEGREE", "very too quite rather really so"},
        {"MODAL", "can will must should may could would might"},
        {"WHEN", "when because while before after although if until"},
        {"WHY", "why when where"},
        {"IN", "in near behind outside inside opposite"},
        {"BESIDE", "near behind beside"},
        {"TO", "to towards through past"},
        {"WITH", "with without"},
        {"TODAY", "today now tonight"},
    };
    return classes;
}

const std::vector<EnglishVerb>& englishSayings() {
    static const std::vector<EnglishVerb> verbs = {
        {"SAY", "",
         R"(say/said/said/saying think/thought/thought/thinking know/knew/known/knowing believe hope dream claim
                       notice suspect)"},
        {"WANT", "", "want try hope decide plan promise"},
        {"GIVE", "", R"(give/gave/given/giving show/showed/shown/showing send/sent/sent/sending
                        bring/brought/brought/bringing offer sell/sold/sold/selling)"},
        {"ASK", "", "ask tell/told/told/telling help teach/taught/taught/teaching allow force"},
        {"SELFLY", "", "hurt/hurt/hurt/hurting wash blame enjoy help introduce protect admire see/saw/seen/seeing"},
        {"GO", "", "go/went/gone/going come/came/come/coming return walk run/ran/run/running"},
    };
    return verbs;
}

} // namespace headscope
