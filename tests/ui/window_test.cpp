// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window, driven through its real widgets.
#include "tests/ui/window_fixture.h"

#include "core/sources/examples.h"
#include "ui/panels/find_bar.h"
#include "ui/panels/help_overlay.h"
#include "ui/panels/mask_panel.h"
#include "ui/panels/side_panel.h"
#include "ui/views/text_strip.h"
#include "ui/window_actions.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QSpinBox>
#include <random>

namespace headscope::test {
namespace {

TEST_F(WindowTest, FirstStartIsAFinishedPicture) {
    EXPECT_EQ(session().text, examples().front().text);
    ASSERT_EQ(session().view.pinnedQueries.size(), 1U);
    EXPECT_EQ(document().analysis()->queries[static_cast<std::size_t>(session().view.pinnedQueries[0])].text, "it");
    EXPECT_TRUE(window().description().contains(QStringLiteral("“it” reads")));
    EXPECT_FALSE(document().isModified());
    // Picture first: the views own at least 70 % of the window.
    double seen = 0;
    std::vector<const QWidget*> views = {window().findChild<TextStrip*>()};
    for (const Pane* pane : window().panes()) views.push_back(&pane->view());
    for (const QWidget* view : views)
        if (view->isVisible()) seen += static_cast<double>(view->width()) * view->height();
    EXPECT_GE(seen, 0.70 * 1280 * 800);
}

TEST_F(WindowTest, TypingChangesEveryPicture) {
    const auto before = pictures();
    QTest::keyClicks(&sentence(), QStringLiteral("The cat "));
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(document().analysis()->queries[1].text, "cat");
    for (const auto& [name, picture] : pictures()) EXPECT_NE(picture, before.at(name)) << name.toStdString();
}

TEST_F(WindowTest, PlainKeysAreTypedNotObeyed) {
    const ViewState before = session().view;
    sentence().setText(QString());
    sentence().setFocus();
    QTest::keyClicks(&sentence(), QStringLiteral("TtMm[]1 0+-fd/p"));
    EXPECT_EQ(sentence().text(), QStringLiteral("TtMm[]1 0+-fd/p"));
    EXPECT_EQ(session().text, "TtMm[]1 0+-fd/p");
    EXPECT_EQ(session().view.transposed, before.transposed);
    EXPECT_TRUE(session().sandbox.mask.none());
    EXPECT_TRUE(session().view.activeHeads.empty());
    EXPECT_FALSE(window().selection().painting());
}

TEST_F(WindowTest, FieldsKeepTheirKeys) {
    const Session before = session();
    for (const char* name : {"heads", "dK"}) {
        auto* spin = control<QSpinBox>(name);
        spin->setFocus();
        QTest::keyClicks(spin, QStringLiteral("tmdpf[]{}"));
        EXPECT_EQ(session(), before) << name;
        EXPECT_FALSE(window().selection().painting());
        QTest::keyClick(spin, Qt::Key_Escape);
        EXPECT_TRUE(window().focusView().hasFocus()) << name;
        EXPECT_EQ(session(), before) << "Esc leaves the field and releases nothing yet";
    }
}

TEST_F(WindowTest, LayerKeysSayThatThereIsOne) {
    pressKey(Qt::Key_BraceRight, Qt::ShiftModifier);
    EXPECT_TRUE(window().description().contains(QStringLiteral("one layer")));
    pressKey(Qt::Key_Up);
    EXPECT_FALSE(window().description().contains(QStringLiteral("one layer")));
}

TEST_F(WindowTest, TheDialsNeverLieUnderTheirScrollBar) {
    for (const char* name : {"layer", "more", "designs", "mask", "picture", "notes"}) {
        auto* section = control<QAbstractButton>((std::string(name) + "Section").c_str());
        section->setChecked(true);
    }
    control<QSpinBox>("heads")->setValue(12);
    ASSERT_TRUE(waitForAnswer());
    for (const QSize size : {QSize(1280, 800), QSize(900, 600), QSize(860, 520)}) {
        window().resize(size);
        QTest::qWait(20);
        const QScrollArea& dials = window().dials();
        EXPECT_LE(dials.widget()->width(), dials.viewport()->width());
        for (const QWidget* dial : dials.widget()->findChildren<QWidget*>()) {
            if (!dial->isVisible()) continue;
            const int right = dial->mapTo(dials.widget(), QPoint(dial->width(), 0)).x();
            EXPECT_LE(right, dials.viewport()->width()) << dial->metaObject()->className() << ' ' << dial->objectName().toStdString();
            EXPECT_GE(dial->width(), dial->minimumSizeHint().width()) << dial->objectName().toStdString();
        }
    }
}

TEST_F(WindowTest, NotesTakeFourLinesUntilMoreIsAskedFor) {
    control<QAbstractButton>("notesSection")->setChecked(true);
    document().edit(QStringLiteral("mask"), [](Session& s) { s.sandbox.mask.causal = true; });
    ASSERT_TRUE(waitForAnswer());
    QTest::qWait(20);
    auto* notes = control<QLabel>("pictureNotes");
    const int four = 4 * notes->fontMetrics().lineSpacing() + 4;
    EXPECT_LE(notes->height(), four);
    EXPECT_TRUE(notes->text().endsWith(QChar(0x2026)));
    control<QAbstractButton>("moreNotes")->click();
    EXPECT_TRUE(QTest::qWaitFor([&] { return notes->height() > four; })) << notes->height();
    EXPECT_TRUE(notes->text().contains(QString::fromStdString(document().analysis()->notes.back())));
}

TEST_F(WindowTest, RightToLeftWritingBeginsAtTheRight) {
    sentence().setText(QStringLiteral("قرأ الولد"));
    const int half = sentence().width() / 2;
    QTextCursor start(sentence().document());
    EXPECT_GT(sentence().cursorRect(start).x(), half);
    sentence().setText(QStringLiteral("The boy"));
    EXPECT_LT(sentence().cursorRect(QTextCursor(sentence().document())).x(), half);
}

TEST_F(WindowTest, RapidTypingEndsWithTheTextsOwnPicture) {
    std::mt19937 random(7);
    sentence().setFocus();
    for (int i = 0; i < 400; ++i) {
        const auto kind = random() % 10;
        if (kind == 0) QTest::keyClick(&sentence(), Qt::Key_Backspace);
        else if (kind == 1) QTest::keyClick(&sentence(), Qt::Key_Home);
        else if (kind == 2) QTest::keyClick(&sentence(), Qt::Key_Z, Qt::ControlModifier);
        else QTest::keyClick(&sentence(), static_cast<char>(kind == 3 ? ' ' : 'a' + static_cast<char>(random() % 26)));
    }
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(document().analysis()->text, session().text);
    EXPECT_EQ(sentence().text().toStdString(), session().text);
}

TEST_F(WindowTest, AnEmptySentenceIsAQuietPicture) {
    sentence().setText(QString());
    document().edit(QStringLiteral("typing"), [](Session& s) { s.text.clear(); });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(document().analysis()->empty());
    EXPECT_FALSE(document().error().has_value());
    pictures();
    for (const Qt::Key key : {Qt::Key_Up, Qt::Key_Left, Qt::Key_BracketRight, Qt::Key_1, Qt::Key_Space, Qt::Key_Escape, Qt::Key_F})
        pressKey(key);
}

TEST_F(WindowTest, EveryPinReachesEveryView) {
    const auto before = pictures();
    pressKey(Qt::Key_Up);
    const auto moved = pictures();
    for (const char* name : {"heads", "links", "head", "vectors"})
        EXPECT_NE(moved.at(QString::fromLatin1(name)), before.at(QString::fromLatin1(name))) << name;
    pressKey(Qt::Key_BracketRight);
    EXPECT_EQ(session().view.head, 1);
    const auto another = pictures();
    for (const char* name : {"head", "vectors"})
        EXPECT_NE(another.at(QString::fromLatin1(name)), moved.at(QString::fromLatin1(name))) << name;
    EXPECT_EQ(another.at(QStringLiteral("heads")), moved.at(QStringLiteral("heads"))) << "only the screen marks the one shown large";
}

TEST_F(WindowTest, TheKeyboardDoesEverything) {
    const int it = session().view.pinnedQueries[0];
    pressKey(Qt::Key_Down);
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{it + 1}));
    pressKey(Qt::Key_Right);
    EXPECT_EQ(session().view.pinnedKeys, (std::vector<int>{0}));
    pressKey(Qt::Key_Escape);
    EXPECT_TRUE(session().view.pinnedQueries.empty() && session().view.pinnedKeys.empty());
    pressKey(Qt::Key_3);
    EXPECT_EQ(session().view.activeHeads, (std::vector<int>{2}));
    pressKey(Qt::Key_0);
    EXPECT_TRUE(session().view.activeHeads.empty());
    pressKey(Qt::Key_T);
    EXPECT_TRUE(session().view.transposed);
    EXPECT_TRUE(window().actions().transpose->isChecked());
    pressKey(Qt::Key_D);
    EXPECT_EQ(session().view.direction, Direction::IsReadBy);
    window().selection().hoverQuery(2);
    pressKey(Qt::Key_Space);
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{2}));
    pressKey(Qt::Key_P);
    EXPECT_TRUE(window().selection().painting());
    pressKey(Qt::Key_Escape);
    EXPECT_FALSE(window().selection().painting());
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{2})) << "the first Esc only puts the brush down";
    pressKey(Qt::Key_Slash);
    EXPECT_TRUE(sentence().hasFocus());
    QTest::keyClick(&sentence(), Qt::Key_Escape);
    EXPECT_TRUE(window().focusView().hasFocus());
}

