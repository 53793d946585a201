// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_window.h"

#include "core/sources/examples.h"
#include "ui/main_window.h"
#include "ui/paint_watch.h"
#include "ui/panels/sentence_panel.h"
#include "ui/preferences.h"
#include "ui/views/view.h"

#include <QApplication>
#include <QIcon>
#include <QLibraryInfo>
#include <QLocale>
#include <QTimer>
#include <QTranslator>
#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace headscope {

Session firstSession() {
    Session session;
    session.text = examples().front().text;
    const std::vector<Token> tokens = tokenize(session.text, session.sandbox.unit);
    const auto it = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.text == "it"; });
    if (it != tokens.end()) session.view.pinnedQueries = {static_cast<int>(it - tokens.begin())};
    return session;
}

std::optional<Session> firstTrainedSession(const ModelPlaces& places) {
    const std::string name = "translation";
    std::error_code ignored;
    if (places.shipped.empty() || !std::filesystem::exists(places.shipped + "/" + name + "/config.json", ignored)) return {};
    Session session;
    session.model = name;
    session.text = "The black cat sees the small dog.";
    session.text2 = "le chat noir voit le petit chien";
    session.view.pinnedQueries = {2}; // “chat”, behind the start token: what comes next is “noir”
    return session;
}

namespace {

/// For tests/bench: with HEADSCOPE_REPORT_FIRST_PICTURE set, the program says when the grid's first finished picture
/// has reached the screen, and ends.
void reportFirstPicture(MainWindow& window) {
    if (!qEnvironmentVariableIsSet("HEADSCOPE_REPORT_FIRST_PICTURE")) return;
    View& grid = window.viewOf(ViewKind::Heads);
    new PaintWatch(grid, [&window, &grid] {
        if (grid.analysis()->empty()) return;
        // Once this round of painting is over, all of it is on the screen.
        QTimer::singleShot(0, &window, [] {
            std::fputs("first picture\n", stderr);
            QApplication::quit();
        });
    });
}

} // namespace

int runWindow(const WindowStart& start) {
    QApplication::setApplicationName(QStringLiteral("headscope"));
    QApplication::setOrganizationName(QStringLiteral("headscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("Headscope"));
    QApplication::setDesktopFileName(QStringLiteral("org.headscope.Headscope"));
    QApplication::setApplicationVersion(QStringLiteral(HEADSCOPE_VERSION));
    QApplication app(start.argc, start.argv);
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/headscope.svg")));
    if (!start.lang.isEmpty()) QLocale::setDefault(QLocale(start.lang));
    QTranslator ours;
    if (ours.load(QLocale(), QStringLiteral("headscope"), QStringLiteral("_"), QStringLiteral(":/i18n"))) QApplication::installTranslator(&ours);
    QTranslator qts;
    if (qts.load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QApplication::installTranslator(&qts);
    MainWindow window(start.theme.value_or(Preferences().theme()), start.places);
    const std::optional<Session> trained = start.session ? std::nullopt : firstTrainedSession(start.places);
    window.document().reset(start.session ? *start.session : trained.value_or(firstSession()), start.file);
    if (trained) window.introduceHeads();
    if (!start.file.isEmpty()) Preferences().addRecentFile(start.file);
    reportFirstPicture(window);
    window.show();
    window.sentence().sentence().setFocus();
    window.sentence().sentence().moveCursor(QTextCursor::End);
    return QApplication::exec();
}

} // namespace headscope
