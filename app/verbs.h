// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"

#include <stop_token>

namespace headscope {

/// Both take a loaded command and leave either the whole file or none.

/// Computes the analysis and writes its numbers. Needs no Qt.
Status runTrace(const Command& command, std::stop_token stop);
/// Computes the analysis and draws one view of it, without a display.
Status runExport(const Command& command, std::stop_token stop);

} // namespace headscope
