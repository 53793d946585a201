// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/model_run.h"
#include "core/session/session.h"

namespace headscope {

/// Moves what a session says about token positions (pins, padding) along with an edit of its text: tokens before the
/// edit keep their position, those behind it move, those that were edited away lose their pin. `after` already has the
/// new text; positions in it are those of `before`. `run` (or null) knows a model's tokens; where they are not shown one
/// by one, and in the two texts of an encoder–decoder, pins are let go.
void followText(const Session& before, Session& after, const ModelRunPtr& run = nullptr);

} // namespace headscope
