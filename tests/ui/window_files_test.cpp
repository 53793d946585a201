// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions, dropped files, export and closing, driven through the real window.
#include "tests/ui/window_fixture.h"

#include "ui/export_dialog.h"
#include "ui/panels/notice_bar.h"
#include "ui/preferences.h"
#include "ui/window_actions.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTimer>

namespace headscope::test {
namespace {

class WindowFilesTest : public WindowTest {
protected:
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    void drop(const QString& file) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(QPoint(600, 500), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &enter);
        ASSERT_TRUE(enter.isAccepted());
        QDropEvent event(QPointF(600, 500), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &event);
    }
    bool waitForNotice(const QString& part) {
        return QTest::qWaitFor([&] { return window().notice().message().contains(part); }, 5000);
    }
    /// A version 1.0 .npy of bytes, as NumPy's format description says.
    void writeNpy(const QString& file, int rows, int columns, const QByteArray& cells) {
        QByteArray header = QStringLiteral("{'descr': '|u1', 'fortran_order': False, 'shape': (%1, %2), }").arg(rows).arg(columns).toLatin1();
        while ((header.size() + 11) % 64 != 0) header += ' ';
        header += '\n';
        QFile out(file);
        ASSERT_TRUE(out.open(QIODevice::WriteOnly));
        out.write(QByteArray("\x93NUMPY\x01\x00", 8));
        const auto size = static_cast<quint16>(header.size());
        out.putChar(static_cast<char>(size & 0xFF));
        out.putChar(static_cast<char>(size >> 8));
        out.write(header + cells);
    }
    /// Presses a button of the question that is about to open.
    void answer(QMessageBox::StandardButton button, bool* asked) {
        QTimer::singleShot(50, &window(), [this, button, asked] {
            auto* question = window().findChild<QMessageBox*>(QStringLiteral("keepChanges"));
            *asked = question != nullptr;
            if (question) question->button(button)->click();
        });
    }

    QTemporaryDir m_folder;
};

/// Types a name into the file dialog that is about to open.
void typeName(QWidget& window, const QString& name) {
    QTimer::singleShot(100, &window, [&window, name] {
        auto* dialog = window.findChild<QFileDialog*>();
        ASSERT_TRUE(dialog);
        auto* field = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        field->setText(name);
        QTest::keyClick(field, Qt::Key_Return);
    });
}

TEST_F(WindowFilesTest, ATypedNameIsOpened) {
    ASSERT_TRUE(window().files().save(path("typed.headscope")));
    const Session saved = session();
    document().reset(Session(), path("elsewhere.headscope"));
    typeName(window(), QStringLiteral("typed.headscope")); // beside the session's own file
    window().actions().open->trigger();
    ASSERT_TRUE(waitForNotice(QStringLiteral("Opened typed.headscope")));
    EXPECT_EQ(session(), saved);
    const QByteArray home = qgetenv("HOME");
    qputenv("HOME", QFile::encodeName(m_folder.path()));
    document().reset(Session(), QString());
    typeName(window(), QStringLiteral("~/typed.headscope"));
    window().actions().open->trigger();
    EXPECT_TRUE(QTest::qWaitFor([&] { return session() == saved; }, 5000));
    qputenv("HOME", home);
    EXPECT_EQ(Preferences().recentFiles(), QStringList{path("typed.headscope")});
}

TEST_F(WindowFilesTest, ATypedNameThatIsNotThereIsSaidInTheWindow) {
    const Session before = session();
    typeName(window(), path("nowhere.headscope"));
    window().actions().open->trigger();
    ASSERT_TRUE(waitForNotice(QStringLiteral("nowhere.headscope")));
    EXPECT_EQ(session(), before);
    EXPECT_TRUE(Preferences().recentFiles().isEmpty());
}

TEST_F(WindowFilesTest, SaveAndOpenGiveTheSamePictures) {
    document().edit(QStringLiteral("dials"), [](Session& s) {
        s.sandbox.heads = 6;
        s.sandbox.mask.causal = true;
        s.view.colours = ColourMapName::Magma;
        s.view.pinnedQueries = {2, 5};
        s.view.head = 3;
        s.notes = "for the class";
    });
    ASSERT_TRUE(waitForAnswer());
    const auto before = pictures();
    const Session saved = session();
    ASSERT_TRUE(window().files().save(path("a.headscope")));
    EXPECT_TRUE(window().windowTitle().startsWith(QStringLiteral("a.headscope")));
    document().reset(Session(), QString());
    ASSERT_TRUE(waitForAnswer());
    EXPECT_NE(pictures(), before);
    window().files().open(path("a.headscope"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return session() == saved; }, 5000));
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(pictures(), before);
    EXPECT_EQ(Preferences().recentFiles(), (QStringList{path("a.headscope")}));
    ASSERT_TRUE(QFile::remove(path("a.headscope")));
    EXPECT_TRUE(Preferences().recentFiles().isEmpty()); // a file that is gone is not offered
}

