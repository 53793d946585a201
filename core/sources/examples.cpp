// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/examples.h"

namespace headscope {
namespace {

// Written for this program; more than 300 words.
constexpr const char* lighthouse =
    "The lighthouse keeper's daughter kept a list. Every evening, when the lamp had been lit and the kettle had "
    "boiled, "
    "she sat down at the small table by the window and wrote what the sea had brought that day: two planks, a green "
    "bottle without a letter, a boot, another boot that did not match the first boot, and once, in November, a piano. "
    "Her father said that a list of lost things was a sad kind of book. She said that it was not sad at all, because a "
    "thing that stands in a list has been found. The piano had no strings left. They carried it up the path with the "
    "help of three fishermen and a mule, and it stood in the kitchen for nine years, and nobody in the house could "
    "play "
    "it, and nobody in the house would let it go. In the tenth year a stranger came over the sands at low tide. He was "
    "wet to the knees and he was looking, he said, for a piano. The keeper laughed. The daughter did not laugh. She "
    "opened the book, turned back page after page, past bottles and boots and planks, and put her finger on a line. "
    "\"November the fourth,\" she read, \"one piano, no strings, walnut, the name of its maker scratched out.\" The "
    "stranger sat down. It had been his mother's, he told them, and it had gone down with the ship that was bringing "
    "it "
    "to him, and he had walked along this coast from harbour to harbour, asking in every inn and at every lighthouse, "
    "and at every lighthouse they had laughed. \"We have it,\" said the daughter, \"but you cannot carry it over the "
    "sands.\" \"No,\" said the stranger, \"I cannot.\" He looked at the piano for a long while. Then he took from his "
    "coat "
    "a small iron key, the kind that tunes strings, and laid it on the lid. He stayed for a week, and in that week he "
    "put in new strings, one after the other, and when the last string was in its place he played until the lamp had "
    "to "
    "be lit. After that the daughter's list had a second column. In the first column stood what the sea had brought, "
    "and "
    "in the second column, sometimes, after years, stood who had come for it.";

std::vector<Example> make() {
    return {
        {"Ambiguous pronoun", "The animal didn't cross the street because it was too tired", {}},
        {"Short", "Time flies like an arrow", {}},
        {"Repeated words", "A rose is a rose is a rose, and the rose that you gave me is still a rose.", {}},
        {"Long dependency",
         "The key that the old caretaker, who had worked in the tall house by the river for almost forty years without "
         "ever missing a day, kept on a nail behind the door was gone.",
         {}},
        {"List", "Buy milk, bread, butter, eggs, two lemons, three onions, and a bunch of parsley.", {}},
        {"Similar spellings", "The painter painted paintings; the player played games that players play.", {}},
        {"Code", "for (int i = 0; i < n; ++i) { sum += a[i] * b[i]; }", {}},
        {"Chinese", "小猫坐在窗台上看雨，因为它不喜欢被雨淋湿。", {}},
        {"Japanese", "昨日の夜、図書館で借りた本を電車の中に忘れてしまいました。", {}},
        {"Thai", "แมวตัวเล็กนั่งอยู่ข้างหน้าต่างเพราะมันชอบดูฝน", {}},
        {"Arabic", "قرأ الولد الكتاب الذي أعطته له المعلمة ثم أعاد الكتاب إلى المكتبة.", {}},
        {"Hebrew and English", "הילדה אמרה Hello לחבר שלה, והוא אמר Hello בחזרה.", {}},
        {"German compound",
         "Die Donaudampfschifffahrtsgesellschaft sucht einen Kapitän, der die Dampfschifffahrt auf der Donau liebt.",
         {}},
        {"Emoji",
         "My family 👨‍👩‍👧‍👦 flew from 🇩🇪 to 🇯🇵 and it was great 👍🏽👍🏽 but a bit "
         "😶‍🌫️ "
         "at "
         "night",
         {}},
        {"Two languages (cross-attention)", "The black cat sleeps on the red sofa.",
         "Le chat noir dort sur le canapé rouge."},
        {"Long text", lighthouse, {}},
    };
}

} // namespace

const std::vector<Example>& examples() {
    static const std::vector<Example> all = make();
    return all;
}

} // namespace headscope
