// SPDX-License-Identifier: GPL-3.0-or-later
// A model in the window, driven through its real widgets.
#include "tests/ui/model_window_fixture.h"

#include "core/io/safe_file.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/side_panel.h"
#include "ui/preferences.h"
#include "ui/views/text_strip.h"
#include "ui/views/vectors_view.h"
#include "ui/window_actions.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDragEnterEvent>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QUrl>
#include <filesystem>

namespace headscope::test {
namespace {

TEST_F(ModelWindowTest, AFolderTakesTheSandboxsPlaceAndGivesItBack) {
    control<QSpinBox>("heads")->setValue(7);
    ASSERT_TRUE(waitForAnswer());
    const Sandbox dials = session().sandbox;
    open("bert");
    EXPECT_TRUE(shown().run);
    EXPECT_TRUE(control<QLabel>("modelFacts")->text().contains(QStringLiteral("BERT, encoder")));
    EXPECT_TRUE(control<QLabel>("modelFacts")->text().contains(QStringLiteral("%1 layers × %2 heads").arg(shown().layers()).arg(shown().heads())));
    EXPECT_FALSE(control<QSpinBox>("heads")->isVisible());
    EXPECT_FALSE(control<QAbstractButton>("maskSection")->isVisible());
    EXPECT_TRUE(control<QSpinBox>("modelLayer")->isVisible());
    EXPECT_TRUE(Preferences().openedModels().contains(golden("bert")));
    window().files().useModel(QString());
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().sandbox, dials);
    EXPECT_EQ(shown().heads(), 7);
    EXPECT_TRUE(control<QSpinBox>("heads")->isVisible());
    EXPECT_FALSE(control<QSpinBox>("modelLayer")->isVisible());
    document().undoStack().undo();
    ASSERT_TRUE(waitForSequel());
    EXPECT_TRUE(shown().run) << "one step of undo";
}

TEST_F(ModelWindowTest, TheMenuListsModelsAndWhyOneCannotBeOpened) {
    QTemporaryDir broken;
    QFile config(broken.filePath(QStringLiteral("config.json")));
    ASSERT_TRUE(config.open(QIODevice::WriteOnly));
    config.write(R"({"model_type": "mamba"})");
    config.close();
    Preferences().addOpenedModel(broken.path());
    Preferences().addOpenedModel(golden("gpt2"));
    auto* menu = control<QMenu>("sources");
    emit menu->aboutToShow();
    const auto entryOf = [&](const QString& folder) -> QAction* {
        for (QAction* action : menu->actions())
            if (action->data().toString() == folder) return action;
        return nullptr;
    };
    ASSERT_TRUE(QTest::qWaitFor([&] { return entryOf(golden("gpt2")) != nullptr; }));
    EXPECT_TRUE(entryOf(golden("gpt2"))->text().contains(QStringLiteral("GPT-2")));
    EXPECT_TRUE(entryOf(golden("gpt2"))->text().contains(QStringLiteral("heads")));
    ASSERT_NE(entryOf(broken.path()), nullptr);
    EXPECT_FALSE(entryOf(broken.path())->isEnabled());
    EXPECT_TRUE(entryOf(broken.path())->toolTip().contains(QStringLiteral("mamba")));
    entryOf(golden("gpt2"))->trigger();
    ASSERT_TRUE(waitForSequel());
    EXPECT_FALSE(document().error());
    EXPECT_EQ(session().model, golden("gpt2").toStdString());
    ASSERT_TRUE(shown().run);
    EXPECT_EQ(shown().run->opened->model->config.family, "gpt2");
}

TEST_F(ModelWindowTest, ASecondSentenceWaitsWhereAModelTakesNone) {
    control<QAbstractButton>("pair")->click();
    QTest::keyClicks(&window().sentence().second(), QStringLiteral("the dog"));
    ASSERT_TRUE(waitForAnswer());
    open("gpt2");
    EXPECT_EQ(shown().queries.size(), shown().keys.size());
    EXPECT_FALSE(window().sentence().second().isVisible());
    EXPECT_FALSE(control<QAbstractButton>("pair")->isEnabled());
    EXPECT_TRUE(control<QAbstractButton>("pair")->toolTip().contains(QStringLiteral("comes back")));
    EXPECT_TRUE(std::ranges::any_of(shown().notes, [](const std::string& note) { return note.find("set aside") != std::string::npos; }));
    ASSERT_FALSE(document().predictions().empty());
    EXPECT_TRUE(control<QAbstractButton>("prediction0")->isEnabled() || !isText(*shown().run, document().predictions()[0].predictions[0].id));
    window().actions().secondSentence->trigger();
    EXPECT_TRUE(window().notice().message().contains(QStringLiteral("continues one text")));
    EXPECT_EQ(session().text2, "the dog");
    open("bert");
    EXPECT_TRUE(shown().run->pair);
    EXPECT_TRUE(window().sentence().second().isVisible());
    window().files().useModel(QString());
    ASSERT_TRUE(waitForSequel());
    EXPECT_TRUE(shown().cross);
    EXPECT_EQ(window().sentence().second().text(), QStringLiteral("the dog"));
}

TEST_F(ModelWindowTest, ExamplesFitWhatIsOpen) {
    const auto titles = [&] {
        QStringList all;
        for (const QAction* action : control<QMenu>("examples")->actions()) all << action->text();
        return all;
    };
    const QStringList sandbox = titles();
    EXPECT_TRUE(sandbox.contains(QStringLiteral("Two languages (cross-attention)")));
    open("bert");
    ASSERT_TRUE(titles().contains(QStringLiteral("A word left open")));
    EXPECT_FALSE(titles().contains(QStringLiteral("Two languages (cross-attention)")));
    control<QMenu>("examples")->actions().constFirst()->trigger();
    ASSERT_TRUE(waitForSequel());
    EXPECT_NE(session().text.find("[MASK]"), std::string::npos);
    EXPECT_EQ(document().predictions().size(), 1U);
    open("gpt2");
    ASSERT_TRUE(titles().contains(QStringLiteral("A fact to continue")));
    EXPECT_FALSE(titles().contains(QStringLiteral("A word left open")));
    for (QAction* action : control<QMenu>("examples")->actions()) {
        action->trigger();
        ASSERT_TRUE(waitForSequel());
        EXPECT_FALSE(document().error()) << action->text().toStdString();
    }
    window().files().useModel(QString());
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(titles(), sandbox);
}

TEST_F(ModelWindowTest, AFailureStandsUnderTheControlAndLeavesThePicture) {
    const AnalysisPtr before = document().analysis();
    QTemporaryDir nothing;
    window().files().useModel(nothing.path());
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(document().analysis(), before);
    EXPECT_TRUE(control<QLabel>("modelError")->isVisible());
    EXPECT_TRUE(control<QLabel>("modelError")->text().contains(QStringLiteral("under the sentence"))) << "said once, where there is room";
    EXPECT_TRUE(control<QLabel>("error")->text().contains(QStringLiteral("config.json")));
    EXPECT_TRUE(control<QLabel>("modelError")->toolTip().contains(QStringLiteral("config.json")));
    EXPECT_FALSE(control<QLabel>("modelFacts")->isVisible());
    EXPECT_FALSE(Preferences().openedModels().contains(nothing.path()));
    document().undoStack().undo();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_FALSE(control<QLabel>("modelError")->isVisible());
}

TEST_F(ModelWindowTest, TheButtonSaysAsMuchOfTheNameAsFits) {
    QTemporaryDir folder;
    const QString model = folder.filePath(QStringLiteral("some_name_that_is_long/model"));
    QDir().mkpath(QFileInfo(model).path());
    std::filesystem::copy(golden("bert").toStdString(), model.toStdString());
    window().files().useModel(model);
    ASSERT_TRUE(waitForSequel());
    auto* source = control<QAbstractButton>("source");
    const auto fitting = [&] {
        return source->fontMetrics().elidedText(QStringLiteral("some_name_that_is_long/model"), Qt::ElideMiddle, source->parentWidget()->width() - 32);
    };
    EXPECT_EQ(source->text(), fitting());
    QWidget* dials = &window().dials();
    for (const int width : {dials->minimumWidth(), dials->maximumWidth()}) {
        dials->setFixedWidth(width);
        QCoreApplication::processEvents();
        EXPECT_EQ(source->text(), fitting());
    }
}

TEST_F(ModelWindowTest, ATextThatIsTooLongIsNotTheModelsFault) {
    open("bert");
    document().edit(QStringLiteral("test"), [](Session& s) {
        for (int i = 0; i < 200; ++i) s.text += " cat";
    });
    ASSERT_TRUE(waitForAnswer());
    ASSERT_TRUE(document().error());
    EXPECT_TRUE(control<QLabel>("error")->text().contains(QStringLiteral("shorten it")));
    EXPECT_FALSE(control<QLabel>("modelError")->isVisible());
}

TEST_F(ModelWindowTest, AFolderOrItsWeightsCanBeDropped) {
    for (const QString& path : {golden("bert"), golden("gpt2") + QStringLiteral("/model.safetensors")}) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(400, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &enter);
        ASSERT_TRUE(enter.isAccepted());
        QDropEvent drop(QPointF(400, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &drop);
        ASSERT_TRUE(waitForSequel());
        ASSERT_TRUE(shown().run) << path.toStdString();
        EXPECT_TRUE(path.startsWith(QString::fromStdString(session().model)));
    }
}

/// A BERT of 200 MB that takes a moment to read: its weights are one hole in the file.
QString slowModel(const QTemporaryDir& folder) {
    constexpr std::int64_t vocabulary = 50000, width = 1024;
    const auto write = [&](const char* name, const QByteArray& bytes, qint64 size) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.resize(std::max<qint64>(size, bytes.size())));
    };
    const QString bert = QStringLiteral(HEADSCOPE_SOURCE_DIR "/tests/golden/models/bert/tokenizer.json");
    QFile::copy(bert, folder.filePath(QStringLiteral("tokenizer.json")));
    write("config.json", R"({"model_type":"gpt2","vocab_size":50000,"n_embd":1024,"n_layer":0,"n_head":16,"n_positions":64})", 0);
    QByteArray header = R"({"wte.weight":{"dtype":"F32","shape":[50000,1024],"data_offsets":[0,204800000]},)"
                        R"("wpe.weight":{"dtype":"F32","shape":[64,1024],"data_offsets":[204800000,205062144]},)"
                        R"("ln_f.weight":{"dtype":"F32","shape":[1024],"data_offsets":[205062144,205066240]},)"
                        R"("ln_f.bias":{"dtype":"F32","shape":[1024],"data_offsets":[205066240,205070336]}})";
    while (header.size() % 8 != 0) header += ' ';
    QByteArray start(8, '\0');
    for (int i = 0; i < 8; ++i) start[i] = static_cast<char>((static_cast<std::uint64_t>(header.size()) >> (8 * i)) & 0xFF);
    write("model.safetensors", start + header, start.size() + header.size() + vocabulary * width * 4 + 270336);
    return folder.path();
}

