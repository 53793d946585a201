// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/options.h"

#include <string>

namespace headscope {

/// What --help prints for the verb (the window's help also lists the verbs).
std::string helpText(Verb verb);
/// headscope.1 in troff's man macros, from the same table.
std::string manPage();

} // namespace headscope
