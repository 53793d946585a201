// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers' tables and the search for tokens, of a model.
#include "tests/ui/model_window_fixture.h"

#include "ui/panels/numbers_panel.h"
#include "ui/views/describe.h"
#include "ui/window_actions.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>

namespace headscope::test {
namespace {

class ModelTablesTest : public ModelWindowTest {
protected:
    /// The open table of weights says what the analysis holds, cell by cell, and its headers are the tokens.
    void expectTable() {
        const QAbstractItemModel& table = *window().numbers().weightsTable().model();
        ASSERT_EQ(table.rowCount(), static_cast<int>(shown().queries.size()));
        ASSERT_EQ(table.columnCount(), static_cast<int>(shown().keys.size()));
        for (int i = 0; i < table.rowCount(); ++i) {
            EXPECT_EQ(table.headerData(i, Qt::Vertical).toString(), tokenLabel(shown().queries[static_cast<std::size_t>(i)]));
            for (int j = 0; j < table.columnCount(); ++j)
                EXPECT_DOUBLE_EQ(table.index(i, j).data(Qt::UserRole).toDouble(), static_cast<double>(shown().weight(0, i, j)));
        }
        for (int j = 0; j < table.columnCount(); ++j)
            EXPECT_EQ(table.headerData(j, Qt::Horizontal).toString(), tokenLabel(shown().keys[static_cast<std::size_t>(j)]));
    }
    void openNumbers() {
        control<QAction>("numbers")->setChecked(true);
        window().numbers().setCurrentIndex(1);
    }
    void addSecond(const char* text) {
        control<QAbstractButton>("pair")->click();
        QTest::keyClicks(&window().sentence().second(), QString::fromLatin1(text));
        ASSERT_TRUE(waitForSequel());
    }
    /// What the search bar says after the text has been typed and Enter pressed `times` times.
    QString found(const QString& text, int times) {
        window().actions().find->trigger();
        auto* field = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        if (!field) return QStringLiteral("no field");
        field->clear();
        QTest::keyClicks(field, text);
        for (int i = 0; i < times; ++i) QTest::keyClick(field, Qt::Key_Return);
        return control<QLabel>("count")->text();
    }
};

TEST_F(ModelTablesTest, WeightsOfPairsAndSpecialTokens) {
    open("bert");
    openNumbers();
    expectTable();
    EXPECT_EQ(window().numbers().weightsTable().model()->headerData(0, Qt::Horizontal).toString(), QStringLiteral("[CLS]"));
    addSecond("the dog");
    expectTable();
    control<QComboBox>("modelPairs")->setCurrentIndex(static_cast<int>(Pairs::AB));
    ASSERT_TRUE(waitForSequel());
    ASSERT_NE(shown().queries.size(), shown().keys.size());
    expectTable();
    // A hidden token's column is empty.
    window().selection().edit({}, [](ViewState& s) { s.hidden = HiddenTokens::Special; });
    const QAbstractItemModel& table = *window().numbers().weightsTable().model();
    EXPECT_EQ(table.index(0, table.columnCount() - 1).data(Qt::UserRole).toDouble(), 0);
}

TEST_F(ModelTablesTest, HeadsAndWeightsOfAnEncoderDecodersSites) {
    open("bart");
    addSecond("the cat");
    openNumbers();
    const auto heads = [&] { return window().numbers().headsTable().model()->rowCount(); };
    EXPECT_EQ(heads(), 2) << "the decoder has two heads, the encoder four";
    expectTable();
    control<QComboBox>("modelSite")->setCurrentIndex(1);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(heads(), 4);
    expectTable();
    control<QComboBox>("modelSite")->setCurrentIndex(2);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(heads(), 2);
    EXPECT_EQ(window().numbers().weightsTable().model()->index(0, 1).data().toString(), QStringLiteral("masked"));
}

TEST_F(ModelTablesTest, TokensAreFoundAsTheyAreShown) {
    open("bert");
    EXPECT_TRUE(found(QStringLiteral("[SEP]"), 0).startsWith(QStringLiteral("1 of 1")));
    EXPECT_EQ(session().view.pinnedQueries, std::vector<int>{static_cast<int>(shown().queries.size()) - 1});
    addSecond("the cat");
    EXPECT_TRUE(found(QStringLiteral("[SEP]"), 1).startsWith(QStringLiteral("2 of 2")));
    EXPECT_EQ(session().view.pinnedQueries, std::vector<int>{static_cast<int>(shown().queries.size()) - 1});
    EXPECT_EQ(found(QStringLiteral("zebra"), 0), QStringLiteral("no token holds this"));
    open("bart");
    // The decoder has "the cat" as well: a query and a key.
    EXPECT_TRUE(found(QStringLiteral("cat"), 0).contains(QStringLiteral("query")));
    EXPECT_TRUE(found(QStringLiteral("cat"), 1).contains(QStringLiteral("key")));
    EXPECT_TRUE(session().view.pinnedQueries.empty());
    ASSERT_EQ(session().view.pinnedKeys.size(), 1U);
    EXPECT_EQ(shown().keys[static_cast<std::size_t>(session().view.pinnedKeys[0])].text, "cat");
}

} // namespace
} // namespace headscope::test
