// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

namespace headscope {

/// Fills in what is shown of a model's trace: queries, keys, cross, groups, allowed, and what is to be said of it.
/// site, layer, run and trace are set already. `view` chooses the texts of a pair and whether sub-tokens are folded into
/// words; a choice that would show nothing is not followed.
void showTokens(Analysis& analysis, const ViewState& view);

} // namespace headscope
