// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace headscope {

class View;

/// A view with a slim header: its name, its first gesture until that has been made once, and a way to close it.
class Pane : public QWidget {
    Q_OBJECT
public:
    /// `name` is what is remembered, `title` what is shown, `key` the one that closes it and brings it back.
    Pane(const QString& name, const QString& title, const QKeySequence& key, View* view, QWidget* parent = nullptr);

    View& view() const { return *m_view; }
    const QString& name() const { return m_name; }
    void setTheme(const Theme& theme);
    /// The gesture was made: the hint goes and does not come back.
    void setLearnt();

signals:
    void closeWanted();

private:
    QString m_name;
    View* m_view;
    QLabel* m_title;
    QLabel* m_hint;
    QToolButton* m_close;
};

/// The × of a part of the window; `key` brings it back.
QToolButton* makeCloseButton(const QString& title, const QKeySequence& key, QWidget* parent);

} // namespace headscope