TEST_F(WindowFilesTest, AFileThatIsNoSessionChangesNothing) {
    QFile file(path("half.headscope"));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("{\"headscope\": ");
    file.close();
    const Session before = session();
    drop(path("half.headscope"));
    ASSERT_TRUE(waitForNotice(QStringLiteral("half.headscope")));
    EXPECT_EQ(session(), before);
}

TEST_F(WindowFilesTest, ADroppedMatrixOfTheTextsShapeIsAMaskOrIsAskedAbout) {
    QByteArray lower(121, '\0');
    for (int i = 0; i < 11; ++i)
        for (int j = 0; j <= i; ++j) lower[i * 11 + j] = '\1';
    writeNpy(path("m.npy"), 11, 11, lower);
    drop(path("m.npy"));
    // 11 × 11 could be eleven vectors of eleven numbers as well.
    ASSERT_TRUE(waitForNotice(QStringLiteral("m.npy")));
    QPushButton* mask = nullptr;
    for (QPushButton* button : window().notice().findChildren<QPushButton*>())
        if (button->text().contains(QStringLiteral("mask"))) mask = button;
    ASSERT_TRUE(mask);
    mask->click();
    ASSERT_TRUE(waitForAnswer());
    EXPECT_FALSE(document().error().has_value());
    EXPECT_EQ(document().analysis()->weight(1, 3, 4), 0);
    EXPECT_GT(document().analysis()->weight(0, 4, 3), 0);
}

TEST_F(WindowFilesTest, DroppedVectorsOfAnotherLengthSayWhatDoesNotFit) {
    writeNpy(path("x.npy"), 3, 64, QByteArray(3 * 64, '\2'));
    drop(path("x.npy"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().error().has_value(); }, 5000));
    EXPECT_NE(document().error()->message().find("3"), std::string::npos);
    EXPECT_EQ(document().analysis()->queries.size(), 11U);
}

TEST_F(WindowFilesTest, ClosingAsksOnlyWhenSomethingWouldBeLost) {
    document().edit(QStringLiteral("seed"), [](Session& s) { s.sandbox.seed = 5; });
    bool asked = false;
    answer(QMessageBox::Cancel, &asked);
    window().close();
    EXPECT_TRUE(asked);
    EXPECT_TRUE(window().isVisible());
    asked = false;
    answer(QMessageBox::Discard, &asked);
    window().close();
    EXPECT_TRUE(asked);
    EXPECT_FALSE(window().isVisible());
}

TEST_F(WindowFilesTest, ClosingWithoutChangesAsksNothing) {
    window().close();
    EXPECT_FALSE(window().isVisible());
}

TEST_F(WindowFilesTest, TheLayoutIsRemembered) {
    QTest::keyClick(&window(), Qt::Key_F5);
    window().close();
    MainWindow again(ThemeChoice::Light);
    again.show();
    const QStringList closed = {QStringLiteral("links"), QStringLiteral("vectors"), QStringLiteral("overview")};
    for (const Pane* pane : again.panes()) EXPECT_EQ(pane->isVisible(), !closed.contains(pane->name()));
}

class ExportTest : public WindowFilesTest {
protected:
    void SetUp() override {
        WindowFilesTest::SetUp();
        View& view = window().viewOf(ViewKind::Head);
        m_dialog = std::make_unique<ExportDialog>(document(), std::vector<View*>{&view, &window().panes()[0]->view(), &window().panes()[1]->view()}, view, window().theme(), &window());
    }
    void TearDown() override {
        m_dialog.reset();
        WindowFilesTest::TearDown();
    }
    std::unique_ptr<ExportDialog> m_dialog;
};

