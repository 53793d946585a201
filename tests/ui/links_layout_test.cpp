// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/links_layout.h"

#include "ui/views/geometry.h"

#include <gtest/gtest.h>

namespace headscope {
namespace {

LinksSpec columns(std::size_t queries, std::size_t keys) {
    LinksSpec spec;
    spec.area = QRectF(10, 10, 600, 400);
    spec.line = 20;
    spec.widths = {std::vector<double>(queries, 50), std::vector<double>(keys, 40)};
    return spec;
}

TEST(LinksLayout, FewTokensFitAndQueriesLead) {
    const LinksLayout layout(columns(5, 7));
    EXPECT_EQ(layout.share(), 1);
    EXPECT_EQ(layout.first(TokenSide::Key), 0);
    EXPECT_EQ(layout.last(TokenSide::Key), 7);
    EXPECT_LT(layout.box(TokenSide::Query, 0).right(), layout.box(TokenSide::Key, 0).left());
    for (int i = 0; i < 7; ++i) EXPECT_TRUE(layout.field().adjusted(-1, -1, 1, 1).contains(layout.box(TokenSide::Key, i)));
    EXPECT_LE(layout.title(TokenSide::Query).bottom(), layout.box(TokenSide::Query, 0).top() + 1e-9);
    // The shorter side stands in the middle of the longer one.
    const double a = layout.box(TokenSide::Query, 0).top() - layout.box(TokenSide::Key, 0).top();
    const double b = layout.box(TokenSide::Key, 6).bottom() - layout.box(TokenSide::Query, 4).bottom();
    EXPECT_NEAR(a, b, 1e-9);
}

TEST(LinksLayout, TransposedSidesChangePlaces) {
    LinksSpec spec = columns(5, 5);
    spec.swapped = true;
    const LinksLayout layout(spec);
    EXPECT_GT(layout.box(TokenSide::Query, 0).left(), layout.box(TokenSide::Key, 0).right());
    EXPECT_TRUE(layout.leads(TokenSide::Key));
    spec.horizontal = true;
    const LinksLayout lines(spec);
    EXPECT_GT(lines.box(TokenSide::Query, 0).top(), lines.box(TokenSide::Key, 0).bottom());
}

TEST(LinksLayout, StripesStandBetweenNamesAndCurves) {
    LinksSpec spec = columns(5, 5);
    spec.stripes = 20;
    for (const bool horizontal : {false, true})
        for (const TokenSide side : {TokenSide::Query, TokenSide::Key}) {
            spec.horizontal = horizontal;
            const LinksLayout layout(spec);
            const QRectF name = layout.nameBox(side, 2);
            const QRectF stripes = layout.stripes(side, 2);
            EXPECT_TRUE(name.intersected(stripes).isEmpty());
            EXPECT_EQ(name.united(stripes), layout.box(side, 2));
            const QPointF port = layout.port(side, 2, 0, 1, 3);
            EXPECT_NEAR(horizontal ? std::abs(stripes.center().y() - port.y()) : std::abs(stripes.center().x() - port.x()), 10, 1e-9);
            if (!horizontal) {
                EXPECT_GE(name.width(), 40 + spec.number);
            }
        }
}

TEST(LinksLayout, EveryTokenIsFoundWhereItStands) {
    for (const bool horizontal : {false, true}) {
        LinksSpec spec = columns(6, 4);
        spec.horizontal = horizontal;
        spec.rightToLeft = {false, true};
        const LinksLayout layout(spec);
        for (const TokenSide side : {TokenSide::Query, TokenSide::Key})
            for (int i = 0; i < layout.count(side); ++i) {
                const std::optional<TokenPlace> place = layout.at(layout.box(side, i).center());
                ASSERT_TRUE(place.has_value());
                EXPECT_EQ(*place, (TokenPlace{side, i}));
            }
        EXPECT_FALSE(layout.at(layout.field().center()));
        EXPECT_FALSE(layout.at({-5, -5}));
    }
}

TEST(LinksLayout, RightToLeftLinesBeginAtTheRight) {
    LinksSpec spec = columns(4, 4);
    spec.horizontal = true;
    spec.rightToLeft = {false, true};
    const LinksLayout layout(spec);
    EXPECT_LT(layout.box(TokenSide::Query, 0).left(), layout.box(TokenSide::Query, 1).left());
    EXPECT_GT(layout.box(TokenSide::Key, 0).left(), layout.box(TokenSide::Key, 1).left());
}

TEST(LinksLayout, LinesTakeRealTextWidths) {
    LinksSpec spec = columns(2, 2);
    spec.horizontal = true;
    spec.widths[0] = {30, 90};
    const LinksLayout layout(spec);
    EXPECT_NEAR(layout.box(TokenSide::Query, 1).width() / layout.box(TokenSide::Query, 0).width(), 98.0 / 38.0, 1e-9);
}

TEST(LinksLayout, LongTextsScrollAndOnlyWhatIsSeenIsLaidOut) {
    LinksSpec spec = columns(300, 300);
    const LinksLayout begin(spec);
    EXPECT_LT(begin.share(), 0.2);
    EXPECT_EQ(begin.first(TokenSide::Query), 0);
    EXPECT_LT(begin.last(TokenSide::Query), 25);
    EXPECT_GE(begin.box(TokenSide::Query, 0).height(), 0.95 * spec.line - 1e-9);
    spec.zoom.scroll = 1;
    const LinksLayout end(spec);
    EXPECT_EQ(end.last(TokenSide::Query), 300);
    EXPECT_NEAR(end.box(TokenSide::Query, 299).bottom(), end.field().bottom(), 1e-6);
    // One pixel of scrolling is one pixel on screen.
    spec.zoom.scroll = 10 * begin.scrollPerPixel();
    EXPECT_NEAR(LinksLayout(spec).box(TokenSide::Query, 5).top(), begin.box(TokenSide::Query, 5).top() - 10, 1e-6);
}

TEST(LinksLayout, WholeShowsEverythingHoweverThin) {
    LinksSpec spec = columns(2048, 2048);
    spec.zoom.whole = true;
    for (const bool horizontal : {false, true}) {
        spec.horizontal = horizontal;
        const LinksLayout layout(spec);
        EXPECT_EQ(layout.share(), 1);
        EXPECT_EQ(layout.first(TokenSide::Key), 0);
        EXPECT_EQ(layout.last(TokenSide::Key), 2048);
    }
}

TEST(LinksLayout, ScrollToBringsAnyTokenIntoSight) {
    for (const bool horizontal : {false, true}) {
        LinksSpec spec = columns(200, 90);
        spec.horizontal = horizontal;
        for (const int token : {0, 57, 120, 199}) {
            spec.zoom.scroll = 0.5;
            spec.zoom.scroll = LinksLayout(spec).scrollTo(TokenSide::Query, token, spec.zoom.scroll);
            const LinksLayout layout(spec);
            EXPECT_TRUE(layout.field().adjusted(-1, -1, 1, 1).contains(layout.box(TokenSide::Query, token))) << token;
            EXPECT_DOUBLE_EQ(layout.scrollTo(TokenSide::Query, token, spec.zoom.scroll), spec.zoom.scroll);
        }
    }
}

TEST(LinksLayout, HeadsOfATokenStandSideBySideInsideItsBox) {
    const LinksLayout layout(columns(5, 5));
    const QRectF box = layout.box(TokenSide::Query, 2);
    double before = box.top();
    for (int lane = 0; lane < 12; ++lane) {
        const QPointF port = layout.port(TokenSide::Query, 2, lane, 12, 3);
        EXPECT_GT(port.y(), before);
        EXPECT_LT(port.y(), box.bottom());
        EXPECT_DOUBLE_EQ(port.x(), box.right());
        before = port.y();
    }
    EXPECT_DOUBLE_EQ(layout.port(TokenSide::Key, 2, 0, 1, 3).y(), box.center().y());
}

TEST(LinksLayout, NoTokensAndNoRoomAreHarmless) {
    LinksSpec spec = columns(0, 0);
    EXPECT_FALSE(LinksLayout(spec).at({300, 200}));
    spec = columns(3, 3);
    for (const QRectF& area : {QRectF(0, 0, 1, 1), QRectF(0, 0, 0, 0), QRectF(0, 0, 30, 2)}) {
        spec.area = area;
        for (const bool horizontal : {false, true}) {
            spec.horizontal = horizontal;
            EXPECT_TRUE(std::isfinite(LinksLayout(spec).box(TokenSide::Key, 2).bottom()));
        }
    }
}

TEST(FlowBoxes, LinesWrapAndMirror) {
    const std::vector<double> widths{40, 40, 40, 300, 10};
    const std::vector<QRectF> boxes = flowBoxes(widths, {100, 20, 5, false});
    EXPECT_EQ(boxes[1].topLeft(), QPointF(45, 0));
    EXPECT_EQ(boxes[2].topLeft(), QPointF(0, 20));
    EXPECT_EQ(boxes[3].topLeft(), QPointF(0, 40)); // wider than a line: a line of its own
    EXPECT_EQ(boxes[3].width(), 100);
    EXPECT_EQ(boxes[4].topLeft(), QPointF(0, 60));
    const std::vector<QRectF> mirrored = flowBoxes(widths, {100, 20, 5, true});
    for (std::size_t i = 0; i < widths.size(); ++i) {
        EXPECT_DOUBLE_EQ(mirrored[i].right(), 100 - boxes[i].left());
        EXPECT_DOUBLE_EQ(mirrored[i].top(), boxes[i].top());
    }
}

} // namespace
} // namespace headscope
