// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/panels/numbers_panel.h"

#include <QHeaderView>
#include <QTest>
#include <algorithm>

using namespace headscope;

namespace {

struct NumbersTest : testing::Test {
    Selection selection;
    AnalysisPtr analysis = test::analysisOf("the cat saw the other cat");
    NumbersPanel panel{selection};

    void SetUp() override {
        selection.setExtent(4, 6, 6);
        panel.setAnalysis(analysis);
        panel.resize(600, 300);
        panel.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&panel));
    }
    static void click(QTableView& table, int row, int column) {
        const QPoint place = table.visualRect(table.model()->index(row, column)).center();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, place);
    }
};

TEST_F(NumbersTest, ColumnsSortHeadsByTheirMeasure) {
    QTableView& table = panel.headsTable();
    ASSERT_EQ(table.model()->rowCount(), 4);
    table.sortByColumn(HeadsModel::Distance, Qt::DescendingOrder);
    double last = 1e9;
    for (int row = 0; row < 4; ++row) {
        const double distance = table.model()->index(row, HeadsModel::Distance).data(Qt::UserRole).toDouble();
        EXPECT_LE(distance, last);
        last = distance;
    }
    // The head that reads the first token reaches farthest; a click shows it.
    click(table, 0, HeadsModel::Pattern);
    EXPECT_EQ(selection.state().head, 2);
}

TEST_F(NumbersTest, NoMeasuresNameIsCut) {
    const QTableView& table = panel.headsTable();
    for (int column = 0; column < table.model()->columnCount(); ++column) {
        const QString name = table.model()->headerData(column, Qt::Horizontal).toString();
        EXPECT_GE(table.columnWidth(column), table.horizontalHeader()->fontMetrics().horizontalAdvance(name)) << name.toStdString();
    }
}

TEST_F(NumbersTest, WeightsAreThoseOfTheHeadShown) {
    panel.setCurrentIndex(1);
    selection.edit({}, [](ViewState& s) { s.head = 1; });
    const QAbstractItemModel& model = *panel.weightsTable().model();
    const Matrix weights = analysis->trace->weights(1); // [6, 6]
    for (int i = 0; i < 6; ++i)
        for (int j = 0; j < 6; ++j)
            EXPECT_DOUBLE_EQ(model.index(i, j).data(Qt::UserRole).toDouble(), static_cast<double>(weights(i, j)));
    click(panel.weightsTable(), 2, 1);
    EXPECT_EQ(selection.state().pinnedQueries, std::vector<int>{2});
    EXPECT_EQ(selection.state().pinnedKeys, std::vector<int>{1});
    EXPECT_EQ(panel.weightsTable().currentIndex().row(), 2) << "pinning must not reset the table";
}

} // namespace
