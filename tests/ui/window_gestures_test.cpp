// SPDX-License-Identifier: GPL-3.0-or-later
// What the window must not let through, and what it says while it works.
#include "tests/ui/window_fixture.h"

#include "ui/latest_job.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/side_panel.h"
#include "ui/views/head_heatmap.h"
#include "ui/window_actions.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QPlainTextEdit>
#include <QStyleOptionComboBox>
#include <QToolButton>

namespace headscope::test {
namespace {

TEST_F(WindowTest, KeysDoNotReachWhatIsBehindTheHelp) {
    const Session before = session();
    QTest::keyClick(&window(), Qt::Key_F1);
    for (const Qt::Key key : {Qt::Key_M, Qt::Key_T, Qt::Key_3}) QTest::keyClick(&window(), key);
    QTest::keyClick(&window(), Qt::Key_F5);
    EXPECT_EQ(session(), before);
    EXPECT_TRUE(window().viewOf(ViewKind::Links).isVisible());
    QTest::keyClick(&window(), Qt::Key_Escape);
    QTest::keyClick(&window(), Qt::Key_F5);
    EXPECT_FALSE(window().viewOf(ViewKind::Links).isVisible());
}

TEST_F(WindowTest, ACopyHoldsNoHover) {
    window().actions().copy->trigger();
    const QImage before = QGuiApplication::clipboard()->image();
    window().selection().hoverHead(1);
    window().selection().hoverQuery(3);
    window().actions().copy->trigger();
    EXPECT_EQ(QGuiApplication::clipboard()->image(), before);
}

TEST_F(WindowTest, TheSessionsViewIsInFocusAndAClosedOneIsNot) {
    Session other = session();
    other.view.view = ViewKind::Head;
    document().reset(other, QString());
    EXPECT_EQ(&window().focusView(), &window().viewOf(ViewKind::Head));
    QTest::keyClick(&window(), Qt::Key_F6);
    EXPECT_NE(&window().focusView(), &window().viewOf(ViewKind::Head));
    EXPECT_TRUE(window().focusView().isVisible());
}

TEST_F(WindowTest, FilesAreNotPastedAsText) {
    auto* data = new QMimeData;
    data->setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/a.npy"))});
    QGuiApplication::clipboard()->setMimeData(data);
    const Session before = session();
    sentence().paste();
    EXPECT_EQ(session(), before);
}

TEST_F(WindowTest, NotesAreTakenBackByTheWindow) {
    QPlainTextEdit* notes = nullptr;
    for (QPlainTextEdit* edit : window().dials().findChildren<QPlainTextEdit*>()) notes = edit;
    ASSERT_TRUE(notes);
    QTest::keyClicks(notes, QStringLiteral("abc"));
    EXPECT_EQ(session().notes, "abc");
    EXPECT_FALSE(notes->isUndoRedoEnabled());
    window().actions().undo->trigger();
    EXPECT_EQ(session().notes, "");
    EXPECT_EQ(notes->toPlainText(), QString());
}

TEST_F(WindowTest, LongWorkIsSaidAndCanBeStopped) {
    QString text;
    while (text.size() < 100000) text += QStringLiteral("lorem ipsum dolor ");
    const AnalysisPtr before = document().analysis();
    document().edit(QStringLiteral("long"), [&](Session& s) { s.text = text.toStdString(); });
    auto* stop = control<QToolButton>("stop");
    ASSERT_TRUE(QTest::qWaitFor([&] { return stop->isVisible(); }, 5000));
    stop->click();
    EXPECT_FALSE(document().busy());
    EXPECT_FALSE(stop->isVisible());
    EXPECT_EQ(document().analysis(), before);
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("Stopped")));
    window().actions().undo->trigger();
    ASSERT_TRUE(waitForAnswer());
}

/// The view as it is when the next analysis has just arrived.
void keepNext(Document& document, QImage& picture, View& view) {
    QObject::connect(&document, &Document::analysisChanged, &view, [&] { picture = view.grab().toImage(); }, Qt::SingleShotConnection);
}

