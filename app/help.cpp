// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/help.h"

#include "core/train/task.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace headscope {

namespace {

constexpr std::size_t helpColumn = 24;
constexpr std::size_t lineWidth = 100;

struct Usage {
    Verb verb;
    const char* line;
};
constexpr Usage usageLines[] = {
    {Verb::Window, "headscope [FILE.headscope] [OPTIONS]"},
    {Verb::Export, "headscope export --text T [OPTIONS] -o FILE.(png|svg|pdf)"},
    {Verb::Trace, "headscope trace --text T [OPTIONS] -o FILE.(npz|safetensors|json|csv)"},
    {Verb::Predict, "headscope predict --model M --text T [--top K] [--generate N] [--json]"},
    {Verb::Tokenize, "headscope tokenize --model M [--text T | < FILE] [--no-special]"},
    {Verb::Train, "headscope train TASK [OPTIONS] -o FOLDER"},
    {Verb::Train, "headscope train --resume [OPTIONS] -o FOLDER"},
    {Verb::Evaluate, "headscope evaluate FOLDER|NAME [--sentences N] [--seed N]"},
    {Verb::Models, "headscope models [--json]"},
    {Verb::Download, "headscope download ORG/NAME [-o FOLDER]"},
};

constexpr const char* exitCodes = "0 done; 1 the work failed (a file that cannot be read, a wrong shape, no space); 2 "
                                  "wrong use. An error is one line on "
                                  "standard error: headscope: what, where, what to do.";

/// Columns that UTF-8 text takes, counted as one a code point.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string wrapped(std::string_view text, std::size_t indent) {
    std::string lines;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        if (column > indent && column + 1 + columns(word) > lineWidth) {
            lines += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += columns(word);
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return lines;
}

std::string row(const std::string& left, std::string_view help) {
    const std::size_t used = 2 + columns(left);
    std::string line = "  " + left;
    line += used + 2 <= helpColumn ? std::string(helpColumn - used, ' ') : "\n" + std::string(helpColumn, ' ');
    return line + wrapped(help, helpColumn) + "\n";
}

std::string nameAndArgument(const Option& option) {
    return option.argument ? std::string(option.name) + " " + option.argument : option.name;
}

std::vector<const Option*> optionsOf(unsigned where) {
    std::vector<const Option*> rows;
    for (const Option& option : options())
        if ((option.where & where) && *option.help) rows.push_back(&option);
    return rows;
}

/// Text that troff must not take for its own: a leading dot or quote, hyphens, backslashes.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '-')
            out += "\\-";
        else if (c == '\\')
            out += "\\e";
        else
            out += c;
    }
    return (out.starts_with('.') || out.starts_with('\'')) ? "\\&" + out : out;
}

} // namespace

std::string helpText(Verb verb) {
    std::string text = "Headscope: an instrument for multi-head attention.\n\nUsage: ";
    for (const Usage& usage : usageLines)
        if (usage.verb == verb) text += std::string(usage.line) + "\n";
    if (verb == Verb::Window) {
        text += "\nWithout a verb a window opens. The verbs work without a display:\n";
        for (const VerbInfo& info : verbs())
            if (info.verb) text += row(info.name, info.help);
        text += "headscope VERB --help lists a verb's options.\n";
    }
    if (verb == Verb::Train) {
        text += "\nTasks\n";
        for (const Task* task : tasks()) text += row(std::string(task->name()), task->discovery());
    }
    const char* group = "";
    for (const Option* option : optionsOf(placeOf(verb))) {
        if (std::string_view(group) != option->group) text += std::string("\n") + option->group + "\n";
        group = option->group;
        text += row(nameAndArgument(*option), option->help);
    }
    return text + "\nExit code: " + wrapped(exitCodes, 11) + "\n";
}

std::string manPage() {
    std::string page =
        ".TH HEADSCOPE 1 \"\" \"Headscope " HEADSCOPE_VERSION "\"\n.SH NAME\nheadscope \\- an instrument for "
        "multi\\-head attention\n.SH SYNOPSIS\n.nf\n";
    for (const Usage& usage : usageLines) page += escaped(usage.line) + "\n";
    page += ".fi\n.SH DESCRIPTION\nHeadscope shows what every head of an attention layer does with a sentence. Without "
            "a verb it "
            "opens a window; the verbs\n";
    for (const VerbInfo& info : verbs())
        if (info.verb) page += std::string(".TP\n.B ") + info.name + "\n" + escaped(info.help) + "\n";
    page += ".PP\nwork without a display.\n.SH TASKS\n";
    for (const Task* task : tasks())
        page += ".TP\n.B " + escaped(task->name()) + "\n" + escaped(task->discovery()) + "\n";
    page += ".SH OPTIONS\n";
    const char* group = "";
    for (const Option* option : optionsOf(Everywhere)) {
        if (std::string_view(group) != option->group) page += std::string(".SS ") + option->group + "\n";
        group = option->group;
        page += ".TP\n.B " + escaped(nameAndArgument(*option)) + "\n" + escaped(option->help) + "\n";
    }
    return page + ".SH EXIT STATUS\n" + escaped(exitCodes) + "\n";
}

} // namespace headscope
