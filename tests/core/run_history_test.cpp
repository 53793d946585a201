// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/run_history.h"
#include "core/train/trainer.h"
#include "tests/core/io_fixture.h"

using namespace headscope;
using namespace headscope::test;
namespace fs = std::filesystem;

namespace {

TrainOptions tiny() {
    TrainOptions o = defaultOptions(*findTask("previous"));
    o.layers = 1;
    o.heads = 2;
    o.dModel = 8;
    o.batch = 2;
    o.length = 8;
    return o;
}

/// A run of so many steps, with a moment for each.
RunHistory made(int count, Trainer& trainer) {
    RunHistory history;
    history.moments.push_back({0, trainer.model()});
    for (int i = 0; i < count; ++i) {
        history.steps.push_back(*trainer.step());
        history.moments.push_back({trainer.steps(), trainer.model()});
    }
    return history;
}

std::vector<std::int64_t> stepsOf(const RunHistory& history) {
    std::vector<std::int64_t> steps;
    for (const Checkpoint& moment : history.moments) steps.push_back(moment.step);
    return steps;
}

class RunHistoryTest : public testing::Test {
protected:
    RunHistoryTest() { EXPECT_TRUE(trainer.save(temp / "run")); }
    Status write(const RunHistory& history) { return writeHistory(temp / "run", history.steps, history.moments); }
    RunHistory read(std::int64_t last) { return readHistory(temp / "run", *trainer.model(), last); }

    TempFolder temp;
    Result<Trainer> begun = Trainer::begin(tiny());
    Trainer& trainer = *begun;
};

} // namespace

TEST_F(RunHistoryTest, IsReadAsItWasWritten) {
    const RunHistory history = made(5, trainer);
    ASSERT_TRUE(write(history));
    const RunHistory again = read(5);
    ASSERT_EQ(again.steps.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(again.steps[i].step, history.steps[i].step);
        EXPECT_FLOAT_EQ(static_cast<float>(again.steps[i].loss), static_cast<float>(history.steps[i].loss));
    }
    ASSERT_EQ(stepsOf(again), stepsOf(history));
    Parameters there = unpack(*again.moments[3].model), here = unpack(*history.moments[3].model);
    EXPECT_EQ(there.tokens, here.tokens);
    EXPECT_EQ(stepsOf(read(3)).back(), 3) << "a run that has come to step 3 has no later ones";
    EXPECT_EQ(read(3).steps.size(), 3U);
}

TEST_F(RunHistoryTest, KeepsAFewMomentsOfMany) {
    ASSERT_TRUE(write(made(200, trainer)));
    const std::vector<std::int64_t> steps = stepsOf(read(200));
    EXPECT_LE(steps.size(), 64U);
    EXPECT_GE(steps.size(), 32U);
    EXPECT_EQ(steps.front(), 0);
    for (std::size_t i = 2; i < steps.size(); ++i) EXPECT_EQ(steps[i] - steps[i - 1], steps[2] - steps[1]) << i;
    EXPECT_EQ(read(200).steps.size(), 200U);
}

TEST_F(RunHistoryTest, DamageOnlyShortensIt) {
    ASSERT_TRUE(write(made(5, trainer)));
    writeBytes(temp / "run/history/2.safetensors", "no tensors");
    fs::remove(temp / "run/history/3.safetensors");
    writeBytes(temp / "run/history/x.safetensors", "");
    EXPECT_EQ(stepsOf(read(5)), (std::vector<std::int64_t>{0, 1, 4, 5}));
    writeBytes(temp / "run/history/steps.safetensors", "no steps");
    EXPECT_TRUE(read(5).steps.empty());
    EXPECT_EQ(read(5).moments.size(), 4U);
    TrainOptions wider = tiny();
    wider.dModel = 16;
    EXPECT_TRUE(readHistory(temp / "run", *Trainer::begin(wider)->model(), 5).moments.empty()) << "of another shape";
    fs::remove_all(temp / "run/history");
    EXPECT_TRUE(read(5).moments.empty());
}
