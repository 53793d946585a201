// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/english_chances.h"

#include <algorithm>
#include <cassert>

namespace headscope {
namespace {

constexpr int endState = 0;

std::size_t at(int index) {
    return static_cast<std::size_t>(index);
}

} // namespace

EnglishChances::EnglishChances(const EnglishGrammar& grammar)
    : m_grammar(grammar), m_states(1), m_slotsOf(grammar.words().size()) {
    const auto& slots = grammar.slots();
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        for (const auto& [word, probability] : slots[slot])
            m_slotsOf[at(word)].emplace_back(static_cast<int>(slot), probability);
    }
}

int EnglishChances::state(int symbol, int rest) {
    const auto [known, isNew] = m_known.emplace(std::pair(symbol, rest), static_cast<int>(m_states.size()));
    if (isNew) m_states.push_back({symbol, rest, false, {}});
    return known->second;
}

/// Adds the arcs of a state, times the probability of being in it.
void EnglishChances::follow(int from, double probability, std::map<std::pair<int, int>, double>& found) {
    const int rest = m_states[at(from)].rest;
    const EnglishGrammar::Symbol& symbol = m_grammar.symbols()[at(m_states[at(from)].symbol)];
    if (symbol.slot >= 0) {
        found[{symbol.slot, rest}] += probability;
        return;
    }
    for (const EnglishGrammar::Choice& choice : symbol.choices) {
        int to = rest;
        for (auto part = choice.symbols.rbegin(); part != choice.symbols.rend(); ++part) to = state(*part, to);
        follow(to, probability * choice.probability, found);
    }
}

const std::vector<EnglishChances::Arc>& EnglishChances::arcs(int from) {
    if (from != endState && !m_states[at(from)].isOpen) {
        std::map<std::pair<int, int>, double> found;
        follow(from, 1, found);
        State& opened = m_states[at(from)];
        opened.isOpen = true;
        for (const auto& [arc, probability] : found) opened.arcs.push_back({arc.first, arc.second, probability});
    }
    return m_states[at(from)].arcs;
}

/// Of every slot, the probability of the word in it; 1 for any word.
std::vector<double> EnglishChances::slotWeights(int word) const {
    std::vector<double> weights(m_grammar.slots().size(), word == kEnglishHidden ? 1.0 : 0.0);
    if (word == kEnglishHidden) return weights;
    for (const auto& [slot, probability] : m_slotsOf[at(word)]) weights[at(slot)] = probability;
    return weights;
}

/// The states behind one word more. Weights are scaled to the sum 1: only their ratios matter.
EnglishChances::Step EnglishChances::onward(const Step& from, std::span<const double> slotWeights) {
    std::unordered_map<int, double> weights;
    double sum = 0;
    for (const Reached& reached : from) {
        for (const Arc& arc : arcs(reached.state)) {
            const double weight = reached.weight * arc.probability * slotWeights[at(arc.slot)];
            if (weight == 0) continue;
            weights[arc.to] += weight;
            sum += weight;
        }
    }
    Step step;
    for (const auto& [state, weight] : weights) step.push_back({state, weight / sum});
    return step;
}

/// The word with the largest sum over the slots. [slots]
EnglishGuess EnglishChances::likeliest(std::span<const double> slots) const {
    std::vector<double> words(m_grammar.words().size());
    double sum = 0;
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot] == 0) continue;
        sum += slots[slot];
        for (const auto& [word, probability] : m_grammar.slots()[slot]) words[at(word)] += slots[slot] * probability;
    }
    if (sum == 0) return {};
    const auto best = std::max_element(words.begin(), words.end());
    return {static_cast<int>(best - words.begin()), *best / sum};
}

std::vector<EnglishGuess> EnglishChances::next(std::span<const int> words) {
    std::vector<EnglishGuess> guesses;
    Step now = {{state(m_grammar.start(), endState), 1.0}};
    for (std::size_t i = 0; i <= words.size(); ++i) {
        std::vector<double> slots(m_grammar.slots().size());
        double end = 0;
        for (const Reached& reached : now) {
            if (reached.state == endState) end = reached.weight;
            for (const Arc& arc : arcs(reached.state)) slots[at(arc.slot)] += reached.weight * arc.probability;
        }
        EnglishGuess guess = likeliest(slots);
        guess.probability *= 1 - end;
        guesses.push_back(end > guess.probability ? EnglishGuess{kEnglishEnd, end} : guess);
        if (i < words.size()) now = onward(now, slotWeights(words[i]));
    }
    return guesses;
}

/// For the states of every step, the probability of the words behind them, scaled as in onward().
std::vector<EnglishChances::Step> EnglishChances::backward(std::span<const int> words, const std::vector<Step>& steps) {
    std::vector<Step> back(steps.size());
    back.back() = {{endState, 1.0}};
    for (std::size_t i = words.size(); i-- > 0;) {
        std::unordered_map<int, double> behind;
        for (const Reached& reached : back[i + 1]) behind[reached.state] = reached.weight;
        const std::vector<double> weights = slotWeights(words[i]);
        double sum = 0;
        for (const Reached& reached : steps[i]) {
            double weight = 0;
            for (const Arc& arc : arcs(reached.state)) {
                const auto to = behind.find(arc.to);
                if (to != behind.end()) weight += arc.probability * weights[at(arc.slot)] * to->second;
            }
            if (weight == 0) continue;
            back[i].push_back({reached.state, weight});
            sum += weight;
        }
        for (Reached& reached : back[i]) reached.weight /= sum;
    }
    return back;
}

std::vector<EnglishGuess> EnglishChances::hidden(std::span<const int> words) {
    std::vector<Step> steps = {{{state(m_grammar.start(), endState), 1.0}}};
    for (const int word : words) steps.push_back(onward(steps.back(), slotWeights(word)));
    const std::vector<Step> back = backward(words, steps);
    std::vector<EnglishGuess> guesses;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != kEnglishHidden) continue;
        std::unordered_map<int, double> behind;
        for (const Reached& reached : back[i + 1]) behind[reached.state] = reached.weight;
        std::vector<double> slots(m_grammar.slots().size());
        for (const Reached& reached : steps[i]) {
            for (const Arc& arc : arcs(reached.state)) {
                const auto to = behind.find(arc.to);
                if (to != behind.end()) slots[at(arc.slot)] += reached.weight * arc.probability * to->second;
            }
        }
        guesses.push_back(likeliest(slots));
    }
    return guesses;
}

} // namespace headscope
