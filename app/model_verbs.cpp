// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/model_verbs.h"

#include "app/process.h"
#include "app/terminal_line.h"
#include "core/session/predict.h"
#include "core/sources/hub_access.h"
#include "ui/download/model_download.h"

#include <QCoreApplication>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

namespace headscope {

namespace {

namespace fs = std::filesystem;

constexpr int tokensListed = 5; ///< by predict, at each position

/// Beside the program where it is installed; in a checkout, resources/ of the folder that the build lies in.
std::string shippedModels() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (error) return "";
    const fs::path installed = program.parent_path().parent_path() / "share" / "headscope" / "models";
    if (fs::is_directory(installed, error)) return installed.string();
    for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
        if (fs::is_directory(folder / "resources" / "models", error) && fs::exists(folder / "CMakeLists.txt", error))
            return (folder / "resources" / "models").string();
    return "";
}

/// "22.7 M", as people speak of models.
std::string inWords(std::uint64_t count) {
    const char* unit = count >= 1'000'000'000 ? " G" : count >= 1'000'000 ? " M" : count >= 1'000 ? " k" : "";
    const double divisor = count >= 1'000'000'000 ? 1e9 : count >= 1'000'000 ? 1e6 : count >= 1'000 ? 1e3 : 1;
    char text[32];
    std::snprintf(text, sizeof text, divisor > 1 ? "%.1f%s" : "%.0f%s", static_cast<double>(count) / divisor, unit);
    return text;
}

std::string inJson(const nlohmann::ordered_json& value) {
    using Handler = nlohmann::ordered_json::error_handler_t; // names of files and pieces of letters need not be UTF-8
    return value.dump(2, ' ', false, Handler::replace) + "\n";
}

std::string asJson(const std::vector<ModelEntry>& entries) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const ModelEntry& entry : entries) {
        const ModelDescription& description = entry.description;
        nlohmann::ordered_json object = {{"name", entry.name},
                                         {"where", entry.where},
                                         {"shipped", entry.shipped},
                                         {"architecture", description.family},
                                         {"layers", description.layers},
                                         {"heads", description.heads},
                                         {"parameters", description.parameters},
                                         {"supported", entry.problem.empty()}};
        if (!entry.problem.empty()) object["reason"] = entry.problem;
        list.push_back(std::move(object));
    }
    return inJson(list);
}

/// A name from a folder must not steer the terminal.
std::string plain(std::string text) {
    std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return text;
}

std::string asTable(const std::vector<ModelEntry>& entries) {
    if (entries.empty()) return "There is no model on this computer yet; headscope download ORG/NAME fetches one.\n";
    std::vector<std::array<std::string, 5>> rows = {{"NAME", "ARCHITECTURE", "LAYERS×HEADS", "PARAMETERS", "WHERE"}};
    for (const ModelEntry& entry : entries) {
        const ModelDescription& d = entry.description;
        const std::string shape = d.layers > 0 ? std::to_string(d.layers) + "×" + std::to_string(d.heads) : "?";
        const std::string why = entry.problem.empty() ? "" : "  (cannot be opened: " + plain(entry.problem) + ")";
        rows.push_back({plain(entry.name), d.family.empty() ? "?" : plain(d.family), shape,
                        d.parameters > 0 ? inWords(d.parameters) : "?", plain(entry.where) + why});
    }
    const auto columns = [](const std::string& text) {
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    };
    std::string table;
    std::array<std::size_t, 5> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i < 4; ++i) widths[i] = std::max(widths[i], columns(row[i]));
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < 4; ++i) table += row[i] + std::string(widths[i] - columns(row[i]) + 2, ' ');
        table += row[4] + "\n";
    }
    return table;
}

std::string inWords(const DownloadProgress& progress) {
    const auto megabytes = [](std::uint64_t bytes) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1f", static_cast<double>(bytes) / 1e6);
        return std::string(text);
    };
    const std::string amount =
        megabytes(progress.bytes) + (progress.total ? " of " + megabytes(*progress.total) : "") + " MB";
    switch (progress.step) {
    case DownloadProgress::Step::Asking:
        return "asking for the list of files";
    case DownloadProgress::Step::Fetching:
        return amount + "  " + progress.file;
    case DownloadProgress::Step::Waiting:
        return amount + "  asking again in " + std::to_string((progress.wait.count() + 999) / 1000) + " s";
    case DownloadProgress::Step::Checking:
        break;
    }
    return amount + "  checking " + progress.file;
}

std::string asJson(const std::vector<PositionPrediction>& found) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const PositionPrediction& at : found) {
        nlohmann::ordered_json tokens = nlohmann::ordered_json::array();
        for (const Prediction& p : at.predictions)
            tokens.push_back({{"id", p.id}, {"text", p.text}, {"probability", p.probability}});
        list.push_back({{"position", at.position}, {"predictions", std::move(tokens)}});
    }
    return inJson(list);
}

/// One line a token: its share, then itself in quotes, since spaces matter.
std::string asText(const std::vector<PositionPrediction>& found) {
    std::string text;
    for (const PositionPrediction& at : found) {
        if (found.size() > 1) text += "position " + std::to_string(at.position) + "\n";
        for (const Prediction& p : at.predictions) {
            char share[16];
            std::snprintf(share, sizeof share, "%6.2f %%  ", 100 * p.probability);
            text += share + ("\"" + plain(p.text) + "\"\n");
        }
    }
    return text;
}

