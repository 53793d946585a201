// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/views/text_strip.h"

#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <gtest/gtest.h>

namespace headscope {
namespace {

const char* const animal = "The animal didn't cross the street because it was too tired";

class TextStripTest : public testing::Test {
protected:
    void show(const Session& session, int width = 700) {
        strip.setTheme(Theme::light());
        const AnalysisPtr analysis = test::analysisOf(session);
        selection.setState(session.view);
        selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()),
                            static_cast<int>(analysis->keys.size()));
        strip.setAnalysis(analysis);
        strip.resize(width, strip.heightForWidth(width));
        strip.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&strip));
    }
    void show(const std::string& text, int width = 700) {
        Session session;
        session.text = text;
        show(session, width);
    }
    QPoint at(TokenSide side, int index) const {
        return strip.chip(side, index).center().toPoint() - QPoint(0, 4);
    }
    QImage picture() const {
        QImage image(strip.size(), QImage::Format_ARGB32_Premultiplied);
        image.fill(Theme::light().paper);
        QPainter painter(&image);
        strip.render(painter, strip.rect(), Theme::light());
        return image;
    }
    bool inSight(int token) const {
        const QRectF chip = strip.chip(TokenSide::Query, token);
        return chip.top() >= -1 && chip.bottom() <= strip.height() + 1;
    }
    QColor ground(int token) const {
        const QRectF chip = strip.chip(TokenSide::Query, token);
        return picture().pixelColor(static_cast<int>(chip.left()) + 3, static_cast<int>(chip.top()) + 12);
    }

    Selection selection;
    TextStrip strip{selection};
};

TEST_F(TextStripTest, HoverFollowsTheWordAndLeavingWaits) {
    show(animal);
    QTest::mouseMove(&strip, at(TokenSide::Query, 7));
    EXPECT_EQ(selection.hover().query, 7);
    QTest::mouseMove(&strip, {strip.width() - 3, 3});
    EXPECT_EQ(selection.hover().query, 7);
    EXPECT_TRUE(QTest::qWaitFor([&] { return !selection.hover().query; }, 2000));
}

TEST_F(TextStripTest, DirectionTurnsAWordIntoAKey) {
    Session session;
    session.text = animal;
    session.view.direction = Direction::IsReadBy;
    show(session);
    QTest::mouseMove(&strip, at(TokenSide::Query, 7));
    EXPECT_EQ(selection.hover().key, 7);
    EXPECT_FALSE(selection.hover().query);
}

TEST_F(TextStripTest, AClickPinsAtOnce) {
    show(animal);
    QTest::mouseClick(&strip, Qt::LeftButton, {}, at(TokenSide::Query, 7));
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{7});
    QTest::mouseClick(&strip, Qt::LeftButton, Qt::ControlModifier, at(TokenSide::Query, 2));
    EXPECT_EQ(selection.state().pinnedQueries, (std::vector<int>{2, 7}));
}

TEST_F(TextStripTest, DoubleClickForbidsReadingAndLeavesThePinsAsTheyWere) {
    show(animal);
    selection.pinQuery(5, false);
    QSignalSpy padding(&strip, &TextStrip::paddingToggled);
    QSignalSpy edited(&selection, &Selection::edited);
    QTest::mouseClick(&strip, Qt::LeftButton, {}, at(TokenSide::Query, 3));
    QTest::mouseDClick(&strip, Qt::LeftButton, {}, at(TokenSide::Query, 3));
    ASSERT_EQ(padding.count(), 1);
    EXPECT_EQ(padding[0][0].toInt(), 3);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{5});
    ASSERT_EQ(edited.count(), 2);
    EXPECT_EQ(edited[0][1], edited[1][1]);
    EXPECT_TRUE(edited[0][2].toBool() && edited[1][2].toBool()) << "undo merges them into nothing";
}

TEST_F(TextStripTest, OnlyKeysCanBeForbiddenInCrossAttention) {
    Session session;
    session.text = "The cat sat";
    session.text2 = "القطة جلست على السجادة";
    show(session);
    QSignalSpy padding(&strip, &TextStrip::paddingToggled);
    QTest::mouseDClick(&strip, Qt::LeftButton, {}, at(TokenSide::Query, 1));
    EXPECT_EQ(padding.count(), 0);
    QTest::mouseDClick(&strip, Qt::LeftButton, {}, at(TokenSide::Key, 2));
    ASSERT_EQ(padding.count(), 1);
    EXPECT_EQ(padding[0][0].toInt(), 2);
    // The key sentence stands below, right to left.
    EXPECT_GT(strip.chip(TokenSide::Key, 0).top(), strip.chip(TokenSide::Query, 0).top());
    EXPECT_GT(strip.chip(TokenSide::Key, 0).left(), strip.chip(TokenSide::Key, 1).left());
    EXPECT_LT(strip.chip(TokenSide::Query, 0).left(), strip.chip(TokenSide::Query, 1).left());
}

