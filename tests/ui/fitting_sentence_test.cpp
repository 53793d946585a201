// SPDX-License-Identifier: GPL-3.0-or-later
// A model that knows no word of the sentence gets one of its own.
#include "tests/ui/model_window_fixture.h"

#include "core/session/unknown_words.h"
#include "ui/panels/notice_bar.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTemporaryDir>

namespace headscope::test {
namespace {

/// With a sentence that the window began with.
class FittingSentence : public ModelWindowTest {
protected:
    void SetUp() override { WindowTest::SetUp(); }
    static QString shipped(const char* name) {
        return QStringLiteral(HEADSCOPE_SOURCE_DIR "/resources/models/") + QString::fromLatin1(name);
    }
    void choose(const char* name) {
        window().files().useModel(shipped(name));
        ASSERT_TRUE(waitForSequel());
        ASSERT_FALSE(document().error()) << document().error()->message();
    }
};

TEST_F(FittingSentence, TakesThePlaceOfOneThatNobodyTypedInOneStep) {
    const std::string first = session().text;
    choose("induction");
    const std::string own = session().text;
    EXPECT_NE(own, first);
    EXPECT_EQ(unknownShare(*shown().run), 0);
    EXPECT_FALSE(document().predictions().empty());
    EXPECT_EQ(document().undoStack().count(), 1);
    document().undoStack().undo();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(session().text, first);
    EXPECT_TRUE(session().model.empty());
    document().undoStack().redo();
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().text, own);
    choose("translation"); // the one of the model before is ours, too
    EXPECT_EQ(unknownShare(*shown().run), 0);
    EXPECT_TRUE(session().text2);
    document().undoStack().undo();
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().text, own) << "a step for each model";
    EXPECT_EQ(session().model, shipped("induction").toStdString());
}

TEST_F(FittingSentence, IsOfferedBesideOneThatWasTyped) {
    type(QStringLiteral("Nobody knows this sentence"));
    choose("sort");
    EXPECT_EQ(session().text, "Nobody knows this sentence");
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("unknown to this model"))) << window().notice().message().toStdString();
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral(" > "))) << "what the model was trained on";
    auto* take = window().notice().findChild<QPushButton*>();
    ASSERT_NE(take, nullptr);
    QTest::mouseClick(take, Qt::LeftButton);
    ASSERT_TRUE(waitForSequel());
    EXPECT_NE(session().text.find('>'), std::string::npos);
    document().undoStack().undo();
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().text, "Nobody knows this sentence");
    EXPECT_TRUE(shown().run) << "the model stays";
}

TEST_F(FittingSentence, IsOfferedWhereTheTypedOneIsTooLong) {
    std::string spaced;
    for (int i = 0; i < 200; ++i) spaced += "a ";
    document().edit(QStringLiteral("typing"), [&](Session& s) { s.text = spaced; });
    ASSERT_TRUE(waitForAnswer());
    window().files().useModel(shipped("copy"));
    ASSERT_TRUE(waitForAnswer());
    ASSERT_TRUE(document().error());
    EXPECT_EQ(session().text, spaced);
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("more than this model can read")));
    QTest::mouseClick(window().notice().findChild<QPushButton*>(), Qt::LeftButton);
    ASSERT_TRUE(waitForSequel());
    EXPECT_FALSE(document().error());
}

TEST_F(FittingSentence, KnownWordsStay) {
    type(QStringLiteral("dog cat dog"));
    choose("induction");
    EXPECT_EQ(session().text, "dog cat dog");
    EXPECT_TRUE(window().notice().message().isEmpty());
}

TEST_F(FittingSentence, IsThereWhenAModelIsOpenedWithoutAText) {
    Session asked;
    asked.model = shipped("brackets").toStdString();
    document().reset(asked, QString());
    ASSERT_TRUE(waitForSequel());
    EXPECT_NE(session().text.find("[MASK]"), std::string::npos);
    EXPECT_FALSE(document().isModified());
    EXPECT_EQ(document().undoStack().count(), 0);
    EXPECT_TRUE(sentence().textCursor().atEnd()) << "typing goes on from it";
    // A saved session is shown as it was saved.
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("empty.headscope"));
    asked.model = shipped("sort").toStdString();
    document().reset(asked, path);
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(session().text.empty());
    EXPECT_FALSE(document().isModified());
}

TEST_F(FittingSentence, LeavesTheSandboxsDials) {
    document().edit(QStringLiteral("mask"), [](Session& s) { s.sandbox.mask.causal = true; });
    ASSERT_TRUE(waitForAnswer());
    choose("copy");
    EXPECT_TRUE(session().sandbox.mask.causal);
}

TEST_F(FittingSentence, ThePanelSaysWhatTheModelDoes) {
    choose("induction");
    EXPECT_TRUE(control<QLabel>("modelFacts")->text().startsWith(QStringLiteral("Random words, then the same again")));
    for (const QAction* action : control<QMenu>("examples")->actions()) EXPECT_FALSE(action->text().isEmpty());
    open("bert");
    EXPECT_TRUE(control<QLabel>("modelFacts")->text().startsWith(QStringLiteral("BERT"))) << "nobody says what it was trained for";
}

} // namespace
} // namespace headscope::test
