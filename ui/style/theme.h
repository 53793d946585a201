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
    QColor window; ///< behind the panels
    QColor paper;  ///< behind the pictures
    QColor text;
    QColor faint; ///< secondary text
    QColor hairline;
    QColor query;
    QColor key;
    QColor value;
    QColor masked; ///< ground of hatched cells
    QColor hatch;  ///< lines of hatched cells
    QColor error;
    QFont font; ///< the system's; pictures use three sizes of it

    static Theme light();
    static Theme darkTheme();
    /// The palette that makes the standard widgets match.
    QPalette palette() const;
    /// As many distinguishable colours as heads, even in lightness up to 24 and in tiers beyond; always shown with the
    /// head's number.
    QColor head(int index, int count) const;
    /// The colour for words: its hue, moved away from the paper until it is readable (4.5:1 on paper and window).
    QColor ink(const QColor& colour) const;
    /// Black or white, whichever reads better on this ground.
    QColor on(const QColor& ground) const;
};

/// Contrast ratio 1 … 21 (WCAG 2.1, relative luminance).
double contrast(const QColor& a, const QColor& b);
/// a at share 0, b at share 1.
QColor blend(const QColor& a, const QColor& b, double share);

} // namespace headscope