TEST_F(ExportTest, APngIsWhatTheViewDraws) {
    m_dialog->writeTo(path("head.png"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_dialog->written().isEmpty(); }, 10000));
    EXPECT_EQ(m_dialog->written(), path("head.png"));
    const QImage file(path("head.png"));
    const QImage drawn = pictureImage(window().viewOf(ViewKind::Head), window().theme(), m_dialog->options());
    EXPECT_EQ(file.convertToFormat(QImage::Format_ARGB32), drawn.convertToFormat(QImage::Format_ARGB32));
}

TEST_F(ExportTest, ThePreviewIsThePageInSmall) {
    auto* preview = m_dialog->findChild<QLabel*>(QStringLiteral("preview"));
    auto* width = m_dialog->findChild<QDoubleSpinBox*>(QStringLiteral("width"));
    auto* height = m_dialog->findChild<QDoubleSpinBox*>(QStringLiteral("height"));
    m_dialog->findChild<QComboBox*>(QStringLiteral("view"))->setCurrentIndex(1);
    EXPECT_EQ(width->value(), window().panes()[0]->view().width()) << "as large as the view that was chosen";
    m_dialog->findChild<QComboBox*>(QStringLiteral("unit"))->setCurrentIndex(1);
    width->setValue(85);
    height->setValue(30);
    const QSize small = preview->pixmap(Qt::ReturnByValue).size();
    EXPECT_NEAR(static_cast<double>(small.width()) / small.height(), 85.0 / 30, 0.03);
    EXPECT_LE(small.width(), preview->width());
    EXPECT_EQ(m_dialog->findChild<QLabel*>(QStringLiteral("caption"))->text(), QStringLiteral("1,004 × 354 pixels"));
    // Laid out for 85 mm: letters as large beside the matrix as in the file.
    PictureOptions file = m_dialog->options();
    const QImage real = pictureImage(window().panes()[0]->view(), window().theme(), file).scaled(small, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    const QImage shown = preview->pixmap(Qt::ReturnByValue).toImage();
    double apart = 0;
    for (int y = 2; y < small.height() - 2; ++y)
        for (int x = 2; x < small.width() - 2; ++x) apart += std::abs(qGray(real.pixel(x, y)) - qGray(shown.pixel(x, y)));
    EXPECT_LT(apart / small.width() / small.height(), 6) << "mean difference in grey levels of 255";
    width->setValue(40);
    m_dialog->findChild<QComboBox*>(QStringLiteral("view"))->setCurrentIndex(2);
    EXPECT_EQ(width->value(), 40) << "a size that was asked for stays";
}

TEST_F(ExportTest, NumbersAreWrittenByTheWorker) {
    m_dialog->findChild<QComboBox*>(QStringLiteral("format"))->setCurrentIndex(3);
    m_dialog->writeTo(path("head.csv"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_dialog->written().isEmpty(); }, 10000));
    QFile file(path("head.csv"));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    EXPECT_EQ(file.readLine().trimmed(), QByteArray("site,layer,head,query,query_token,key,key_token,score,weight,masked"));
    int lines = 0;
    while (!file.readLine().isEmpty()) ++lines;
    EXPECT_EQ(lines, 4 * 11 * 11);
}

TEST_F(ExportTest, AFolderThatIsNotThereIsSaidInTheDialog) {
    for (const int format : {0, 1, 2, 5}) {
        m_dialog->findChild<QComboBox*>(QStringLiteral("format"))->setCurrentIndex(format);
        auto* message = m_dialog->findChild<QLabel*>(QStringLiteral("message"));
        message->clear();
        m_dialog->writeTo(QStringLiteral("/nowhere/file"));
        EXPECT_TRUE(QTest::qWaitFor([&] { return message->text().contains(QStringLiteral("/nowhere/file")); }, 5000)) << format;
        EXPECT_TRUE(m_dialog->written().isEmpty());
    }
}

} // namespace
} // namespace headscope::test
