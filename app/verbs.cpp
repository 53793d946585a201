// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/verbs.h"

#include "app/load.h"
#include "app/model_verbs.h"
#include "app/process.h"
#include "core/base/memory.h"
#include "ui/views/view.h"

#include <QApplication>
#include <QLocale>
#include <algorithm>
#include <memory>

namespace headscope {

namespace {

Result<Sources> open(const Command& command, std::stop_token stop) {
    if (!command.session.model.empty()) {
        const Result<ModelRunPtr> run = askModel(command, stop);
        if (!run.ok()) return run.error();
        return Sources(*run);
    }
    const Result<SandboxFilesPtr> files = readFiles(command.session.sandbox, stop);
    if (!files.ok()) return files.error();
    return Sources(*files);
}

Result<AnalysisPtr> compute(const Command& command, std::stop_token stop) {
    const Result<Sources> sources = open(command, stop);
    if (!sources.ok()) return withPlace(command, sources.error());
    const Result<AnalysisPtr> analysis =
        analyze(command.session, *sources, stop, command.verb == Verb::Trace ? Depth::Trace : Depth::Full);
    if (!analysis.ok()) return withPlace(command, analysis.error());
    if ((*analysis)->empty()) return Error{ErrorCode::Input, "--text", "the text has no token; give at least one word"};
    if (Status status = checkRequest(**analysis, command.numbers); !status.ok()) return status.error();
    return analysis;
}

Status checkPins(const char* option, bool asked, const std::vector<int>& pins, std::size_t tokens) {
    if (!asked || pins.empty() || static_cast<std::size_t>(pins.back()) < tokens) return {};
    return Error{ErrorCode::Usage, option,
                 "there is no token " + std::to_string(pins.back()) + "; they are numbered 0 to " +
                     std::to_string(tokens - 1)};
}

/// What only a model's tokens have, or only a pair of texts in one sequence.
Status checkModelLook(const Command& command, const Analysis& analysis) {
    if (command.foldAsked && !analysis.run)
        return Error{ErrorCode::Usage, "--fold-words", "goes with --model; the sandbox has no sub-tokens"};
    if (command.pairsAsked && !(analysis.run && analysis.run->pair))
        return Error{ErrorCode::Usage, "--pairs",
                     "goes with --text2 and a model that reads two texts in one, such as BERT"};
    return {};
}

/// Settings of the desktop that would change the picture.
void forgetDesktop() {
    for (const char* name :
         {"QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_FONT_DPI", "QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME",
          "QT_SCALE_FACTOR_ROUNDING_POLICY", "QT_ENABLE_HIGHDPI_SCALING", "QT_USE_PHYSICAL_DPI"})
        qunsetenv(name);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QLocale::setDefault(QLocale(QLocale::English));
}

/// What Qt, its fonts and its writers take beside the picture itself. Short of it they crash instead of saying so.
constexpr double drawingBytes = 0x1p26;

Status draw(const Command& command, const AnalysisPtr& analysis, std::stop_token stop) {
    if (Status status = checkMemory(drawingBytes, "memory", "drawing"); !status.ok()) return status;
    const QuietLibraries quiet;
    forgetDesktop();
    int count = 1;
    char name[] = "headscope";
    char* arguments[] = {name, nullptr};
    const QApplication application(count, arguments);

    Selection selection;
    selection.setState(command.session.view);
    selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()),
                        static_cast<int>(analysis->keys.size()));
    const Theme theme = command.dark.value_or(false) ? Theme::darkTheme() : Theme::light();
    const std::unique_ptr<View> view(makeView(command.session.view.view, selection));
    view->setTheme(theme);
    view->setAnalysis(analysis);
    if (command.session.view.view == ViewKind::Overview) {
        const Result<OverviewPtr> overview = overviewOf(analysis, stop);
        if (!overview.ok()) return overview.error();
        view->setOverview(*overview);
    }

    PictureOptions picture = command.picture;
    picture.format = command.format == "svg"   ? PictureFormat::Svg
                     : command.format == "pdf" ? PictureFormat::Pdf
                                               : PictureFormat::Png;
    // A picture for a large screen is looked at from as far as one for a small screen: its words grow with it.
    constexpr QSizeF usual(1600, 1000);
    if (!picture.millimetres)
        picture.zoom =
            std::max(1.0, std::min(picture.size.width() / usual.width(), picture.size.height() / usual.height()));
    return exportPicture(*view, theme, picture, command.output);
}

} // namespace

Status runTrace(const Command& command, std::stop_token stop) {
    const Result<AnalysisPtr> analysis = compute(command, stop);
    if (!analysis.ok()) return analysis.error();
    const TraceFormat format = command.format == "npz"           ? TraceFormat::Npz
                               : command.format == "safetensors" ? TraceFormat::Safetensors
                               : command.format == "json"        ? TraceFormat::Json
                                                                 : TraceFormat::Csv;
    ProgressLine line(command.quiet);
    return writeTrace(**analysis, command.numbers, format, command.output, stop, [&](double written, double least) {
        line.show(showBytes(written) + " of " + (format == TraceFormat::Npz || format == TraceFormat::Safetensors ? "" : "at least ") +
                  showBytes(least) + " are written");
    });
}

Status runExport(const Command& command, std::stop_token stop) {
    const Result<AnalysisPtr> analysis = compute(command, stop);
    if (!analysis.ok()) return analysis.error();
    if (Status status = checkModelLook(command, **analysis); !status.ok()) return status;
    const ViewState& view = command.session.view;
    if (Status status = checkPins("--query", command.queriesAsked, view.pinnedQueries, (*analysis)->queries.size());
        !status.ok())
        return status;
    if (Status status = checkPins("--key", command.keysAsked, view.pinnedKeys, (*analysis)->keys.size()); !status.ok())
        return status;
    return draw(command, *analysis, stop);
}

} // namespace headscope
