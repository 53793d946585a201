// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"

#include <vector>

namespace headscope {

/// What one row block of one head goes through, from scores to weights. The forward pass and everything that looks at
/// a matrix later use this one code with the same shapes, hence get the same bits.
class RowBlock {
public:
    /// Of `trace` only config, mask, seed, q, k and v are read, which must outlive the block.
    explicit RowBlock(const LayerTrace& trace);

    /// The scores of the keys from the first to the last that some row of the block may read; with `complete`, of all.
    void computeScores(int head, Index block, bool complete = false);
    /// Scores to softmax, in place. maxima and sums may be null, else [rows] of the block.
    void applySoftmax(Scalar* maxima, Scalar* sums);
    /// Softmax to weights, in place: nothing without dropout.
    void applyDropout();
    /// context[r, 0 … d_v) = weights · v of the head; `stride` between its rows.
    void multiplyValues(Scalar* context, Index stride) const;

    WeightsBlock cells() const;

private:
    const LayerTrace& m_trace;
    Index m_stride = 0;
    std::vector<Scalar> m_cells; ///< [blockRows, stride]
    int m_head = 0;
    Index m_firstRow = 0;
    Index m_rows = 0;
    Mask::Span m_keys; ///< the keys computed
};

} // namespace headscope
