// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/selection.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace headscope {

namespace {

/// Click without add: this one alone, or nothing when it was alone already. With add: in or out of the set.
void pin(std::vector<int>& pins, int position, bool add) {
    const auto at = std::lower_bound(pins.begin(), pins.end(), position);
    const bool there = at != pins.end() && *at == position;
    if (add && there) pins.erase(at);
    else if (add) pins.insert(at, position);
    else if (there && pins.size() == 1) pins.clear();
    else pins = {position};
}

std::vector<int> within(const std::vector<int>& positions, int count) {
    std::vector<int> inside;
    for (const int p : positions)
        if (p >= 0 && p < count) inside.push_back(p);
    return inside;
}

std::vector<int> step(const std::vector<int>& pins, int by, int count) {
    if (pins.empty()) return {by > 0 ? 0 : count - 1};
    return {std::clamp((by > 0 ? pins.back() : pins.front()) + by, 0, count - 1)};
}

/// This one alone; alone already: all.
void solo(ViewState& s, int head) {
    const bool alone = s.activeHeads == std::vector<int>{head};
    s.activeHeads = alone ? std::vector<int>{} : std::vector<int>{head};
    s.head = head;
}

} // namespace

void Selection::setState(const ViewState& state) {
    if (m_state == state) return;
    m_click.reset();
    m_state = state;
    emit changed();
}

void Selection::setExtent(int heads, int queries, int keys) {
    if (m_heads == heads && m_queries == queries && m_keys == keys) return;
    m_heads = heads;
    m_queries = queries;
    m_keys = keys;
    m_hover = {};
    emit changed();
}

void Selection::edit(const QString& name, const std::function<void(ViewState&)>& change, bool merges) {
    ViewState next = m_state;
    change(next);
    if (next == m_state) return;
    m_click.reset();
    m_state = next;
    emit changed();
    emit edited(m_state, name, merges);
}

void Selection::click(const QString& name, const std::function<void(ViewState&)>& change) {
    const ViewState before = m_state;
    edit(name, change, true);
    m_click = Click{name, before};
}

bool Selection::takeBackClick() {
    const std::optional<Click> last = std::exchange(m_click, std::nullopt);
    if (last) edit(last->name, [&](ViewState& s) { s = last->before; }, true);
    return last.has_value();
}

void Selection::soloHeadInstead(int head) {
    if (head < 0 || head >= m_heads) return;
    const std::optional<Click> last = std::exchange(m_click, std::nullopt);
    if (!last) return soloHead(head);
    edit(last->name, [&](ViewState& s) {
        s = last->before;
        solo(s, head);
    }, true);
}

void Selection::setHover(const Hover& hover) {
    if (m_hover == hover) return;
    m_hover = hover;
    emit changed();
}

void Selection::hoverHead(std::optional<int> head) {
    Hover h = m_hover;
    h.head = head;
    setHover(h);
}

void Selection::hoverQuery(std::optional<int> query) { setHover({m_hover.head, query, std::nullopt}); }
void Selection::hoverKey(std::optional<int> key) { setHover({m_hover.head, std::nullopt, key}); }
void Selection::hoverCell(std::optional<int> head, int query, int key) { setHover({head, query, key}); }
void Selection::clearHover() { setHover({}); }

void Selection::toggleHead(int head) {
    if (head < 0 || head >= m_heads) return;
    click(tr("switch head %1").arg(head + 1), [&](ViewState& s) {
        std::vector<int> active = within(s.activeHeads, m_heads);
        if (active.empty())
            for (int h = 0; h < m_heads; ++h) active.push_back(h);
        const auto at = std::lower_bound(active.begin(), active.end(), head);
        if (at == active.end() || *at != head) {
            active.insert(at, head);
            s.head = head;
        } else if (active.size() > 1) {
            active.erase(at);
            if (s.head == head) s.head = active.front();
        }
        s.activeHeads = static_cast<int>(active.size()) == m_heads ? std::vector<int>{} : active;
    });
}

void Selection::soloHead(int head) {
    if (head < 0 || head >= m_heads) return;
    edit(tr("head %1 alone").arg(head + 1), [&](ViewState& s) { solo(s, head); });
}

void Selection::showAllHeads() {
    edit(tr("all heads"), [](ViewState& s) { s.activeHeads.clear(); });
}

void Selection::stepHead(int by) {
    if (m_heads == 0) return;
    edit(tr("next head"), [&](ViewState& s) {
        const int from = std::clamp(s.head, 0, m_heads - 1);
        s.head = (from + by % m_heads + m_heads) % m_heads;
        if (s.activeHeads.size() == 1) s.activeHeads = {s.head};
    }, true);
}