/// A sentence for work without a window must have something to attend to, beside what the model's template puts in.
Status checkTyped(const ModelRun& run) {
    const auto has = [&](int sequence) {
        return std::ranges::any_of(run.tokens, [&](const Token& token) { return token.sequence == sequence; });
    };
    for (const auto& [option, sequence] : {std::pair{"--text", 0}, std::pair{"--text2", 1}})
        if (!has(sequence) && (sequence == 0 || (run.pair && !run.text2->empty()))) // "" is a pair, too
            return Error{ErrorCode::Input, option, "the text has no token; give at least one word"};
    return {};
}

Status printContinuation(const ModelRunPtr& run, const Command& command, std::stop_token stop) {
    TerminalLine line(command.quiet);
    const Result<Continuation> made = continueText(run, *command.generate, stop, [&](int count) {
        line.show(std::to_string(count) + " of " + std::to_string(*command.generate) + " tokens");
    });
    if (!made.ok()) return made.error();
    if (made->full && !command.quiet)
        remark("--generate: ended after " + std::to_string(made->ids.size()) + " tokens, at the " +
               std::to_string(run->opened->model->config.maxPositions) + " that the model can read");
    if (!command.json) return print(made->text + "\n");
    return print(inJson({{"text", made->text}, {"ids", made->ids}}));
}

} // namespace

Result<ModelRunPtr> askModel(const Command& command, std::stop_token stop) {
    const Session& session = command.session;
    const Result<std::string> folder = findModel(programPlaces(), session.model);
    if (!folder.ok()) return folder.error();
    TerminalLine line(command.quiet);
    const Result<OpenedModelPtr> opened =
        openWithTokenizer(*folder, stop, [&](std::uint64_t done, std::uint64_t all) {
            line.show("opening " + session.model + ": " + std::to_string(done / 1'000'000) + " of " +
                      std::to_string(all / 1'000'000) + " MB");
        });
    if (!opened.ok()) return opened.error();
    // Asked for in the command it is wrong use; a session keeps it for other models.
    const std::optional<std::string> text2 =
        command.text2 ? session.text2 : secondTextFor((*opened)->model->config, session.text2);
    const Result<ModelRunPtr> run = runModel(*opened, session.text, text2, {}, stop);
    // What a model puts before an empty text is enough for it to go on from.
    const bool goesOn = run.ok() && command.verb == Verb::Predict && !(*run)->empty();
    if (run.ok() && !goesOn)
        if (Status status = checkTyped(**run); !status.ok()) return status.error();
    return run;
}

Status runPredict(const Command& command, std::stop_token stop) {
    const Result<ModelRunPtr> run = askModel(command, stop);
    if (!run.ok()) return run.error();
    if (command.generate) return printContinuation(*run, command, stop);
    const Result<std::vector<Index>> positions = predictedPositions(**run);
    if (!positions.ok()) return positions.error();
    const Result<std::vector<PositionPrediction>> found = predict(**run, *positions, command.top.value_or(tokensListed), stop);
    if (!found.ok()) return found.error();
    return print(command.json ? asJson(*found) : asText(*found));
}

ModelPlaces programPlaces() {
    ModelPlaces places = modelPlaces(processEnvironment);
    places.shipped = shippedModels();
    return places;
}

Status runModels(const Command& command, std::stop_token stop) {
    const std::vector<ModelEntry> entries = listModels(programPlaces(), stop);
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
    return print(command.json ? asJson(entries) : asTable(entries));
}

Status runDownload(const Command& command, std::stop_token stop) {
    DownloadRequest request{command.modelName, command.output, {}, {}};
    if (request.folder.empty()) {
        const ModelPlaces places = programPlaces();
        if (places.downloads.empty())
            return Error{ErrorCode::Usage, "-o", "missing; without HOME and XDG_DATA_HOME there is no place of our own"};
        request.folder = downloadFolder(places, command.modelName);
    }
    Result<HubAccess> access = hubAccess(processEnvironment);
    if (!access.ok()) return access.error();
    request.access = *std::move(access);

    TerminalLine line(command.quiet);
    const QuietLibraries quiet;
    int count = 1;
    char name[] = "headscope";
    char* arguments[] = {name, nullptr};
    QCoreApplication application(count, arguments);
    ModelDownload download;
    std::optional<Error> error;
    QObject::connect(&download, &ModelDownload::progressed, [&](const DownloadProgress& progress) {
        line.show(command.modelName + ": " + inWords(progress));
    });
    QObject::connect(&download, &ModelDownload::finished, [&](const std::string& folder, bool fetched) {
        line.finish(command.modelName + (fetched ? " is now in " : " was already in ") + folder);
        QCoreApplication::quit();
    });
    QObject::connect(&download, &ModelDownload::failed, [&](const Error& why) {
        error = why;
        QCoreApplication::quit();
    });
    // Asked for in this thread: ThreadSanitizer cannot see the locks of Qt's event queue.
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, [&] {
        if (!stop.stop_requested()) return;
        poll.stop();
        download.cancel();
    });
    poll.start(std::chrono::milliseconds(50));
    download.start(std::move(request));
    QCoreApplication::exec();
    return error ? Status(*error) : Status();
}

} // namespace headscope
