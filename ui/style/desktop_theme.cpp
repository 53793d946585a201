// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/desktop_theme.h"

#include <QApplication>
#include <QToolTip>

namespace headscope {

Theme applyTheme(ThemeChoice choice) {
    bool dark = choice == ThemeChoice::Dark;
    if (choice == ThemeChoice::System) {
        // Without a palette of our own the application has the desktop's (QStyleHints::colorScheme is Qt 6.5).
        QApplication::setPalette(QPalette());
        const QPalette desktop = QApplication::palette();
        dark = desktop.color(QPalette::Window).lightness() < desktop.color(QPalette::WindowText).lightness();
    }
    const Theme theme = dark ? Theme::darkTheme() : Theme::light();
    QApplication::setPalette(theme.palette());
    QToolTip::setPalette(theme.palette());
    return theme;
}

} // namespace headscope