TEST_F(WindowTest, MasksCycle) {
    const auto mask = [this]() -> const MaskSpec& { return session().sandbox.mask; };
    pressKey(Qt::Key_M);
    EXPECT_TRUE(mask().causal && !mask().window && !mask().prefix);
    pressKey(Qt::Key_M);
    EXPECT_TRUE(!mask().causal && mask().window && !mask().prefix);
    pressKey(Qt::Key_M);
    EXPECT_TRUE(!mask().causal && !mask().window && mask().prefix);
    pressKey(Qt::Key_M);
    EXPECT_TRUE(mask().none());
}

TEST_F(WindowTest, PaintingForbidsTheCellInEveryHead) {
    pressKey(Qt::Key_P);
    window().selection().pinCell(0, 3, 2);
    ASSERT_TRUE(waitForAnswer());
    for (int h = 0; h < 4; ++h) EXPECT_EQ(document().analysis()->weight(h, 3, 2), 0);
    EXPECT_GT(document().analysis()->weight(0, 4, 3), 0);
    window().selection().pinCell(0, 3, 2);
    EXPECT_FALSE(session().sandbox.mask.grid);
}

TEST_F(WindowTest, PaddingFollowsTheChosenTokens) {
    auto* pad = [this]() -> QPushButton* {
        for (QPushButton* button : window().dials().mask().findChildren<QPushButton*>())
            if (button->text() == QLatin1String("Pad chosen")) return button;
        return nullptr;
    }();
    ASSERT_TRUE(pad);
    ASSERT_TRUE(pad->isEnabled());
    pad->click();
    ASSERT_TRUE(waitForAnswer());
    const int it = session().view.pinnedQueries[0];
    EXPECT_EQ(session().sandbox.mask.padding, (std::vector<int>{it}));
    for (const Scalar weight : document().analysis()->column(3, it)) EXPECT_EQ(weight, 0);
    pressKey(Qt::Key_Escape);
    EXPECT_FALSE(pad->isEnabled());
    EXPECT_TRUE(pad->toolTip().contains(QStringLiteral("no token is pinned")));
}

