// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/exporter.h"
#include "ui/views/links_view.h"

#include <QPainter>
#include <QTest>
#include <QWheelEvent>
#include <gtest/gtest.h>

namespace headscope {
namespace {

const char* const animal = "The animal didn't cross the street because it was too tired";

class LinksViewTest : public testing::Test {
protected:
    void show(const Session& session, const QSize& size = {600, 450}) {
        view.setTheme(Theme::light());
        analysis = test::analysisOf(session);
        selection.setState(session.view);
        selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()),
                            static_cast<int>(analysis->keys.size()));
        view.setAnalysis(analysis);
        view.resize(size);
        view.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    }
    void show(const std::string& text) {
        Session session;
        session.text = text;
        show(session);
    }
    QPoint at(TokenSide side, int index) const { return view.layoutNow().box(side, index).center().toPoint(); }
    void hover(TokenSide side, int index) { QTest::mouseMove(&view, at(side, index)); }
    QImage picture() const {
        QImage image(view.size(), QImage::Format_ARGB32_Premultiplied);
        image.fill(Theme::light().paper);
        QPainter painter(&image);
        view.render(painter, view.rect(), Theme::light());
        return image;
    }
    /// Pixels between the columns that are not paper.
    int inked(const QImage& image) const {
        const QRect field = curveField(view.layoutNow()).toRect().adjusted(4, 0, -4, 0);
        int count = 0;
        for (int y = field.top(); y < field.bottom(); ++y)
            for (int x = field.left(); x < field.right(); ++x) count += image.pixelColor(x, y) != Theme::light().paper;
        return count;
    }
    void wheel(int delta, Qt::KeyboardModifiers modifiers = {}) {
        const QPointF middle = QRectF(view.rect()).center();
        QWheelEvent event(middle, view.mapToGlobal(middle), {}, {0, delta}, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&view, &event);
    }

    Selection selection;
    LinksView view{selection};
    AnalysisPtr analysis;
};

TEST_F(LinksViewTest, HoveringATokenLeavesOnlyItsLinks) {
    show(animal);
    const int before = inked(picture());
    hover(TokenSide::Query, 7);
    EXPECT_EQ(selection.shownQueries(), std::vector<int>{7});
    const QImage outgoing = picture();
    EXPECT_LT(inked(outgoing), before / 3);
    EXPECT_GT(inked(outgoing), 500);
    hover(TokenSide::Key, 1);
    EXPECT_TRUE(selection.shownQueries().empty());
    EXPECT_EQ(selection.shownKeys(), std::vector<int>{1});
    EXPECT_NE(picture(), outgoing);
}

TEST_F(LinksViewTest, LeavingWaitsAMoment) {
    show(animal);
    hover(TokenSide::Query, 3);
    QTest::mouseMove(&view, curveField(view.layoutNow()).center().toPoint());
    EXPECT_EQ(selection.shownQueries(), std::vector<int>{3}) << "at once it stays";
    hover(TokenSide::Query, 4);
    QTest::qWait(HoverDelay::milliseconds + 100);
    EXPECT_EQ(selection.shownQueries(), std::vector<int>{4}) << "a neighbour reached in time stops the clock";
    QTest::mouseMove(&view, curveField(view.layoutNow()).center().toPoint());
    EXPECT_TRUE(QTest::qWaitFor([&] { return selection.shownQueries().empty(); }, 2000));
}

TEST_F(LinksViewTest, WhatAnotherViewHoversIsLeftAlone) {
    show(animal);
    hover(TokenSide::Query, 3);
    QTest::mouseMove(&view, curveField(view.layoutNow()).center().toPoint());
    selection.hoverQuery(9);
    QTest::qWait(HoverDelay::milliseconds + 100);
    EXPECT_EQ(selection.shownQueries(), std::vector<int>{9});
}

TEST_F(LinksViewTest, ClickPinsAndCtrlClickAddsAndSums) {
    show(animal);
    QTest::mouseClick(&view, Qt::LeftButton, {}, at(TokenSide::Query, 7));
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{7});
    QTest::mouseClick(&view, Qt::LeftButton, Qt::ControlModifier, at(TokenSide::Query, 2));
    QTest::mouseClick(&view, Qt::LeftButton, Qt::ShiftModifier, at(TokenSide::Query, 4));
    EXPECT_EQ(selection.state().pinnedQueries, (std::vector<int>{2, 4, 7}));
    QTest::mouseClick(&view, Qt::LeftButton, {}, at(TokenSide::Key, 1));
    EXPECT_EQ(selection.state().pinnedKeys, std::vector<int>{1});
    EXPECT_TRUE(selection.state().pinnedQueries.empty());
    QTest::mouseClick(&view, Qt::RightButton, {}, at(TokenSide::Key, 3));
    EXPECT_EQ(selection.state().pinnedKeys, std::vector<int>{1});
}

