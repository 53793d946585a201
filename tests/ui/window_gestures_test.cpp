// SPDX-License-Identifier: GPL-3.0-or-later
// What the window must not let through, and what it says while it works.
#include "tests/ui/window_fixture.h"

#include "ui/latest_job.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/side_panel.h"
#include "ui/window_actions.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>
#include <QPlainTextEdit>
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

TEST(LatestJobMemory, RunningOutIsAnError) {
    std::optional<Result<int>> got;
    LatestJob<Result<int>> job([&](Result<int> value) { got = std::move(value); });
    job.start([](const std::stop_token&) -> Result<int> { throw std::bad_alloc(); });
    ASSERT_TRUE(QTest::qWaitFor([&] { return got.has_value(); }, 5000));
    ASSERT_FALSE(got->ok());
    EXPECT_NE(got->error().message().find("memory"), std::string::npos);
}

} // namespace
} // namespace headscope::test
