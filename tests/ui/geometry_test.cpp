// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/geometry.h"
#include "ui/views/grid_layout.h"
#include "ui/views/heat_layout.h"

#include <gtest/gtest.h>
#include <set>

using namespace headscope;

TEST(CellGrid, FindsTheCellItDraws) {
    const CellGrid grid{QRectF(10.5, 20, 330, 77), 7, 11};
    for (Index i = 0; i < 7; ++i)
        for (Index j = 0; j < 11; ++j) EXPECT_EQ(grid.at(grid.cell(i, j).center()), (CellPlace{i, j}));
    EXPECT_FALSE(grid.at({10, 30}));
    EXPECT_FALSE(grid.at({340.6, 30}));
    EXPECT_FALSE(grid.at({20, 97.01}));
    EXPECT_FALSE(CellGrid{}.at({0, 0}));
    EXPECT_FALSE(grid.at({std::nan(""), 30}));
}

TEST(BestBoxes, FillsTheAreaWithoutOverlap) {
    for (const int count : {1, 2, 3, 4, 5, 8, 12, 16, 64, 144}) {
        for (const QSizeF area : {QSizeF(300, 200), QSizeF(1200, 400), QSizeF(400, 1200), QSizeF(3840, 2160)}) {
            const BoxLayout boxes = bestBoxes(count, area, 1, 4, 0);
            EXPECT_GE(boxes.rows * boxes.columns, count);
            EXPECT_LT(boxes.rows * boxes.columns - count, std::max(boxes.columns, boxes.rows))
                << "no empty row or column";
            for (int a = 0; a < count; ++a) {
                const QRectF box = boxes.boxRect(a, {0, 0}, 4);
                EXPECT_TRUE(QRectF(QPointF(-0.01, -0.01), area + QSizeF(0.02, 0.02)).contains(box))
                    << count << " in " << area.width();
                EXPECT_FALSE(a > 0 && box.intersects(boxes.boxRect(a - 1, {0, 0}, 4)));
            }
        }
    }
    EXPECT_EQ(bestBoxes(12, QSizeF(1200, 400), 1, 8, 0).columns, 6);
    EXPECT_EQ(bestBoxes(4, QSizeF(400, 400), 1, 8, 0).columns, 2);
}

TEST(LabelStep, LeavesRoomForEachLabel) {
    EXPECT_EQ(labelStep(20, 15), 1);
    EXPECT_EQ(labelStep(8, 15), 2);
    EXPECT_EQ(labelStep(2, 15), 8);
    EXPECT_EQ(labelStep(1, 15), 20);
    for (const double cell : {0.01, 0.3, 1.0, 3.7, 14.9})
        EXPECT_GE(static_cast<double>(labelStep(cell, 15)) * cell, 15);
}

TEST(Occurrences, NumberOnlyRepeatedWords) {
    const QStringList words = {QStringLiteral("the"), QStringLiteral("cat"), QStringLiteral("the"),
                               QStringLiteral("The")};
    EXPECT_EQ(occurrences(words), (std::vector<int>{1, 0, 2, 0}));
    EXPECT_EQ(subscript(12), QStringLiteral("₁₂"));
}

TEST(GridLayout, ALargerRoomNeverHasSmallerPictures) {
    GridRequest r;
    r.rows = 100; // no row labels
    for (const int heads : {1, 4, 12, 16, 32, 64, 144}) {
        r.heads = heads;
        r.gap = heads > 36 ? 8 : 16;
        double before = 0;
        for (double width = 150; width < 1600; width += 7) {
            r.room = QRectF(0, 0, width, 0.4 * width);
            const GridLayout l = gridLayout(r);
            EXPECT_GE(l.picture(0).width(), 0.97 * before) << "but for a second line of words: " << heads << " heads, " << width;
            before = l.picture(0).width();
            for (const int head : {0, heads / 2, heads - 1}) {
                EXPECT_TRUE(r.room.adjusted(-1, -1, 1, 1).contains(l.box(head))) << heads << " heads, " << width;
                EXPECT_GT(l.picture(head).height(), 0);
            }
        }
    }
}

TEST(GridLayout, WordsGiveWayToANumberAndThatToThePictures) {
    GridRequest r;
    r.heads = 32;
    const auto at = [&](double width, double height) {
        r.room = QRectF(0, 0, width, height);
        return gridLayout(r);
    };
    EXPECT_EQ(at(1200, 700).kind, GridTag::Words);
    const GridLayout middle = at(520, 160);
    EXPECT_EQ(middle.kind, GridTag::Number);
    EXPECT_GE(middle.picture(0).width(), 30) << "the room is for the pictures";
    EXPECT_EQ(at(300, 110).kind, GridTag::None);
}

namespace {

HeatRequest request(double width, double height, Index rows, Index columns) {
    HeatRequest r;
    r.size = {width, height};
    r.rows = rows;
    r.columns = columns;
    r.rowLabel = 60;
    r.columnLabel = 60;
    r.rowTitle = 70;
    return r;
}

} // namespace

