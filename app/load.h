// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/arguments.h"

namespace headscope {

/// The command of these arguments with everything read that it names but for weights and token vectors: the session
/// file (the options are applied to it), the texts and the masks. Usage errors come before anything is opened; Io and
/// Input errors name the file and, for a byte that cannot be text, its place.
Result<Command> load(const Arguments& arguments);

/// The same error with the place a person can look at: the file of a mask that does not fit, and the session file and
/// key of a dial that cannot be when no option had a part in it (that is exit code 1, not wrong use).
Error withPlace(const Command& command, Error error);
enum class Nul { Refused, Allowed };
/// The sentence that an option names: itself, a file's bytes after @, or standard input's for -. Input error for what is
/// not UTF-8.
Result<std::string> readText(const std::string& option, const std::string& typed, Nul nul = Nul::Refused);

} // namespace headscope
