// SPDX-License-Identifier: GPL-3.0-or-later
// What a model predicts, under the words of the window.
#include "tests/ui/model_window_fixture.h"

#include "ui/views/text_strip.h"

#include <QAbstractButton>
#include <QLabel>
#include <algorithm>

namespace headscope::test {
namespace {

TEST_F(ModelWindowTest, ADecodersPredictionContinuesTheText) {
    open("gpt2");
    type(QStringLiteral("the cat"));
    auto* bar = control<QWidget>("predictions");
    ASSERT_TRUE(bar->isVisible());
    ASSERT_FALSE(document().predictions().empty());
    const std::vector<Prediction>& all = document().predictions().front().predictions;
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.probability > b.probability; }));
    // The first that is no special token.
    std::size_t rank = 0;
    while (rank < all.size() && !fillIn(*document().predictedRun(), document().predictions().front().position, all[rank].id)) ++rank;
    ASSERT_LT(rank, all.size());
    const std::int64_t id = all[rank].id;
    const std::size_t length = shown().queries.size();
    QTest::mouseClick(control<QAbstractButton>(("prediction" + std::to_string(rank)).c_str()), Qt::LeftButton);
    ASSERT_TRUE(waitForSequel());
    EXPECT_TRUE(session().text.starts_with("the cat"));
    EXPECT_GT(session().text.size(), 7U);
    EXPECT_EQ(sentence().text().toStdString(), session().text);
    EXPECT_GE(shown().queries.size(), length);
    // The written text is read as that token again wherever the vocabulary has one way to spell it.
    if (shown().queries.size() == length + 1) {
        EXPECT_EQ(shown().run->tokens.back().id, id);
    }
    document().undoStack().undo();
    EXPECT_EQ(session().text, "the cat") << "one step of undo";
}

TEST_F(ModelWindowTest, AWordIsLeftOpenAndFilledIn) {
    open("bert");
    type(QStringLiteral("the cat sat"));
    auto* bar = control<QWidget>("predictions");
    auto* put = control<QAbstractButton>("putMask");
    ASSERT_TRUE(bar->isVisible());
    EXPECT_TRUE(control<QLabel>("predicted")->text().contains(QStringLiteral("[MASK]")));
    EXPECT_FALSE(put->isEnabled());
    EXPECT_TRUE(put->toolTip().contains(QStringLiteral("choose a word")));
    int cat = -1;
    for (std::size_t i = 0; i < shown().queries.size(); ++i)
        if (shown().queries[i].begin == 4) cat = static_cast<int>(i);
    ASSERT_GE(cat, 0);
    auto* strip = window().findChild<TextStrip*>();
    QTest::mouseClick(strip, Qt::LeftButton, Qt::NoModifier, strip->chip(TokenSide::Query, cat).center().toPoint());
    ASSERT_TRUE(put->isEnabled());
    const Token token = shown().queries[static_cast<std::size_t>(cat)];
    QTest::mouseClick(put, Qt::LeftButton);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().text, "the [MASK]" + std::string("the cat sat").substr(static_cast<std::size_t>(token.end)));
    ASSERT_EQ(document().predictions().size(), 1U);
    const ModelRunPtr run = document().predictedRun();
    const PositionPrediction at = document().predictions().front();
    std::size_t rank = 0;
    while (rank < at.predictions.size() && !fillIn(*run, at.position, at.predictions[rank].id)) ++rank;
    ASSERT_LT(rank, at.predictions.size());
    QTest::mouseClick(control<QAbstractButton>(("prediction" + std::to_string(rank)).c_str()), Qt::LeftButton);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().text.find("[MASK]"), std::string::npos);
    EXPECT_TRUE(session().text.starts_with("the"));
    document().undoStack().undo();
    EXPECT_NE(session().text.find("[MASK]"), std::string::npos);
}

