// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

class QKeyEvent;

namespace headscope {

class Selection;
class View;

/// One line of the list of keys in Help.
struct KeyHelp {
    QString keys;
    QString does;
};

/// What a key without Ctrl does: it reaches the window only when the widget in focus has no use for it, so nothing is
/// taken from who is typing. True when it was used. `view` is the one that + − F act on.
bool handleKey(const QKeyEvent& event, Selection& selection, View* view);
/// All keys of the window, for Help.
QVector<KeyHelp> keyHelp();

} // namespace headscope