/// The large head with the brush on, and gestures on its cells.
class BrushTest : public WindowTest {
protected:
    void SetUp() override {
        WindowTest::SetUp();
        pressKey(Qt::Key_P);
    }
    HeadHeatmap& head() { return static_cast<HeadHeatmap&>(window().viewOf(ViewKind::Head)); }
    QPoint cell(int query, int key) {
        const CellGrid grid = head().places().cells;
        return {static_cast<int>(grid.columnRect(key).center().x()), static_cast<int>(grid.rowRect(query).center().y())};
    }
    void drag(const std::vector<std::pair<int, int>>& cells, bool release = true) {
        QTest::mousePress(&head(), Qt::LeftButton, {}, cell(cells.front().first, cells.front().second));
        for (std::size_t i = 1; i < cells.size(); ++i) {
            const QPointF at = cell(cells[i].first, cells[i].second);
            QMouseEvent move(QEvent::MouseMove, at, head().mapToGlobal(at), Qt::NoButton, Qt::LeftButton, {});
            QCoreApplication::sendEvent(&head(), &move);
        }
        if (release) QTest::mouseRelease(&head(), Qt::LeftButton, {}, cell(cells.back().first, cells.back().second));
    }
    std::vector<std::pair<int, int>> forbidden() {
        std::vector<std::pair<int, int>> cells;
        const auto& grid = session().sandbox.mask.grid;
        for (int i = 0; grid && i < grid->rows; ++i)
            for (int j = 0; j < grid->cols; ++j)
                if (!grid->cells[static_cast<std::size_t>(i * grid->cols + j)]) cells.emplace_back(i, j);
        return cells;
    }
    using Cells = std::vector<std::pair<int, int>>;
};

TEST_F(BrushTest, ADragPaintsEveryCellItPassesInOneStep) {
    const int steps = document().undoStack().index();
    drag({{2, 1}, {4, 1}, {4, 3}}); // the pointer skips cells
    EXPECT_EQ(forbidden(), (Cells{{2, 1}, {3, 1}, {4, 1}, {4, 2}, {4, 3}}));
    EXPECT_EQ(document().undoStack().index(), steps + 1);
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(document().analysis()->weight(0, 4, 3), 0);
    // From a forbidden cell the brush allows, and leaves what is allowed alone.
    drag({{4, 3}, {4, 0}});
    EXPECT_EQ(forbidden(), (Cells{{2, 1}, {3, 1}}));
    window().actions().undo->trigger();
    window().actions().undo->trigger();
    EXPECT_EQ(forbidden(), Cells{});
    EXPECT_EQ(document().undoStack().index(), steps);
}

TEST_F(BrushTest, EscapeTakesTheStrokeBackAndThenPutsTheBrushAway) {
    drag({{1, 1}, {1, 2}});
    const Session before = session();
    const int steps = document().undoStack().index();
    drag({{5, 1}, {5, 6}}, false);
    EXPECT_EQ(forbidden().size(), 8U);
    QTest::keyClick(&head(), Qt::Key_Escape);
    EXPECT_EQ(session(), before);
    EXPECT_EQ(document().undoStack().index(), steps);
    QTest::mouseRelease(&head(), Qt::LeftButton, {}, cell(5, 6));
    EXPECT_EQ(session(), before) << "the button that comes up late paints and pins nothing";
    EXPECT_TRUE(window().selection().painting());
    QTest::keyClick(&head(), Qt::Key_Escape);
    EXPECT_FALSE(window().selection().painting());
}

TEST_F(BrushTest, TheKeyboardPaintsTheChosenCell) {
    window().selection().edit(QStringLiteral("choose"), [](ViewState& s) {
        s.pinnedQueries = {6};
        s.pinnedKeys = {2, 3};
    });
    pressKey(Qt::Key_Space);
    EXPECT_EQ(forbidden(), (Cells{{6, 2}, {6, 3}}));
    pressKey(Qt::Key_Space);
    EXPECT_EQ(forbidden(), Cells{});
}

TEST_F(BrushTest, ACellThatAnotherMaskForbidsIsSaid) {
    document().edit(QStringLiteral("causal"), [](Session& s) { s.sandbox.mask.causal = true; });
    ASSERT_TRUE(waitForAnswer());
    drag({{1, 5}});
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("Another mask"))) << window().notice().message().toStdString();
}