TEST_F(ModelWindowTest, AnIdWithoutAWordIsNamedAndCannotBeTaken) {
    // Some outputs of the small BERT have no entry in its vocabulary, and random weights like any of them.
    open("bert");
    type(QStringLiteral("the [MASK]"));
    auto* bar = control<QWidget>("predictions");
    int unnamed = 0;
    for (const QAbstractButton* chip : bar->findChildren<QAbstractButton*>()) {
        if (!chip->property("there").toBool()) continue;
        EXPECT_FALSE(chip->text().isEmpty()) << "a blank button";
        if (!chip->text().startsWith(QStringLiteral("id "))) continue;
        ++unnamed;
        EXPECT_FALSE(chip->isEnabled());
        EXPECT_TRUE(chip->toolTip().contains(QStringLiteral("no word for it"))) << chip->toolTip().toStdString();
    }
    EXPECT_GT(unnamed, 0);
}

TEST_F(ModelWindowTest, AChosenWordSaysWhatElseCouldStandThere) {
    open("bert");
    type(QStringLiteral("the cat sat"));
    EXPECT_TRUE(document().predictions().empty());
    const auto cat = static_cast<int>(std::ranges::find(shown().queries, 4, &Token::begin) - shown().queries.begin());
    window().selection().pinQuery(cat, false);
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().predictions().size() == 1; }));
    const PositionPrediction at = document().predictions().front();
    EXPECT_EQ(at.position, cat);
    EXPECT_TRUE(control<QLabel>("predicted")->text().contains(QStringLiteral("in place of “%1”").arg(QString::fromStdString(shown().queries[static_cast<std::size_t>(cat)].text))));
    const auto it = std::ranges::find_if(at.predictions, [&](const Prediction& p) { return isText(*shown().run, p.id); });
    ASSERT_NE(it, at.predictions.end());
    const std::string wanted = fillIn(*shown().run, cat, it->id)->text;
    QTest::mouseClick(control<QAbstractButton>(("prediction" + std::to_string(it - at.predictions.begin())).c_str()), Qt::LeftButton);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().text, wanted);
    EXPECT_TRUE(wanted.starts_with("the"));
    EXPECT_TRUE(wanted.ends_with("sat"));
    window().selection().release();
    EXPECT_TRUE(QTest::qWaitFor([&] { return document().predictions().empty(); }));
}

TEST_F(ModelWindowTest, ADecoderSaysWhatCouldFollowTheChosenWord) {
    open("gpt2");
    type(QStringLiteral("the cat sat"));
    ASSERT_EQ(document().predictions().size(), 1U);
    EXPECT_EQ(control<QLabel>("predicted")->text(), QStringLiteral("next"));
    const OverviewPtr overview = document().overview();
    window().selection().pinQuery(0, false);
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().predictions().size() == 2; }));
    EXPECT_EQ(document().overview(), overview) << "it is of the same run";
    EXPECT_TRUE(control<QLabel>("predicted")->text().startsWith(QStringLiteral("after “")));
    const std::vector<Prediction> beginning = document().predictions()[1].predictions;
    // The same as if the text ended there: a decoder sees nothing of what follows.
    type(QString::fromStdString(shown().queries[0].text));
    ASSERT_EQ(shown().queries.size(), 1U);
    ASSERT_FALSE(document().predictions().empty());
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(document().predictions()[0].predictions[i].id, beginning[i].id);
        EXPECT_NEAR(document().predictions()[0].predictions[i].probability, beginning[i].probability, 1e-6);
    }
}

TEST_F(ModelWindowTest, NothingIsPredictedWithoutAHeadAndThePanelSaysSo) {
    open("bert_bare");
    EXPECT_FALSE(control<QWidget>("predictions")->isVisible());
    EXPECT_TRUE(control<QLabel>("modelFacts")->text().contains(QStringLiteral("no output head")));
    open("gpt2");
    EXPECT_TRUE(control<QWidget>("predictions")->isVisible());
    window().files().useModel(QString());
    ASSERT_TRUE(waitForSequel());
    EXPECT_FALSE(control<QWidget>("predictions")->isVisible());
}

} // namespace
} // namespace headscope::test