TEST_F(WindowTest, EveryDialCanBeTurnedAndUndone) {
    struct Turn {
        const char* name;
        std::function<void()> act;
    };
    const std::vector<Turn> turns = {
        {"heads", [this] { control<QSpinBox>("heads")->stepUp(); }},
        {"dModel", [this] { control<QSpinBox>("dModel")->stepDown(); }},
        {"dK", [this] { control<QSpinBox>("dK")->stepUp(); }},
        {"dV", [this] { control<QSpinBox>("dV")->stepBy(3); }},
        {"score", [this] { control<QComboBox>("score")->setCurrentIndex(2); }},
        {"temperature", [this] { control<QSlider>("temperature")->setValue(150); }},
        {"weights", [this] { control<QComboBox>("weights")->setCurrentIndex(1); }},
        {"kvHeads", [this] { control<QSpinBox>("kvHeads")->stepDown(); }},
        {"combine", [this] { control<QComboBox>("combine")->setCurrentIndex(2); }},
        {"dropout", [this] { control<QSlider>("dropout")->setValue(60); }},
        {"seed", [this] { control<QSpinBox>("seed")->setValue(12); }},
        {"tokens", [this] { control<QComboBox>("tokens")->setCurrentIndex(1); }},
        {"positions", [this] { control<QComboBox>("positions")->setCurrentIndex(2); }},
        {"after", [this] { control<QComboBox>("after")->setCurrentIndex(1); }},
        {"causal", [this] { control<QCheckBox>("causal")->click(); }},
        {"colours", [this] { control<QComboBox>("colours")->setCurrentIndex(2); }},
        {"range", [this] { control<QComboBox>("range")->setCurrentIndex(2); }},
        {"direction", [this] { control<QComboBox>("direction")->setCurrentIndex(1); }},
        {"mass", [this] { control<QSlider>("mass")->setValue(40); }},
        {"gamma", [this] { control<QSlider>("gamma")->setValue(120); }},
        {"width", [this] { control<QSlider>("width")->setValue(120); }},
        {"hidden", [this] { control<QComboBox>("hidden")->setCurrentIndex(2); }},
        {"horizontal", [this] { control<QCheckBox>("horizontal")->click(); }},
        {"text", [this] { QTest::keyClicks(&sentence(), QStringLiteral("x")); }},
        {"pair", [this] { control<QAbstractButton>("pair")->click(); }},
        {"example", [this] { window().takeExample(3); }},
        {"solo", [this] { window().selection().soloHead(1); }},
    };
    for (const Turn& turn : turns) {
        const Session before = session();
        document().endMerging();
        turn.act();
        ASSERT_TRUE(waitForAnswer());
        const Session after = session();
        EXPECT_NE(after, before) << turn.name;
        EXPECT_FALSE(document().error().has_value()) << turn.name << ": " << document().error()->message();
        window().actions().undo->trigger();
        EXPECT_EQ(session(), before) << turn.name;
        window().actions().redo->trigger();
        EXPECT_EQ(session(), after) << turn.name;
        window().actions().undo->trigger();
        ASSERT_TRUE(waitForAnswer());
    }
    EXPECT_EQ(document().undoStack().index(), 0);
    EXPECT_EQ(sentence().text().toStdString(), session().text);
}

