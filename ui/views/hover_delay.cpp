// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/hover_delay.h"

namespace headscope {

HoverDelay::HoverDelay(Selection& selection, QObject* parent) : QObject(parent), m_selection(selection) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(milliseconds);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (holds()) m_selection.clearHover();
        m_held = {};
    });
}

void HoverDelay::query(int index) {
    hold(index, std::nullopt);
    m_selection.hoverQuery(index);
}

void HoverDelay::key(int index) {
    hold(std::nullopt, index);
    m_selection.hoverKey(index);
}

/// Before the selection tells everybody, so that the view knows it as its own.
void HoverDelay::hold(std::optional<int> query, std::optional<int> key) {
    m_timer.stop();
    m_held = {m_selection.hover().head, query, key};
}

void HoverDelay::leave() {
    if (holds() && !m_timer.isActive()) m_timer.start();
}

} // namespace headscope
