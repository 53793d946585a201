// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arguments.h"

#include "app/values.h"
#include "core/sources/hub_access.h"
#include "core/train/train_options.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace headscope {

namespace {

Error usageAt(std::string place, std::string detail) {
    return {ErrorCode::Usage, std::move(place), std::move(detail)};
}

bool isKnown(std::string_view word, unsigned where) {
    const std::span<const Option> all = options();
    return std::any_of(all.begin(), all.end(), [&](const Option& o) { return (o.where & where) && o.isCalled(word); });
}

const char* commandOf(Verb verb) {
    for (const VerbInfo& info : verbs())
        if (info.verb == verb) return info.name;
    return "the window";
}

/// A bare first word that can only be meant as a file.
bool looksLikeFile(const std::string& word) {
    return word.ends_with(".headscope") || word.find('/') != std::string::npos || word.find('.') != std::string::npos;
}

/// The format from --format or else from the file's ending, in lower case; empty: neither says.
std::string formatOf(const Command& command) {
    if (!command.format.empty()) return command.format;
    const std::size_t dot = command.output.find_last_of("./");
    if (dot == std::string::npos || command.output[dot] == '/') return "";
    std::string ending = command.output.substr(dot + 1);
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
    return ending;
}

Status checkOutput(Command& command) {
    const std::string known = command.verb == Verb::Trace ? "npz, safetensors, json, csv" : "png, svg, pdf";
    if (command.output.empty()) return usageAt("-o", "missing; name the file to write, with the ending " + known);
    if (command.output == "-" && command.format.empty())
        return usageAt("--format", "missing; -o - needs one of " + known);
    const std::string format = formatOf(command);
    if ((", " + known + ",").find(", " + format + ",") == std::string::npos || format.empty())
        return usageAt(command.format.empty() ? command.output : "--format",
                       (format.empty() ? "has no ending" : "unknown format \"" + format + "\"") +
                           std::string("; known: ") + known);
    command.format = format;
    return {};
}

Status checkTrace(const Command& command) {
    if (command.format != "csv") return {};
    for (const std::string& name : command.numbers.what)
        if (name != "weights" && name != "scores" && name != "mask")
            return usageAt("--what", "a CSV holds scores, weights and mask only; write " + name +
                                         " to .npz, .safetensors or .json");
    return {};
}

Status checkExport(Command& command) {
    if (command.dotsAsked && !command.picture.millimetres)
        return usageAt("--dpi", "goes with --mm; --size is in pixels already");
    if (!command.dotsAsked) command.picture.dpi = command.picture.millimetres ? 300 : 96;
    ViewState& view = command.session.view;
    if (command.heads.empty()) return {};
    if (view.view == ViewKind::Head && command.heads.size() > 1)
        return usageAt("--head", "the view \"head\" draws one; name one head, or use --view heads");
    view.head = command.heads.front();
    view.activeHeads = command.heads;
    std::sort(view.activeHeads.begin(), view.activeHeads.end());
    view.activeHeads.erase(std::unique(view.activeHeads.begin(), view.activeHeads.end()), view.activeHeads.end());
    return {};
}

bool isOfSandbox(const Option& option) {
    return option.group == sandboxDials || option.group == sandboxVectors || option.isCalled("--tokens");
}

/// What is said of a word that no option belongs to.
const char* unexpected(Verb verb) {
    if (verb == Verb::Download || verb == Verb::Evaluate) return "unexpected; one model at a time";
    if (verb == Verb::Train) return "unexpected; one task at a time";
    return verb == Verb::Models ? "unexpected; the list is of all models"
                                : "unexpected; a sentence is given with --text";
}

Status checkTrain(const Command& command) {
    if (command.train.task.empty() && !command.train.resume)
        return usageAt("train", "which task? headscope train TASK -o FOLDER; headscope train --help lists them");
    if (command.output.empty()) return usageAt("-o", "missing; name the folder to write the model to");
    if (command.output == "-") return usageAt("-o", "a model is a folder and cannot go to standard output");
    return {};
}

/// Where the word that is no option belongs; nothing where one is there already or none is expected.
std::string* bareWord(Command& command) {
    const bool isModel = command.verb == Verb::Download || command.verb == Verb::Evaluate;
    std::string* word = isModel ? &command.modelName : command.verb == Verb::Train ? &command.train.task : nullptr;
    return word && word->empty() ? word : nullptr;
}

Status checkBareWord(Verb verb, const std::string& word) {
    if (verb == Verb::Download) return checkHubName(word);
    if (verb != Verb::Train) return {};
    const Result<const Task*> task = taskOf(word);
    return task.ok() ? Status() : Status(task.error());
}

Status checkTogether(Command& command) {
    if (command.verb == Verb::Models) return {};
    if (command.verb == Verb::Train) return checkTrain(command);
    if (command.verb == Verb::Evaluate)
        return command.modelName.empty() ? usageAt("evaluate", "which model? headscope evaluate FOLDER|NAME")
                                         : Status();
    if (command.verb == Verb::Download)
        return command.modelName.empty() ? usageAt("download", "which model? headscope download ORG/NAME") : Status();
    if ((command.verb == Verb::Predict || command.verb == Verb::Tokenize) && command.session.model.empty())
        return usageAt("--model", "missing; name a model or its folder");
    if (command.verb == Verb::Tokenize) return {};
    if (command.text == "-" && command.text2 == "-")
        return usageAt("--text2", "standard input can be read once; give one of the two as @FILE");
    const Sandbox& sandbox = command.session.sandbox;
    if (!sandbox.input2File.empty() && sandbox.inputFile.empty() && !command.text && command.sessionFile.empty())
        return usageAt("--input2", "goes with --input or --text");
    if (command.verb == Verb::Window) return {};
    if (!command.text && command.sessionFile.empty() && sandbox.inputFile.empty())
        return usageAt("--text", "missing; give a sentence: --text 'The cat sat'");
    if (command.verb == Verb::Predict)
        return command.top && command.generate
                   ? usageAt("--top", "lists what could come next, and --generate goes on with the likeliest; give one of the two")
                   : Status();
    if (Status status = checkOutput(command); !status.ok()) return status;
    command.numbers.heads = command.heads;
    command.numbers.maskFiles = command.maskFiles;
    return command.verb == Verb::Trace ? checkTrace(command) : checkExport(command);
}

} // namespace

