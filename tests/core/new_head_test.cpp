// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parameters.h"
#include "core/train/heads.h"
#include "core/train/parameters.h"
#include "core/train/trainer.h"

#include <gtest/gtest.h>
#include <set>

namespace headscope {
namespace {

TrainOptions small(const char* task) {
    TrainOptions options = defaultOptions(*findTask(task));
    options.layers = 2;
    options.heads = 2;
    options.dModel = 8;
    options.batch = 2;
    options.length = 8;
    return options;
}

ModelPtr learnt(const char* task, int steps) {
    Result<Trainer> trainer = Trainer::begin(small(task));
    EXPECT_TRUE(trainer.ok());
    for (int i = 0; i < steps; ++i) EXPECT_TRUE(trainer->step().ok());
    return trainer->model();
}

/// Names of the matrices in which the two differ.
std::set<std::string> differences(const Model& a, const Model& b) {
    const Parameters one = unpack(a), two = unpack(b);
    const auto left = list(one), right = list(two);
    std::set<std::string> names;
    for (std::size_t i = 0; i < left.size(); ++i)
        for (Index row = 0; row < left[i].values->rows(); ++row)
            if (!std::ranges::equal(left[i].values->row(row), right[i].values->row(row))) names.insert(left[i].name);
    return names;
}

TEST(NewHead, OnlyItsOwnNumbersChange) {
    const ModelPtr model = learnt("copy", 3);
    const ModelPtr changed = withNewHead(model, {Site::Self, 1, 1}, 5);
    const std::set<std::string> names = differences(*model, *changed);
    ASSERT_FALSE(names.empty());
    for (const std::string& name : names) EXPECT_NE(name.find(".1.self."), std::string::npos) << name;
    const Parameters before = unpack(*model), after = unpack(*changed);
    const Matrix& q0 = before.decoder.blocks[1].self.q.w;
    const Matrix& q1 = after.decoder.blocks[1].self.q.w;
    for (Index row = 0; row < q0.rows(); ++row)
        for (Index column = 0; column < q0.cols(); ++column)
            EXPECT_EQ(q0.row(row)[static_cast<std::size_t>(column)] == q1.row(row)[static_cast<std::size_t>(column)],
                      column < 4)
                << row << ' ' << column;
}

TEST(NewHead, TheSameSeedGivesTheSameHead) {
    const ModelPtr model = learnt("copy", 1);
    const HeadPlace place{Site::Self, 0, 0};
    EXPECT_TRUE(differences(*withNewHead(model, place, 5), *withNewHead(model, place, 5)).empty());
    EXPECT_FALSE(differences(*withNewHead(model, place, 5), *withNewHead(model, place, 6)).empty());
}

TEST(NewHead, EveryHeadIsListed) {
    EXPECT_EQ(headsOf(learnt("copy", 0)->config).size(), 4u);
    EXPECT_EQ(headsOf(learnt("copy", 0)->config).back(), (HeadPlace{Site::Self, 1, 1}));
}

TEST(NewHead, TrainingGoesOnWithoutAHeadAndWithAnotherRate) {
    Result<Trainer> trainer = Trainer::begin(small("copy"));
    ASSERT_TRUE(trainer.ok());
    ASSERT_TRUE(trainer->step().ok());
    const ModelPtr without = *withoutHead(trainer->model(), {Site::Self, 0, 1});
    trainer->replace(*without);
    EXPECT_TRUE(differences(*trainer->model(), *without).empty());
    EXPECT_EQ(trainer->steps(), 1);
    trainer->setRate(1e-9);
    EXPECT_EQ(trainer->options().rate, 1e-9);
    ASSERT_TRUE(trainer->step().ok());
    const Parameters before = unpack(*without), after = unpack(*trainer->model());
    EXPECT_NEAR(before.decoder.blocks[0].self.o.w.row(0)[0], after.decoder.blocks[0].self.o.w.row(0)[0], 1e-6);
}

} // namespace
} // namespace headscope
