// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include <QFontInfo>
#include <QGuiApplication>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace headscope {

namespace {

/// Ottosson's OKLCH (bottosson.github.io/posts/oklab, 2020): equal l looks equally light, equal steps of h look equally
/// far apart. l in 0 … 1, c from 0, h in degrees.
struct Oklch {
    double l = 0;
    double c = 0;
    double h = 0;
};

double decodeGamma(double s) {
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
}
double encodeGamma(double y) {
    return y <= 0.0031308 ? 12.92 * y : 1.055 * std::pow(y, 1 / 2.4) - 0.055;
}

Oklch toOklch(const QColor& colour) {
    const double r = decodeGamma(colour.redF()), g = decodeGamma(colour.greenF()), b = decodeGamma(colour.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    const double x = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    const double y = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, std::hypot(x, y),
            std::atan2(y, x) * 180 / std::numbers::pi};
}

/// The colour, with as much of the chroma as the screen can show at this lightness.
QColor fromOklch(const Oklch& o) {
    for (double chroma = o.c;; chroma = std::max(0.0, chroma - 0.004)) {
        const double x = chroma * std::cos(o.h * std::numbers::pi / 180);
        const double y = chroma * std::sin(o.h * std::numbers::pi / 180);
        const auto cube = [](double v) { return v * v * v; };
        const double l = cube(o.l + 0.3963377774 * x + 0.2158037573 * y);
        const double m = cube(o.l - 0.1055613458 * x - 0.0638541728 * y);
        const double s = cube(o.l - 0.0894841775 * x - 1.2914855480 * y);
        const double rgb[] = {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
                              -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
                              -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
        const bool shown =
            std::all_of(std::begin(rgb), std::end(rgb), [](double v) { return v > -1e-4 && v < 1.0001; });
        if (!shown && chroma > 0) continue;
        const auto level = [](double v) { return static_cast<float>(encodeGamma(std::clamp(v, 0.0, 1.0))); };
        return QColor::fromRgbF(level(rgb[0]), level(rgb[1]), level(rgb[2])).toRgb();
    }
}

QFont systemFont() {
    QFont font = QGuiApplication::font();
    // In pixels at 96 per inch, so that a picture has the same proportions on every device it is drawn on.
    const QFontInfo info(font);
    font.setFamily(info.family());
    font.setPixelSize(std::max(11, info.pixelSize()));
    return font;
}

} // namespace

Theme Theme::light() {
    Theme t;
    t.window = QColor(0xf5, 0xf5, 0xf3);
    t.paper = Qt::white;
    t.text = QColor(0x1a, 0x1b, 0x1e);
    t.faint = QColor(0x5b, 0x5e, 0x66);
    t.hairline = QColor(0xd6, 0xd7, 0xda);
    t.query = QColor(0x00, 0x72, 0xb2);
    t.key = QColor(0xd5, 0x5e, 0x00);
    t.value = QColor(0x00, 0x9e, 0x73);
    t.masked = QColor(0xec, 0xec, 0xee);
    t.hatch = QColor(0x96, 0x99, 0xa1);
    t.error = QColor(0xb0, 0x1e, 0x2e);
    t.font = systemFont();
    return t;
}

Theme Theme::darkTheme() {
    Theme t;
    t.dark = true;
    t.window = QColor(0x17, 0x18, 0x1b);
    t.paper = QColor(0x1d, 0x1e, 0x22);
    t.text = QColor(0xe9, 0xe9, 0xec);
    t.faint = QColor(0xa6, 0xa9, 0xb1);
    t.hairline = QColor(0x3b, 0x3d, 0x44);
    t.query = QColor(0x4d, 0xae, 0xe8);
    t.key = QColor(0xff, 0x8f, 0x45);
    t.value = QColor(0x35, 0xc9, 0x9b);
    t.masked = QColor(0x2c, 0x2d, 0x33);
    t.hatch = QColor(0x74, 0x77, 0x80);
    t.error = QColor(0xff, 0x8a, 0x8f);
    t.font = systemFont();
    return t;
}

QPalette Theme::palette() const {
    QPalette p;
    const QColor raised = dark ? window.lighter(150) : window.darker(104);
    const auto set = [&](QPalette::ColorRole role, const QColor& colour, const QColor& disabled) {
        p.setColor(QPalette::Active, role, colour);
        p.setColor(QPalette::Inactive, role, colour);
        p.setColor(QPalette::Disabled, role, disabled);
    };
    const QColor off = blend(faint, window, 0.45);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) set(role, text, off);
    set(QPalette::BrightText, ink(error), off); // what is wrong
    set(QPalette::PlaceholderText, faint, off);
    set(QPalette::Window, window, window);
    set(QPalette::Base, paper, window);
    set(QPalette::AlternateBase, blend(paper, window, 0.5), window);
    set(QPalette::Button, raised, window);
    set(QPalette::ToolTipBase, dark ? raised : paper, window);
    set(QPalette::ToolTipText, text, off);
    set(QPalette::Highlight, query, hairline);
    set(QPalette::HighlightedText, dark ? paper : QColor(Qt::white), off);
    set(QPalette::Link, ink(query), off);
    set(QPalette::LinkVisited, ink(value), off);
    // The bevels that Fusion and others draw.
    set(QPalette::Light, dark ? raised.lighter(125) : QColor(Qt::white), raised);
    set(QPalette::Midlight, blend(raised, hairline, 0.5), raised);
    set(QPalette::Mid, hairline, hairline);
    set(QPalette::Dark, dark ? window.darker(130) : hairline.darker(118), hairline);
    set(QPalette::Shadow, dark ? QColor(Qt::black) : faint, hairline);
    return p;
}

QColor Theme::head(int index, int count) const {
    // Neighbours are a golden section of the circle apart; from 24 heads on, hues repeat on other lightnesses.
    const int tiers = std::clamp((count + 23) / 24, 1, 4);
    const int hues = std::max(1, (count + tiers - 1) / tiers);
    int stride = std::max(1, static_cast<int>(std::lround(hues * 0.382)));
    while (std::gcd(stride, hues) != 1) ++stride;
    const int place = (index / tiers % hues * stride + index % tiers * (hues / 3)) % hues;
    const double tier = tiers == 1 ? 0 : static_cast<double>(index % tiers) / (tiers - 1) - 0.5;
    // 100°: four heads stand clear of the query's blue and the key's vermilion.
    return fromOklch({(dark ? 0.75 : 0.60) + tier * 0.24, 0.14, 100 + 360.0 * place / hues});
}

QColor Theme::ink(const QColor& colour) const {
    Oklch o = toOklch(colour);
    QColor shown = colour;
    while (contrast(shown, paper) < 4.5 || contrast(shown, window) < 4.5) {
        o.l += dark ? 0.01 : -0.01;
        if (o.l <= 0 || o.l >= 1) return text;
        shown = fromOklch(o);
    }
    return shown;
}

QColor Theme::on(const QColor& ground) const {
    return contrast(Qt::black, ground) >= contrast(Qt::white, ground) ? Qt::black : Qt::white;
}

double contrast(const QColor& a, const QColor& b) {
    const auto luminance = [](const QColor& c) {
        return 0.2126 * decodeGamma(c.redF()) + 0.7152 * decodeGamma(c.greenF()) + 0.0722 * decodeGamma(c.blueF());
    };
    const double la = luminance(a) + 0.05;
    const double lb = luminance(b) + 0.05;
    return std::max(la, lb) / std::min(la, lb);
}

QColor blend(const QColor& a, const QColor& b, double share) {
    const auto mix = [&](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * share)); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

} // namespace headscope
