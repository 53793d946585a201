// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_window.h"

#include <QApplication>
#include <QWidget>

namespace headscope {

int runWindow(const WindowStart& start) {
    QApplication::setApplicationName(QStringLiteral("headscope"));
    QApplication::setOrganizationName(QStringLiteral("headscope"));
    QApplication::setApplicationVersion(QString::fromLatin1(HEADSCOPE_VERSION));
    QApplication app(start.argc, start.argv);
    QWidget window;
    window.show();
    return QApplication::exec();
}

} // namespace headscope
