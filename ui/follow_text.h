// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

namespace headscope {

/// Moves what a session says about token positions (pins, padding) along with an edit of its text: tokens before the
/// edit keep their position, those behind it move, those that were edited away lose their pin. `after` already has the
/// new text; positions in it are those of `before`.
void followText(const Session& before, Session& after);

} // namespace headscope