Status Arguments::take(const std::vector<std::string>& words, std::size_t& at) {
    const std::string& word = words[at];
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    const unsigned where = placeOf(m_verb);
    const auto all = options();
    const auto option =
        std::find_if(all.begin(), all.end(), [&](const Option& o) { return (o.where & where) && o.isCalled(name); });
    if (option == all.end()) {
        if (isKnown(name, Everywhere)) return usageAt(name, std::string("does not belong to ") + commandOf(m_verb));
        return usageAt(name, "unknown option; see --help");
    }
    std::string value = "on";
    if (equals != std::string::npos) {
        value = word.substr(equals + 1);
        if (!option->argument && value != "on" && value != "off")
            return usageAt(name, "is a switch and takes only =on and =off");
    } else if (option->argument) {
        // An option's name in the place of a value is a forgotten value; --text=--heads says that it is meant.
        if (at + 1 == words.size() || isKnown(words[at + 1].substr(0, words[at + 1].find('=')), where))
            return usageAt(name, std::string("its value is missing: ") + name + " " + option->argument);
        value = words[++at];
    }
    m_given.push_back({&*option, name, value});
    return {};
}

Result<Arguments> Arguments::split(const std::vector<std::string>& words) {
    Arguments arguments;
    std::size_t at = 0;
    while (at < words.size() && words[at] == "--quiet") ++at;
    if (at < words.size() && !words[at].starts_with("-")) {
        const std::string& first = words[at];
        const std::span<const VerbInfo> known = verbs();
        const auto verb = std::find_if(known.begin(), known.end(), [&](const VerbInfo& v) { return first == v.name; });
        if (verb != known.end()) {
            if (!verb->verb) return usageAt(first, "not in this version; see --help for what there is");
            arguments.m_verb = *verb->verb;
            ++at;
        } else if (!looksLikeFile(first)) {
            return usageAt(first.empty() ? "\"\"" : first, "neither a command nor a .headscope file; see --help");
        }
    }
    for (bool bareOnly = false; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (!bareOnly && word == "--")
            bareOnly = true;
        else if (bareOnly || !word.starts_with("-") || word == "-")
            arguments.m_bare.push_back(word);
        else if (Status status = arguments.take(words, at); !status.ok())
            return status.error();
    }
    return arguments;
}

Result<Command> Arguments::command(const Session& start) const {
    Command command;
    command.verb = m_verb;
    command.session = start;
    bool overridden = false;
    for (const Given& given : m_given) {
        if (Status status = given.option->set(command, given.value); !status.ok()) {
            Error error = status.error();
            error.place = given.word;
            return error;
        }
        const std::string_view name = given.option->name;
        overridden |= name != "--session" && name != "--theme" && name != "--lang" && name != "--quiet";
    }
    if (command.help || command.version || command.manual) return command;
    for (const Given& given : m_given)
        if (!command.session.model.empty() && isOfSandbox(*given.option))
            return usageAt(given.word,
                           "belongs to the sandbox: a model decides this for itself; leave it or --model out");
    for (const std::string& word : m_bare) {
        if (std::string* place = bareWord(command)) {
            *place = word;
            if (Status status = checkBareWord(m_verb, word); !status.ok()) return status.error();
            continue;
        }
        if (m_verb != Verb::Window) return usageAt(word, unexpected(m_verb));
        if (!command.sessionFile.empty()) return usageAt(word, "one session file at a time");
        command.sessionFile = word;
    }
    command.sessionAsked = overridden || !command.sessionFile.empty();
    command.isSavedSession = !overridden && !command.sessionFile.empty();
    if (Status status = checkTogether(command); !status.ok()) return status.error();
    return command;
}

} // namespace headscope
