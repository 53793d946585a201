// SPDX-License-Identifier: GPL-3.0-or-later
// The widget tests: GoogleTest finds and reports, QTest's functions drive the real widgets on the offscreen platform.
#include <QApplication>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleTest(&argc, argv);
    QApplication::setApplicationName(QStringLiteral("headscope-tests"));
    QApplication::setOrganizationName(QStringLiteral("headscope-tests"));
    QApplication app(argc, argv);
    return RUN_ALL_TESTS();
}
