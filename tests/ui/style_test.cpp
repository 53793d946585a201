// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/colour_map.h"
#include "ui/style/theme.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace headscope;

namespace {

constexpr ColourMapName maps[] = {ColourMapName::Viridis, ColourMapName::Cividis, ColourMapName::Magma,
                                  ColourMapName::Grey};

/// CIE 1976 lightness of an sRGB colour, 0 … 100.
double lightness(QRgb c) {
    const auto linear = [](int v) { return v <= 10 ? v / 255.0 / 12.92 : std::pow((v / 255.0 + 0.055) / 1.055, 2.4); };
    const double y = 0.2126 * linear(qRed(c)) + 0.7152 * linear(qGreen(c)) + 0.0722 * linear(qBlue(c));
    return y > 216.0 / 24389 ? 116 * std::cbrt(y) - 16 : y * 24389 / 27;
}

struct Lab {
    double l, a, b;
};

/// CIELAB under D65.
Lab lab(const QColor& c) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    const double r = linear(c.redF()), g = linear(c.greenF()), b = linear(c.blueF());
    const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (t * 24389 / 27 + 16) / 116; };
    const double x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    const double y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    const double z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double distance(const QColor& a, const QColor& b) {
    const Lab p = lab(a), q = lab(b);
    return std::hypot(p.l - q.l, p.a - q.a, p.b - q.b);
}

} // namespace

// The corner values of the published tables.
TEST(ColourMap, EndsAsPublished) {
    EXPECT_EQ(colourTable(ColourMapName::Viridis, false)[0], qRgb(68, 1, 84));
    EXPECT_EQ(colourTable(ColourMapName::Viridis, false)[128], qRgb(33, 145, 140));
    EXPECT_EQ(colourTable(ColourMapName::Viridis, true)[255], qRgb(253, 231, 37));
    EXPECT_EQ(colourTable(ColourMapName::Magma, false)[0], qRgb(0, 0, 4));
    EXPECT_EQ(colourTable(ColourMapName::Magma, false)[255], qRgb(252, 253, 191));
    EXPECT_EQ(colourTable(ColourMapName::Cividis, false)[0], qRgb(0, 34, 78));
    EXPECT_EQ(colourTable(ColourMapName::Cividis, false)[255], qRgb(254, 232, 56));
}

TEST(ColourMap, LightnessNeverTurnsBack) {
    for (const ColourMapName map : maps) {
        for (const bool dark : {false, true}) {
            const auto& table = colourTable(map, dark);
            const double sign = map == ColourMapName::Grey && !dark ? -1 : 1;
            for (std::size_t i = 1; i < table.size(); ++i)
                EXPECT_GE(sign * (lightness(table[i]) - lightness(table[i - 1])), -0.35)
                    << "map " << static_cast<int>(map) << " at " << i;
            for (std::size_t i = 16; i < table.size(); i += 16)
                EXPECT_GT(sign * (lightness(table[i]) - lightness(table[i - 16])), 1)
                    << static_cast<int>(map) << " at " << i;
        }
    }
}

TEST(ColourMap, ClampsAndMarksWhatIsNoNumber) {
    for (const ColourMapName map : maps) {
        const auto& table = colourTable(map, false);
        EXPECT_EQ(colourAt(map, false, -3), table.front());
        EXPECT_EQ(colourAt(map, false, 7), table.back());
        EXPECT_EQ(colourAt(map, false, 100.0 / 255), table[100]);
        const QRgb nan = colourAt(map, false, std::numeric_limits<double>::quiet_NaN());
        EXPECT_EQ(std::count(table.begin(), table.end(), nan), 0);
    }
}

TEST(Theme, QueryKeyAndValueAreOkabeAndItosInLight) {
    const Theme t = Theme::light();
    EXPECT_EQ(t.query, QColor(0, 114, 178));
    EXPECT_EQ(t.key, QColor(213, 94, 0));
    EXPECT_EQ(t.value, QColor(0, 158, 115));
}

TEST(Theme, WordsAreReadable) {
    for (const Theme& t : {Theme::light(), Theme::darkTheme()}) {
        for (const QColor& ground : {t.paper, t.window}) {
            EXPECT_GE(contrast(t.text, ground), 7);
            EXPECT_GE(contrast(t.faint, ground), 4.5);
            EXPECT_GE(contrast(t.error, ground), 4.5);
            for (const QColor& role : {t.query, t.key, t.value}) {
                EXPECT_GE(contrast(t.ink(role), ground), 4.5);
                EXPECT_GE(contrast(role, ground), 3); // lines and areas
            }
        }
        EXPECT_GE(contrast(t.hatch, t.masked), 2);
    }
    EXPECT_NEAR(contrast(Qt::white, Qt::black), 21, 1e-6);
}

TEST(Theme, HeadsCanBeToldApart) {
    for (const Theme& t : {Theme::light(), Theme::darkTheme()}) {
        for (const int count : {1, 2, 3, 4, 8, 12, 16, 24, 25, 32, 48, 64, 96, 144}) {
            const double least = count <= 12 ? 14 : count <= 24 ? 8 : 2.3; // 2.3: a just noticeable difference
            for (int a = 0; a < count; ++a) {
                for (int b = a + 1; b < count; ++b)
                    EXPECT_GE(distance(t.head(a, count), t.head(b, count)), least)
                        << a << " and " << b << " of " << count;
                const bool followed = a + 1 < count && count > 2;
                EXPECT_TRUE(!followed || distance(t.head(a, count), t.head(a + 1, count)) >= 20)
                    << a << " of " << count;
                EXPECT_GE(contrast(t.on(t.head(a, count)), t.head(a, count)), 4.5);
            }
        }
        for (int a = 0; a < 12; ++a) EXPECT_NEAR(lab(t.head(a, 12)).l, lab(t.head(0, 12)).l, 8);
    }
}

TEST(Theme, PaletteCoversEveryRole) {
    for (const Theme& t : {Theme::light(), Theme::darkTheme()}) {
        const QPalette p = t.palette();
        for (int role = 0; role < QPalette::NColorRoles; ++role) {
            if (role == QPalette::NoRole) continue;
            for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled})
                EXPECT_TRUE(p.isBrushSet(group, static_cast<QPalette::ColorRole>(role))) << role;
        }
        EXPECT_GE(contrast(p.color(QPalette::Text), p.color(QPalette::Base)), 7);
        EXPECT_GE(contrast(p.color(QPalette::ButtonText), p.color(QPalette::Button)), 7);
        EXPECT_GE(contrast(p.color(QPalette::HighlightedText), p.color(QPalette::Highlight)), 4.5);
        EXPECT_GE(contrast(p.color(QPalette::ToolTipText), p.color(QPalette::ToolTipBase)), 7);
        EXPECT_NE(p.color(QPalette::Disabled, QPalette::Text), p.color(QPalette::Active, QPalette::Text));
    }
}
