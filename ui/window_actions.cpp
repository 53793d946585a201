// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window_actions.h"

#include "ui/preferences.h"
#include "ui/style/icons.h"

#include <QAction>
#include <QActionGroup>
#include <QCoreApplication>
#include <QFileInfo>
#include <QMenu>
#include <QShortcut>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>

namespace headscope {

WindowActions::WindowActions(QWidget* window, QUndoStack& undoStack)
    : QObject(window), m_window(window), m_file(new QMenu(tr("File"), window)), m_recent(new QMenu(tr("Open recent"), window)),
      m_examples(new QMenu(tr("Examples"), window)), m_panes(new QMenu(tr("Panes"), window)), m_theme(new QMenu(tr("Theme"), window)),
      m_exportMenu(new QMenu(tr("Export"), window)), m_themes(new QActionGroup(this)) {
    newSession = add(tr("New"), QKeySequence::New, tr("An empty sentence"));
    open = add(tr("Open…"), QKeySequence::Open, tr("Opens a session; files can be dropped on the window, too"));
    save = add(tr("Save"), QKeySequence::Save, tr("Saves the session"));
    saveAs = add(tr("Save as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), tr("Saves the session in another file"));
    exportPicture = add(tr("Export…"), QKeySequence(Qt::CTRL | Qt::Key_E), tr("Picture or numbers into a file"));
    print = add(tr("Print…"), QKeySequence::Print, tr("Prints the view in focus"));
    copy = add(tr("Copy picture"), QKeySequence::Copy, tr("Copies the view in focus as a picture"));
    quit = add(tr("Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), QString());
    undo = undoStack.createUndoAction(this, tr("Undo"));
    redo = undoStack.createRedoAction(this, tr("Redo"));
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    window->addActions({undo, redo});
    transpose = add(tr("Transpose"), {}, tr("Queries across and keys down, and back (T)"));
    transpose->setCheckable(true);
    find = add(tr("Find a token"), QKeySequence(Qt::CTRL | Qt::Key_K), tr("Finds a token and pins it"));
    help = add(tr("Help"), QKeySequence(Qt::Key_F1), tr("Keys, what attention does not tell you, about"));
    fullScreen = add(tr("Full screen"), QKeySequence(Qt::Key_F11), QString());
    fullScreen->setCheckable(true);
    secondSentence = add(tr("Second sentence"), QKeySequence(Qt::CTRL | Qt::Key_2), tr("Cross-attention: the second sentence is read"));
    train = add(tr("Training"), QKeySequence(Qt::CTRL | Qt::Key_T), tr("Trains a model while you look at it"));
    playTraining = add(tr("Play or pause the training"), QKeySequence(Qt::CTRL | Qt::Key_Return), QString());
    m_icons = {{undo, QStringLiteral("undo")},           {redo, QStringLiteral("redo")}, {transpose, QStringLiteral("transpose")},
               {find, QStringLiteral("find")},           {help, QStringLiteral("help")}, {m_theme->menuAction(), QStringLiteral("theme")},
               {m_panes->menuAction(), QStringLiteral("panes")}, {m_exportMenu->menuAction(), QStringLiteral("export")}};
    // An action that is off leaves its keys unanswered. Ctrl+C stays the text fields' own.
    for (const QAction* action : {exportPicture, print, find}) {
        auto* refusal = new QShortcut(action->shortcut(), window);
        refusal->setEnabled(false);
        connect(refusal, &QShortcut::activated, this, [this, action] { emit refused(tr("%1 is off now: %2.").arg(action->text().remove(QStringLiteral("…")), m_reason)); });
        m_refusals << refusal;
    }
    fillFileMenu();
    m_examples->setObjectName(QStringLiteral("examples"));
    m_examples->setToolTipsVisible(true);
    fillTheme();
    m_panes->addActions({fullScreen, secondSentence, train});
    m_panes->addSeparator();
    m_exportMenu->addActions({exportPicture, copy, print});
}

QAction* WindowActions::add(const QString& text, const QKeySequence& key, const QString& tip) {
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    const QString keys = key.toString(QKeySequence::NativeText);
    const QString meaning = tip.isEmpty() ? text : tr("%1: %2").arg(text, tip);
    action->setToolTip(keys.isEmpty() ? meaning : tr("%1 (%2)").arg(meaning, keys));
    m_window->addAction(action);
    return action;
}

void WindowActions::fillFileMenu() {
    m_file->addActions({newSession, open});
    m_file->addMenu(m_recent);
    m_file->addSeparator();
    m_file->addActions({save, saveAs});
    m_file->addSeparator();
    m_file->addActions({exportPicture, print});
    m_file->addSeparator();
    m_file->addAction(quit);
    connect(m_file, &QMenu::aboutToShow, this, &WindowActions::fillRecent);
}

void WindowActions::fillRecent() {
    m_recent->clear();
    const QStringList files = Preferences().recentFiles();
    for (const QString& path : files) {
        QAction* action = m_recent->addAction(QFileInfo(path).fileName());
        action->setToolTip(path);
        connect(action, &QAction::triggered, this, [this, path] { emit recentChosen(path); });
    }
    m_recent->setToolTipsVisible(true);
    m_recent->setEnabled(!files.isEmpty());
    if (files.isEmpty()) return;
    m_recent->addSeparator();
    connect(m_recent->addAction(tr("Forget these")), &QAction::triggered, this, [] { Preferences().clearRecentFiles(); });
}

void WindowActions::setExamples(const std::vector<Example>& examples) {
    m_examples->clear();
    int index = 0;
    for (const Example& example : examples) {
        QAction* action = m_examples->addAction(QCoreApplication::translate("Examples", example.title.c_str()));
        const QString text = QString::fromStdString(example.text).left(160);
        action->setToolTip(example.text2 ? text + QLatin1Char('\n') + QString::fromStdString(*example.text2).left(160) : text);
        connect(action, &QAction::triggered, this, [this, index] { emit exampleChosen(index); });
        ++index;
    }
}

void WindowActions::fillTheme() {
    const QList<QPair<ThemeChoice, QString>> choices = {{ThemeChoice::System, tr("As the desktop")},
                                                        {ThemeChoice::Light, tr("Light")},
                                                        {ThemeChoice::Dark, tr("Dark")}};
    for (const auto& [choice, name] : choices) {
        QAction* action = m_theme->addAction(name);
        action->setCheckable(true);
        action->setData(static_cast<int>(choice));
        m_themes->addAction(action);
        connect(action, &QAction::triggered, this, [this, c = choice] { emit themeChosen(c); });
    }
}

void WindowActions::setThemeChoice(ThemeChoice choice) {
    for (QAction* action : m_themes->actions()) action->setChecked(action->data().toInt() == static_cast<int>(choice));
}

void WindowActions::setWithoutPicture(const QString& reason) {
    m_reason = reason;
    for (QShortcut* refusal : m_refusals) refusal->setEnabled(!reason.isEmpty());
    for (QAction* action : {exportPicture, print, copy, find}) {
        if (action->property("meaning").isNull()) action->setProperty("meaning", action->toolTip());
        const QString meaning = action->property("meaning").toString();
        action->setEnabled(reason.isEmpty());
        action->setToolTip(reason.isEmpty() ? meaning : tr("%1\nOff now: %2").arg(meaning, reason));
    }
}

QAction* WindowActions::addPane(const QString& title, const QKeySequence& key) {
    QAction* action = add(title, key, tr("Closes this part of the window and brings it back"));
    action->setCheckable(true);
    m_panes->addAction(action);
    return action;
}

QToolBar* WindowActions::makeToolBar() {
    auto* bar = new QToolBar(tr("Commands"), m_window);
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setIconSize({20, 20});
    bar->setContentsMargins(0, 0, 0, 0);
    bar->setFixedHeight(32);
    bar->setToolButtonStyle(Qt::ToolButtonIconOnly);
    const auto addMenu = [&](QMenu* menu, const QString& tip, bool words) {
        auto* button = new QToolButton(bar);
        button->setDefaultAction(menu->menuAction());
        button->setPopupMode(QToolButton::InstantPopup);
        button->setAutoRaise(true);
        button->setToolButtonStyle(words ? Qt::ToolButtonTextOnly : Qt::ToolButtonIconOnly);
        button->setAccessibleName(menu->title());
        button->setFocusPolicy(Qt::TabFocus);
        menu->menuAction()->setToolTip(tip);
        bar->addWidget(button);
    };
    addMenu(m_file, tr("Sessions: new, open, save"), true);
    addMenu(m_examples, tr("Sentences to begin with"), true);
    bar->addSeparator();
    bar->addActions({undo, redo});
    bar->addSeparator();
    bar->addAction(transpose);
    auto* space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    bar->addAction(find);
    addMenu(m_panes, tr("Parts of the window"), false);
    addMenu(m_theme, tr("Light or dark"), false);
    bar->addAction(help);
    addMenu(m_exportMenu, tr("Picture and numbers for elsewhere"), false);
    for (QToolButton* button : bar->findChildren<QToolButton*>()) button->setFocusPolicy(Qt::TabFocus);
    return bar;
}

void WindowActions::setTheme(const Theme& theme) {
    for (const auto& [action, icon] : m_icons) action->setIcon(themeIcon(icon, theme));
}

} // namespace headscope
