// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"
#include "ui/document.h"
#include "ui/follow_text.h"
#include "ui/panels/mask_panel.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <gtest/gtest.h>

namespace headscope {
namespace {

bool waitFor(Document& document) {
    return QTest::qWaitFor([&] { return !document.busy(); }, 20000);
}

void type(Document& document, const std::string& text) {
    document.edit(QStringLiteral("typing"), [&](Session& s) { s.text = text; }, Document::Merge::SameName);
}

TEST(Document, TypingMergesUntilAPause) {
    Document document;
    type(document, "a");
    type(document, "ab");
    type(document, "abc");
    EXPECT_EQ(document.undoStack().count(), 1);
    document.endMerging();
    type(document, "abcd");
    EXPECT_EQ(document.undoStack().count(), 2);
    document.undoStack().undo();
    EXPECT_EQ(document.session().text, "abc");
    document.undoStack().undo();
    EXPECT_EQ(document.session().text, "");
}

TEST(Document, AnEditInBetweenEndsMerging) {
    Document document;
    type(document, "a");
    document.edit(QStringLiteral("seed"), [](Session& s) { s.sandbox.seed = 4; });
    type(document, "ab");
    EXPECT_EQ(document.undoStack().count(), 3);
}

TEST(Document, NothingChangedIsNoStep) {
    Document document;
    document.edit(QStringLiteral("seed"), [](Session& s) { s.sandbox.seed = 0; });
    EXPECT_EQ(document.undoStack().count(), 0);
    EXPECT_FALSE(document.isModified());
    type(document, "a");
    type(document, "");
    EXPECT_EQ(document.undoStack().count(), 0) << "typed and taken back at once";
}

TEST(Document, LookingDifferentlyComputesNothing) {
    Document document;
    type(document, "one two three");
    ASSERT_TRUE(waitFor(document));
    const AnalysisPtr before = document.analysis();
    document.edit(QStringLiteral("colours"), [](Session& s) { s.view.colours = ColourMapName::Magma; });
    EXPECT_FALSE(document.busy());
    EXPECT_EQ(document.analysis(), before);
}

TEST(Document, AnErrorKeepsThePictureAndGoesWithItsCause) {
    Document document;
    type(document, "one two three");
    ASSERT_TRUE(waitFor(document));
    const AnalysisPtr before = document.analysis();
    document.edit(QStringLiteral("input"), [](Session& s) { s.sandbox.inputFile = "/nowhere/x.npy"; });
    ASSERT_TRUE(waitFor(document));
    ASSERT_TRUE(document.error().has_value());
    EXPECT_NE(document.error()->message().find("/nowhere/x.npy"), std::string::npos);
    EXPECT_EQ(document.analysis(), before);
    document.undoStack().undo();
    ASSERT_TRUE(waitFor(document));
    EXPECT_FALSE(document.error().has_value());
}

/// A version 1.0 .npy of float32 zeros, as NumPy's format description says.
void writeZeros(const QString& path, int rows, int columns) {
    QByteArray header = QStringLiteral("{'descr': '<f4', 'fortran_order': False, 'shape': (%1, %2), }").arg(rows).arg(columns).toLatin1();
    header = header.leftJustified(117) + '\n';
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(QByteArray("\x93NUMPY\x01\x00", 8) + char(header.size()) + '\0' + header);
    ASSERT_TRUE(file.resize(file.pos() + qint64{4} * rows * columns));
}

TEST(Document, WhatWasReadBeforeIsNotKeptAfterReadingAgain) {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("x.npy"));
    writeZeros(path, 3, 8'000'000); // long to read, and not of this d_model
    Session session;
    session.text = "one two three";
    session.sandbox.dModel = 8;
    session.sandbox.inputFile = QFile::encodeName(path).toStdString();
    Document document;
    document.reset(session, QString());
    QTest::qSleep(40); // it is being read now
    const QString next = folder.filePath(QStringLiteral("next.npy"));
    writeZeros(next, 3, 8);
    ASSERT_TRUE(QFile::remove(path) && QFile::rename(next, path));
    document.rereadFiles();
    ASSERT_TRUE(waitFor(document));
    EXPECT_FALSE(document.error().has_value()) << document.error()->message();
    EXPECT_EQ(document.analysis()->queries.size(), 3u);
}

TEST(Document, SavesWhatItHoldsAndKnowsWhetherItIsSaved) {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.headscope"));
    Document document;
    type(document, "über 漢字 🙂");
    EXPECT_TRUE(document.isModified());
    ASSERT_TRUE(document.save(path).ok());
    EXPECT_FALSE(document.isModified());
    const Result<Session> read = readSession(QFile::encodeName(path).toStdString());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, document.session());
    type(document, "more");
    EXPECT_TRUE(document.isModified());
    document.undoStack().undo();
    EXPECT_FALSE(document.isModified());
}

