// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QEvent>
#include <QWidget>
#include <functional>
#include <utility>

namespace headscope {

/// Calls back each time the widget has painted itself: after the painting, which an event filter alone sees before.
class PaintWatch : public QObject {
public:
    PaintWatch(QWidget& widget, std::function<void()> painted) : QObject(&widget), m_painted(std::move(painted)) {
        widget.installEventFilter(this);
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() != QEvent::Paint) return false;
        watched->event(event);
        m_painted();
        return true;
    }

private:
    std::function<void()> m_painted;
};

} // namespace headscope
