// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/model_run.h"

namespace headscope {

/// Of the tokens that were typed, in both texts, the share that the model's vocabulary has only its unknown token for;
/// 0 where nothing was typed.
double unknownShare(const ModelRun& run);

} // namespace headscope