TEST_F(WindowTest, GroupedHeadsStepThroughDivisors) {
    auto* kv = control<QSpinBox>("kvHeads");
    control<QSpinBox>("heads")->setValue(6);
    ASSERT_TRUE(waitForAnswer());
    std::vector<int> seen;
    for (int i = 0; i < 3; ++i) {
        kv->stepDown();
        ASSERT_TRUE(waitForAnswer());
        seen.push_back(document().analysis()->config.kvHeads);
    }
    EXPECT_EQ(seen, (std::vector<int>{3, 2, 1}));
    kv->setValue(3);
    control<QSpinBox>("heads")->setValue(4);
    ASSERT_TRUE(waitForAnswer());
    EXPECT_FALSE(document().error().has_value()) << "3 does not divide 4: the nearest that does is taken";
    EXPECT_EQ(document().analysis()->config.kvHeads, 2);
}

TEST_F(WindowTest, AnErrorStandsUnderTheSentenceAndKeepsThePicture) {
    const auto before = pictures();
    window().files().useWeights(QStringLiteral("/nowhere/layer.npz"));
    ASSERT_TRUE(waitForAnswer());
    auto* error = window().sentence().findChild<QLabel*>(QStringLiteral("error"));
    EXPECT_TRUE(error->isVisible());
    EXPECT_TRUE(error->text().contains(QStringLiteral("/nowhere/layer.npz")));
    auto* beside = control<QLabel>("weightsError");
    EXPECT_TRUE(beside->isVisible());
    EXPECT_TRUE(beside->text().contains(QStringLiteral("no such file"))) << beside->text().toStdString();
    for (const char* other : {"inputError", "maskError"}) EXPECT_TRUE(control<QLabel>(other)->isHidden()) << other;
    EXPECT_EQ(pictures(), before);
    window().actions().undo->trigger();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_FALSE(error->isVisible());
    EXPECT_FALSE(beside->isVisible());
}