TEST_F(ModelWindowTest, OpeningCanBeCancelledAndTakesTheChoiceBack) {
    QTemporaryDir folder;
    const AnalysisPtr before = document().analysis();
    window().files().useModel(slowModel(folder));
    ASSERT_TRUE(document().busy());
    control<QAbstractButton>("cancelLoading")->click();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(session().model.empty());
    EXPECT_FALSE(document().error());
    EXPECT_EQ(shown().text, before->text);
    EXPECT_FALSE(shown().run);
    EXPECT_FALSE(control<QWidget>("loading")->isVisible());
}

TEST_F(ModelWindowTest, LayersAreChosenBySpinKeysAndOverview) {
    open("bert");
    ASSERT_GT(shown().layers(), 1);
    auto* layer = control<QSpinBox>("modelLayer");
    EXPECT_EQ(layer->maximum(), shown().layers());
    const Matrix first = shown().trace->weights(0);
    layer->setValue(2);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().layer, 1);
    EXPECT_NE(shown().trace->weights(0), first);
    EXPECT_TRUE(window().description().startsWith(QStringLiteral("Layer 2, head 1")));
    pressKey(Qt::Key_BraceLeft, Qt::ShiftModifier);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().layer, 0);
    EXPECT_EQ(layer->value(), 1);
    pressKey(Qt::Key_BraceLeft, Qt::ShiftModifier);
    EXPECT_TRUE(window().description().contains(QStringLiteral("first layer")));
    document().undoStack().undo();
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().layer, 1);
    pressKey(Qt::Key_M);
    EXPECT_TRUE(session().sandbox.mask.none());
    EXPECT_TRUE(window().description().contains(QStringLiteral("its mask")));
}

