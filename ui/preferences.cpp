// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preferences.h"

#include <QFileInfo>

namespace headscope {

namespace {

constexpr int mostRecent = 9;

} // namespace

ThemeChoice Preferences::theme() const {
    const QString name = m_settings.value(QStringLiteral("theme")).toString();
    if (name == QLatin1String("light")) return ThemeChoice::Light;
    return name == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

void Preferences::setTheme(ThemeChoice choice) {
    const char* name = choice == ThemeChoice::Light ? "light" : choice == ThemeChoice::Dark ? "dark" : "system";
    m_settings.setValue(QStringLiteral("theme"), QString::fromLatin1(name));
}

QStringList Preferences::recentFiles() const {
    QStringList files = m_settings.value(QStringLiteral("recent")).toStringList();
    files.removeIf([](const QString& path) { return !QFileInfo::exists(path); });
    return files;
}

void Preferences::addRecentFile(const QString& path) { addRecent(QStringLiteral("recent"), path); }

void Preferences::clearRecentFiles() { m_settings.remove(QStringLiteral("recent")); }

QStringList Preferences::openedModels() const { return m_settings.value(QStringLiteral("models")).toStringList(); }

void Preferences::addOpenedModel(const QString& folder) { addRecent(QStringLiteral("models"), folder); }

void Preferences::addRecent(const QString& list, const QString& path) {
    QStringList files = m_settings.value(list).toStringList();
    const QString absolute = QFileInfo(path).absoluteFilePath();
    files.removeAll(absolute);
    files.prepend(absolute);
    m_settings.setValue(list, files.mid(0, mostRecent));
}

bool Preferences::isOpen(const QString& name, bool byDefault) const {
    return m_settings.value(QStringLiteral("open/") + name, byDefault).toBool();
}

void Preferences::setOpen(const QString& name, bool open) { m_settings.setValue(QStringLiteral("open/") + name, open); }

QString Preferences::choice(const QString& list) const { return m_settings.value(QStringLiteral("choice/") + list).toString(); }

void Preferences::setChoice(const QString& list, const QString& name) { m_settings.setValue(QStringLiteral("choice/") + list, name); }

bool Preferences::isLearnt(const QString& view) const { return m_settings.value(QStringLiteral("learnt/") + view).toBool(); }

void Preferences::setLearnt(const QString& view) { m_settings.setValue(QStringLiteral("learnt/") + view, true); }

QByteArray Preferences::layout(const QString& name) const { return m_settings.value(QStringLiteral("layout/") + name).toByteArray(); }

void Preferences::setLayout(const QString& name, const QByteArray& state) {
    m_settings.setValue(QStringLiteral("layout/") + name, state);
}

} // namespace headscope