TEST(Document, AFailedSaveStaysModified) {
    Document document;
    type(document, "a");
    EXPECT_FALSE(document.save(QStringLiteral("/nowhere/a.headscope")).ok());
    EXPECT_TRUE(document.isModified());
    EXPECT_TRUE(document.path().isEmpty());
}

TEST(Document, WhereOneLooksIsNoStepOfUndo) {
    Document document;
    type(document, "a b");
    document.lookAt(ViewKind::Links);
    EXPECT_EQ(document.session().view.view, ViewKind::Links);
    EXPECT_EQ(document.undoStack().count(), 1);
    document.undoStack().undo();
    EXPECT_EQ(document.session().view.view, ViewKind::Links);
}

Session sentence(const std::string& text, std::vector<int> pins, std::vector<int> padding = {}) {
    Session s;
    s.text = text;
    s.view.pinnedQueries = std::move(pins);
    s.sandbox.mask.padding = std::move(padding);
    return s;
}

Session retyped(const Session& before, const std::string& text) {
    Session after = before;
    after.text = text;
    followText(before, after);
    return after;
}

TEST(FollowText, PinsStayWithTheirWords) {
    const Session before = sentence("the cat sat", {1, 2});
    EXPECT_EQ(retyped(before, "look the cat sat").view.pinnedQueries, (std::vector<int>{2, 3}));
    EXPECT_EQ(retyped(before, "the cat sat down").view.pinnedQueries, (std::vector<int>{1, 2}));
    EXPECT_EQ(retyped(before, "the cats sat").view.pinnedQueries, (std::vector<int>{1, 2}));
    EXPECT_EQ(retyped(before, "the sat").view.pinnedQueries, (std::vector<int>{1}));
    EXPECT_TRUE(retyped(before, "").view.pinnedQueries.empty());
}

TEST(FollowText, PaddingNeverPointsBeyondTheText) {
    const Session before = sentence("a b c d", {}, {0, 3});
    EXPECT_EQ(retyped(before, "a b c").sandbox.mask.padding, (std::vector<int>{0}));
    EXPECT_EQ(retyped(before, "z a b c d").sandbox.mask.padding, (std::vector<int>{1, 4}));
}

TEST(FollowText, OtherTokensForgetPositions) {
    const Session before = sentence("the cat", {1}, {0});
    Session after = before;
    after.sandbox.unit = TokenUnit::Characters;
    followText(before, after);
    EXPECT_TRUE(after.view.pinnedQueries.empty());
    EXPECT_TRUE(after.sandbox.mask.padding.empty());
}

TEST(PaintedMask, FlipsOneCellAndForgetsAnEmptyMask) {
    MaskSpec mask;
    mask.grid = withCells(mask, 3, 4, {{1, 2}}, false);
    ASSERT_TRUE(mask.grid);
    EXPECT_EQ(mask.grid->rows, 3);
    EXPECT_EQ(mask.grid->cols, 4);
    for (int i = 0; i < 12; ++i) EXPECT_EQ(mask.grid->cells[static_cast<std::size_t>(i)], i == 6 ? 0 : 1) << i;
    EXPECT_FALSE(withCells(mask, 3, 4, {{1, 2}}, true)) << "all allowed again";
    // A longer text: what was painted keeps its row and column.
    mask.grid = withCells(mask, 5, 6, {{4, 5}}, false);
    ASSERT_TRUE(mask.grid);
    EXPECT_EQ(mask.grid->cells[1 * 6 + 2], 0);
    EXPECT_EQ(mask.grid->cells[4 * 6 + 5], 0);
    EXPECT_EQ(std::count(mask.grid->cells.begin(), mask.grid->cells.end(), 0), 2);
}

} // namespace
} // namespace headscope