TEST(HeatLayout, NothingLeavesThePictureOrOverlaps) {
    for (const QSizeF size :
         {QSizeF(200, 160), QSizeF(300, 200), QSizeF(560, 520), QSizeF(1280, 800), QSizeF(3840, 2160)}) {
        for (const Index n : {1, 3, 12, 64, 300, 4096}) {
            for (const Index m : {n, Index(1), Index(7)}) {
                const HeatLayout l = layoutHeat(request(size.width(), size.height(), n, m));
                const QRectF all(QPointF(0, 0), size);
                const QRectF& cells = l.cells.rect;
                EXPECT_TRUE(all.contains(cells)) << size.width() << " n " << n << " m " << m;
                EXPECT_GT(cells.width(), 0);
                EXPECT_EQ(cells.topLeft(), QPointF(cells.topLeft().toPoint())) << "on whole pixels";
                EXPECT_LE(l.rowLabels.right(), cells.left());
                EXPECT_LE(l.columnLabels.bottom(), cells.top());
                EXPECT_GE(l.columnTitle.top(), l.header.bottom() - 1);
                for (const QRectF& part : {l.rowBars, l.columnBars, l.colourBar}) {
                    if (part.isEmpty()) continue;
                    EXPECT_TRUE(all.contains(part));
                    EXPECT_FALSE(part.intersects(cells));
                }
                EXPECT_FALSE(l.rowBars.intersects(l.colourBar));
                EXPECT_LE(l.cells.cellWidth(), 56);
            }
        }
    }
}

TEST(HeatLayout, KeepsMostOfALargePictureForTheCells) {
    const HeatLayout l = layoutHeat(request(1000, 900, 64, 64));
    EXPECT_GT(l.cells.rect.width() * l.cells.rect.height(), 0.5 * 1000 * 900);
    EXPECT_TRUE(l.slanted);
    EXPECT_FALSE(l.numbers);
    const HeatLayout few = layoutHeat(request(1000, 900, 4, 4));
    EXPECT_TRUE(few.numbers);
    EXPECT_EQ(few.cells.cellWidth(), 56) << "three tokens do not make giant boxes";
}

TEST(HeatLayout, RowsThatAreALittleLowHaveSmallerNamesThanLetEverySecondOneGo) {
    for (const Index rows : {12, 16, 24, 40, 60, 90}) {
        const HeatRequest r = request(560, 420, rows, rows);
        const HeatLayout l = layoutHeat(r);
        EXPECT_LE(l.rowLabelScale * r.letters, static_cast<double>(l.rowStep) * l.cells.cellHeight() + 1e-9) << "names do not touch: " << rows;
        if (l.cells.cellHeight() >= r.smallest * r.letters) EXPECT_EQ(l.rowStep, 1) << rows;
        else EXPECT_EQ(l.rowLabelScale, 1) << rows;
    }
}

TEST(HeatLayout, ALowPictureIsForItsCells) {
    HeatRequest r = request(440, 140, 8, 9);
    r.columnLabel = 32; // short words
    const HeatLayout l = layoutHeat(r);
    EXPECT_GE(l.cells.rect.height(), 0.45 * 140);
    EXPECT_EQ(l.rowStep, 1) << "every row is named";
}

TEST(HeatLayout, ALongWordLeavesTheRoomToTheCells) {
    HeatRequest r = request(500, 620, 5, 5);
    r.columnLabel = 520; // a German compound
    const HeatLayout l = layoutHeat(r);
    EXPECT_TRUE(l.slanted);
    EXPECT_LE(l.columnLabels.height(), 0.3 * 620);
    EXPECT_GE(l.cells.rect.height(), 0.4 * 620);
}

TEST(HeatWindow, ShowsWholeCellsAroundTheCentre) {
    EXPECT_EQ(heatWindow(100, 1, 3, 1), (HeatWindow{0, 100}));
    EXPECT_EQ(heatWindow(100, 4, 50, 1), (HeatWindow{38, 25}));
    EXPECT_EQ(heatWindow(100, 4, 0, 1), (HeatWindow{0, 25}));
    EXPECT_EQ(heatWindow(100, 4, 1000, 1), (HeatWindow{75, 25}));
    EXPECT_EQ(heatWindow(1, 100, 0, 1), (HeatWindow{0, 1}));
    for (const double centre : {0.0, 333.3, 800.0, 2000.0}) {
        const HeatWindow w = heatWindow(1001, 3, centre, 4);
        EXPECT_EQ(w.first % 4, 0);
        EXPECT_LE(w.first + w.count, 1001);
        EXPECT_TRUE(w.count % 4 == 0 || w.first + w.count == 1001);
    }
}

TEST(LabelsShown, MarkedOnesTakeTheirNeighboursPlace) {
    EXPECT_EQ(labelsShown({0, 10}, 3, {}, 3), (std::vector<Index>{0, 3, 6, 9}));
    EXPECT_EQ(labelsShown({0, 10}, 3, {4}, 3), (std::vector<Index>{0, 4, 9}));
    EXPECT_EQ(labelsShown({5, 4}, 1, {2, 6}, 1), (std::vector<Index>{5, 6, 7, 8}));
    const std::vector<Index> shown = labelsShown({0, 1000}, 20, {13, 17, 400, 999}, 20);
    for (std::size_t i = 1; i < shown.size(); ++i) EXPECT_GE(shown[i] - shown[i - 1], 20);
}