TEST_F(ModelWindowTest, TheOverviewOpensLayersAndHeads) {
    auto* action = control<QAction>("overview");
    EXPECT_FALSE(overview().isVisible());
    EXPECT_FALSE(action->isEnabled());
    EXPECT_TRUE(action->toolTip().contains(QStringLiteral("one layer")));
    open("bert");
    ASSERT_TRUE(overview().isVisible());
    ASSERT_TRUE(action->isEnabled());
    QTest::mouseMove(&overview(), centreOf(1, 1));
    EXPECT_TRUE(window().description().startsWith(QStringLiteral("Layer 2, head 2:"))) << window().description().toStdString();
    QTest::mouseClick(&overview(), Qt::LeftButton, Qt::NoModifier, centreOf(1, 1));
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().layer, 1);
    EXPECT_EQ(session().view.head, 1);
    overview().setFocus();
    EXPECT_EQ(session().view.view, ViewKind::Overview);
    QTest::keyClick(&overview(), Qt::Key_Up);
    QTest::keyClick(&overview(), Qt::Key_Left);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().layer, 0);
    EXPECT_EQ(session().view.head, 0);
    QTest::keyClick(&overview(), Qt::Key_F9);
    EXPECT_FALSE(overview().isVisible());
    QTest::keyClick(&window(), Qt::Key_F9);
    EXPECT_TRUE(overview().isVisible());
    window().files().useModel(QString());
    ASSERT_TRUE(waitForSequel());
    EXPECT_FALSE(overview().isVisible());
}

