// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/options.h"

namespace headscope {

/// A command line taken apart: which verb, which options with which values, which bare words. Bytes stay as they came.
class Arguments {
public:
    /// The words after the program's name. Usage error for an unknown verb or option and for a missing value.
    static Result<Arguments> split(const std::vector<std::string>& words);

    /// The command, its session starting from `start`. Usage error for values that cannot be and for options that
    /// exclude or lack one another. Opens no file.
    Result<Command> command(const Session& start = {}) const;

    Verb verb() const { return m_verb; }

private:
    struct Given {
        const Option* option;
        std::string word;
        std::string value;
    };

    Status take(const std::vector<std::string>& words, std::size_t& at);

    Verb m_verb = Verb::Window;
    std::vector<Given> m_given;
    std::vector<std::string> m_bare;
};

} // namespace headscope