TEST_F(BrushTest, TheBrushNeedsTokensAndBringsTheLargeHead) {
    pressKey(Qt::Key_P);
    QTest::keyClick(&window(), Qt::Key_F6);
    ASSERT_FALSE(head().isVisible());
    pressKey(Qt::Key_P);
    EXPECT_TRUE(head().isVisible());
    pressKey(Qt::Key_P);
    document().edit(QStringLiteral("empty"), [](Session& s) { s.text.clear(); });
    ASSERT_TRUE(waitForAnswer());
    pressKey(Qt::Key_P);
    EXPECT_FALSE(window().selection().painting());
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("no tokens")));
}

TEST_F(WindowTest, EscClosesAMessageThatCoversLittle) {
    window().notice().warn(QStringLiteral("A short message."));
    EXPECT_LT(window().notice().width(), window().width() / 3);
    window().selection().pinQuery(1, false);
    pressKey(Qt::Key_Escape);
    EXPECT_TRUE(window().notice().isHidden());
    EXPECT_FALSE(window().selection().shownQueries().empty()) << "one thing at a time";
    window().notice().warn(QString(400, QLatin1Char('m')).replace(QLatin1String("mmmmm"), QLatin1String("mmmm ")));
    EXPECT_LT(window().notice().width(), window().width() * 2 / 3);
    sentence().setFocus();
    QTest::keyClick(&sentence(), Qt::Key_Escape);
    EXPECT_TRUE(window().notice().isHidden()) << "also from the sentence";
}

TEST_F(WindowTest, ACommandThatIsOffSaysWhy) {
    document().edit(QStringLiteral("two"), [](Session& s) { s.text2 = ""; });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_FALSE(window().actions().exportPicture->isEnabled());
    EXPECT_TRUE(window().actions().exportPicture->toolTip().contains(QStringLiteral("the second sentence is empty")));
    window().activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(&window()));
    QTest::keyClick(&window(), Qt::Key_E, Qt::ControlModifier);
    EXPECT_EQ(window().notice().message().toStdString(), "Export is off now: the second sentence is empty.");
    document().edit(QStringLiteral("one"), [](Session& s) { s.text2.reset(); });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(window().actions().exportPicture->isEnabled());
    EXPECT_FALSE(window().actions().exportPicture->toolTip().contains(QStringLiteral("Off now")));
}

TEST_F(WindowTest, ALoadedMaskSaysItsHeads) {
    const std::size_t n = document().analysis()->queries.size();
    const auto load = [&](int heads) {
        document().edit(QStringLiteral("mask"), [&](Session& s) {
            s.sandbox.mask.grid = std::make_shared<MaskGrid>(MaskGrid{heads, static_cast<Index>(n), static_cast<Index>(n),
                                                                      std::vector<std::uint8_t>(static_cast<std::size_t>(heads) * n * n, 1)});
        });
        QString said;
        for (const QLabel* label : window().dials().findChildren<QLabel*>())
            if (label->text().startsWith(QStringLiteral("Loaded"))) said = label->text();
        return said;
    };
    EXPECT_EQ(load(4), QStringLiteral("Loaded: 4 heads, %1 × %1").arg(n));
    EXPECT_EQ(load(1), QStringLiteral("Loaded: %1 × %1").arg(n));
}

TEST_F(WindowTest, AnEmptyPictureSaysWhy) {
    document().edit(QStringLiteral("two"), [](Session& s) { s.text2 = ""; });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(window().description().contains(QStringLiteral("second sentence is empty"))) << window().description().toStdString();
    document().edit(QStringLiteral("empty"), [](Session& s) {
        s.text.clear();
        s.text2.reset();
    });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(window().description().contains(QStringLiteral("type a sentence")));
    document().edit(QStringLiteral("again"), [](Session& s) { s.text = "the cat"; });
    EXPECT_TRUE(window().description().contains(QStringLiteral("being computed"))) << window().description().toStdString();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(window().description().contains(QStringLiteral("reads mostly")));
}

TEST_F(WindowTest, ScreenReadersHearWhatIsChosen) {
    pressKey(Qt::Key_Down);
    const QString words = window().description();
    EXPECT_TRUE(words.contains(QStringLiteral("was"))) << words.toStdString();
    for (const Pane* pane : window().panes()) EXPECT_EQ(pane->view().accessibleDescription(), words);
    EXPECT_EQ(control<QLabel>("description")->accessibleName(), words);
}