TEST_F(ModelWindowTest, PairsAreFilteredAndFoldedOnlyWhereThereAreTwo) {
    open("bert");
    auto* pairs = control<QComboBox>("modelPairs");
    EXPECT_FALSE(pairs->isEnabled());
    EXPECT_TRUE(pairs->toolTip().contains(QStringLiteral("one text")));
    control<QAbstractButton>("pair")->click();
    QTest::keyClicks(&window().sentence().second(), QStringLiteral("the dog"));
    ASSERT_TRUE(waitForSequel());
    ASSERT_TRUE(shown().run->pair);
    ASSERT_TRUE(pairs->isEnabled());
    const std::size_t all = shown().queries.size();
    pairs->setCurrentIndex(static_cast<int>(Pairs::AB));
    ASSERT_TRUE(waitForSequel());
    EXPECT_TRUE(shown().cross);
    EXPECT_EQ(shown().queries.size() + shown().keys.size(), all);
    EXPECT_EQ(shown().keys.back().sequence, -1);
    control<QAction>("vectors")->setChecked(true);
    document().undoStack().undo();
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().queries.size(), all);
}

TEST_F(ModelWindowTest, FoldedWordsHaveNoVectorsOfTheirOwn) {
    open("bert");
    const std::size_t pieces = shown().queries.size();
    control<QAction>("vectors")->setChecked(true);
    const auto before = pictures();
    control<QCheckBox>("modelWords")->click();
    ASSERT_TRUE(waitForSequel());
    ASSERT_LT(shown().queries.size(), pieces) << "the sentence has a word of several pieces";
    EXPECT_NE(pictures().at(QStringLiteral("vectors")), before.at(QStringLiteral("vectors")));
    VectorsView* vectors = window().findChild<VectorsView*>();
    QTest::mouseClick(vectors, Qt::LeftButton, Qt::NoModifier, vectors->rect().center());
    EXPECT_TRUE(session().view.pinnedQueries.empty()) << "there is no row to take";
}

TEST_F(ModelWindowTest, ATypedMaskHasTheFrameOfATypedWord) {
    open("bert");
    type(QStringLiteral("the [MASK] cat"));
    ASSERT_EQ(shown().queries[2].text, "[MASK]");
    auto* strip = window().findChild<TextStrip*>();
    const QImage image = strip->grab().toImage();
    const auto ground = [&](int token) {
        const QRectF chip = strip->chip(TokenSide::Query, token);
        return image.pixelColor(static_cast<int>(chip.left()) + 4, static_cast<int>(chip.top()) + 5);
    };
    EXPECT_EQ(ground(2), ground(1));
    EXPECT_NE(ground(2), ground(0)) << "nobody typed [CLS]";
}

TEST_F(ModelWindowTest, AChipSaysWhatItsTokenWasTypedAs) {
    open("bert");
    type(QStringLiteral("The x cat"));
    auto* strip = window().findChild<TextStrip*>();
    ASSERT_EQ(shown().queries[2].text, "[UNK]") << "the vocabulary has no x";
    QTest::mouseMove(strip, strip->chip(TokenSide::Query, 2).center().toPoint());
    EXPECT_TRUE(strip->toolTip().contains(QStringLiteral("stands for “x”"))) << strip->toolTip().toStdString();
    QTest::mouseMove(strip, strip->chip(TokenSide::Query, 3).center().toPoint());
    EXPECT_FALSE(strip->toolTip().contains(QStringLiteral("stands for")));
}

