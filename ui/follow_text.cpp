// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/follow_text.h"

#include <algorithm>
#include <utility>

namespace headscope {

namespace {

/// Where old positions went: equal tokens at both ends keep theirs.
class Moves {
public:
    Moves(const std::vector<Token>& before, const std::vector<Token>& after)
        : m_before(static_cast<int>(before.size())), m_after(static_cast<int>(after.size())) {
        const std::size_t shorter = std::min(before.size(), after.size());
        std::size_t head = 0;
        while (head < shorter && before[head].text == after[head].text) ++head;
        std::size_t tail = 0;
        while (tail < shorter - head && before[before.size() - 1 - tail].text == after[after.size() - 1 - tail].text) ++tail;
        m_head = static_cast<int>(head);
        m_tail = static_cast<int>(tail);
    }

    void apply(std::vector<int>& positions) const {
        std::vector<int> moved;
        for (const int p : positions) {
            if (p < m_head) moved.push_back(p);
            else if (p >= m_before - m_tail) moved.push_back(p - m_before + m_after);
            // A word being retyped where as many tokens stand as before: the same place.
            else if (m_before == m_after) moved.push_back(p);
        }
        positions = std::move(moved);
    }

private:
    int m_before;
    int m_after;
    int m_head = 0;
    int m_tail = 0;
};

const std::string& keyText(const Session& s) { return s.text2 ? *s.text2 : s.text; }

/// Of one sequence, as it is shown; empty where it is not shown token by token.
std::vector<Token> modelTokens(const Session& s, const ModelRun& run) {
    const OpenedModel& opened = *run.opened;
    if (s.view.words || s.view.pairs != Pairs::All || opened.model->config.kind == ModelKind::EncoderDecoder) return {};
    const std::string second = secondTextFor(opened.model->config, s.text2).value_or("");
    Result<std::vector<Token>> tokens = second.empty() ? opened.tokenizer->encode(s.text) : opened.tokenizer->encodePair(s.text, second);
    return tokens ? *std::move(tokens) : std::vector<Token>();
}

void followModelText(const Session& before, Session& after, const ModelRun* run) {
    ViewState& view = after.view;
    const bool textChanged = before.text != after.text || before.text2 != after.text2;
    if (before.model != after.model || !textChanged || (view.pinnedQueries.empty() && view.pinnedKeys.empty())) return;
    const std::vector<Token> from = run ? modelTokens(before, *run) : std::vector<Token>();
    const std::vector<Token> to = run ? modelTokens(after, *run) : std::vector<Token>();
    if (from.empty() || to.empty()) {
        view.pinnedQueries.clear();
        view.pinnedKeys.clear();
        return;
    }
    const Moves moves(from, to);
    moves.apply(view.pinnedQueries);
    moves.apply(view.pinnedKeys);
}

} // namespace

void followText(const Session& before, Session& after, const ModelRunPtr& run) {
    if (!after.model.empty()) return followModelText(before, after, run.get());
    ViewState& view = after.view;
    std::vector<int>& padding = after.sandbox.mask.padding;
    const bool queriesChanged = before.text != after.text;
    const bool keysChanged = keyText(before) != keyText(after);
    if (before.sandbox.unit != after.sandbox.unit) {
        view.pinnedQueries.clear();
        view.pinnedKeys.clear();
        padding.clear();
        return;
    }
    const TokenUnit unit = after.sandbox.unit;
    if (queriesChanged && !view.pinnedQueries.empty())
        Moves(tokenize(before.text, unit), tokenize(after.text, unit)).apply(view.pinnedQueries);
    if (keysChanged && (!view.pinnedKeys.empty() || !padding.empty())) {
        const Moves moves(tokenize(keyText(before), unit), tokenize(keyText(after), unit));
        moves.apply(view.pinnedKeys);
        moves.apply(padding);
    }
}

} // namespace headscope
