// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMimeData>
#include <QPlainTextEdit>
#include <QUrl>
#include <algorithm>

namespace headscope {

/// A box of plain text whose undo is the document's, and which leaves dropped files to the window.
class TextEdit : public QPlainTextEdit {
public:
    explicit TextEdit(QWidget* parent = nullptr) : QPlainTextEdit(parent) {
        setUndoRedoEnabled(false);
        setTabChangesFocus(true);
    }

protected:
    bool canInsertFromMimeData(const QMimeData* source) const override {
        const QList<QUrl> urls = source->urls();
        const bool files = std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); });
        return !files && QPlainTextEdit::canInsertFromMimeData(source);
    }
    void insertFromMimeData(const QMimeData* source) override {
        if (canInsertFromMimeData(source)) QPlainTextEdit::insertFromMimeData(source);
    }
};

} // namespace headscope
