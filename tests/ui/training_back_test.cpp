// SPDX-License-Identifier: GPL-3.0-or-later
// Going back in a run that learns in the window, and what is kept of what is replaced.
#include "tests/ui/training_fixture.h"

#include "ui/panels/notice_bar.h"
#include "ui/training/run_before.h"

#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QTemporaryDir>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

namespace headscope::test {
namespace {

TEST_F(TrainingTest, PlayGoesOnFromTheStepThatIsShown) {
    learn(12);
    const std::int64_t newest = run().step;
    const std::int64_t back = stepAt(5);
    const auto next = static_cast<std::size_t>(back);
    const double first = panel().run().history()[next].loss;
    control<QDoubleSpinBox>("trainRate")->setValue(control<QDoubleSpinBox>("trainRate")->value() / 10);
    control<QSlider>("trainTime")->setValue(5);
    EXPECT_TRUE(control<QPushButton>("trainPlay")->toolTip().contains(QStringLiteral("step %L1").arg(back)));
    control<QToolButton>("trainStep")->click();
    control<QToolButton>("trainStep")->click(); // at once: it goes back a single time
    ASSERT_TRUE(eventually([&] { return run().goneBack == 1 && run().step == back + 2; }));
    ASSERT_EQ(panel().run().history().size(), next + 2);
    EXPECT_EQ(panel().run().history()[next].loss, first) << "the same weights and the same examples";
    ASSERT_TRUE(eventually([&] { return panel().moments().back().step == back + 2 && shownModel() == run().model; }));
    EXPECT_LE(panel().moments().size(), 8U) << "the six to there, and at most two";
    // What was dropped is the run before.
    ASSERT_TRUE(eventually([&] { return !run().replaces; }));
    panel().findChild<QAction*>(QStringLiteral("bringBack"))->trigger();
    ASSERT_TRUE(eventually([&] { return run().step == newest; }));
    EXPECT_EQ(static_cast<std::int64_t>(panel().run().history().size()), newest);
    EXPECT_GT(control<QSlider>("trainTime")->maximum(), 7);
    EXPECT_EQ(panel().run().history()[next].loss, static_cast<float>(first));
}

TEST_F(TrainingTest, ARunThatWasReplacedIsBroughtBack) {
    auto* bringBack = panel().findChild<QAction*>(QStringLiteral("bringBack"));
    learn(4);
    const std::int64_t reached = run().step;
    ASSERT_TRUE(eventually([&] { return !run().replaces; })) << "it is kept";
    EXPECT_FALSE(panel().run().hasBefore("previous"));
    control<QToolButton>("trainReset")->click();
    ASSERT_TRUE(eventually([&] { return run().step == 0; }));
    EXPECT_TRUE(panel().run().hasBefore("previous")) << "it is still in its place";
    bringBack->trigger();
    ASSERT_TRUE(eventually([&] { return run().step == reached; }));
    control<QToolButton>("trainReset")->click();
    control<QToolButton>("trainStep")->click();
    ASSERT_TRUE(eventually([&] { return run().step == 1 && !run().replaces; }));
    bringBack->trigger();
    ASSERT_TRUE(eventually([&] { return run().step == reached; }));
    bringBack->trigger();
    ASSERT_TRUE(eventually([&] { return run().step == 1; })) << "they have changed places";
}

TEST_F(TrainingTest, AStepBackInARunThatIsBeingReplacedIsIgnored) {
    learn(6);
    const std::int64_t reached = run().step;
    control<QSpinBox>("trainModel")->setValue(32);
    control<QSlider>("trainTime")->setValue(2);
    control<QToolButton>("trainReset")->click();
    control<QToolButton>("trainStep")->click(); // before the answer has come
    ASSERT_TRUE(eventually([&] { return run().options.dModel == 32 && run().step == 1 && !run().replaces; }));
    EXPECT_EQ(run().goneBack, 0);
    panel().findChild<QAction*>(QStringLiteral("bringBack"))->trigger();
    ASSERT_TRUE(eventually([&] { return run().step == reached; }));
}

TEST_F(TrainingTest, TheLongestOfSeveralWaysBackIsTheRunBefore) {
    learn(12);
    const std::int64_t reached = run().step;
    for (const int place : {5, 3}) {
        control<QSlider>("trainTime")->setValue(place);
        const std::int64_t back = stepAt(place);
        const int gone = run().goneBack;
        control<QToolButton>("trainStep")->click();
        ASSERT_TRUE(eventually([&] { return run().goneBack == gone + 1 && run().step == back + 1 && !run().replaces; }));
    }
    EXPECT_EQ(readTrainRecord(run().folder)->reached.step, run().step);
    panel().findChild<QAction*>(QStringLiteral("bringBack"))->trigger();
    ASSERT_TRUE(eventually([&] { return run().step == reached; }));
}

TEST_F(TrainingTest, NothingGoesBackWhileTheLaterStepsCannotBeKept) {
    learn(6);
    const std::int64_t reached = run().step;
    ASSERT_TRUE(eventually([&] { return !run().replaces; }));
    // A file where the folder was: nothing can be written there.
    const QString folder = runsFolder().filePath(QStringLiteral("previous"));
    ASSERT_TRUE(QDir(folder).removeRecursively());
    ASSERT_TRUE(QFile(folder).open(QIODevice::WriteOnly));
    control<QToolButton>("trainStep")->click();
    ASSERT_TRUE(eventually([&] { return run().step == reached + 1 && run().saveError; }));
    control<QSlider>("trainTime")->setValue(2);
    control<QToolButton>("trainStep")->click();
    QTest::qWait(200);
    EXPECT_EQ(run().step, reached + 1) << "neither back nor on";
    EXPECT_EQ(run().goneBack, 0);
    panel().run().bringBack("previous");
    ASSERT_TRUE(eventually([&] { return run().error.has_value(); }));
    EXPECT_EQ(run().step, reached + 1);
    EXPECT_TRUE(control<QLabel>("trainError")->isVisible());
    ASSERT_TRUE(QFile::remove(folder));
    control<QToolButton>("trainStep")->click();
    ASSERT_TRUE(eventually([&] { return run().goneBack == 1 && !run().saveError; })) << "when there is room again";
}

TEST_F(TrainingTest, AnInterruptedChangeOfPlacesIsMadeGood) {
    const QTemporaryDir place;
    QDir at(place.path());
    const std::string folder = at.filePath(QStringLiteral("run")).toStdString();
    const auto make = [&](const QString& name, const char* mark) {
        EXPECT_TRUE(at.mkdir(name));
        QFile file(at.filePath(name + QStringLiteral("/train.json")));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly) && file.write(mark) > 0);
    };
    const auto marked = [&](const QString& name) {
        QFile file(at.filePath(name + QStringLiteral("/train.json")));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    make(QStringLiteral("run.aside"), "a");
    make(QStringLiteral("run.before"), "b");
    ASSERT_TRUE(swapRunBefore(folder));
    EXPECT_EQ(marked(QStringLiteral("run")), "b");
    EXPECT_EQ(marked(QStringLiteral("run.before")), "a");
    ASSERT_TRUE(at.rename(QStringLiteral("run.before"), QStringLiteral("run.aside"))); // before its last part
    EXPECT_TRUE(hasRunBefore(folder));
    ASSERT_TRUE(swapRunBefore(folder));
    EXPECT_EQ(marked(QStringLiteral("run")), "a");
    EXPECT_EQ(marked(QStringLiteral("run.before")), "b");
    EXPECT_FALSE(at.exists(QStringLiteral("run.aside")));
}

} // namespace
} // namespace headscope::test
