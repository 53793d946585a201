// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/window_fixture.h"
#include "ui/views/overview_view.h"

namespace headscope::test {

/// A window that opens the small models.
class ModelWindowTest : public WindowTest {
protected:
    /// With a sentence of the golden models' words, one of them in pieces: they read 40 tokens at most.
    void SetUp() override {
        WindowTest::SetUp();
        document().edit(QStringLiteral("test"), [](Session& s) { s.text = "the unwanted cat sat"; });
        ASSERT_TRUE(waitForAnswer());
        document().undoStack().clear();
    }
    static QString golden(const char* name) {
        return QStringLiteral(HEADSCOPE_SOURCE_DIR "/tests/golden/models/") + QString::fromLatin1(name);
    }
    void open(const char* name) {
        window().files().useModel(golden(name));
        ASSERT_TRUE(waitForSequel());
        ASSERT_FALSE(document().error()) << document().error()->message();
    }
    /// The analysis and what follows it.
    bool waitForSequel() {
        return waitForAnswer() && QTest::qWaitFor([this] { return document().predictedRun() == document().analysis()->run; }, 20000);
    }
    void type(const QString& text) {
        sentence().setFocus();
        sentence().selectAll();
        QTest::keyClicks(&sentence(), text);
        ASSERT_TRUE(waitForSequel());
    }
    const Analysis& shown() { return *document().analysis(); }
    OverviewView& overview() { return static_cast<OverviewView&>(window().viewOf(ViewKind::Overview)); }
    QPoint centreOf(int layer, int head) { return overview().pictureOf(layer, head, overview().rect()).center().toPoint(); }
};

} // namespace headscope::test
