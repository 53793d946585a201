// SPDX-License-Identifier: GPL-3.0-or-later
// The two matrix views, driven as a hand drives them.
#include "tests/ui/fixture.h"
#include "ui/style/colour_map.h"
#include "ui/views/head_grid.h"
#include "ui/views/head_heatmap.h"
#include "ui/views/matrix_image.h"
#include "ui/views/overview_view.h"

#include <QApplication>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <set>

using namespace headscope;
using headscope::test::analysisOf;

namespace {

/// A view with its selection, shown.
template <class V> struct Shown {
    Selection selection;
    AnalysisPtr analysis;
    V view{selection};

    explicit Shown(AnalysisPtr a, const QSize& size = {800, 600}) : analysis(std::move(a)) {
        selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()),
                            static_cast<int>(analysis->keys.size()));
        view.setAnalysis(analysis);
        view.resize(size);
        view.show();
        EXPECT_TRUE(QTest::qWaitForWindowExposed(&view));
        QApplication::setDoubleClickInterval(100);
    }
    QImage picture() const {
        QImage image(view.size(), QImage::Format_ARGB32_Premultiplied);
        image.fill(view.theme().paper);
        QPainter painter(&image);
        view.render(painter, QRectF(QPointF(0, 0), view.size()), view.theme());
        return image;
    }
    void move(const QPointF& to) { QTest::mouseMove(&view, to.toPoint()); }
};

Session causal(const std::string& text) {
    Session session;
    session.text = text;
    session.sandbox.mask.causal = true;
    return session;
}

QRgb pixel(const QImage& image, const QPointF& at) {
    return image.pixel(at.toPoint());
}

/// How many colours a rectangle holds, a few pixels inside its border.
std::set<QRgb> coloursIn(const QImage& image, const QRectF& rect) {
    std::set<QRgb> colours;
    const QRect inside = rect.toRect().adjusted(3, 3, -3, -3);
    for (int y = inside.top(); y <= inside.bottom(); ++y)
        for (int x = inside.left(); x <= inside.right(); ++x) colours.insert(image.pixel(x, y));
    return colours;
}

QRgb expectedColour(const Analysis& a, const ViewState& s, int head, Index q, Index k) {
    double top = 0;
    for (int h = 0; h < a.heads(); ++h)
        for (Index i = 0; i < static_cast<Index>(a.queries.size()); ++i)
            for (Index j = 0; j < static_cast<Index>(a.keys.size()); ++j)
                if (s.range == ColourRange::All || (h == head && (s.range == ColourRange::Head || i == q)))
                    top = std::max(top, static_cast<double>(a.weight(h, i, j)));
    return colourTable(
        s.colours, false)[static_cast<std::size_t>(std::lround(static_cast<double>(a.weight(head, q, k)) / top * 255))];
}

} // namespace

TEST(HeadGrid, HoverPreviewsAndLeavingReturns) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    const CellGrid grid = s.view.matrixOf(2, s.view.rect());
    s.move(grid.cell(3, 1).center());
    EXPECT_EQ(s.selection.hover(), (Hover{2, 3, 1}));
    EXPECT_EQ(s.selection.shownHead(), 2);
    s.move(grid.rect.topLeft() - QPointF(-4, 12)); // the tag: the head alone
    EXPECT_EQ(s.selection.hover(), (Hover{2, std::nullopt, std::nullopt}));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&s.view, &leave);
    EXPECT_TRUE(QTest::qWaitFor([&] { return s.selection.hover() == Hover{}; }, 2000));
    EXPECT_EQ(s.selection.state(), ViewState{}) << "hovering leaves no trace";
}

TEST(HeadGrid, CrossingAGapDoesNotFlash) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    const QRectF left = s.view.matrixOf(0, s.view.rect()).rect;
    const QRectF right = s.view.matrixOf(1, s.view.rect()).rect;
    s.move(left.center());
    s.move({(left.right() + right.left()) / 2, left.center().y()});
    EXPECT_EQ(s.selection.hover().head, 0) << "still, in the gap";
    s.move(right.center());
    EXPECT_EQ(s.selection.hover().head, 1);
    s.move({(left.right() + right.left()) / 2, left.center().y()});
    EXPECT_TRUE(QTest::qWaitFor([&] { return !s.selection.hover().head; }, 2000)) << "but not for ever";
}