TEST_F(WindowTest, AMaskThatDoesNotFitIsSaidAtTheMask) {
    document().edit(QStringLiteral("mask"), [](Session& s) {
        s.sandbox.mask.grid = std::make_shared<const MaskGrid>(MaskGrid{1, 2, 2, {1, 1, 0, 1}});
    });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(control<QLabel>("maskError")->isVisible());
    EXPECT_TRUE(control<QLabel>("weightsError")->isHidden());
}

TEST_F(WindowTest, WithoutAPictureThereIsNothingToExport) {
    const auto& a = window().actions();
    document().edit(QStringLiteral("empty"), [](Session& s) { s.text.clear(); });
    ASSERT_TRUE(waitForAnswer());
    for (const QAction* action : {a.exportPicture, a.copy, a.print, a.find}) {
        EXPECT_FALSE(action->isEnabled());
        EXPECT_TRUE(action->toolTip().contains(QStringLiteral("no picture"))) << action->toolTip().toStdString();
    }
    window().actions().undo->trigger();
    ASSERT_TRUE(waitForAnswer());
    for (const QAction* action : {a.exportPicture, a.copy, a.print, a.find}) EXPECT_TRUE(action->isEnabled());
}

TEST_F(WindowTest, StartingOnABrokenFileDoesNotAskForASentence) {
    MainWindow broken(ThemeChoice::Dark);
    Session session = firstSession();
    session.sandbox.weights = WeightSource::File;
    session.sandbox.weightsFile = "/nowhere/layer.npz";
    broken.document().reset(session, QString());
    broken.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return broken.document().error().has_value(); }, 20000));
    EXPECT_TRUE(broken.description().contains(QStringLiteral("under the sentence"))) << broken.description().toStdString();
}

TEST_F(WindowTest, PanesCloseAndComeBackWithOneKey) {
    const std::vector<std::pair<Qt::Key, const char*>> keys = {
        {Qt::Key_F4, "heads"}, {Qt::Key_F5, "links"}, {Qt::Key_F6, "head"}};
    for (const auto& [key, name] : keys) {
        Pane* pane = nullptr;
        for (Pane* p : window().panes())
            if (p->name() == QLatin1String(name)) pane = p;
        ASSERT_TRUE(pane);
        const QSize before = pane->size();
        ASSERT_TRUE(pane->isVisible());
        QTest::keyClick(&window(), key);
        EXPECT_FALSE(pane->isVisible()) << name;
        QTest::keyClick(&window(), key);
        EXPECT_TRUE(pane->isVisible()) << name;
        QTest::qWait(20);
        EXPECT_NEAR(pane->width(), before.width(), 8) << name;
        EXPECT_NEAR(pane->height(), before.height(), 8) << name;
    }
    QTest::keyClick(&window(), Qt::Key_F2);
    EXPECT_FALSE(window().dials().isVisible());
    QTest::keyClick(&window(), Qt::Key_F2);
    EXPECT_TRUE(window().dials().isVisible());
}

TEST_F(WindowTest, WhatFollowsOpensTheVectors) {
    Pane* vectors = window().panes().back();
    ASSERT_EQ(vectors->name(), QStringLiteral("vectors"));
    EXPECT_FALSE(vectors->isVisible());
    const QImage before = pictures().at(QStringLiteral("vectors"));
    control<QComboBox>("after")->setCurrentIndex(2);
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(vectors->isVisible());
    EXPECT_NE(pictures().at(QStringLiteral("vectors")), before);
}

TEST_F(WindowTest, FindPinsTheNextMatch) {
    QTest::keyClick(&window(), Qt::Key_K, Qt::ControlModifier);
    auto* bar = window().findChild<FindBar*>();
    ASSERT_TRUE(bar && bar->isVisible());
    auto* field = bar->findChild<QLineEdit*>();
    QTest::keyClicks(field, QStringLiteral("the"));
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{0}));
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{4}));
    QTest::keyClick(field, Qt::Key_Escape);
    EXPECT_FALSE(bar->isVisible());
}

