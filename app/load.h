// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/arguments.h"

namespace headscope {

/// The command of these arguments with everything read that it names but for weights and token vectors: the session
/// file (the options are applied to it), the texts and the masks. Usage errors come before anything is opened; Io and
/// Input errors name the file and, for a byte that cannot be text, its place.
Result<Command> load(const Arguments& arguments);

} // namespace headscope