TEST(HeadGrid, AClickTogglesAtOnce) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    QSignalSpy edited(&s.selection, &Selection::edited);
    const auto click = [&](int head) {
        QTest::mouseClick(&s.view, Qt::LeftButton, {}, s.view.matrixOf(head, s.view.rect()).rect.center().toPoint());
    };
    click(1);
    EXPECT_EQ(edited.count(), 1);
    EXPECT_EQ(s.selection.state().activeHeads, (std::vector<int>{0, 2, 3}));
    click(2);
    EXPECT_EQ(s.selection.state().activeHeads, (std::vector<int>{0, 3}));
}

TEST(HeadGrid, DoubleClickIsSoloAndTakesTheTogglingBack) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    QSignalSpy edited(&s.selection, &Selection::edited);
    const QPoint at = s.view.matrixOf(3, s.view.rect()).rect.center().toPoint();
    const auto twice = [&] {
        QTest::mouseClick(&s.view, Qt::LeftButton, {}, at);
        QTest::mouseDClick(&s.view, Qt::LeftButton, {}, at);
    };
    twice();
    EXPECT_EQ(s.selection.state().activeHeads, (std::vector<int>{3}));
    EXPECT_EQ(s.selection.state().head, 3);
    twice();
    EXPECT_TRUE(s.selection.state().activeHeads.empty()) << "again: all";
    for (const QList<QVariant>& change : edited) {
        EXPECT_EQ(change[1], edited[0][1]) << "one name,";
        EXPECT_TRUE(change[2].toBool()) << "so that it is one step of undo";
    }
}

TEST(HeadGrid, APressDoesNotOutliveItsAnalysis) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    const QPoint at = s.view.matrixOf(3, s.view.rect()).rect.center().toPoint();
    QTest::mousePress(&s.view, Qt::LeftButton, {}, at);
    s.view.setAnalysis(analysisOf("the cat sat on the rug"));
    QTest::mouseRelease(&s.view, Qt::LeftButton, {}, at);
    EXPECT_TRUE(s.selection.state().activeHeads.empty());
    for (const int beyond : {-1, 4}) {
        s.selection.toggleHead(beyond);
        s.selection.soloHead(beyond);
        s.selection.soloHeadInstead(beyond);
    }
    EXPECT_EQ(s.selection.state(), ViewState{});
}

TEST(HeadGrid, SwitchedOffHeadsAreLightenedNotHidden) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    const QPointF diagonal = s.view.matrixOf(0, s.view.rect()).cell(3, 2).center();
    const QPointF beside = s.view.matrixOf(0, s.view.rect()).cell(3, 5).center();
    const QColor full = s.picture().pixelColor(beside.toPoint());
    s.selection.toggleHead(0);
    const QImage image = s.picture();
    EXPECT_GT(image.pixelColor(beside.toPoint()).lightnessF(), full.lightnessF() + 0.3f);
    EXPECT_GT(contrast(image.pixelColor(beside.toPoint()), image.pixelColor(diagonal.toPoint())), 1.5);
}

TEST(HeadGrid, SaysHowMuchEachHeadCaresForAChosenToken) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    s.selection.pinCell(0, 3, 2); // head 1 reads the previous token, head 2 the next
    const QImage image = s.picture();
    const auto coloured = [&](int head) {
        const QRectF cells = s.view.matrixOf(head, s.view.rect()).rect;
        int count = 0;
        for (int x = static_cast<int>(cells.left()) + 30; x < static_cast<int>(cells.right()); ++x) {
            bool found = false;
            for (int y = static_cast<int>(cells.top()) - 12; y < static_cast<int>(cells.top()) - 4; ++y)
                found = found || image.pixel(x, y) == s.view.theme().head(head, 4).rgb();
            count += found;
        }
        return count / (cells.width() - 30);
    };
    EXPECT_GT(coloured(0), 0.85);
    EXPECT_LT(coloured(1), 0.15);
}

TEST(HeadGrid, CellsHaveTheColourOfTheirWeight) {
    Session session = causal("the cat sat on the mat");
    session.sandbox.weights = WeightSource::Random;
    Shown<HeadGrid> s(analysisOf(session));
    for (const ColourRange range : {ColourRange::Row, ColourRange::Head, ColourRange::All}) {
        ViewState state;
        state.range = range;
        state.colours = ColourMapName::Cividis;
        s.selection.setState(state);
        const QImage image = s.picture();
        for (int h = 0; h < 4; ++h)
            for (Index q = 0; q < 6; ++q)
                for (Index k = 0; k <= q; ++k) {
                    const QRgb found = pixel(image, s.view.matrixOf(h, s.view.rect()).cell(q, k).center());
                    EXPECT_EQ(found, expectedColour(*s.analysis, state, h, q, k)) << h << ": " << q << ", " << k;
                }
    }
}