TEST_F(TextStripTest, TheChosenWordIsInvertedInItsRolesColour) {
    show(animal);
    selection.pinQuery(7, false);
    EXPECT_EQ(ground(7), Theme::light().query);
    EXPECT_NE(ground(6), Theme::light().query);
    selection.pinCell(0, 299, 5);
    EXPECT_EQ(ground(5), Theme::light().key);
}

TEST_F(TextStripTest, BarsShowWhatTheChosenWordReads) {
    show(animal); // designed heads: previous, next, first, same
    selection.pinQuery(7, false);
    const QImage image = picture();
    const Theme theme = Theme::light();
    /// Saturated pixels of the head's colour in the chip's barcode.
    const auto lit = [&](int token, int head) {
        const QRectF box = strip.chip(TokenSide::Query, token);
        const QColor colour = theme.head(head, 4);
        for (int y = static_cast<int>(box.center().y()); y < box.bottom(); ++y)
            for (int x = static_cast<int>(box.left()); x < box.right(); ++x) {
                const QColor c = image.pixelColor(x, y);
                if (std::abs(c.red() - colour.red()) + std::abs(c.green() - colour.green()) + std::abs(c.blue() - colour.blue()) < 12) return true;
            }
        return false;
    };
    EXPECT_TRUE(lit(6, 0));
    EXPECT_TRUE(lit(8, 1));
    EXPECT_TRUE(lit(0, 2));
    EXPECT_FALSE(lit(3, 0));
    EXPECT_FALSE(lit(8, 0));
}

TEST_F(TextStripTest, TheKeyboardMovesAlongTheText) {
    show(animal);
    strip.setFocus();
    QTest::keyClick(&strip, Qt::Key_Right);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{0});
    QTest::keyClick(&strip, Qt::Key_Right);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{1});
    QTest::keyClick(&strip, Qt::Key_End);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{10});
    QTest::keyClick(&strip, Qt::Key_Left);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{9});
    QTest::keyClick(&strip, Qt::Key_Home);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{0});
    QSignalSpy padding(&strip, &TextStrip::paddingToggled);
    QTest::keyClick(&strip, Qt::Key_Delete);
    ASSERT_EQ(padding.count(), 1);
    EXPECT_EQ(padding[0][0].toInt(), 0);
}

TEST_F(TextStripTest, LeftIsOnwardsInRightToLeftText) {
    show("القطة جلست على السجادة");
    selection.pinQuery(0, false);
    QTest::keyClick(&strip, Qt::Key_Left);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{1});
}

TEST_F(TextStripTest, AsksForOneLineOrTwoAndScrollsTheRest) {
    show(animal);
    const int one = strip.heightForWidth(700);
    EXPECT_LT(one, 60);
    EXPECT_GT(strip.heightForWidth(300), one);
    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";
    show(text);
    EXPECT_LT(strip.height(), 2.2 * one);
    for (const int token : {250, 3, 299}) {
        selection.pinQuery(token, false);
        EXPECT_TRUE(inSight(token)) << token;
    }
    selection.pinKey(5, false);
    EXPECT_TRUE(inSight(5)) << "a key that joins the query, which stays";
    selection.pinQuery(299, false);
    const QPointF middle = QRectF(strip.rect()).center();
    QWheelEvent up(middle, strip.mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&strip, &up);
    EXPECT_FALSE(inSight(299));
}

TEST_F(TextStripTest, ALayoutGivesItItsHeight) {
    show(animal, 300);
    QWidget parent;
    auto* layout = new QVBoxLayout(&parent);
    auto* inner = new TextStrip(selection);
    Session session;
    session.text = animal;
    inner->setAnalysis(test::analysisOf(session));
    layout->addWidget(inner);
    layout->addWidget(new QWidget, 1);
    parent.resize(320, 400);
    parent.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&parent));
    EXPECT_EQ(inner->height(), inner->heightForWidth(inner->width()));
}

TEST_F(TextStripTest, WhatIsRenderedIsWhatIsPainted) {
    show(animal);
    selection.pinQuery(7, false);
    EXPECT_EQ(strip.grab().toImage().convertToFormat(QImage::Format_ARGB32_Premultiplied), picture());
}

TEST_F(TextStripTest, ForbiddenWordsAreMarked) {
    Session session;
    session.text = animal;
    show(session);
    const QImage before = picture();
    session.sandbox.mask.padding = {3};
    show(session);
    const QRect chip = strip.chip(TokenSide::Query, 3).toRect().adjusted(2, 4, -2, -16);
    EXPECT_NE(picture().copy(chip), before.copy(chip));
}

TEST_F(TextStripTest, NoWordsAreHarmless) {
    show("");
    picture();
    QTest::mouseMove(&strip, {20, 10});
    QTest::mouseClick(&strip, Qt::LeftButton, {}, {20, 10});
    QTest::keyClick(&strip, Qt::Key_Right);
    EXPECT_GT(strip.sizeHint().height(), 10);
    EXPECT_TRUE(strip.chip(TokenSide::Query, 0).isNull());
}

} // namespace
} // namespace headscope