TEST_F(ModelWindowTest, AttentionOfEncoderDecodersIsChosen) {
    open("bart");
    auto* site = control<QComboBox>("modelSite");
    ASSERT_TRUE(site->isVisible());
    EXPECT_EQ(shown().site, Site::Cross);
    EXPECT_EQ(shown().queries.size(), 1U) << "the decoder has its start token";
    site->setCurrentIndex(1);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().site, Site::Encoder);
    site->setCurrentIndex(2);
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(shown().site, Site::Decoder);
    open("gpt2");
    EXPECT_FALSE(site->isVisible());
    EXPECT_FALSE(control<QAbstractButton>("pair")->isEnabled());
    EXPECT_TRUE(control<QAbstractButton>("pair")->toolTip().contains(QStringLiteral("continues one text")));
}

TEST_F(ModelWindowTest, WhatIsShownOfAModelIsSavedAndOpened) {
    open("bert");
    control<QSpinBox>("modelLayer")->setValue(2);
    control<QCheckBox>("modelWords")->click();
    ASSERT_TRUE(waitForSequel());
    const Session saved = session();
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.headscope"));
    ASSERT_TRUE(window().files().save(path));
    document().reset(firstSession(), QString());
    ASSERT_TRUE(waitForSequel());
    window().files().open(path);
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().path() == path; }));
    ASSERT_TRUE(waitForSequel());
    EXPECT_EQ(session().view, saved.view);
    ASSERT_TRUE(shown().run);
    EXPECT_EQ(shown().layer, 1);
}

TEST_F(ModelWindowTest, PinsFollowAModelsTokensWhileTyping) {
    open("bert");
    type(QStringLiteral("the cat sat"));
    const auto last = static_cast<int>(shown().queries.size()) - 2; // before [SEP]
    window().selection().pinQuery(last, false);
    const std::string pinned = shown().queries[static_cast<std::size_t>(last)].text;
    QTextCursor cursor = sentence().textCursor();
    cursor.movePosition(QTextCursor::Start);
    sentence().setTextCursor(cursor);
    QTest::keyClicks(&sentence(), QStringLiteral("the "));
    ASSERT_TRUE(waitForSequel());
    ASSERT_EQ(session().view.pinnedQueries.size(), 1U);
    EXPECT_GT(session().view.pinnedQueries[0], last);
    EXPECT_EQ(shown().queries[static_cast<std::size_t>(session().view.pinnedQueries[0])].text, pinned);
}

TEST_F(ModelWindowTest, TheIntroductionHasRoomOfItsOwnAndGoesWithWhatItSpeaksOf) {
    const auto* introduction = control<NoticeBar>("introduction");
    const auto introduce = [&] {
        Session first;
        first.model = HEADSCOPE_SOURCE_DIR "/resources/models/translation";
        first.text = "The black cat sees the small dog.";
        first.text2 = "le chat noir";
        document().reset(first, QString());
        window().introduceHeads();
        ASSERT_TRUE(QTest::qWaitFor([&] { return introduction->isVisible(); }, 20000));
        EXPECT_TRUE(introduction->message().contains(QStringLiteral("translate")));
        QCoreApplication::processEvents();
    };
    introduce();
    const QRect words(introduction->mapTo(&window(), QPoint()), introduction->size());
    for (const Pane* pane : window().panes())
        EXPECT_FALSE(pane->isVisible() && words.intersects(QRect(pane->mapTo(&window(), QPoint()), pane->size())))
            << pane->name().toStdString() << " is covered";
    window().selection().edit(QStringLiteral("layer"), [](ViewState& s) { s.layer = 0; });
    EXPECT_TRUE(introduction->isVisible()) << "it is still true";
    document().edit(QStringLiteral("test"), [](Session& s) { s.text = "The cat sleeps."; });
    EXPECT_FALSE(introduction->isVisible());
    introduce();
    window().files().useModel(QString());
    EXPECT_FALSE(introduction->isVisible());
    introduce();
    pressKey(Qt::Key_Escape);
    EXPECT_FALSE(introduction->isVisible());
}

} // namespace
} // namespace headscope::test