TEST(HeadGrid, APinnedRowKeepsItsCellsHoweverThin) {
    Session session;
    for (int i = 0; i < 40; ++i) session.text += "w" + std::to_string(i) + " ";
    session.sandbox.weights = WeightSource::Random;
    Shown<HeadGrid> s(analysisOf(session), {400, 300});
    const CellGrid grid = s.view.matrixOf(0, s.view.rect());
    ASSERT_LT(grid.cellHeight(), 4);
    const QImage before = s.picture();
    s.selection.pinQuery(20, false);
    const QImage after = s.picture();
    for (Index k = 2; k < 38; ++k) {
        const QPointF at = grid.cell(20, k).center() - QPointF(0.5, 0.5);
        EXPECT_EQ(pixel(after, at), pixel(before, at)) << k;
    }
    EXPECT_NE(after, before);
}

TEST(HeadGrid, MaskedCellsAreHatched) {
    Shown<HeadGrid> s(analysisOf(causal("the cat sat on the mat")));
    const QImage image = s.picture();
    const CellGrid grid = s.view.matrixOf(0, s.view.rect());
    EXPECT_GT(coloursIn(image, grid.cell(1, 4)).size(), 2u) << "lines on a ground";
    EXPECT_TRUE(coloursIn(image, grid.cell(1, 4)).count(s.view.theme().masked.rgb()));
    EXPECT_EQ(coloursIn(image, grid.cell(5, 0)).size(), 1u) << "a weight is one colour";
}

TEST(HeadGrid, TransposingSwapsTheAxes) {
    Shown<HeadGrid> s(analysisOf(causal("the cat sat on the mat")));
    s.selection.edit(QStringLiteral("turn"), [](ViewState& v) { v.transposed = true; });
    const CellGrid grid = s.view.matrixOf(0, s.view.rect());
    EXPECT_GT(coloursIn(s.picture(), grid.cell(4, 1)).size(), 2u) << "key 4 of query 1";
    s.move(grid.cell(0, 5).center());
    EXPECT_EQ(s.selection.hover(), (Hover{0, 5, 0}));
}

// What the window shows large is nothing that was chosen for a figure.
TEST(HeadGrid, AFileFramesTheHeadOnlyOfAChoice) {
    Shown<HeadGrid> s(analysisOf("the cat sat on the mat"));
    const auto framePixels = [&](const QImage& image, int head) {
        const QRectF cells = s.view.matrixOf(head, s.view.rect()).rect;
        int count = 0; // from the cells outwards
        while (count < 8 && image.pixelColor(static_cast<int>(cells.left()) - 1 - count, static_cast<int>(cells.center().y())) != s.view.theme().paper) ++count;
        return count;
    };
    EXPECT_GT(framePixels(s.view.grab().toImage(), 0), framePixels(s.view.grab().toImage(), 1)) << "on the screen";
    EXPECT_EQ(framePixels(s.picture(), 0), framePixels(s.picture(), 1));
    s.selection.soloHead(0);
    EXPECT_GT(framePixels(s.picture(), 0), framePixels(s.picture(), 1));
}

TEST(HeadGrid, WhatIsPaintedIsWhatIsRendered) {
    Shown<HeadGrid> s(analysisOf(causal("the cat sat on the mat")));
    s.selection.soloHead(1);
    s.selection.pinQuery(2, false);
    EXPECT_EQ(s.view.grab().toImage().convertToFormat(QImage::Format_RGB32),
              s.picture().convertToFormat(QImage::Format_RGB32));
}

TEST(HeadGrid, ManyHeadsAndLongTextsFit) {
    Session session;
    session.sandbox.heads = 144;
    session.sandbox.dModel = 144 * 4;
    for (int i = 0; i < 300; ++i) session.text += "word" + std::to_string(i % 50) + " ";
    for (const QSize size : {QSize(300, 200), QSize(1600, 1000)}) {
        Shown<HeadGrid> s(analysisOf(session), size);
        std::vector<QRectF> seen;
        for (int h = 0; h < 144; ++h) {
            const QRectF rect = s.view.matrixOf(h, s.view.rect()).rect;
            EXPECT_TRUE(QRectF(s.view.rect()).contains(rect));
            EXPECT_GE(rect.width(), 4);
            for (const QRectF& other : seen) ASSERT_FALSE(rect.intersects(other));
            seen.push_back(rect);
        }
        EXPECT_FALSE(s.picture().isNull());
    }
}

