// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/key_sets.h"
#include "core/sources/sandbox.h"

namespace headscope {

/// The design of a head under these dials.
Design designOf(const Sandbox& sandbox, int head);

/// What promises() says of every query, as sets of keys.
KeySets promisedKeys(Design design, const std::vector<Token>& queries, const std::vector<Token>& keys);

/// How alike two words' spellings are (alikeness, 0 … 1) from where on the head `similar` promises to read one for
/// the other.
inline constexpr double similarEnough = 0.5;

/// Whether a design finds its keys by position (the others by the token itself).
bool readsPositions(Design design);

} // namespace headscope
