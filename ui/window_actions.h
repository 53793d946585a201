// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/examples.h"
#include "ui/style/theme.h"
#include "ui/style/theme_choice.h"

#include <QList>
#include <QObject>
#include <QPair>
#include <vector>

class QAction;
class QActionGroup;
class QMenu;
class QToolBar;
class QShortcut;
class QUndoStack;
class QWidget;

namespace headscope {

/// Every command with its shortcut, and the slim toolbar that shows them.
class WindowActions : public QObject {
    Q_OBJECT
public:
    WindowActions(QWidget* window, QUndoStack& undoStack);

    QToolBar* makeToolBar();
    void setTheme(const Theme& theme);
    void setThemeChoice(ThemeChoice choice);
    /// Why there is no picture to export, print, copy and find tokens in; empty: there is one.
    void setWithoutPicture(const QString& reason);
    /// The sentences of the examples menu.
    void setExamples(const std::vector<Example>& examples);
    /// A pane that can be closed and comes back with the same key.
    QAction* addPane(const QString& title, const QKeySequence& key);

    QAction* newSession;
    QAction* open;
    QAction* save;
    QAction* saveAs;
    QAction* exportPicture;
    QAction* print;
    QAction* copy;
    QAction* quit;
    QAction* undo;
    QAction* redo;
    QAction* transpose;
    QAction* find;
    QAction* help;
    QAction* fullScreen;
    QAction* secondSentence;
    QAction* train;
    QAction* playTraining;

signals:
    /// A command's keys were pressed while it is off.
    void refused(const QString& reason);
    void recentChosen(const QString& path);
    void exampleChosen(int index);
    void themeChosen(headscope::ThemeChoice choice);

private:
    QAction* add(const QString& text, const QKeySequence& key, const QString& tip);
    void fillFileMenu();
    void fillRecent();
    void fillTheme();

    QWidget* m_window;
    QMenu* m_file;
    QMenu* m_recent;
    QMenu* m_examples;
    QMenu* m_panes;
    QMenu* m_theme;
    QMenu* m_exportMenu;
    QActionGroup* m_themes;
    QList<QPair<QAction*, QString>> m_icons;
    QList<QShortcut*> m_refusals; ///< keys of commands that are off
    QString m_reason;
};

} // namespace headscope
