// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/selection.h"

#include <QTimer>
#include <functional>

namespace headscope {

/// Lets go of what this view hovers a little after the pointer has left it, so that moving between neighbours does not
/// flash. What another view has come to hover meanwhile is left alone.
class HoverDelay : public QObject {
    Q_OBJECT
public:
    static constexpr int milliseconds = 200;

    explicit HoverDelay(Selection& selection, QObject* parent = nullptr);

    /// The pointer is over something: `change` tells the selection. While it does, and afterwards, the view holds it.
    void hover(const std::function<void()>& change);
    /// The pointer is over nothing.
    void leave();
    /// Whether what is hovered came from this view.
    bool holds() const { return m_changing || (m_held != Hover{} && m_held == m_selection.hover()); }

private:
    Selection& m_selection;
    Hover m_held;
    bool m_changing = false;
    QTimer m_timer;
};

} // namespace headscope
