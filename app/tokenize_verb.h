// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"

#include <stop_token>

namespace headscope {

/// Writes one JSON line for --text, or for each line of standard input, which is a JSON string. Needs no Qt and only the
/// tokenizer's files.
Status runTokenize(const Command& command, std::stop_token stop);

} // namespace headscope
