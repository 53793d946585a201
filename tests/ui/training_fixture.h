// SPDX-License-Identifier: GPL-3.0-or-later
// A window with the Training section open and a task of which a step takes milliseconds.
#pragma once

#include "tests/ui/window_fixture.h"

#include "ui/panels/side_panel.h"
#include "ui/training/train_panel.h"

#include <QComboBox>
#include <QDir>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardPaths>

namespace headscope::test {

inline constexpr int patience = 120000; ///< ms: other tests and sanitizers share the processor

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
    /// What a place of the slider stands for.
    std::int64_t stepAt(int place) { return panel().moments()[static_cast<std::size_t>(place)].step; }
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

} // namespace headscope::test
