// SPDX-License-Identifier: GPL-3.0-or-later
// Nouns, names, adjectives: what the generated English speaks of. Frequent ones first.
#include "core/train/english_words.h"

namespace headscope {

const std::vector<EnglishEntry>& englishNouns() {
    static const std::vector<EnglishEntry> entries = {
        {"m", R"(boy man/men father brother son king uncle prince grandfather husband waiter monk gentleman/gentlemen
                 nephew grandson wizard postman/postmen policeman/policemen fisherman/fishermen businessman/businessmen
                 stepfather sportsman/sportsmen duke lad sultan knight)"},
        {"w", R"(girl woman/women mother sister daughter queen aunt princess grandmother wife/wives actress lady nun
                 niece granddaughter witch waitress bride duchess nurse ballerina stepmother heroine midwife/midwives
                 countess governess)"},
        {"p", R"(child/children teacher student doctor farmer baker friend neighbour driver writer painter singer
                 soldier lawyer engineer judge guest cook pilot sailor gardener hunter scientist librarian dancer
                 tourist poet reporter artist author visitor thief/thieves spy guide manager worker builder dentist
                 butcher musician)"},
        {"a", R"(dog cat horse bird cow mouse/mice/mice fox wolf/wolves bear rabbit duck goat pig lion tiger
                 monkey elephant owl eagle frog snake hen goose/geese donkey squirrel camel parrot otter swan spider
                 turtle hedgehog crow ant)"},
        {"f", R"(apple cake egg carrot pie sandwich orange pear potato/potatoes tomato/tomatoes pancake cookie lemon
                 banana soup salad peach cherry plum biscuit onion melon sausage pudding mushroom apricot)"},
        {"t", R"(key ball box lamp clock chair table bag knife/knives cup bottle car boat bicycle mirror door
                 window camera phone guitar piano drum candle basket spoon bowl ladder hammer umbrella rope
                 wheel toy doll coin ring plate brush blanket pillow bucket vase ticket violin engine)"},
        {"r", R"(book letter story newspaper poem map message report diary/diaries recipe magazine article notebook
                 novel essay)"},
        {"c", R"(coat hat shirt dress shoe jacket scarf/scarves glove sock skirt boot sweater belt apron uniform)"},
        {"l", R"(house garden school kitchen park library village shop forest room street bridge church river hotel
                 castle station market farm city/cities island hill museum theatre office hospital lake field
                 tower cellar harbour barn bakery cave palace airport)"},
    };
    return entries;
}

const std::vector<EnglishEntry>& englishNames() {
    static const std::vector<EnglishEntry> entries = {
        {"m", R"(Tom Peter Paul John David Simon Oscar Felix Hugo Leo Ben Noah Omar Max Henry Jack Adam Daniel Martin
                 Victor)"},
        {"w", R"(Mary Anna Lucy Emma Julia Clara Rosa Nina Lena Ruth Sara Ida Alice Grace Mei Eva Laura Helen Sophie
                 Martha)"},
    };
    return entries;
}

const std::vector<EnglishEntry>& englishAdjectives() {
    static const std::vector<EnglishEntry> entries = {
        {"mwpaftrcl", "old new big small beautiful strange famous"},
        {"mwpa", R"(happy tired hungry angry young strong sad brave lazy thirsty quiet friendly clever hurt
                    dangerous nervous patient curious gentle weak wild careful sleepy shy proud calm busy)"},
        {"mwp", R"(kind rich poor honest polite rude serious generous cruel jealous funny intelligent lonely
                   elegant wise lucky worried grateful stubborn cheerful modest talented)"},
        {"f", "fresh delicious sweet ripe bitter cold hot sour warm juicy salty tasty rotten"},
        {"t", "heavy broken expensive cheap dirty clean useful empty round wooden rusty light fragile valuable shiny"},
        {"r", "long short interesting boring important secret difficult true wonderful terrible clear"},
        {"c", "warm wet dry dirty clean red blue green black white yellow elegant expensive cheap tight loose soft"},
        {"tl", "red white green dark narrow wide large"},
        {"l", "quiet empty crowded cold distant peaceful noisy ancient modern dark"},
    };
    return entries;
}

} // namespace headscope
