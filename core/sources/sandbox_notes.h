// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/sandbox.h"

namespace headscope {

/// What designed heads cannot keep under these dials and what they do at the edges of the text, in whole sentences.
/// Heads are counted from 1, as in the window. `vectorsFromFile`: an input file replaced the token vectors.
std::vector<std::string> designNotes(const SandboxLayer& layer, bool vectorsFromFile);

} // namespace headscope