TEST_F(LinksViewTest, PinnedTokensAreFilledInTheirRolesColour) {
    show(animal);
    selection.pinQuery(7, false);
    const Theme theme = Theme::light();
    const auto corner = [&](TokenSide side, int i) {
        const QRectF box = view.layoutNow().box(side, i);
        return picture().pixelColor(static_cast<int>(box.left()) + 8, static_cast<int>(box.center().y()));
    };
    EXPECT_EQ(corner(TokenSide::Query, 7), theme.query);
    EXPECT_NE(corner(TokenSide::Query, 6), theme.query);
    selection.release();
    selection.pinKey(5, false);
    const QRectF box = view.layoutNow().box(TokenSide::Key, 5);
    EXPECT_EQ(picture().pixelColor(static_cast<int>(box.right()) - 8, static_cast<int>(box.center().y())), theme.key);
}

TEST_F(LinksViewTest, StripesStandBesideWhatTheChosenTokenReads) {
    show(animal); // designed heads: previous, next, first, same
    selection.pinQuery(7, false);
    const QImage image = picture();
    const LinksLayout layout = view.layoutNow();
    const Theme theme = Theme::light();
    const auto stripe = [&](int key, int head) {
        const QRectF box = layout.stripes(TokenSide::Key, key);
        const double x = box.left() + box.width() * (head + 0.5) / 4;
        return image.pixelColor(static_cast<int>(x), static_cast<int>(box.top()) + 3);
    };
    const auto close = [](const QColor& a, const QColor& b) {
        return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue()) < 40;
    };
    EXPECT_TRUE(close(stripe(7, 0), theme.paper));
    EXPECT_TRUE(close(stripe(6, 0), theme.head(0, 4)));
    EXPECT_TRUE(close(stripe(8, 1), theme.head(1, 4)));
    EXPECT_TRUE(close(stripe(0, 2), theme.head(2, 4)));
    // The word and its number stand on paper, not on a stripe.
    const QRectF name = layout.nameBox(TokenSide::Key, 7);
    for (int x = static_cast<int>(name.left()) + 1; x < static_cast<int>(name.right()); ++x)
        EXPECT_EQ(image.pixelColor(x, static_cast<int>(name.top()) + 2), theme.paper) << x;
}

TEST_F(LinksViewTest, DirectionDecidesWhenACellIsChosen) {
    show(animal);
    selection.pinCell(0, 7, 0);
    const QImage reads = picture();
    selection.edit({}, [](ViewState& s) { s.direction = Direction::IsReadBy; });
    EXPECT_NE(picture(), reads);
}

TEST_F(LinksViewTest, TransposedAndHorizontalPicturesTakeTheSameGestures) {
    Session session;
    session.text = animal;
    for (const bool transposed : {false, true})
        for (const bool horizontal : {false, true}) {
            session.view.transposed = transposed;
            session.view.horizontalLinks = horizontal;
            show(session);
            hover(TokenSide::Query, 2);
            EXPECT_EQ(selection.hover().query, 2);
            hover(TokenSide::Key, 9);
            EXPECT_EQ(selection.hover().key, 9);
            selection.clearHover();
            EXPECT_GT(inked(picture()), 1000);
        }
}

TEST_F(LinksViewTest, CrossAttentionPutsEachSentenceOnItsSide) {
    Session session;
    session.text = "The cat sat";
    session.text2 = "القطة جلست على السجادة";
    session.view.horizontalLinks = true;
    show(session);
    const LinksLayout layout = view.layoutNow();
    EXPECT_EQ(layout.count(TokenSide::Query), 3);
    EXPECT_EQ(layout.count(TokenSide::Key), 4);
    EXPECT_LT(layout.box(TokenSide::Query, 0).left(), layout.box(TokenSide::Query, 2).left());
    EXPECT_GT(layout.box(TokenSide::Key, 0).left(), layout.box(TokenSide::Key, 3).left());
}

TEST_F(LinksViewTest, TheWheelScrollsLongTextsAndZoomsWithCtrl) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";
    show(text);
    EXPECT_EQ(view.layoutNow().first(TokenSide::Query), 0);
    wheel(-120);
    EXPECT_GT(view.layoutNow().first(TokenSide::Query), 0);
    wheel(1200);
    EXPECT_EQ(view.layoutNow().first(TokenSide::Query), 0);
    const double scale = view.layoutNow().scale();
    wheel(120, Qt::ControlModifier);
    EXPECT_GT(view.layoutNow().scale(), scale);
    view.fit();
    EXPECT_EQ(view.layoutNow().share(), 1);
    view.zoomBy(2);
    EXPECT_LT(view.layoutNow().share(), 1);
}

