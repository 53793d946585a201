// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/views/heads_model.h"
#include "ui/views/weights_model.h"

#include <QAbstractItemModelTester>
#include <gtest/gtest.h>

namespace headscope {
namespace {

TEST(WeightsModel, HoldsTheShownHeadsWeightsUnderTheTokensNames) {
    Session session;
    session.text = "The cat sat on the mat";
    session.sandbox.mask.causal = true;
    const AnalysisPtr analysis = test::analysisOf(session);
    WeightsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.show(analysis, session.view, 2);
    ASSERT_EQ(model.rowCount(), 6);
    ASSERT_EQ(model.columnCount(), 6);
    EXPECT_EQ(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("cat"));
    EXPECT_EQ(model.headerData(2, Qt::Vertical).toString(), QStringLiteral("sat"));
    const Matrix weights = analysis->trace->weights(2);
    for (int i = 0; i < 6; ++i)
        for (int j = 0; j < 6; ++j) EXPECT_EQ(model.index(i, j).data(Qt::UserRole).toDouble(), static_cast<double>(weights(i, j)));
    EXPECT_EQ(model.index(1, 4).data().toString(), QStringLiteral("masked"));
    EXPECT_TRUE(model.index(3, 0).data(Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("“on” reads")));
    EXPECT_FALSE(model.index(9, 9).data().isValid());
}

TEST(WeightsModel, HiddenTokensAndRenormalisationShow) {
    Session session;
    session.text = "The cat sat on the mat";
    session.sandbox.weights = WeightSource::Random;
    session.view.hidden = HiddenTokens::SpecialAndFirst;
    session.view.renormalise = true;
    WeightsModel model;
    model.show(test::analysisOf(session), session.view, 0);
    double sum = 0;
    for (int j = 0; j < 6; ++j) sum += model.index(3, j).data(Qt::UserRole).toDouble();
    EXPECT_EQ(model.index(3, 0).data(Qt::UserRole).toDouble(), 0);
    EXPECT_NEAR(sum, 1, 1e-5);
}

TEST(WeightsModel, NothingToShowIsAnEmptyTable) {
    WeightsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.show(nullptr, {}, 0);
    EXPECT_EQ(model.rowCount(), 0);
    model.show(test::analysisOf("a b"), {}, 99);
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(HeadsModel, SaysWhatEachHeadDoes) {
    const AnalysisPtr analysis = test::analysisOf("The animal didn't cross the street");
    HeadsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.show(analysis);
    ASSERT_EQ(model.rowCount(), 4);
    EXPECT_TRUE(model.index(0, HeadsModel::Pattern).data().toString().contains(QStringLiteral("previous")));
    EXPECT_TRUE(model.index(2, HeadsModel::Pattern).data().toString().contains(QStringLiteral("first")));
    EXPECT_EQ(model.index(1, HeadsModel::Entropy).data(Qt::UserRole).toDouble(), analysis->measures[1].entropy);
    EXPECT_EQ(model.headerData(3, Qt::Vertical).toString(), QStringLiteral("Head 4"));
}

} // namespace
} // namespace headscope