TEST(HeadHeatmap, HoverLightsACellAndTheLabelsTheirTokens) {
    Shown<HeadHeatmap> s(analysisOf("the cat sat on a mat"));
    const HeatLayout at = s.view.places();
    s.move(at.cells.cell(4, 2).center());
    EXPECT_EQ(s.selection.hover(), (Hover{0, 4, 2}));
    s.move({at.rowLabels.right() - 10, at.cells.rowRect(1).center().y()});
    EXPECT_EQ(s.selection.shownQueries(), (std::vector<int>{1}));
    EXPECT_TRUE(s.selection.shownKeys().empty());
    s.move({at.cells.columnRect(5).center().x(), at.columnLabels.bottom() - 2});
    EXPECT_EQ(s.selection.shownKeys(), (std::vector<int>{5}));
    s.move({2, 2});
    EXPECT_TRUE(s.selection.shownKeys().empty());
}

TEST(HeadHeatmap, ClickKeepsACellAndCtrlClickSumsTokens) {
    Shown<HeadHeatmap> s(analysisOf("the cat sat on a mat"));
    const HeatLayout at = s.view.places();
    const auto label = [&](Index row) {
        return QPointF(at.rowLabels.right() - 10, at.cells.rowRect(row).center().y()).toPoint();
    };
    QTest::mouseClick(&s.view, Qt::LeftButton, {}, at.cells.cell(3, 1).center().toPoint());
    EXPECT_EQ(s.selection.state().pinnedQueries, (std::vector<int>{3}));
    EXPECT_EQ(s.selection.state().pinnedKeys, (std::vector<int>{1}));
    QTest::mouseClick(&s.view, Qt::LeftButton, {}, label(2));
    QTest::mouseClick(&s.view, Qt::LeftButton, Qt::ControlModifier, label(4));
    EXPECT_EQ(s.selection.state().pinnedQueries, (std::vector<int>{2, 4}));
    QTest::mouseClick(&s.view, Qt::LeftButton, Qt::ShiftModifier, label(2));
    EXPECT_EQ(s.selection.state().pinnedQueries, (std::vector<int>{4}));
}

TEST(HeadHeatmap, CellsHaveTheColourOfTheirWeightAndMaskedOnesAreHatched) {
    Session session =
        causal("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
               "seventeen eighteen nineteen twenty");
    session.sandbox.weights = WeightSource::Random;
    Shown<HeadHeatmap> s(analysisOf(session), {640, 460});
    const HeatLayout at = s.view.places();
    ASSERT_FALSE(at.numbers) << "numbers would stand in the way of the test";
    for (const int head : {0, 2}) {
        ViewState state;
        state.head = head;
        s.selection.setState(state);
        const QImage image = s.picture();
        for (Index q = 0; q < 20; ++q)
            for (Index k = 0; k <= q; ++k)
                ASSERT_EQ(pixel(image, at.cells.cell(q, k).center()), expectedColour(*s.analysis, state, head, q, k));
        const QRectF upper(at.cells.cell(0, 5).topLeft(), at.cells.cell(4, 19).bottomRight());
        EXPECT_GT(coloursIn(image, upper).size(), 2u);
        EXPECT_TRUE(coloursIn(image, upper).count(s.view.theme().masked.rgb()));
    }
}

/// Whether every cell's middle has its weight's colour but for the dropped ones, which are marked.
void expectCrosses(const QImage& image, const CellGrid& cells, const Analysis& a, const ViewState& state) {
    const Matrix softmax = a.trace->softmax(state.head);
    int marked = 0;
    ASSERT_GT(std::min(cells.cellWidth(), cells.cellHeight()), 6) << "room for a cross";
    for (Index i = 0; i < cells.rows; ++i) {
        for (Index j = 0; j < cells.columns; ++j) {
            const Index q = state.transposed ? j : i;
            const Index k = state.transposed ? i : j;
            const bool dropped = softmax(q, k) > 0 && a.weight(state.head, q, k) == 0;
            // A thin cross may miss one pixel, but not all nine in the middle.
            const QPointF middle = cells.cell(i, j).center();
            bool plain = true;
            for (const QPointF& aside : {QPointF(-1, -1), QPointF(0, -1), QPointF(1, -1), QPointF(-1, 0), QPointF(0, 0), QPointF(1, 0),
                                         QPointF(-1, 1), QPointF(0, 1), QPointF(1, 1)})
                plain = plain && pixel(image, middle + aside) == expectedColour(a, state, state.head, q, k);
            EXPECT_EQ(plain, !dropped) << q << ' ' << k << " in cells of " << cells.cellWidth();
            marked += dropped;
        }
    }
    EXPECT_GT(marked, 20);
}

