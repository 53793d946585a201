// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/key_map.h"

#include "ui/views/view.h"

#include <QCoreApplication>
#include <QKeyEvent>

namespace headscope {

namespace {

constexpr double zoomStep = 1.25;

struct Keys {
    Q_DECLARE_TR_FUNCTIONS(Keys)
};

bool handleArrow(int key, Selection& selection) {
    // Transposed, queries lie across: the arrows follow the picture.
    const bool across = selection.state().transposed;
    switch (key) {
    case Qt::Key_Up: across ? selection.stepKey(-1) : selection.stepQuery(-1); return true;
    case Qt::Key_Down: across ? selection.stepKey(1) : selection.stepQuery(1); return true;
    case Qt::Key_Left: across ? selection.stepQuery(-1) : selection.stepKey(-1); return true;
    case Qt::Key_Right: across ? selection.stepQuery(1) : selection.stepKey(1); return true;
    default: return false;
    }
}

} // namespace

bool handleKey(const QKeyEvent& event, Selection& selection, View* view) {
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) return false;
    const int key = event.key();
    if (handleArrow(key, selection)) return true;
    if (key >= Qt::Key_1 && key <= Qt::Key_9) {
        const int head = key - Qt::Key_1;
        if (head < selection.heads()) selection.soloHead(head);
        return true;
    }
    switch (key) {
    case Qt::Key_0: selection.showAllHeads(); return true;
    case Qt::Key_BracketLeft: selection.stepHead(-1); return true;
    case Qt::Key_BracketRight: selection.stepHead(1); return true;
    case Qt::Key_Space: selection.painting() ? selection.paintChosen() : selection.pinHovered(); return true;
    case Qt::Key_Escape: selection.release(); return true;
    case Qt::Key_T: selection.edit(Keys::tr("transpose"), [](ViewState& s) { s.transposed = !s.transposed; }); return true;
    case Qt::Key_D:
        selection.edit(Keys::tr("direction"), [&](ViewState& s) {
            const bool cross = view && view->analysis() && view->analysis()->cross;
            turnTo(s, s.direction == Direction::ReadsFrom ? Direction::IsReadBy : Direction::ReadsFrom, cross);
        });
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        if (view) view->zoomBy(zoomStep);
        return true;
    case Qt::Key_Minus:
        if (view) view->zoomBy(1 / zoomStep);
        return true;
    case Qt::Key_F:
        if (view) view->fit();
        return true;
    default: return false;
    }
}

QVector<KeyHelp> keyHelp() {
    return {
        {QStringLiteral("↑ ↓"), Keys::tr("another query token")},
        {QStringLiteral("← →"), Keys::tr("another key token")},
        {QStringLiteral("[  ]"), Keys::tr("another head")},
        {QStringLiteral("{  }"), Keys::tr("another layer of a model")},
        {QStringLiteral("1 … 9"), Keys::tr("this head alone; again: all")},
        {QStringLiteral("0"), Keys::tr("all heads")},
        {Keys::tr("Space"), Keys::tr("keep what the pointer is over")},
        {Keys::tr("Esc"), Keys::tr("close a message, release; from the sentence: to the pictures")},
        {QStringLiteral("T"), Keys::tr("transpose: queries across, keys down")},
        {QStringLiteral("D"), Keys::tr("direction: reads from, is read by")},
        {QStringLiteral("M"), Keys::tr("mask: none, causal, window, prefix")},
        {QStringLiteral("P"), Keys::tr("paint the mask on the large head: click, drag, Space")},
        {QStringLiteral("+  −  F"), Keys::tr("larger, smaller, all of it")},
        {QStringLiteral("/"), Keys::tr("type in the sentence")},
        {QStringLiteral("Ctrl+K"), Keys::tr("find a token")},
        {QStringLiteral("Ctrl+2"), Keys::tr("a second sentence: cross-attention, a model's second text")},
        {QStringLiteral("Ctrl+T  Ctrl+Return"), Keys::tr("training: open, play and pause")},
        {QStringLiteral("Ctrl+Z  Ctrl+Y"), Keys::tr("undo, redo")},
        {QStringLiteral("Ctrl+N  O  S"), Keys::tr("new, open, save")},
        {QStringLiteral("Ctrl+E  C  P"), Keys::tr("export, copy the picture, print")},
        {QStringLiteral("F2 … F9"),
         Keys::tr("dials, running text, all heads, links, one head, vectors, numbers, all layers: close and bring back")},
        {QStringLiteral("F11"), Keys::tr("full screen")},
        {QStringLiteral("F1"), Keys::tr("this help")},
    };
}

} // namespace headscope
