// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/desktop_theme.h"

#include <QApplication>
#include <QToolTip>

namespace headscope {

namespace {

/// Qt's Fusion style draws a control's outline 1.4 times darker than the window: nothing is seen of it on a dark one.
/// Controls do not fill themselves with the window's colour, so theirs may be what makes the outline 3 : 1.
void outlineControls(const Theme& theme) {
    QPalette palette = theme.palette();
    QColor line = theme.hairline;
    while (contrast(line, theme.window) < 3.2) line = line.lighter(104);
    palette.setColor(QPalette::Active, QPalette::Window, line.lighter(140));
    palette.setColor(QPalette::Inactive, QPalette::Window, line.lighter(140));
    palette.setColor(QPalette::Disabled, QPalette::Window, theme.hairline.lighter(160));
    for (const char* name : {"QCheckBox", "QAbstractSpinBox", "QComboBox", "QPushButton", "QSlider", "QLineEdit", "QRadioButton"})
        QApplication::setPalette(palette, name);
}

} // namespace

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
    if (theme.dark) outlineControls(theme);
    return theme;
}

} // namespace headscope
