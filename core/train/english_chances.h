// SPDX-License-Identifier: GPL-3.0-or-later
// What nobody can know better: the true probabilities of the words that are asked.
#pragma once

#include "core/train/english_grammar.h"

#include <map>
#include <span>

namespace headscope {

/// A word and how probable it is. The end of the text is kEnglishEnd.
struct EnglishGuess {
    int word = 0;
    double probability = 0;
};
inline constexpr int kEnglishEnd = -2;
inline constexpr int kEnglishHidden = -1;

/// The grammar as a machine that reads from left to right: its states are what is still to come, so the probability of
/// a word is a sum over all the ways the text can have been made (the forward and backward sums of Baum 1972). States
/// are found as they are needed, and kept for the next text.
class EnglishChances {
public:
    explicit EnglishChances(const EnglishGrammar& grammar);

    /// For every word of a text and its end, the most probable one after those before it. [words + 1]
    std::vector<EnglishGuess> next(std::span<const int> words);
    /// For every kEnglishHidden, the most probable word with all the others known. The text is one of the grammar.
    std::vector<EnglishGuess> hidden(std::span<const int> words);

private:
    /// In a state, a word of the slot leads on to another state.
    struct Arc {
        int slot = 0;
        int to = 0;
        double probability = 0;
    };
    struct State {
        int symbol = 0; ///< the next one
        int rest = 0;   ///< the state behind it
        bool isOpen = false;
        std::vector<Arc> arcs;
    };
    struct Reached {
        int state = 0;
        double weight = 0;
    };
    using Step = std::vector<Reached>; ///< [states reached], each state once

    int state(int symbol, int rest);
    const std::vector<Arc>& arcs(int state);
    void follow(int state, double probability, std::map<std::pair<int, int>, double>& found);
    Step onward(const Step& from, std::span<const double> slotWeights);
    std::vector<double> slotWeights(int word) const;
    std::vector<Step> backward(std::span<const int> words, const std::vector<Step>& steps);
    EnglishGuess likeliest(std::span<const double> slots) const;

    const EnglishGrammar& m_grammar;
    std::vector<State> m_states; ///< 0: the end
    std::map<std::pair<int, int>, int> m_known;
    std::vector<std::vector<std::pair<int, double>>> m_slotsOf; ///< of every word: slots with its probability there
};

} // namespace headscope