TEST_F(WindowTest, AJumpLeavesAGhostAndTypingNone) {
    View& head = window().viewOf(ViewKind::Head);
    const auto seen = [&] { return head.grab().toImage(); };
    const QImage before = seen();
    document().edit(QStringLiteral("dial"), [](Session& s) { s.sandbox.temperature = 20; });
    QImage between;
    keepNext(document(), between, head);
    ASSERT_TRUE(waitForAnswer());
    ASSERT_FALSE(between.isNull());
    EXPECT_NE(between, before);
    ASSERT_TRUE(QTest::qWaitFor([&] { return seen() != between; }, 2000));
    QTest::qWait(200);
    const QImage after = seen();
    EXPECT_NE(between, after) << "some of the old picture was still there";
    sentence().moveCursor(QTextCursor::End);
    keepNext(document(), between, head);
    QTest::keyClicks(&sentence(), QStringLiteral("x"));
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(between, seen());
}

TEST_F(WindowTest, NoGhostWhereTheDesktopWantsNoMotion) {
    View& head = window().viewOf(ViewKind::Head);
    window().setStyleSheet(QStringLiteral("* { widget-animation-duration: 0 }"));
    QImage between;
    keepNext(document(), between, head);
    document().edit(QStringLiteral("dial"), [](Session& s) { s.sandbox.temperature = 20; });
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(between, head.grab().toImage());
}

TEST(LatestJobMemory, RunningOutIsAnError) {
    std::optional<Result<int>> got;
    LatestJob<Result<int>> job([&](Result<int> value) { got = std::move(value); });
    job.start([](const std::stop_token&) -> Result<int> { throw std::bad_alloc(); });
    ASSERT_TRUE(QTest::qWaitFor([&] { return got.has_value(); }, 5000));
    ASSERT_FALSE(got->ok());
    EXPECT_NE(got->error().message().find("memory"), std::string::npos);
}

TEST_F(WindowTest, EveryChoiceFitsItsBox) {
    const auto combos = window().findChild<SidePanel*>()->findChildren<QComboBox*>();
    EXPECT_GE(combos.size(), 9);
    for (const QComboBox* combo : combos) {
        // In a section that was never open no layout has seen it yet.
        const int least = combo->isVisible() ? 0 : combo->minimumSizeHint().width();
        const int width = combo->maximumWidth() < QWIDGETSIZE_MAX ? combo->maximumWidth() : std::max(combo->width(), least);
        QStyleOptionComboBox option;
        option.initFrom(combo);
        option.rect = QRect(QPoint(), QSize(width, combo->sizeHint().height()));
        const int room = combo->style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, combo).width();
        for (int i = 0; i < combo->count(); ++i)
            EXPECT_LE(combo->fontMetrics().horizontalAdvance(combo->itemText(i)), room) << combo->itemText(i).toStdString();
    }
}

TEST_F(WindowTest, TheLinksDialsAreOffWhileTheLinksAreClosed) {
    auto* links = window().findChild<QAction*>(QStringLiteral("links"));
    for (const bool shown : {false, true}) {
        links->setChecked(shown);
        for (const char* name : {"mass", "gamma", "width", "horizontal"}) {
            const auto* dial = window().findChild<QWidget*>(QString::fromLatin1(name));
            EXPECT_EQ(dial->isEnabled(), shown) << name;
            EXPECT_EQ(dial->toolTip().contains(QStringLiteral("the links are closed")), !shown) << name;
            const auto* spin = dial->property("spin").value<QWidget*>();
            EXPECT_TRUE(!spin || spin->isEnabled() == shown) << name;
        }
    }
}

TEST_F(WindowTest, NobodyHearsMarkup) {
    for (const QWidget* widget : window().findChildren<QWidget*>()) {
        for (const QString& words : {widget->accessibleName(), widget->accessibleDescription()})
            EXPECT_FALSE(Qt::mightBeRichText(words)) << words.toStdString();
        if (widget->toolTip().contains(QLatin1Char('\n'))) {
            EXPECT_FALSE(Qt::mightBeRichText(widget->toolTip())) << "loses its lines: " << widget->toolTip().toStdString();
        }
    }
    EXPECT_EQ(control<QWidget>("dK")->accessibleName(), QStringLiteral("Key size d_k"));
}

} // namespace
} // namespace headscope::test
