// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/head_pictures.h"

namespace headscope {

/// Finds the strongest links of rows, one after the other; keeps its buffers between them.
class LinkRanker {
public:
    /// The strongest of row[0 … n), strongest first, equally strong ones by key; `strongest` is filled up with weight 0
    /// where the row is shorter. Keys count from firstKey.
    void rank(std::span<const Scalar> row, Index firstKey, std::span<Link> strongest);

private:
    void gatherCandidates(std::span<const Scalar> row, Index firstKey, std::size_t wanted);

    std::vector<Scalar> m_greatest; ///< of each group of keys
    std::vector<Link> m_candidates;
};

} // namespace headscope
