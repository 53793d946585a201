// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/sandbox.h"

namespace headscope {

/// W_Q, W_K, W_V and W_O [shapes as in AttentionWeights] whose heads produce the designs' patterns through the ordinary
/// computation on token vectors plus positions. They depend on the dials alone, never on the text.
///
/// A head by position turns each sinusoid pair of the query to the place it looks for: k_j holds (sin ωj, cos ωj),
/// q_i holds (sin ω(i + s), cos ω(i + s)), so that q_i·k_j = Σ cos ω(i + s − j) is greatest at j = i + s. `first` has
/// the same keys and the constant query of position 0. `same` compares the words' identities, `similar` their
/// spellings. All are scaled so that softmax is sharp at temperature 1. Heads that share a key (kv_heads < heads) share
/// its d_k numbers. W_V copies a slice of the read word's content, W_O writes it back to the same places.
AttentionWeights designedWeights(const AttentionConfig& config, const std::vector<Design>& designs, Positions positions,
                                 std::uint64_t seed);

/// How many tokens the designs by position can tell apart when positions are learned: so many rows of the table the
/// matrices are solved for. 0 for d_model below 8.
Index learnedReach(Index dModel);

} // namespace headscope
