// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"
#include "core/base/aligned_buffer.h"

#include <vector>

namespace headscope {

/// Keys and values of one kv head in the order in which the kernels read them.
struct PackedHead {
    Mask::Span span;      ///< the keys that are here, from a panel's beginning on
    AlignedBuffer keys;   ///< panels of transposed keys, [d_k, panel] each; for cosine scores of length 1
    AlignedBuffer values; ///< panels of values, [n_k, panel] each; empty where nobody multiplies them
};
PackedHead packHead(const LayerTrace& trace, int kvHead, bool withValues);
/// What the raw score is multiplied by.
Scalar scoreScale(const AttentionConfig& config);
/// The keys alone, and of them those of the panels that hold some of `keys`.
PackedHead packKeys(const LayerTrace& trace, int kvHead, Mask::Span keys);

/// What one row block of one head goes through, from scores to context. The forward pass and everything that looks at
/// a matrix later use this one code with the same shapes, hence get the same bits. May be used for one block after
/// the other.
class RowBlock {
public:
    /// Of `trace` only config, mask, seed, q, k, v and positionBias are read; it must outlive the block.
    explicit RowBlock(const LayerTrace& trace);

    /// The scores of the keys that the rows (at most blockRows()) may read, a few more where tiles are cut, or, with
    /// `complete`, of all; but never of other keys than `packed` holds, which belongs to the head's kv head.
    void computeScores(const PackedHead& packed, int head, Mask::Span rows, bool complete = false);
    /// Scores to softmax, in place. maxima and sums, [rows of the block], may be null.
    void applySoftmax(Scalar* maxima, Scalar* sums);
    /// The same for the cells of one key, when what applySoftmax found of the rows, [rows of the block], is known.
    void applySoftmax(Index key, const Scalar* maxima, const Scalar* sums);
    /// Softmax to weights, in place: nothing without dropout.
    void applyDropout();
    /// context[r, 0 … d_v) = weights · values of the head; `stride` between its rows.
    void multiplyValues(const PackedHead& packed, Scalar* context, Index stride) const;

    WeightsBlock cells() const;

private:
    Scalar* row(Index r) { return m_cells.data() + r * m_stride; }
    /// The keys that some of the block's rows first … last − 1 may read.
    Mask::Span keysOf(Index first, Index last) const;
    void copyQueries();
    void addPositionBias();
    /// Rewrites forbidden cells of a row as −∞.
    void forbid(Index r, Mask::Span span);

    const LayerTrace& m_trace;
    Index m_stride = 0;
    AlignedBuffer m_cells;               ///< [blockRows, stride]
    AlignedBuffer m_queries;             ///< [blockRows, d_k], for cosine scores of length 1
    std::vector<std::uint8_t> m_allowed; ///< [n_k], of one row
    int m_head = 0;
    Index m_firstRow = 0;
    Index m_rows = 0;
    bool m_complete = false;
    Mask::Span m_packed; ///< the keys that there are
    Mask::Span m_keys;   ///< of all rows: the cells that hold something
};

} // namespace headscope