TEST_F(LinksViewTest, TheChosenTokenComesIntoSight) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";
    show(text);
    const auto inSight = [&](int i) {
        return view.layoutNow().first(TokenSide::Query) <= i && i < view.layoutNow().last(TokenSide::Query);
    };
    for (const int query : {250, 3, 299}) {
        selection.pinQuery(query, false);
        EXPECT_TRUE(inSight(query)) << query;
    }
    selection.hoverQuery(100);
    EXPECT_TRUE(inSight(100));
}

TEST_F(LinksViewTest, HoveringNeverScrollsThePictureAway) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";
    show(text);
    wheel(-360);
    const int first = view.layoutNow().first(TokenSide::Query);
    hover(TokenSide::Query, first + 1);
    EXPECT_EQ(selection.hover().query, first + 1);
    EXPECT_EQ(view.layoutNow().first(TokenSide::Query), first);
}

TEST_F(LinksViewTest, WhatIsRenderedIsWhatIsPainted) {
    show(animal);
    for (const bool hovered : {false, true}) {
        if (hovered) selection.hoverQuery(7);
        const QImage painted = view.grab().toImage().convertToFormat(QImage::Format_ARGB32_Premultiplied);
        EXPECT_EQ(painted, picture());
        EXPECT_EQ(view.grab().toImage().convertToFormat(QImage::Format_ARGB32_Premultiplied), painted) << "from the cache";
    }
}

TEST_F(LinksViewTest, EveryDialChangesThePicture) {
    Session session;
    session.text = animal;
    session.sandbox.weights = WeightSource::Random;
    show(session);
    const QImage before = picture();
    const std::vector<std::function<void(ViewState&)>> dials{
        [](ViewState& s) { s.mass = 0.3; },         [](ViewState& s) { s.gamma = 2; },
        [](ViewState& s) { s.width = 6; },          [](ViewState& s) { s.activeHeads = {1}; },
        [](ViewState& s) { s.transposed = true; },  [](ViewState& s) { s.horizontalLinks = true; },
        [](ViewState& s) { s.hidden = HiddenTokens::SpecialAndFirst; }};
    for (std::size_t i = 0; i < dials.size(); ++i) {
        ViewState state = session.view;
        dials[i](state);
        selection.setState(state);
        EXPECT_NE(picture(), before) << i;
        selection.setState(session.view);
        EXPECT_EQ(picture(), before) << i;
    }
    const QImage hidden = [&] {
        selection.edit({}, [](ViewState& s) { s.hidden = HiddenTokens::SpecialAndFirst; });
        return picture();
    }();
    selection.edit({}, [](ViewState& s) { s.renormalise = true; });
    EXPECT_NE(picture(), hidden);
}

TEST_F(LinksViewTest, NoWordsAndTinyRectanglesAreHarmless) {
    show("");
    EXPECT_NE(picture().pixelColor(0, 0), QColor(Qt::black));
    QTest::mouseMove(&view, {100, 100});
    QTest::mouseClick(&view, Qt::LeftButton, {}, {100, 100});
    wheel(120);
    view.zoomBy(2);
    show(animal);
    QImage image(40, 30, QImage::Format_ARGB32_Premultiplied);
    for (const QRectF& rect : {QRectF(0, 0, 40, 30), QRectF(0, 0, 1, 1), QRectF(0, 0, 0, 0)})
        for (const bool horizontal : {false, true}) {
            selection.edit({}, [&](ViewState& s) { s.horizontalLinks = horizontal; });
            QPainter painter(&image);
            view.render(painter, rect, Theme::darkTheme());
        }
}

TEST_F(LinksViewTest, AViewThatNobodySeesDrawsAllTokens) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";
    Session session;
    session.text = text;
    LinksView hidden(selection);
    const AnalysisPtr all = test::analysisOf(session);
    selection.setExtent(4, 300, 300);
    hidden.setAnalysis(all);
    hidden.resize(600, 450);
    EXPECT_EQ(hidden.layoutNow().share(), 1);
}

TEST_F(LinksViewTest, ShapesStaySmallAndInsideThePicture) {
    Session session;
    session.text.clear();
    for (int i = 0; i < 32; ++i) session.text += "word" + std::to_string(i) + " ";
    session.sandbox.heads = 8;
    session.sandbox.weights = WeightSource::Random;
    show(session);
    const std::string path = "links_view_test.svg";
    ASSERT_TRUE(exportPicture(view, Theme::light(), {PictureFormat::Svg, {600, 450}}, path).ok());
    QFile file(QString::fromStdString(path));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    const QByteArray svg = file.readAll();
    EXPECT_LT(svg.size(), 1'000'000);
    EXPECT_GT(svg.count("<path"), 50);
    EXPECT_TRUE(svg.contains(">word3<"));
    EXPECT_FALSE(svg.contains("<image"));
    file.remove();
}

} // namespace
} // namespace headscope