TEST(HeadHeatmap, DroppedWeightsAreMarked) {
    Session session;
    session.text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.heads = 1;
    session.sandbox.dropout = 0.5;
    Shown<HeadHeatmap> large(analysisOf(session), {640, 400});
    ASSERT_FALSE(large.view.places().numbers) << "numbers would stand in the way of the test";
    Shown<HeadGrid> small(analysisOf(session), {300, 300});
    for (const bool transposed : {false, true}) {
        ViewState state;
        state.transposed = transposed;
        large.selection.setState(state);
        expectCrosses(large.picture(), large.view.places().cells, *large.analysis, state);
        small.selection.setState(state);
        expectCrosses(small.picture(), small.view.matrixOf(0, small.view.rect()), *small.analysis, state);
    }
}

TEST(HeadHeatmap, WhatIsPaintedIsWhatIsRendered) {
    Shown<HeadHeatmap> s(analysisOf(causal("the cat sat on the mat")));
    s.selection.pinCell(1, 2, 1);
    EXPECT_EQ(s.view.grab().toImage().convertToFormat(QImage::Format_RGB32),
              s.picture().convertToFormat(QImage::Format_RGB32));
}

TEST(HeadHeatmap, WheelZoomsAtThePointerAndDraggingPans) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "w" + std::to_string(i) + " ";
    Shown<HeadHeatmap> s(analysisOf(text));
    EXPECT_EQ(s.view.rowWindow(), (HeatWindow{0, 60}));
    const QPointF corner = s.view.places().cells.rect.topLeft() + QPointF(5, 5);
    for (int i = 0; i < 6; ++i) {
        QWheelEvent wheel(corner, s.view.mapToGlobal(corner), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&s.view, &wheel);
    }
    const HeatWindow near = s.view.rowWindow();
    EXPECT_LT(near.count, 20);
    EXPECT_EQ(near.first, 0) << "the cell under the pointer stays";
    const QPointF from = s.view.places().cells.rect.center();
    QTest::mousePress(&s.view, Qt::LeftButton, {}, from.toPoint());
    s.move(from - QPointF(0, 3 * s.view.places().cells.cellHeight()));
    QTest::mouseRelease(&s.view, Qt::LeftButton, {}, (from - QPointF(0, 80)).toPoint());
    EXPECT_EQ(s.view.rowWindow(), (HeatWindow{3, near.count}));
    EXPECT_TRUE(s.selection.state().pinnedQueries.empty()) << "dragging is not clicking";
    s.selection.pinQuery(50, false);
    EXPECT_GT(s.view.rowWindow().first + s.view.rowWindow().count, 50) << "the chosen token stays in sight";
    EXPECT_LE(s.view.rowWindow().first, 50);
    s.view.fit();
    EXPECT_EQ(s.view.rowWindow(), (HeatWindow{0, 60}));
}

TEST(HeadHeatmap, SlantedNamesStayAboveTheCells) {
    Shown<HeadHeatmap> s(analysisOf("( { [ g y ) } ] quinquagesima - ."), {500, 400});
    s.selection.pinKey(4, false);
    const HeatLayout at = s.view.places();
    ASSERT_TRUE(at.slanted);
    const QRectF edge(at.cells.rect.left() - 8, at.cells.rect.top() - 7, at.cells.rect.width() + 16, 8);
    s.selection.release();
    EXPECT_EQ(coloursIn(s.picture(), edge).size(), 1u) << "nothing but paper";
}

// Without renormalising, what hidden tokens leave of a row is shorter than its number.
TEST(HeadHeatmap, RowSumsKeepAwayFromTheColourBar) {
    Session session;
    session.text = "the cat sat on the mat";
    session.view.hidden = HiddenTokens::SpecialAndFirst;
    session.view.renormalise = false;
    Shown<HeadHeatmap> s(analysisOf(session), {640, 480});
    s.selection.setState(session.view);
    const HeatLayout at = s.view.places();
    ASSERT_FALSE(at.colourBar.isEmpty());
    const QRectF between(at.rowBars.right() - 2, at.cells.rect.top(), at.colourBar.left() - at.rowBars.right() + 4, at.cells.rect.height());
    EXPECT_EQ(coloursIn(s.picture(), between).size(), 1u) << "nothing but paper";
}