void Selection::pinQuery(int query, bool add) {
    click(tr("pin query %1").arg(query + 1), [&](ViewState& s) {
        pin(s.pinnedQueries, query, add);
        if (!add) s.pinnedKeys.clear();
    });
}

void Selection::pinKey(int key, bool add) {
    click(tr("pin key %1").arg(key + 1), [&](ViewState& s) {
        pin(s.pinnedKeys, key, add);
        if (!add) s.pinnedQueries.clear();
    });
}

void Selection::pinCell(int head, int query, int key) {
    if (m_painting) {
        beginStroke(query, key);
        return endStroke();
    }
    edit(tr("pin a cell"), [&](ViewState& s) {
        const bool again = s.head == head && s.pinnedQueries == std::vector<int>{query} &&
                           s.pinnedKeys == std::vector<int>{key};
        s.head = head;
        s.pinnedQueries = again ? std::vector<int>{} : std::vector<int>{query};
        s.pinnedKeys = again ? std::vector<int>{} : std::vector<int>{key};
    });
}

void Selection::setPainting(bool on) {
    if (m_painting == on) return;
    if (!on) endStroke();
    m_painting = on;
    emit changed();
}

void Selection::beginStroke(int query, int key) {
    endStroke();
    m_stroke = {query, key};
    emit strokeBegun(query, key);
}

void Selection::moveStroke(int query, int key) {
    if (!m_stroke) return;
    const auto [fromQuery, fromKey] = *m_stroke;
    const int steps = std::max(std::abs(query - fromQuery), std::abs(key - fromKey));
    if (steps == 0) return;
    const auto between = [steps](int from, int to, int i) { return from + static_cast<int>(std::lround(static_cast<double>(to - from) * i / steps)); };
    m_stroke = {query, key};
    std::vector<std::pair<int, int>> cells;
    for (int i = 1; i <= steps; ++i) cells.emplace_back(between(fromQuery, query, i), between(fromKey, key, i));
    emit strokePassed(cells);
}

void Selection::endStroke() {
    if (std::exchange(m_stroke, std::nullopt)) emit strokeEnded(false);
}

void Selection::cancelStroke() {
    if (std::exchange(m_stroke, std::nullopt)) emit strokeEnded(true);
}

void Selection::paintChosen() {
    const std::vector<int> queries = shownQueries();
    const std::vector<int> keys = shownKeys();
    if (queries.empty() || keys.empty()) return;
    beginStroke(queries.front(), keys.front());
    std::vector<std::pair<int, int>> cells;
    for (const int query : queries)
        for (const int key : keys) cells.emplace_back(query, key);
    emit strokePassed(cells);
    endStroke();
}

void Selection::stepQuery(int by) {
    if (m_queries == 0) return;
    edit(tr("move the query"), [&](ViewState& s) { s.pinnedQueries = step(within(s.pinnedQueries, m_queries), by, m_queries); }, true);
}

void Selection::stepKey(int by) {
    if (m_keys == 0) return;
    edit(tr("move the key"), [&](ViewState& s) { s.pinnedKeys = step(within(s.pinnedKeys, m_keys), by, m_keys); }, true);
}

void Selection::pinHovered() {
    const Hover h = m_hover;
    edit(tr("pin"), [&](ViewState& s) {
        if (h.head) s.head = *h.head;
        if (h.query || h.key) {
            s.pinnedQueries = h.query ? std::vector<int>{*h.query} : std::vector<int>{};
            s.pinnedKeys = h.key ? std::vector<int>{*h.key} : std::vector<int>{};
        }
    });
}

void Selection::release() {
    clearHover();
    edit(tr("release the pins"), [](ViewState& s) {
        s.pinnedQueries.clear();
        s.pinnedKeys.clear();
    });
}

int Selection::shownHead() const {
    if (m_heads == 0) return 0;
    return std::clamp(m_hover.head.value_or(m_state.head), 0, m_heads - 1);
}

std::vector<int> Selection::shownHeads() const {
    if (m_hover.head && *m_hover.head < m_heads) return {*m_hover.head};
    std::vector<int> active = within(m_state.activeHeads, m_heads);
    if (active.empty())
        for (int h = 0; h < m_heads; ++h) active.push_back(h);
    return active;
}

std::vector<int> Selection::shownQueries() const {
    if (m_hover.query || m_hover.key)
        return m_hover.query ? within({*m_hover.query}, m_queries) : std::vector<int>{};
    return within(m_state.pinnedQueries, m_queries);
}

std::vector<int> Selection::shownKeys() const {
    if (m_hover.query || m_hover.key) return m_hover.key ? within({*m_hover.key}, m_keys) : std::vector<int>{};
    return within(m_state.pinnedKeys, m_keys);
}

} // namespace headscope
