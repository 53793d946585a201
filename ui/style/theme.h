// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace headscope {

/// Every colour and size that a picture uses. Query, key and value have one colour each everywhere (Okabe and Ito's
/// blue, vermilion and bluish green), always together with the word or letter; the heads have hues of their own.
struct Theme {
    bool dark = false;
    QColor window;   ///< behind the panels
    QColor paper;    ///< behind the pictures
    QColor text;
    QColor faint;    ///< secondary text
    QColor hairline;
    QColor query;
    QColor key;
    QColor value;
    QColor masked;   ///< ground of hatched cells
    QColor hatch;    ///< lines of hatched cells
    QColor error;
    QFont font;      ///< the system's; pictures use three sizes of it

    static Theme light();
    static Theme darkTheme();
    /// The palette that makes the standard widgets match.
    QPalette palette() const;
    /// As many distinguishable hues as heads, even in lightness; always shown with the head's number.
    QColor head(int index, int count) const;
};

} // namespace headscope
