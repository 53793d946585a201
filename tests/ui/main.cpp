// SPDX-License-Identifier: GPL-3.0-or-later
// The widget tests: GoogleTest finds and reports, QTest's functions drive the real widgets on the offscreen platform.
#include <QApplication>
#include <QTemporaryDir>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // Settings and data of their own: tests run side by side, and nobody's real ones are touched.
    const QTemporaryDir settings;
    qputenv("XDG_CONFIG_HOME", settings.path().toUtf8());
    qputenv("XDG_DATA_HOME", settings.path().toUtf8());
    testing::InitGoogleTest(&argc, argv);
    QApplication::setApplicationName(QStringLiteral("headscope-tests"));
    QApplication::setOrganizationName(QStringLiteral("headscope-tests"));
    QApplication app(argc, argv);
    return RUN_ALL_TESTS();
}