TEST(HeadHeatmap, ZoomedCellsAreTheExactOnesOfALongText) {
    Session session;
    session.sandbox.weights = WeightSource::Random;
    for (int i = 0; i < 1500; ++i) session.text += "w" + std::to_string(i) + " ";
    Shown<HeadHeatmap> s(analysisOf(session), {500, 400});
    ASSERT_GT(s.analysis->pictures[0].factor, 1);
    s.selection.pinQuery(700, false);
    s.view.zoomBy(60);
    s.selection.release();
    const HeatLayout at = s.view.places();
    const Index q = s.view.rowWindow().first + 3;
    const Index k = s.view.columnWindow().first + 4;
    const double top = static_cast<double>(s.analysis->pictures[0].greatest);
    const auto shade =
        static_cast<std::size_t>(std::lround(static_cast<double>(s.analysis->weight(0, q, k)) / top * 255));
    EXPECT_EQ(pixel(s.picture(), at.cells.cell(3, 4).topLeft() + QPointF(3, 3)),
              colourTable(ColourMapName::Viridis, false)[shade]);
}

TEST(Overview, WheelZoomsAtThePointerAndArrowsStayInSight) {
    Session session;
    session.text = "the cat sat on the mat";
    session.sandbox.heads = 16;
    Shown<OverviewView> s(analysisOf(session));
    const Result<OverviewPtr> one = overviewOf(s.analysis);
    ASSERT_TRUE(one.ok());
    auto many = std::make_shared<Overview>(**one);
    many->layers = 12;
    for (int layer = 1; layer < many->layers; ++layer) many->thumbs.insert(many->thumbs.end(), (*one)->thumbs.begin(), (*one)->thumbs.end());
    s.view.setOverview(many);
    const double whole = s.view.pictureOf(0, 0, s.view.rect()).width();
    const QPointF corner = s.view.pictureOf(11, 15, s.view.rect()).center();
    for (int i = 0; i < 8; ++i) {
        QWheelEvent wheel(corner, s.view.mapToGlobal(corner), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&s.view, &wheel);
    }
    EXPECT_EQ(s.view.headWindow(), (HeatWindow{12, 4}));
    EXPECT_EQ(s.view.layerWindow(), (HeatWindow{9, 3}));
    EXPECT_GT(s.view.pictureOf(11, 15, s.view.rect()).width(), 2.5 * whole);
    // What is clicked is what is seen there.
    QTest::mouseClick(&s.view, Qt::LeftButton, {}, s.view.pictureOf(10, 13, s.view.rect()).center().toPoint());
    EXPECT_EQ(s.selection.state().layer, 10);
    EXPECT_EQ(s.selection.state().head, 13);
    const QPointF from = s.view.pictureOf(10, 13, s.view.rect()).center();
    QTest::mousePress(&s.view, Qt::LeftButton, {}, from.toPoint());
    s.move(from + QPointF(1.2 * s.view.pictureOf(10, 13, s.view.rect()).width(), 0));
    QTest::mouseRelease(&s.view, Qt::LeftButton, {}, (from + QPointF(90, 0)).toPoint());
    EXPECT_EQ(s.view.headWindow(), (HeatWindow{11, 4})) << "dragging pans";
    EXPECT_EQ(s.selection.state().head, 13) << "and opens nothing";
    for (int i = 0; i < 9; ++i) QTest::keyClick(&s.view, Qt::Key_Left);
    EXPECT_EQ(s.selection.state().head, 4);
    EXPECT_LE(s.view.headWindow().first, 4);
    EXPECT_EQ(s.view.layerWindow(), (HeatWindow{9, 3}));
    s.view.fit();
    EXPECT_EQ(s.view.headWindow(), (HeatWindow{0, 16}));
}

TEST(Views, SurviveEverySizeAndAnEmptyText) {
    for (const char* text : {"", "a", "小猫坐在垫子上", "ذهب الولد إلى المدرسة", "👩‍🔬 👨‍👩‍👧‍👦 ok"}) {
        for (const QSize size : {QSize(1, 1), QSize(60, 40), QSize(300, 200), QSize(2000, 100)}) {
            Shown<HeadGrid> grid(analysisOf(text), size);
            Shown<HeadHeatmap> heatmap(analysisOf(text), size);
            grid.move({5, 5});
            heatmap.move({5, 5});
            heatmap.view.zoomBy(2);
            EXPECT_FALSE(grid.picture().isNull() || heatmap.picture().isNull());
        }
    }
}
