// SPDX-License-Identifier: GPL-3.0-or-later
// What can stand in one place of a generated sentence.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headscope {

/// A value of a variable of the rules. Nouns of sort s (index in kEnglishSorts): 2 s for one, 2 s + 1 for many.
using EnglishValue = int;
inline constexpr EnglishValue kSpeakerI = 18, kSpeakerYou = 19, kSpeakerWe = 20, kPresent = 21, kPast = 22;
inline constexpr int kEnglishValues = 23;

/// From its letter: "m" one man, "M" men, i I, y you, u we, n the present, d the past.
EnglishValue englishValue(char letter);

/// Words with their probabilities; together 1.
using WordChances = std::vector<std::pair<std::string, double>>;

/// The words of the slot `name` with these values; none where nothing fits, so that a rule with it does not apply.
/// "N(a)" a noun; "NV(a)", "NC(a)" one that begins with a vowel, with a consonant; ADJ, ADJV, ADJC adjectives that go
/// with it; "ADJFOR(a,b)" those that do not go with b; NAME. "VT(a,b,t)" what a does to b, "VI(a,t)" what a does; a B,
/// G or P behind the V gives the bare form, the one in -ing and the participle: "VBT(a,b)". SAY, WANT, GIVE, ASK, GO,
/// SELFLY in the same way: "GIVE(a,t)", "GIVEB(a)". BE, HAVE, DO(a,t). SUBJ, OBJ, SELF, OF(a): pronouns. WHO(a): who,
/// or that. Classes of small words (DET1, WHEN …) have no values.
WordChances slotWords(std::string_view name, std::span<const EnglishValue> values);
/// Whether a name is one of a slot.
bool isSlotName(std::string_view name);

/// Whether pronouns tell the two apart: neither can be both he and she.
bool pronounsDiffer(EnglishValue a, EnglishValue b);
/// Whether one is one and the other many.
bool countsDiffer(EnglishValue a, EnglishValue b);

} // namespace headscope
