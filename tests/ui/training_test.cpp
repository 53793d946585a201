// SPDX-License-Identifier: GPL-3.0-or-later
// A model that learns in the window, driven through its real widgets.
#include "tests/ui/window_fixture.h"

#include "ui/panels/side_panel.h"
#include "ui/preferences.h"
#include "ui/training/head_ablation.h"
#include "ui/training/run_export.h"
#include "ui/training/train_panel.h"
#include "ui/training/training_curves.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTableWidget>
#include <QMenu>
#include <QTemporaryDir>
#include <QToolButton>
#include <algorithm>

namespace headscope::test {
namespace {

constexpr int patience = 120000; ///< ms: other tests and sanitizers share the processor

class TrainingTest : public WindowTest {
protected:
    void SetUp() override {
        runsFolder().removeRecursively();
        WindowTest::SetUp();
        window().dials().toggleTraining();
        ASSERT_TRUE(panel().isVisible());
        control<QComboBox>("trainTask")->setCurrentText(QStringLiteral("previous"));
        makeSmall();
    }
    static QDir runsFolder() {
        return QDir(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/headscope/runs"));
    }
    /// Steps of a few milliseconds, also on a slow machine.
    void makeSmall() {
        control<QSpinBox>("trainLayers")->setValue(2);
        control<QSpinBox>("trainHeads")->setValue(2);
        control<QSpinBox>("trainModel")->setValue(16);
        control<QSpinBox>("trainBatch")->setValue(4);
        control<QSpinBox>("trainLength")->setValue(8);
    }
    TrainPanel& panel() { return window().dials().training(); }
    const RunState& run() { return panel().run().state(); }
    const Analysis& shown() { return *document().analysis(); }
    ModelPtr shownModel() { return shown().run ? shown().run->opened->model : nullptr; }
    template <class Condition> bool eventually(Condition&& condition) { return QTest::qWaitFor(condition, patience); }
    void play() { control<QPushButton>("trainPlay")->click(); }
    /// So many steps are made and rest.
    void learn(std::int64_t steps) {
        play();
        ASSERT_TRUE(eventually([&] { return run().playing && run().step >= steps; }));
        play();
        ASSERT_TRUE(eventually([&] { return !run().playing; }));
        ASSERT_TRUE(eventually([&] { return shownModel() == run().model; }));
    }
};

TEST_F(TrainingTest, PlayShowsTheModelWhileItLearnsAndPauseRests) {
    const std::string before = session().text;
    play();
    ASSERT_TRUE(eventually([&] { return run().step > 0 && shown().run; }));
    EXPECT_EQ(control<QPushButton>("trainPlay")->text(), QStringLiteral("Pause"));
    EXPECT_NE(session().text, before) << "an example of the task";
    EXPECT_EQ(session().model, run().folder);
    EXPECT_TRUE(document().isLive());
    EXPECT_TRUE(document().liveWords().startsWith(QStringLiteral("training: previous, step ")));
    const ModelPtr first = shownModel();
    const auto picture = pictures();
    ASSERT_TRUE(eventually([&] { return run().step > 20 && shownModel() != first; }));
    EXPECT_TRUE(control<QLabel>("trainFacts")->text().contains(QStringLiteral("loss")));
    play();
    ASSERT_TRUE(eventually([&] { return !run().playing; }));
    ASSERT_TRUE(eventually([&] { return shownModel() == run().model; })) << "the newest is shown in the end";
    EXPECT_NE(pictures().at(QStringLiteral("heads")), picture.at(QStringLiteral("heads")));
    const std::int64_t rests = run().step;
    QTest::qWait(200);
    EXPECT_EQ(run().step, rests);
    EXPECT_EQ(panel().run().history().back().step, rests);
    EXPECT_EQ(static_cast<std::int64_t>(panel().run().history().size()), rests);
}

TEST_F(TrainingTest, AStepIsOneStep) {
    control<QToolButton>("trainStep")->click();
    ASSERT_TRUE(eventually([&] { return run().step == 1; }));
    control<QToolButton>("trainStep")->click();
    ASSERT_TRUE(eventually([&] { return run().step == 2; }));
    EXPECT_FALSE(run().playing);
    ASSERT_TRUE(eventually([&] { return shownModel() == run().model; }));
}

TEST_F(TrainingTest, TheSliderGoesBackAndPlayGoesOnFromTheNewest) {
    learn(12);
    auto* time = control<QSlider>("trainTime");
    ASSERT_GT(time->maximum(), 5);
    EXPECT_EQ(time->value(), time->maximum());
    time->setValue(0);
    const ModelPtr random = panel().moments().front().model;
    ASSERT_TRUE(eventually([&] { return shownModel() == random; }));
    EXPECT_TRUE(control<QLabel>("trainWhen")->text().contains(QStringLiteral("step 0 of")));
    time->setValue(5);
    ASSERT_TRUE(eventually([&] { return shownModel() == panel().moments()[5].model; }));
    const std::int64_t newest = run().step;
    play();
    ASSERT_TRUE(eventually([&] { return run().step > newest; }));
    play();
    ASSERT_TRUE(eventually([&] { return !run().playing && shownModel() == run().model; }));
    control<QToolButton>("playBack")->click();
    ASSERT_TRUE(eventually([&] { return shownModel() == random; }));
    ASSERT_TRUE(eventually([&] { return shownModel() == run().model; })) << "to its end";
}

TEST_F(TrainingTest, ResetBeginsAnewWithTheSizesBelow) {
    learn(3);
    const std::string text = session().text;
    control<QSpinBox>("trainHeads")->setValue(4);
    EXPECT_EQ(run().options.heads, 2);
    EXPECT_FALSE(control<QLabel>("trainWaits")->isHidden());
    control<QToolButton>("trainReset")->click();
    ASSERT_TRUE(eventually([&] { return run().step == 0 && run().options.heads == 4; }));
    EXPECT_TRUE(panel().run().history().empty());
    ASSERT_TRUE(eventually([&] { return shown().heads() == 4; }));
    EXPECT_EQ(session().text, text);
    EXPECT_TRUE(control<QLabel>("trainWaits")->isHidden());
}

TEST_F(TrainingTest, SizesThatCannotBeAreSaidBelowThem) {
    control<QSpinBox>("trainHeads")->setValue(3);
    play();
    ASSERT_TRUE(eventually([&] { return run().error.has_value(); }));
    EXPECT_FALSE(control<QLabel>("trainSizesError")->isHidden());
    EXPECT_FALSE(control<QLabel>("trainSizesError")->text().isEmpty());
    EXPECT_TRUE(control<QLabel>("trainSizesError")->isVisible()) << "the fold has opened";
    EXPECT_EQ(run().task, nullptr);
    EXPECT_FALSE(run().playing);
    control<QSpinBox>("trainHeads")->setValue(2);
    play();
    ASSERT_TRUE(eventually([&] { return run().step > 0; }));
    EXPECT_TRUE(control<QLabel>("trainSizesError")->isHidden());
}

TEST_F(TrainingTest, ALossThatIsNoNumberStopsAndKeepsTheLastGoodWeights) {
    learn(2);
    control<QDoubleSpinBox>("trainRate")->setValue(1000);
    ASSERT_TRUE(eventually([&] { return run().options.rate == 1000; })) << "at once";
    play();
    ASSERT_TRUE(eventually([&] { return run().error.has_value(); }));
    EXPECT_FALSE(run().playing);
    EXPECT_TRUE(control<QLabel>("trainError")->isVisible());
    EXPECT_TRUE(control<QLabel>("trainError")->text().contains(QStringLiteral("smaller learning rate")));
    ASSERT_NE(run().model, nullptr);
}

TEST_F(TrainingTest, ARunIsKeptAndGoneOnFromAtTheNextStart) {
    learn(5);
    const std::int64_t reached = run().step;
    ASSERT_TRUE(eventually([&] { return QFileInfo::exists(runsFolder().filePath(QStringLiteral("previous/train.json"))); }));
    m_window = std::make_unique<MainWindow>(ThemeChoice::Light);
    document().reset(firstSession(), QString());
    m_window->resize(1280, 800);
    m_window->show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(m_window.get()));
    ASSERT_TRUE(panel().isVisible()) << "as it was left";
    control<QComboBox>("trainTask")->setCurrentText(QStringLiteral("previous"));
    EXPECT_TRUE(control<QLabel>("trainFacts")->text().contains(QStringLiteral("kept")));
    play();
    ASSERT_TRUE(eventually([&] { return run().step > reached; }));
    EXPECT_EQ(run().options.dModel, 16);
    EXPECT_EQ(control<QSpinBox>("trainModel")->value(), 16);
    EXPECT_EQ(panel().run().history().front().step, reached + 1);
}

TEST_F(TrainingTest, ASavedModelOpensAndIsTrainedOn) {
    learn(4);
    const QTemporaryDir place;
    const QString folder = place.filePath(QStringLiteral("mine"));
    emit window().files().trainedWanted(folder);
    ASSERT_TRUE(eventually([&] { return run().saved.has_value(); }));
    ASSERT_TRUE(QFileInfo::exists(folder + QStringLiteral("/model.safetensors")));
    EXPECT_TRUE(Preferences().openedModels().contains(folder));
    const ModelPtr saved = run().model;
    window().files().useModel(folder);
    ASSERT_TRUE(eventually([&] { return shown().run && shown().run->opened->folder == folder.toStdString(); }));
    EXPECT_FALSE(document().isLive());
    EXPECT_EQ(shownModel()->config.dModel, 16);
    const std::int64_t reached = run().step;
    panel().goOnFrom(folder);
    ASSERT_TRUE(eventually([&] { return document().isLive() && run().step == reached && shownModel() != saved; }));
    control<QToolButton>("trainStep")->click();
    ASSERT_TRUE(eventually([&] { return run().step == reached + 1; }));
}

TEST_F(TrainingTest, WithoutAHeadTheModelIsMeasuredAndTrainedOn) {
    learn(4);
    panel().findChild<QToolButton*>(QStringLiteral("trainHeadFold"))->setChecked(true);
    auto* without = control<QCheckBox>("withoutHead");
    ASSERT_TRUE(without->isEnabled());
    without->click();
    ASSERT_TRUE(eventually([&] { return shownModel() != run().model; }));
    auto* result = control<QLabel>("ablationResult");
    ASSERT_TRUE(eventually([&] { return result->text().contains(QStringLiteral("with this head")); })) << result->text().toStdString();
    control<QToolButton>("measureHeads")->click();
    auto* list = control<QTableWidget>("headsWorth");
    ASSERT_TRUE(eventually([&] { return list->rowCount() == 4; }));
    const std::int64_t reached = run().step;
    control<QToolButton>("trainOn")->menu()->actions().front()->trigger();
    ASSERT_TRUE(eventually([&] { return run().step > reached; }));
    EXPECT_FALSE(without->isChecked());
    play();
    ASSERT_TRUE(eventually([&] { return !run().playing; }));
}

TEST_F(TrainingTest, LeavingTheModelPausesAndPlayComesBack) {
    play();
    ASSERT_TRUE(eventually([&] { return run().step > 0 && shown().run; }));
    window().files().useModel(QString());
    ASSERT_TRUE(eventually([&] { return !run().playing && !shown().run; })) << "nothing learns unseen";
    play();
    ASSERT_TRUE(eventually([&] { return run().playing && shown().run; }));
    // Typed words are the person's, not the task's.
    document().edit(QStringLiteral("test"), [](Session& s) { s.text = "apple arm"; });
    const std::int64_t now = run().step;
    ASSERT_TRUE(eventually([&] { return run().step > now + 3 && shown().text == "apple arm"; }));
}

TEST_F(TrainingTest, ClosingTheWindowWhileItRunsKeepsTheRun) {
    play();
    ASSERT_TRUE(eventually([&] { return run().step > 0; }));
    m_window.reset();
    EXPECT_TRUE(QFileInfo::exists(runsFolder().filePath(QStringLiteral("previous/train.json"))));
}

TEST_F(TrainingTest, ARunIsTakenHomeAsAStripOfPictures) {
    learn(12);
    RunExport exporter(document(), window().selection());
    std::unique_ptr<RunStrip> strip;
    QObject::connect(&exporter, &RunExport::made, [&](RunStrip* made) { strip.reset(made); });
    exporter.start(run(), panel().moments());
    ASSERT_TRUE(eventually([&] { return strip != nullptr; }));
    PictureOptions options;
    options.size = strip->sizeHint();
    const QImage picture = pictureImage(*strip, window().theme(), options);
    EXPECT_GT(picture.width(), 8 * 100);
    options.format = PictureFormat::Svg;
    const Result<DrawnPicture> drawn = drawPicture(*strip, window().theme(), options);
    ASSERT_TRUE(drawn.ok());
    EXPECT_TRUE(drawn->bytes.contains("step 0"));
    EXPECT_TRUE(drawn->bytes.contains("previous, layer 1"));
}

TEST_F(TrainingTest, TheWindowAnswersWhileItLearns) {
    play();
    ASSERT_TRUE(eventually([&] { return run().step > 0 && shown().run; }));
    QTest::qWait(300); // first pictures make what later ones keep
    QElapsedTimer clock;
    std::vector<qint64> waits;
    clock.start();
    for (int i = 0; i < 60; ++i) {
        const qint64 before = clock.elapsed();
        QCoreApplication::processEvents();
        waits.push_back(clock.elapsed() - before);
        QTest::qWait(10);
    }
    // The middle one: a loaded machine takes the processor away for longer than any frame.
    std::ranges::nth_element(waits, waits.begin() + 30);
    EXPECT_LT(waits[30], 50);
}

TEST(TrainingCurvesTest, AThinnedCurveKeepsItsPeaks) {
    std::vector<double> values(10000, 1);
    values[1234] = 9;
    values[7777] = -3;
    const std::vector<std::size_t> places = thinned(values, 100);
    EXPECT_LE(places.size(), 200u);
    EXPECT_TRUE(std::ranges::is_sorted(places));
    EXPECT_TRUE(std::ranges::find(places, 1234u) != places.end());
    EXPECT_TRUE(std::ranges::find(places, 7777u) != places.end());
    EXPECT_EQ(thinned({3, 2, 1}, 100).size(), 3u);
}

} // namespace
} // namespace headscope::test