TEST_F(WindowTest, FindSearchesBothSentencesAndSaysWhich) {
    document().edit(QStringLiteral("two"), [](Session& s) {
        s.text = "no man is an island";
        s.text2 = "kein Mensch ist eine Insel";
        s.view.pinnedQueries.clear();
    });
    ASSERT_TRUE(waitForAnswer());
    QTest::keyClick(&window(), Qt::Key_K, Qt::ControlModifier);
    auto* bar = window().findChild<FindBar*>();
    auto* field = bar->findChild<QLineEdit*>();
    const auto count = [&] { return bar->findChild<QLabel*>(QStringLiteral("count"))->text(); };
    QTest::keyClicks(field, QStringLiteral("is"));
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{2}));
    EXPECT_EQ(count(), QStringLiteral("1 of 3 · query 3"));
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_EQ(session().view.pinnedQueries, (std::vector<int>{4}));
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(session().view.pinnedQueries.empty());
    EXPECT_EQ(session().view.pinnedKeys, (std::vector<int>{2}));
    EXPECT_EQ(count(), QStringLiteral("3 of 3 · key 3"));
}

TEST_F(WindowTest, HelpOpensAndClosesWithF1) {
    auto* help = window().findChild<HelpOverlay*>();
    QTest::keyClick(&window(), Qt::Key_F1);
    EXPECT_TRUE(help->isVisible());
    QTest::keyClick(&window(), Qt::Key_F1);
    EXPECT_FALSE(help->isVisible());
}

TEST_F(WindowTest, CopyTakesTheViewInFocus) {
    window().viewOf(ViewKind::Links).setFocus();
    EXPECT_EQ(session().view.view, ViewKind::Links);
    EXPECT_FALSE(document().isModified()) << "looking is no change";
    window().actions().copy->trigger();
    PictureOptions options;
    options.size = window().viewOf(ViewKind::Links).size();
    EXPECT_EQ(QGuiApplication::clipboard()->image().size(),
              pictureImage(window().viewOf(ViewKind::Links), window().theme(), options).size());
}

TEST_F(WindowTest, BothThemesAndBack) {
    const auto light = pictures();
    window().setThemeChoice(ThemeChoice::Dark);
    EXPECT_TRUE(window().theme().dark);
    EXPECT_LT(QGuiApplication::palette().color(QPalette::Window).lightness(), 128);
    EXPECT_NE(pictures(), light);
    // Fusion's outline is the control's window colour, 1.4 times darker.
    const QColor outline = control<QCheckBox>("causal")->palette().color(QPalette::Window).darker(140);
    EXPECT_GE(contrast(outline, window().theme().window), 3.0);
    window().setThemeChoice(ThemeChoice::Light);
    EXPECT_EQ(pictures(), light);
}

TEST_F(WindowTest, EveryControlHasAName) {
    for (const QWidget* widget : window().findChildren<QWidget*>()) {
        const bool inside = qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) || qobject_cast<const QComboBox*>(widget->parentWidget());
        if (widget->focusPolicy() == Qt::NoFocus || inside || !widget->isEnabled() || widget->window() != &window()) continue;
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        EXPECT_TRUE(named) << widget->metaObject()->className() << ' ' << widget->objectName().toStdString();
    }
}

TEST_F(WindowTest, AHundredThousandCharactersCanBePastedAndTakenBack) {
    QString text;
    while (text.size() < 100000) text += QStringLiteral("lorem ipsum dolor ");
    QGuiApplication::clipboard()->setText(text);
    sentence().selectAll();
    const AnalysisPtr before = document().analysis();
    sentence().paste();
    EXPECT_EQ(document().analysis(), before) << "the window waits for nothing but the text box itself";
    EXPECT_EQ(session().text, text.toStdString());
    EXPECT_LE(sentence().height(), 4 * sentence().fontMetrics().lineSpacing());
    window().actions().undo->trigger();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(document().analysis()->text, examples().front().text);
}

} // namespace
} // namespace headscope::test
