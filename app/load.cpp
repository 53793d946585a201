// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/load.h"

#include "core/io/mask_file.h"
#include "core/io/safe_file.h"
#include "core/session/session_file.h"
#include "core/sources/examples.h"
#include "core/text/token.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace headscope {

namespace {

constexpr std::size_t mostTextBytes = std::size_t{64} << 20;

Result<std::string> readStandardInput() {
    std::string text;
    char buffer[1 << 16];
    while (true) {
        const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return Error{ErrorCode::Io, "standard input", std::string("cannot be read (") + std::strerror(errno) + ")"};
        if (count == 0) return text;
        text.append(buffer, static_cast<std::size_t>(count));
        if (text.size() > mostTextBytes)
            return Error{ErrorCode::Input, "standard input", "is longer than 64 MiB; give a shorter text"};
    }
}

/// A sentence for work without a window must have something to attend to.
Status checkTokens(const std::string& option, const std::string& text, const Command& command) {
    // What a model makes of a text is known when its tokenizer has been read.
    const bool known = command.verb == Verb::Window || !command.session.model.empty();
    if (known || !tokenize(text, command.session.sandbox.unit).empty()) return {};
    return Error{ErrorCode::Input, option, "the text has no token; give at least one word"};
}

Status loadTexts(Command& command) {
    Session& session = command.session;
    if (command.text) {
        Result<std::string> text = readText("--text", *command.text);
        if (!text.ok()) return text.error();
        if (Status status = checkTokens("--text", *text, command); !status.ok()) return status;
        session.text = *std::move(text);
    } else if (command.sessionFile.empty() && session.sandbox.inputFile.empty() &&
               (session.model.empty() || command.text2)) {
        // Only the window comes here: dials without a sentence. A model gets one that fits it once it is open.
        session.text = examples().front().text;
    }
    if (command.text2) {
        Result<std::string> text = readText("--text2", *command.text2);
        if (!text.ok()) return text.error();
        if (Status status = checkTokens("--text2", *text, command); !status.ok()) return status;
        session.text2 = *std::move(text);
    } else if (!session.sandbox.input2File.empty() && !session.text2) {
        session.text2 = ""; // its tokens are called 0, 1, 2 …
    }
    return {};
}

/// "--d-k" → "sandbox.d_k", "--mask padding" → "sandbox.mask.padding": the key of a session file.
std::string keyOf(const std::string& place) {
    if (place == "mask") return "sandbox.mask.grid";
    std::string key = "sandbox." + place.substr(place.starts_with("--") ? 2 : 0);
    for (char& c : key) c = c == '-' ? '_' : c == ' ' ? '.' : c;
    return key;
}

/// The key of a session file whose file the error is about; empty: none that the options leave as it is.
std::string keyOfFile(const Sandbox& saved, const Sandbox& used, const Error& error) {
    const struct {
        const char* key;
        const std::string& saved;
        const std::string& used;
    } files[] = {{"weights_file", saved.weightsFile, used.weightsFile},
                 {"input_file", saved.inputFile, used.inputFile},
                 {"input2_file", saved.input2File, used.input2File}};
    for (const auto& [key, name, now] : files)
        if (!name.empty() && name == now && error.place.starts_with(name)) return std::string("sandbox.") + key;
    return {};
}

/// withPlace() of a session with a model: the sandbox's dials have no part in it.
Error withModelPlace(const Command& command, const Session& saved, Error error) {
    if (saved.model != command.session.model) return error;
    if (error.place == "--text2" && !command.text2)
        return {ErrorCode::Input, command.sessionFile + ": text2", error.detail};
    if (error.place.starts_with(saved.model)) error.place = command.sessionFile + ": model: " + error.place;
    return error;
}

/// What the session would say without any option.
Result<AnalysisPtr> analyzeAlone(const Session& session) {
    const Result<SandboxFilesPtr> files = readFiles(session.sandbox);
    if (!files.ok()) return files.error();
    return analyze(session, *files, {}, Depth::Trace);
}

} // namespace

Result<std::string> readText(const std::string& option, const std::string& typed, Nul nul) {
    std::string place = option;
    Result<std::string> text = typed;
    if (typed == "-") {
        place = "standard input";
        text = readStandardInput();
    } else if (typed.starts_with("@@")) {
        text = typed.substr(1);
    } else if (typed.starts_with("@")) {
        place = typed.substr(1);
        text = readFile(place, mostTextBytes);
    }
    if (!text.ok()) return text;
    if (const std::int64_t at = firstInvalidUtf8(*text); at >= 0)
        return Error{ErrorCode::Input, place,
                     "byte " + std::to_string(at) + " (from 0) is not UTF-8; save the text as UTF-8"};
    if (const std::size_t at = text->find('\0'); at != std::string::npos && nul == Nul::Refused)
        return Error{ErrorCode::Input, place,
                     "byte " + std::to_string(at) + " (from 0) is NUL, which no text holds; is this a text file?"};
    return text;
}

Result<Command> load(const Arguments& arguments) {
    Result<Command> command = arguments.command();
    if (!command.ok()) return command;
    if (!command->sessionFile.empty()) {
        const Result<Session> session = readSession(command->sessionFile);
        if (!session.ok()) return session.error();
        command = arguments.command(*session);
        if (!command.ok()) return command;
    }
    const Sandbox& sandbox = command->session.sandbox;
    // Dials that cannot be are told before any other file is opened; with files the shape comes from them too.
    if (sandbox.weights != WeightSource::File && sandbox.inputFile.empty() && sandbox.input2File.empty())
        if (const Result<AttentionConfig> config = resolveConfig(sandbox, {}); !config.ok())
            return withPlace(*command, config.error());
    if (Status status = loadTexts(*command); !status.ok()) return status.error();
    if (!command->maskFiles.empty()) {
        Result<std::shared_ptr<const MaskGrid>> grid = readMasks(command->maskFiles);
        if (!grid.ok()) return grid.error();
        command->session.sandbox.mask.grid = *std::move(grid);
        command->session.sandbox.mask.gridFollowsText = false;
    }
    return command;
}

Error withPlace(const Command& command, Error error) {
    if (error.place == "mask" && !command.maskFiles.empty()) {
        error.place = "";
        for (const std::string& file : command.maskFiles) error.place += (error.place.empty() ? "" : ", ") + file;
        return error;
    }
    if (command.sessionFile.empty()) return error;
    const Result<Session> session = readSession(command.sessionFile);
    if (!session.ok()) return error;
    if (!session->model.empty()) return withModelPlace(command, *session, std::move(error));
    if (const std::string key = keyOfFile(session->sandbox, command.session.sandbox, error); !key.empty()) {
        error.place = command.sessionFile + ": " + key + ": " + error.place;
        return error;
    }
    if (error.code != ErrorCode::Usage && error.place != "mask") return error;
    const Result<AnalysisPtr> alone = analyzeAlone(*session);
    if (alone.ok() || alone.error() != error) return error;
    return {ErrorCode::Input, command.sessionFile + ": " + keyOf(error.place), error.detail};
}

} // namespace headscope
