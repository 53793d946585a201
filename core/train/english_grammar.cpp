// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/english_grammar.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <sstream>

namespace headscope {
namespace {

/// Values of the variables a … z; −1 unbound.
using Binding = std::array<EnglishValue, 26>;
using Domain = std::vector<std::pair<EnglishValue, double>>;

std::size_t indexOf(char variable) {
    assert(variable >= 'a' && variable <= 'z');
    return static_cast<std::size_t>(variable - 'a');
}

/// "vt(a,b)", "'word", "*BE(a,t)".
struct Item {
    std::string name; ///< of a word with its quote
    std::string variables;
    bool asked = false;
};

Item parseItem(std::string text) {
    Item item;
    item.asked = text[0] == '*';
    if (item.asked) text.erase(0, 1);
    const std::size_t open = text[0] == '\'' ? std::string::npos : text.find('(');
    item.name = text.substr(0, open);
    if (open == std::string::npos) return item;
    assert(text.back() == ')');
    for (const char c : text.substr(open + 1, text.size() - open - 2))
        if (c != ',') item.variables += c;
    return item;
}

struct Rule {
    Item left;
    double weight = 1;
    std::vector<Item> right;
    std::vector<std::pair<char, std::string>> domains; ///< of variables
    std::vector<std::pair<char, char>> differ, count;
};

Rule parseRule(const std::string& line) {
    Rule rule;
    std::istringstream in(line);
    std::string word;
    in >> word >> rule.weight;
    rule.left = parseItem(word);
    in >> word;
    assert(word == "=");
    while (in >> word && word != ":") rule.right.push_back(parseItem(word));
    while (in >> word) {
        std::string value;
        in >> value;
        if (word == "differ" || word == "count") {
            std::string other;
            in >> other;
            (word == "count" ? rule.count : rule.differ).emplace_back(value[0], other[0]);
        } else {
            if (value.back() == ',') value.pop_back();
            rule.domains.emplace_back(word[0], value);
        }
    }
    return rule;
}

/// "human m5 w5" behind "@".
std::pair<std::string, Domain> parseDomain(const std::string& line) {
    std::istringstream in(line);
    std::string name, word;
    in >> word >> name;
    Domain domain;
    double sum = 0;
    while (in >> word) {
        const double weight = word.size() > 1 ? std::stod(word.substr(1)) : 1;
        domain.emplace_back(englishValue(word[0]), weight);
        sum += weight;
    }
    for (auto& value : domain) value.second /= sum;
    return {name, domain};
}

} // namespace

/// Replaces the variables of all rules by their values, from the start on.
class EnglishBuilder {
public:
    EnglishBuilder(std::string_view text, EnglishGrammar& grammar) : m_grammar(grammar) {
        std::istringstream in{std::string(text)};
        std::string first;
        for (std::string line; std::getline(in, line);) {
            if (line.empty()) continue;
            if (line[0] == '@') {
                m_domains.insert(parseDomain(line));
                continue;
            }
            Rule rule = parseRule(line);
            if (first.empty()) first = rule.left.name;
            m_rules[rule.left.name].push_back(std::move(rule));
        }
        m_grammar.m_start = symbol(Item{first, "", false}, unbound());
        assert(m_grammar.m_start >= 0);
    }

private:
    static Binding unbound() {
        Binding binding;
        binding.fill(-1);
        return binding;
    }

    /// −1 for one that nothing fits.
    int symbol(const Item& item, const Binding& binding) {
        std::vector<EnglishValue> values;
        for (const char variable : item.variables) {
            values.push_back(binding[indexOf(variable)]);
            assert(values.back() >= 0);
        }
        const Key key{item.asked ? "*" + item.name : item.name, values};
        if (const auto known = m_known.find(key); known != m_known.end()) return known->second;
        EnglishGrammar::Symbol made;
        made.asked = item.asked;
        if (const auto rules = m_rules.find(item.name); rules != m_rules.end()) {
            made.choices = choices(rules->second, values);
        } else {
            made.slot = slot(item.name, values);
        }
        int index = -1;
        if (made.slot >= 0 || !made.choices.empty()) {
            index = static_cast<int>(m_grammar.m_symbols.size());
            m_grammar.m_symbols.push_back(std::move(made));
        }
        m_known[key] = index;
        return index;
    }

