// SPDX-License-Identifier: GPL-3.0-or-later
// Times of the window, of export and of the program's start, and the memory of a picture of 4,096 tokens, as one JSON
// object. Never fails on a time.
//   bench_window [--only memory|start|keys|export|stall] [--presses N] [--runs N]
// Without a display of its own (QT_QPA_PLATFORM unset) everything runs on Qt's offscreen platform.
#include "tests/bench/program.h"
#include "ui/exporter.h"
#include "ui/main_window.h"
#include "ui/paint_watch.h"
#include "ui/panels/sentence_panel.h"
#include "ui/views/text_strip.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QClipboard>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <functional>
#include <iostream>

using namespace headscope;
using namespace headscope::bench;
using nlohmann::json;

namespace {

QString folder; ///< where everything is written

/// That many different-looking words.
std::string sentence(int tokens) {
    static const char* const words[] = {"the",     "animal", "did", "not", "cross", "street",
                                        "because", "it",     "was", "too", "tired"};
    std::string text;
    for (int i = 0; i < tokens; ++i)
        text += (i ? " " : "") + std::string(words[i % 11]) + (i % 7 ? "" : std::to_string(i));
    return text;
}

Session sessionOf(int tokens, int heads, int dModel) {
    Session session;
    session.text = sentence(tokens);
    session.sandbox.heads = heads;
    session.sandbox.dModel = dModel;
    return session;
}

/// Lets the events run that long. (QTest::qWait sleeps, which would look like a window that does not answer.)
void rest(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

/// The real window at its usual size, showing the session.
class Shown {
public:
    explicit Shown(const Session& session) : m_window(ThemeChoice::Light) {
        m_window.resize(1280, 800);
        m_window.show();
        (void)QTest::qWaitForWindowExposed(&m_window);
        m_window.document().reset(session, {});
        wait();
        box().setFocus();
        box().moveCursor(QTextCursor::End);
        rest(300);
    }
    MainWindow& window() { return m_window; }
    Document& document() { return m_window.document(); }
    SentenceEdit& box() { return m_window.sentence().sentence(); }
    View& grid() { return m_window.viewOf(ViewKind::Heads); }
    void wait() {
        while (document().busy()) rest(5);
    }

private:
    MainWindow m_window;
};

/// From before a key press until the grid has painted the analysis of the text it made, and until that round of
/// painting has left the window.
json keyPresses(int tokens, int heads, int dModel, int presses) {
    Shown shown(sessionOf(tokens, heads, dModel));
    Clock clock;
    double painted = 0;
    new PaintWatch(shown.grid(), [&] {
        if (painted == 0 && shown.grid().analysis()->text == shown.document().session().text) painted = clock.ms();
    });
    std::vector<double> grid, window, computed, worked;
    for (int i = -10; i < presses; ++i) {
        painted = 0;
        clock = {};
        const double before = threadTime();
        if (i % 2)
            QTest::keyClick(&shown.box(), Qt::Key_Backspace);
        else
            QTest::keyClick(&shown.box(), QLatin1Char(static_cast<char>('a' + (i + 10) / 2 % 26)).toLatin1());
        while (painted == 0 && clock.ms() < 10'000) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        const double out = clock.ms();
        if (i >= 0) {
            grid.push_back(painted);
            window.push_back(out);
            computed.push_back(shown.document().analysis()->milliseconds);
            worked.push_back(threadTime() - before);
        }
        rest(10); // what is left over of this press
    }
    return {{"tokens", tokens},
            {"heads", heads},
            {"d_model", dModel},
            {"to_grid", toJson(grid)},
            {"to_window", toJson(window)},
            {"of_it_window_thread", toJson(worked)},
            {"of_it_analysis", toJson(computed)}};
}

json exportsInProcess(int tokens, int runs) {
    json out;
    const Result<AnalysisPtr> analysis = analyze(sessionOf(tokens, 4, 64), nullptr);
    const std::pair<ViewKind, const char*> kinds[] = {
        {ViewKind::Heads, "heads"}, {ViewKind::Head, "head"}, {ViewKind::Links, "links"}};
    const std::pair<PictureFormat, const char*> formats[] = {
        {PictureFormat::Png, "png"}, {PictureFormat::Svg, "svg"}, {PictureFormat::Pdf, "pdf"}};
    for (const auto& [kind, view] : kinds) {
        for (const auto& [format, ending] : formats) {
            std::vector<double> times;
            PictureOptions options;
            options.format = format;
            const std::string file = folder.toStdString() + "/picture." + ending;
            for (int i = 0; i < runs; ++i) {
                Selection selection; // a new one each time: nothing kept from the run before
                selection.setExtent((*analysis)->heads(), tokens, tokens);
                const std::unique_ptr<View> picture(makeView(kind, selection));
                picture->setAnalysis(*analysis);
                const Clock clock;
                if (!exportPicture(*picture, Theme::light(), options, file).ok()) continue;
                times.push_back(clock.ms());
            }
            out.push_back({{"tokens", tokens}, {"view", view}, {"format", ending}, {"picture", toJson(times)}});
        }
    }
    return out;
}

json exportsOfProgram(int tokens, int runs) {
    json out;
    for (const std::string view : {"heads", "head", "links"}) {
        for (const std::string format : {"png", "svg", "pdf"}) {
            std::vector<double> times;
            for (int i = 0; i < runs; ++i) {
                const Ran ran = runProgram({"export", "--text", sentence(tokens), "--view", view, "-o",
                                            folder.toStdString() + "/picture." + format});
                if (ran.status == 0) times.push_back(ran.milliseconds);
            }
            out.push_back({{"tokens", tokens}, {"view", view}, {"format", format}, {"program", toJson(times)}});
        }
    }
    return out;
}

json firstPicture(int runs) {
    qputenv("HEADSCOPE_REPORT_FIRST_PICTURE", "1");
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        const Ran ran = runProgram({});
        if (ran.status == 0) times.push_back(ran.firstLine);
    }
    qunsetenv("HEADSCOPE_REPORT_FIRST_PICTURE");
    return toJson(times);
}

json memory() {
    json out;
    for (const std::string view : {"heads", "head", "links"}) {
        const Ran ran = runProgram({"export", "--text", sentence(4096), "--d-model", "768", "--heads", "12", "--view",
                                    view, "-o", folder.toStdString() + "/large.png"});
        out.push_back({{"tokens", 4096},
                       {"d_model", 768},
                       {"heads", 12},
                       {"view", view},
                       {"status", ran.status},
                       {"peak_mb", ran.peakMegabytes},
                       {"ms", ran.milliseconds}});
    }
    return out;
}

/// How long the window did not answer: a timer of 1 ms, the gaps between its ticks, and how much of the processor the
/// window's thread had in them.
class Pulse {
public:
    Pulse() {
        QObject::connect(&m_timer, &QTimer::timeout, [this] {
            m_gaps.push_back(m_clock.ms());
            m_worked.push_back(threadTime() - m_before);
            m_clock = {};
            m_before = threadTime();
        });
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.start(1);
    }
    /// The gaps since the last call.
    json take(const char* what, int tokens) {
        rest(100);
        json out = toJson(m_gaps);
        out["what"] = what;
        out["tokens"] = tokens;
        out["over_16_ms"] = std::count_if(m_gaps.begin(), m_gaps.end(), [](double gap) { return gap > 16; });
        out["window_thread"] = toJson(m_worked);
        m_gaps.clear();
        m_worked.clear();
        return out;
    }

private:
    QTimer m_timer;
    Clock m_clock;
    double m_before = threadTime();
    std::vector<double> m_gaps;
    std::vector<double> m_worked;
};

void hover(QWidget& widget, const QPointF& at) {
    QMouseEvent move(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&widget, &move);
    rest(20);
}

void sweep(QWidget& widget, int steps) {
    for (int i = 1; i < steps; ++i)
        hover(widget, {widget.width() * (i / double(steps)), widget.height() * (i / double(steps))});
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(&widget, &leave);
    rest(300); // the views let go a little later
}

/// What happens to a whole window that shows much.
json turnover(Shown& shown, Pulse& pulse, int tokens) {
    json out;
    const auto step = [&](const char* what, const std::function<void()>& act) {
        act();
        rest(300);
        shown.wait();
        out.push_back(pulse.take(what, tokens));
    };
    step("resize", [&] {
        for (int i = 0; i < 8; ++i) {
            shown.window().resize(1280 + 20 * i, 800 + 10 * i);
            rest(30);
        }
    });
    step("dark", [&] { shown.window().setThemeChoice(ThemeChoice::Dark); });
    step("light", [&] { shown.window().setThemeChoice(ThemeChoice::Light); });
    const auto look = [&](const char* what, const std::function<void(ViewState&)>& change) {
        step(what, [&] { shown.window().selection().edit(QString::fromLatin1(what), change); });
    };
    look("transpose", [](ViewState& s) { s.transposed = !s.transposed; });
    look("range of each row", [](ViewState& s) { s.range = ColourRange::Row; });
    look("hide the first token", [](ViewState& s) { s.hidden = HiddenTokens::SpecialAndFirst; });
    look("renormalise", [](ViewState& s) { s.renormalise = true; });
    step("undo", [&] { shown.document().undoStack().undo(); });
    const Session session = shown.document().session();
    step("open", [&] { shown.document().reset(session, {}); });
    return out;
}

/// Many heads of a long text, and their links.
json manyHeads() {
    json out;
    Shown shown(sessionOf(1000, 32, 256));
    Pulse pulse;
    pulse.take("warm", 0);
    sweep(shown.grid(), 20);
    out.push_back(pulse.take("hover grid of 32 heads", 1000));
    sweep(shown.window().viewOf(ViewKind::Links), 20);
    out.push_back(pulse.take("hover links of 32 heads", 1000));
    for (json& one : turnover(shown, pulse, 1000)) out.push_back(std::move(one));
    return out;
}

json stalls() {
    json out = manyHeads();
    {
        Shown shown(sessionOf(1000, 4, 64));
        Pulse pulse;
        pulse.take("warm", 0);
        for (int i = 0; i < 100; ++i) {
            if (i % 2)
                QTest::keyClick(&shown.box(), Qt::Key_Backspace);
            else
                QTest::keyClick(&shown.box(), 'x');
            rest(30);
        }
        shown.wait();
        out.push_back(pulse.take("typing", 1000));
    }
    Shown shown(sessionOf(12, 12, 768));
    Pulse pulse;
    pulse.take("warm", 0);
    QApplication::clipboard()->setText(QString::fromStdString(sentence(4096)));
    shown.box().selectAll();
    QTest::keyClick(&shown.box(), Qt::Key_V, Qt::ControlModifier);
    shown.wait();
    out.push_back(pulse.take("paste", static_cast<int>(shown.document().analysis()->queries.size())));
    for (const Direction direction : {Direction::ReadsFrom, Direction::IsReadBy}) {
        const bool from = direction == Direction::ReadsFrom;
        shown.window().selection().edit(QStringLiteral("direction"), [&](ViewState& s) { s.direction = direction; });
        out.push_back(pulse.take(from ? "turn to reads from" : "turn to is read by", 4096));
        sweep(*shown.window().findChild<TextStrip*>(), 20);
        out.push_back(pulse.take(from ? "hover text, reads from" : "hover text, is read by", 4096));
        sweep(shown.window().viewOf(ViewKind::Links), 20);
        out.push_back(pulse.take(from ? "hover links, reads from" : "hover links, is read by", 4096));
    }
    sweep(shown.grid(), 20);
    out.push_back(pulse.take("hover grid", 4096));
    sweep(shown.window().viewOf(ViewKind::Head), 20);
    out.push_back(pulse.take("hover head", 4096));
    for (json& one : turnover(shown, pulse, 4096)) out.push_back(std::move(one));
    return out;
}

} // namespace

int main(int argc, char** argv) {
    std::string only;
    int presses = 200;
    int runs = 9;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--only") only = argv[i + 1];
        if (option == "--presses") presses = std::atoi(argv[i + 1]);
        if (option == "--runs") runs = std::atoi(argv[i + 1]);
    }
    const auto wanted = [&](const char* part) { return only.empty() || only == part; };
    const QTemporaryDir temporary;
    folder = temporary.path();
    qputenv("XDG_CONFIG_HOME", folder.toUtf8()); // the window of a new user, whoever runs this
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    json out{{"platform", qgetenv("QT_QPA_PLATFORM").toStdString()}, {"load_before", load()}};
    // The program first: what a child of this process seems to need at least is what this process has.
    if (wanted("memory")) out["memory"] = memory();
    if (wanted("start")) out["first_picture"] = firstPicture(runs);
    if (wanted("export"))
        for (const int tokens : {12, 300}) out["export"].push_back(exportsOfProgram(tokens, runs));
    QApplication::setApplicationName(QStringLiteral("headscope-bench"));
    QApplication::setOrganizationName(QStringLiteral("headscope-bench"));
    QApplication app(argc, argv);
    if (wanted("export"))
        for (const int tokens : {12, 300}) out["export"].push_back(exportsInProcess(tokens, runs));
    if (wanted("keys"))
        for (const auto& [tokens, heads, dModel] : {std::tuple{12, 4, 64}, {64, 12, 64}, {64, 12, 768}})
            out["keys"].push_back(keyPresses(tokens, heads, dModel, presses));
    if (wanted("stall")) out["stall"] = stalls();
    out["load_after"] = load();
    std::cout << out.dump(1) << '\n';
}
