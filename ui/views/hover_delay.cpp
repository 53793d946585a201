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

void HoverDelay::hover(const std::function<void()>& change) {
    m_timer.stop();
    m_changing = true;
    change();
    m_changing = false;
    m_held = m_selection.hover();
}

void HoverDelay::leave() {
    if (holds() && !m_timer.isActive()) m_timer.start();
}

} // namespace headscope