    int slot(const std::string& name, const std::vector<EnglishValue>& values) {
        assert(name[0] == '\'' || isSlotName(name));
        const WordChances words = name[0] == '\'' ? WordChances{{name.substr(1), 1.0}} : slotWords(name, values);
        if (words.empty()) return -1;
        EnglishGrammar::Slot made;
        for (const auto& [word, chance] : words) made.emplace_back(wordIndex(word), chance);
        const auto [at, isNew] = m_slots.emplace(made, static_cast<int>(m_grammar.m_slots.size()));
        if (isNew) m_grammar.m_slots.push_back(made);
        return at->second;
    }

    int wordIndex(const std::string& word) {
        const auto [at, isNew] = m_wordIndex.emplace(word, static_cast<int>(m_grammar.m_words.size()));
        if (isNew) m_grammar.m_words.push_back(word);
        return at->second;
    }

    std::vector<EnglishGrammar::Choice> choices(const std::vector<Rule>& rules,
                                                const std::vector<EnglishValue>& values) {
        std::vector<EnglishGrammar::Choice> made;
        for (const Rule& rule : rules) {
            assert(rule.left.variables.size() == values.size());
            Binding binding = unbound();
            for (std::size_t i = 0; i < values.size(); ++i) binding[indexOf(rule.left.variables[i])] = values[i];
            bindRest(rule, 0, rule.weight, binding, made);
        }
        double sum = 0;
        for (const auto& choice : made) sum += choice.probability;
        for (auto& choice : made) choice.probability /= sum;
        return made;
    }

    /// Goes through the rule's domains from `at` on.
    void bindRest(const Rule& rule, std::size_t at, double weight, Binding binding,
                  std::vector<EnglishGrammar::Choice>& made) {
        if (at == rule.domains.size()) {
            add(rule, weight, binding, made);
            return;
        }
        const auto& [variable, name] = rule.domains[at];
        const bool isBound = binding[indexOf(variable)] >= 0;
        assert(m_domains.contains(name));
        for (const auto& [value, chance] : m_domains.at(name)) {
            if (isBound && value != binding[indexOf(variable)]) continue;
            Binding next = binding;
            next[indexOf(variable)] = value;
            bindRest(rule, at + 1, isBound ? weight : weight * chance, next, made);
        }
    }

    void add(const Rule& rule, double weight, const Binding& binding, std::vector<EnglishGrammar::Choice>& made) {
        for (const auto& [a, b] : rule.differ)
            if (!pronounsDiffer(binding[indexOf(a)], binding[indexOf(b)])) return;
        for (const auto& [a, b] : rule.count)
            if (!countsDiffer(binding[indexOf(a)], binding[indexOf(b)])) return;
        EnglishGrammar::Choice choice;
        choice.probability = weight;
        for (const Item& item : rule.right) {
            choice.symbols.push_back(symbol(item, binding));
            if (choice.symbols.back() < 0) return;
        }
        made.push_back(std::move(choice));
    }

    using Key = std::pair<std::string, std::vector<EnglishValue>>;
    EnglishGrammar& m_grammar;
    std::map<std::string, std::vector<Rule>> m_rules;
    std::map<std::string, Domain> m_domains;
    std::map<Key, int> m_known;
    std::map<EnglishGrammar::Slot, int> m_slots;
    std::unordered_map<std::string, int> m_wordIndex;
};

EnglishGrammar::EnglishGrammar(std::string_view rules) {
    EnglishBuilder(rules, *this);
}

namespace {

/// The index that a uniform number falls on.
template <class List, class Chance> std::size_t fallenOn(const List& list, double uniform, Chance chance) {
    for (std::size_t i = 0; i + 1 < list.size(); ++i) {
        uniform -= chance(list[i]);
        if (uniform < 0) return i;
    }
    return list.size() - 1;
}

} // namespace

EnglishText EnglishGrammar::sample(Rng& rng) const {
    EnglishText text;
    std::vector<int> open = {m_start};
    while (!open.empty()) {
        const Symbol& symbol = m_symbols[static_cast<std::size_t>(open.back())];
        open.pop_back();
        if (symbol.slot < 0) {
            const auto at = fallenOn(symbol.choices, rng.uniform(), [](const Choice& c) { return c.probability; });
            const std::vector<int>& right = symbol.choices[at].symbols;
            open.insert(open.end(), right.rbegin(), right.rend());
            continue;
        }
        const Slot& slot = m_slots[static_cast<std::size_t>(symbol.slot)];
        const auto at = fallenOn(slot, rng.uniform(), [](const auto& word) { return word.second; });
        text.words.push_back(slot[at].first);
        text.slots.push_back(symbol.slot);
        text.asked.push_back(symbol.asked);
    }
    return text;
}

} // namespace headscope
