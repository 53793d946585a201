// SPDX-License-Identifier: GPL-3.0-or-later
// A model that learns in the window, driven through its real widgets.
#include "tests/ui/training_fixture.h"

#include "ui/panels/notice_bar.h"
#include "ui/preferences.h"
#include "ui/training/head_ablation.h"
#include "ui/training/run_export.h"
#include "ui/training/training_curves.h"
#include "ui/window_actions.h"

#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QLabel>
#include <QScrollBar>
#include <QSlider>
#include <QTableWidget>
#include <QMenu>
#include <QMessageBox>
#include <QTemporaryDir>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

namespace headscope::test {
namespace {

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

TEST_F(TrainingTest, TheSliderGoesBackAndTheRunIsPlayedBack) {
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
    const auto made = static_cast<std::size_t>(stepAt(5)) - 1;
    EXPECT_TRUE(control<QLabel>("trainFacts")->text().startsWith(QStringLiteral("step %L1 of").arg(stepAt(5))));
    EXPECT_TRUE(control<QLabel>("trainFacts")->text().contains(
        QLocale().toString(panel().run().history()[made].loss, 'f', 3)));
    control<QToolButton>("playBack")->click();
    ASSERT_TRUE(eventually([&] { return shownModel() == random; }));
    ASSERT_TRUE(eventually([&] { return shownModel() == run().model; })) << "to its end";
}

TEST_F(TrainingTest, TheSpeedIsAsChosenAndRemembered) {
    auto* speed = control<QComboBox>("trainSpeed");
    speed->setCurrentIndex(speed->findText(QStringLiteral("10 steps/s")));
    play();
    ASSERT_TRUE(eventually([&] { return run().step > 0; }));
    const std::int64_t from = run().step;
    QElapsedTimer clock;
    clock.start();
    ASSERT_TRUE(eventually([&] { return run().step >= from + 5; }));
    EXPECT_GT(clock.elapsed(), 350) << "five steps take half a second";
    speed->setCurrentIndex(0);
    ASSERT_TRUE(eventually([&] { return run().step > from + 30; }));
    play();
    ASSERT_TRUE(eventually([&] { return !run().playing; }));
    const std::vector<TrainStep> paced = panel().run().history();
    control<QToolButton>("trainReset")->click();
    ASSERT_TRUE(eventually([&] { return run().step == 0; }));
    learn(10);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(panel().run().history()[i].loss, paced[i].loss) << i;
    speed->setCurrentIndex(1);
    const std::int64_t first = stepAt(1) - stepAt(0);
    clock.start();
    control<QToolButton>("playBack")->click();
    ASSERT_TRUE(eventually([&] { return control<QSlider>("trainTime")->value() == 1; }));
    EXPECT_GE(clock.elapsed(), std::min<std::int64_t>(20 * first, 2000) * 9 / 10) << "as fast as it would be learned";
    speed->setCurrentIndex(3);
    m_window = std::make_unique<MainWindow>(ThemeChoice::Light);
    EXPECT_EQ(control<QComboBox>("trainSpeed")->currentIndex(), 3);
    EXPECT_EQ(control<QComboBox>("trainTask")->currentText(), QStringLiteral("previous"));
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
    ASSERT_TRUE(eventually([&] { return run().options.rate == 10; })) << "at once, and no more than on the command line";
    panel().run().setRate(1e30);
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
    EXPECT_EQ(control<QComboBox>("trainTask")->currentText(), QStringLiteral("previous"));
    ASSERT_TRUE(eventually([&] { return run().step == reached; })) << "it is there before anything is clicked";
    EXPECT_EQ(static_cast<std::int64_t>(panel().run().history().size()), reached);
    EXPECT_FALSE(shown().run) << "and touches no picture";
    EXPECT_TRUE(control<QLabel>("trainWhen")->text().startsWith(QStringLiteral("Drag to see")));
    auto* time = control<QSlider>("trainTime");
    ASSERT_GE(time->maximum(), 5);
    time->setValue(2);
    ASSERT_TRUE(eventually([&] { return shownModel() == panel().moments()[2].model; }));
    EXPECT_TRUE(control<QLabel>("trainFacts")->text().startsWith(QStringLiteral("step %L1 of").arg(stepAt(2))));
    time->setValue(time->maximum());
    play();
    ASSERT_TRUE(eventually([&] { return run().step > reached; }));
    EXPECT_EQ(run().options.dModel, 16);
    EXPECT_EQ(control<QSpinBox>("trainModel")->value(), 16);
    EXPECT_EQ(panel().run().history().front().step, 1);
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
    control<QSlider>("trainTime")->setValue(2);
    emit window().files().trainedWanted(place.filePath(QStringLiteral("earlier")));
    ASSERT_TRUE(eventually([&] { return run().saved == place.filePath(QStringLiteral("earlier")).toStdString(); }));
    EXPECT_EQ(readTrainRecord(*run().saved)->reached.step, stepAt(2)) << "the step that is shown";
    EXPECT_TRUE(window().notice().message().startsWith(QStringLiteral("Saved step %L1 in").arg(stepAt(2))));
    control<QSlider>("trainTime")->setValue(control<QSlider>("trainTime")->maximum());
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
    const HeadPlace head{shown().site, shown().layer, window().selection().shownHead()};
    EXPECT_EQ(shown().run->opened->takenAway, std::vector{head});
    EXPECT_TRUE(window().description().contains(QStringLiteral("taken away"))) << window().description().toStdString();
    const QTemporaryDir place;
    emit window().files().trainedWanted(place.filePath(QStringLiteral("without")));
    ASSERT_TRUE(eventually([&] { return run().saved.has_value(); }));
    EXPECT_EQ(readTrainRecord(*run().saved)->options.without, std::vector{head}) << "as it is shown";
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("without layer 1, head 1")));
    auto* result = control<QLabel>("ablationResult");
    ASSERT_TRUE(eventually([&] { return result->text().contains(QStringLiteral("with this head")); })) << result->text().toStdString();
    control<QToolButton>("measureHeads")->click();
    auto* list = control<QTableWidget>("headsWorth");
    ASSERT_TRUE(eventually([&] { return list->rowCount() == 4; }));
    for (int row = 0; row < list->rowCount(); ++row)
        EXPECT_FALSE(list->item(row, 1)->text().contains(QLatin1Char('-'))) << "a minus is no hyphen, and 0 has none";
    const std::int64_t reached = run().step;
    control<QToolButton>("trainOn")->menu()->actions().front()->trigger();
    ASSERT_TRUE(eventually([&] { return run().step > reached; }));
    EXPECT_FALSE(without->isChecked());
    play();
    ASSERT_TRUE(eventually([&] { return !run().playing && shownModel() == run().model; }));
    EXPECT_EQ(run().options.without, std::vector{head});
    EXPECT_EQ(shown().run->opened->takenAway, std::vector{head}) << "it stays out";
    control<QSlider>("trainTime")->setValue(1);
    ASSERT_TRUE(eventually([&] { return shownModel() == panel().moments()[1].model; }));
    EXPECT_TRUE(shown().run->opened->takenAway.empty()) << "it was there then";
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

TEST_F(TrainingTest, ThePlayerStaysInSightInASmallWindow) {
    window().resize(900, 600);
    window().files().useModel(QStringLiteral(HEADSCOPE_SOURCE_DIR "/resources/models/translation"));
    ASSERT_TRUE(eventually([&] { return shown().run != nullptr; }));
    window().actions().playTraining->trigger(); // the section above becomes another one
    ASSERT_TRUE(eventually([&] { return run().step > 5 && document().isLive(); }));
    QTest::qWait(100);
    const auto inSight = [&](const char* name) {
        const auto* part = control<QWidget>(name);
        const QRect place(part->mapTo(&window().dials(), QPoint()), part->size());
        return window().dials().viewport()->rect().contains(place);
    };
    EXPECT_TRUE(inSight("trainPlay"));
    EXPECT_TRUE(inSight("trainFacts"));
    EXPECT_TRUE(inSight("trainCurves"));
    QTest::keyClick(control<QPushButton>("trainPlay"), Qt::Key_Space);
    control<QToolButton>("trainSizesFold")->setChecked(true);
    QTest::qWait(50);
    window().dials().verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMaximum);
    play();
    ASSERT_TRUE(eventually([&] { return run().playing; }));
    EXPECT_FALSE(inSight("trainPlay")) << "whoever scrolls goes where they like";
}

TEST_F(TrainingTest, WhoeverClosesIsToldThatTheTrainingIsKept) {
    learn(2);
    QString words;
    QTimer::singleShot(50, &window(), [&] {
        auto* question = window().findChild<QMessageBox*>(QStringLiteral("keepChanges"));
        if (!question) return;
        words = question->informativeText();
        question->button(QMessageBox::Cancel)->click();
    });
    EXPECT_FALSE(window().files().mayLeave());
    EXPECT_TRUE(words.contains(QStringLiteral("training is kept"))) << words.toStdString();
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
