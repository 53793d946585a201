// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli.h"

#include "app/help.h"
#include "app/load.h"
#include "app/model_verbs.h"
#include "app/process.h"
#include "app/tokenize_verb.h"
#include "app/train_verbs.h"
#include "app/verbs.h"
#include "core/base/memory.h"

#include <cstdlib>
#include <new>
#include <stdexcept>
#include <system_error>

namespace headscope {

namespace {

int finish(const Status& status) {
    return status.ok() ? 0 : report(status.error());
}

Status runLoaded(const Command& command, std::stop_token stop) {
    switch (command.verb) {
    case Verb::Trace:
        return runTrace(command, stop);
    case Verb::Predict:
        return runPredict(command, stop);
    case Verb::Tokenize:
        return runTokenize(command, stop);
    case Verb::Train:
        return runTrain(command, stop);
    case Verb::Evaluate:
        return runEvaluate(command, stop);
    case Verb::Models:
        return runModels(command, stop);
    case Verb::Download:
        return runDownload(command, stop);
    case Verb::Export:
    case Verb::Window:
        break;
    }
    return runExport(command, stop);
}

int runVerb(const Arguments& arguments, const Command& parsed) {
    const bool isOnText = (placeOf(parsed.verb) & OnText) != 0; // the others read no text and no dials
    const Result<Command> command = isOnText ? load(arguments) : parsed;
    if (!command.ok()) return report(command.error());
    const Interrupts interrupts;
    const Status status = runLoaded(*command, interrupts.token());
    if (!status.ok() && status.error().code == ErrorCode::Cancelled) return 128 + interrupts.signal();
    return finish(status);
}

bool hasDisplay() {
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        if (const char* value = std::getenv(name); value && *value) return true;
    return false;
}

int openWindow(const Arguments& arguments, char* programName) {
    const Result<Command> command = load(arguments);
    if (!command.ok()) return report(command.error());
    if (!hasDisplay())
        return report({ErrorCode::Usage, "display",
                       "there is none, so no window can open. Set DISPLAY, or write a picture without one: headscope "
                       "export --text "
                       "'The cat sat' -o heads.png"});
    explainMissingDisplay();
    int count = 1;
    char* argv[] = {programName, nullptr};
    WindowStart start{{}, {}, {}, QString::fromStdString(command->lang), programPlaces(), count, argv};
    if (command->sessionAsked) start.session = command->session;
    if (command->isSavedSession) start.file = QString::fromStdString(command->sessionFile);
    if (command->dark) start.theme = *command->dark ? ThemeChoice::Dark : ThemeChoice::Light;
    return runWindow(start);
}

int dispatch(const std::vector<std::string>& words, char* programName) {
    const Result<Arguments> arguments = Arguments::split(words);
    if (!arguments.ok()) return report(arguments.error());
    const Result<Command> command = arguments->command();
    if (!command.ok()) return report(command.error());
    if (command->manual) return finish(print(manPage()));
    if (command->help) return finish(print(helpText(command->verb)));
    if (command->version) return finish(print("headscope " HEADSCOPE_VERSION "\n"));
    return command->verb == Verb::Window ? openWindow(*arguments, programName) : runVerb(*arguments, *command);
}

} // namespace

int runProgram(const std::vector<std::string>& words, char* programName) {
    keepStandardStreams();
    explainEndOfMemory();
    try {
        return dispatch(words, programName);
    } catch (const std::bad_alloc&) {
        return report(outOfMemory());
    } catch (const std::length_error&) { // longer than any memory: the same
        return report(outOfMemory());
    } catch (const std::system_error& e) {
        return report({ErrorCode::Io, "the system",
                       "no further thread can be started (" + e.code().message() + "); end other programs"});
    }
}

} // namespace headscope
