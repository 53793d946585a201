// SPDX-License-Identifier: GPL-3.0-or-later
// A grammar that writes English, with the probability of everything that it writes.
#pragma once

#include "core/base/rng.h"
#include "core/train/english_slots.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headscope {

/// A sentence as it was made: words[i] stood in the slot slots[i].
struct EnglishText {
    std::vector<int> words;
    std::vector<int> slots;
    std::vector<bool> asked; ///< of a slot that the rules mark with *
};

/// Rules of the form
///     name(a,t) 3 = NAME(a) other(a,b,t) 'word *BE(a,t) : a human, b thing, differ a b
/// one a line, without recursion: weight, then slots (capitals), other rules and words. A variable that stands only on
/// the right takes every value of its domain, by the domain's weights; for one on the left, the domain says when the
/// rule applies. "differ a b": their pronouns tell them apart; "count a b": one is one, the other many. A line "@ human
/// m5 w5 M3" is a domain. Rules of a name compete by their weights; one whose slots no word fits does not apply. The
/// first name is where texts begin.
class EnglishGrammar {
public:
    explicit EnglishGrammar(std::string_view rules);

    /// All that can occur, by their first use.
    const std::vector<std::string>& words() const { return m_words; }
    EnglishText sample(Rng& rng) const;

    /// A symbol is a slot or a rule with its values.
    struct Choice {
        double probability = 0;
        std::vector<int> symbols;
    };
    struct Symbol {
        int slot = -1; ///< index in slots(); −1: one of the choices replaces it
        bool asked = false;
        std::vector<Choice> choices;
    };
    /// Probabilities of the words that a slot takes; symbols with the same words have the same slot.
    using Slot = std::vector<std::pair<int, double>>;
    const std::vector<Symbol>& symbols() const { return m_symbols; }
    const std::vector<Slot>& slots() const { return m_slots; }
    int start() const { return m_start; }

private:
    friend class EnglishBuilder;
    std::vector<std::string> m_words;
    std::vector<Symbol> m_symbols;
    std::vector<Slot> m_slots;
    int m_start = -1;
};

} // namespace headscope
