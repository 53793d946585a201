// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme_choice.h"

#include <QByteArray>
#include <QSettings>
#include <QStringList>

namespace headscope {

/// What the window remembers from one start to the next. Nothing that a picture follows from.
class Preferences {
public:
    ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);

    QStringList recentFiles() const;
    void addRecentFile(const QString& path);
    void clearRecentFiles();

    /// Folders of models that were opened, newest first.
    QStringList openedModels() const;
    void addOpenedModel(const QString& folder);

    /// Whether a section or pane was open.
    bool isOpen(const QString& name, bool byDefault) const;
    void setOpen(const QString& name, bool open);

    /// What was chosen last in a list, by a name that no language changes; empty: nothing yet.
    QString choice(const QString& list) const;
    void setChoice(const QString& list, const QString& name);

    /// The first gesture in a view has been made: its hint is no longer needed.
    bool isLearnt(const QString& view) const;
    void setLearnt(const QString& view);

    QByteArray layout(const QString& name) const;
    void setLayout(const QString& name, const QByteArray& state);

private:
    void addRecent(const QString& list, const QString& path);

    QSettings m_settings;
};

} // namespace headscope
