// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/exporter.h"
#include "ui/main_window.h"
#include "ui/panels/pane.h"
#include "ui/panels/sentence_panel.h"
#include "ui/run_window.h"
#include "ui/views/view.h"

#include <QSettings>
#include <QTest>
#include <gtest/gtest.h>
#include <map>
#include <memory>

namespace headscope::test {

/// A window as a new user has it, with the first example.
class WindowTest : public testing::Test {
protected:
    void SetUp() override {
        QSettings().clear();
        m_window = std::make_unique<MainWindow>(ThemeChoice::Light);
        m_window->document().reset(firstSession(), QString());
        m_window->resize(1280, 800);
        m_window->show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(m_window.get()));
        ASSERT_TRUE(waitForAnswer());
    }
    void TearDown() override {
        m_window.reset();
        QSettings().clear();
    }

    MainWindow& window() { return *m_window; }
    Document& document() { return m_window->document(); }
    const Session& session() { return document().session(); }
    SentenceEdit& sentence() { return m_window->sentence().sentence(); }
    template <class W> W* control(const char* name) {
        W* found = m_window->findChild<W*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }
    bool waitForAnswer() { return QTest::qWaitFor([this] { return !document().busy(); }, 20000); }

    /// Every open view as it would be exported, by name.
    std::map<QString, QImage> pictures() {
        std::map<QString, QImage> all;
        PictureOptions options;
        options.size = {480, 360};
        for (const Pane* pane : m_window->panes())
            // The sandbox has one layer.
            if (pane->name() != QLatin1String("overview") || document().analysis()->layers() > 1)
                all[pane->name()] = pictureImage(pane->view(), m_window->theme(), options);
        return all;
    }
    void pressKey(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        m_window->focusView().setFocus();
        QTest::keyClick(&m_window->focusView(), key, modifiers);
    }

    std::unique_ptr<MainWindow> m_window;
};

} // namespace headscope::test
