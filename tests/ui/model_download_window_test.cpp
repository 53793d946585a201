// SPDX-License-Identifier: GPL-3.0-or-later
// A download in the window, from a Hub on this computer.
#include "tests/hub/fake_hub.h"
#include "tests/ui/window_fixture.h"

#include <QAbstractButton>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QTemporaryDir>

namespace headscope::test {
namespace {

constexpr const char* bertName = "tiny/bert";

class DownloadWindowTest : public WindowTest {
protected:
    void SetUp() override {
        WindowTest::SetUp();
        ModelPlaces places;
        places.downloads = m_folder.path().toStdString();
        m_window = std::make_unique<MainWindow>(ThemeChoice::Light, places);
        Session session;
        session.text = "the cat sat";
        document().reset(session, QString());
        m_window->resize(1280, 800);
        m_window->show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(m_window.get()));
        ASSERT_TRUE(waitForAnswer());
        for (const char* name : {"config.json", "tokenizer.json", "model.safetensors"}) {
            QFile file(QStringLiteral(HEADSCOPE_SOURCE_DIR "/tests/golden/models/bert/") + QString::fromLatin1(name));
            ASSERT_TRUE(file.open(QIODevice::ReadOnly));
            m_files[name] = file.readAll().toStdString();
        }
        m_hub.addModel(bertName, m_files);
        qputenv("HF_ENDPOINT", QByteArray::fromStdString(m_hub.url()));
    }
    void TearDown() override {
        WindowTest::TearDown();
        qunsetenv("HF_ENDPOINT");
    }
    void ask(const char* name) {
        auto* field = control<QLineEdit>("downloadName");
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, QString::fromLatin1(name));
        QTest::mouseClick(control<QAbstractButton>("download"), Qt::LeftButton);
    }
    QString problem() {
        auto* label = control<QLabel>("downloadError");
        return label->isVisible() ? label->text() : QString();
    }
    bool waitForProblem(const char* part) {
        return QTest::qWaitFor([&] { return problem().contains(QString::fromLatin1(part)); }, 20000);
    }

    QTemporaryDir m_folder;
    FakeHub m_hub;
    HubFiles m_files;
};

TEST_F(DownloadWindowTest, WhatIsFetchedIsOpened) {
    ask(bertName);
    EXPECT_TRUE(control<QProgressBar>("downloadProgress")->isVisible());
    EXPECT_FALSE(control<QLineEdit>("downloadName")->isEnabled());
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().analysis()->run != nullptr; }, 20000)) << problem().toStdString();
    EXPECT_EQ(session().model, bertName);
    EXPECT_FALSE(control<QProgressBar>("downloadProgress")->isVisible());
    EXPECT_TRUE(QFile::exists(m_folder.filePath(QStringLiteral("tiny/bert/model.safetensors"))));
    EXPECT_EQ(problem(), QString());
}

TEST_F(DownloadWindowTest, FailuresStandUnderTheField) {
    ask("../evil");
    EXPECT_NE(problem(), QString());
    ask("tiny/none");
    ASSERT_TRUE(waitForProblem("tiny/none"));
    EXPECT_TRUE(session().model.empty());
    EXPECT_TRUE(control<QLineEdit>("downloadName")->isEnabled());
    ask(bertName);
    EXPECT_EQ(problem(), QString()) << "the next try takes it away";
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().analysis()->run != nullptr; }, 20000));
}

TEST_F(DownloadWindowTest, ADownloadCanBeCancelledAndGoesOn) {
    m_hub.answerFirst(FakeHub::cdnPath(m_files["model.safetensors"]), 1, [&](const HubRequest&) {
        HubReply reply;
        reply.body = m_files["model.safetensors"];
        reply.stallAfter = 1000;
        return reply;
    });
    ask(bertName);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !m_hub.requests(FakeHub::cdnPath(m_files["model.safetensors"])).empty(); }, 20000));
    QTest::mouseClick(control<QAbstractButton>("download"), Qt::LeftButton);
    ASSERT_TRUE(waitForProblem("Stopped"));
    EXPECT_TRUE(session().model.empty());
    QTest::mouseClick(control<QAbstractButton>("download"), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return document().analysis()->run != nullptr; }, 20000)) << problem().toStdString();
}

} // namespace
} // namespace headscope::test
