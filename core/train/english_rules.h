// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of the generated English; see EnglishGrammar for how they are written.
#pragma once

#include "core/train/english_grammar.h"

namespace headscope {

/// Several hundred kinds of sentences, alone or two together. No text is longer than kLongestEnglish words.
const EnglishGrammar& englishGrammar();
inline constexpr int kLongestEnglish = 27;

/// "The keys to the old cabinet are lost today.": the asked word agrees with a subject that is far away.
const EnglishGrammar& agreementGrammar();
inline constexpr int kLongestAgreement = 22;

/// "The girl carried the box because it was heavy.": the asked pronoun stands for one of those named before.
const EnglishGrammar& pronounGrammar();
inline constexpr int kLongestPronoun = 15;

/// Domains and phrases that all three grammars are made of.
extern const char* const kSharedEnglish;

} // namespace headscope
