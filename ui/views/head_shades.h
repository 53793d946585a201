// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

namespace headscope {

// From a head's weights to shares of the colour range. A matrix here is [rows, columns] with a number ≥ 0 per cell, or
// one of:
inline constexpr Scalar maskedCell = -1; ///< nothing may be read there: hatched
inline constexpr Scalar hiddenCell = -2; ///< a hidden token's: left empty

/// [lastQuery − firstQuery, n_k] the weights themselves, as shown.
Matrix shownCells(const Analysis& analysis, const ViewState& state, int head, Index firstQuery, Index lastQuery);
/// What the colours' upper end stands for in ranges Head and All; 0 for Row, where each row has its own.
Scalar rangeTop(const Analysis& analysis, const ViewState& state, int head);

/// The shades of one head, made at the size they are drawn in and only then: a long text's picture has a million cells
/// a head, and copies of all of them would keep the window from answering.
class HeadShades {
public:
    HeadShades() = default;
    /// The head's picture as shown, coarse for long texts (HeadPicture::factor); renormalised rows of a coarse picture
    /// are scaled by the mean of the rows they stand for. The analysis must outlive it.
    HeadShades(const Analysis& analysis, const ViewState& state, int head);
    /// Of these weights, [queries, keys].
    explicit HeadShades(Matrix weights);

    /// The weight at the colours' upper end; 0: each query has its own.
    void setTop(Scalar top) { m_top = top; }
    void setTransposed(bool turned) { m_turned = turned; }
    /// Only these queries and keys, counted in cells; the others' share in a row's greatest weight stays.
    void crop(Index firstQuery, Index queries, Index firstKey, Index keys);

    bool empty() const { return m_queries == 0 || m_keys == 0; }
    Index rows() const { return m_turned ? m_keys : m_queries; } ///< as drawn
    Index columns() const { return m_turned ? m_queries : m_keys; }
    bool anyMasked() const;
    /// The greatest weight, 0 when there is none.
    Scalar greatest() const;
    /// One cell's weight, or maskedCell or hiddenCell.
    Scalar weight(Index row, Index column) const;
    /// [rows, columns] at most as many as there are, each the greatest share of those it stands for, so that thin lines
    /// stay visible.
    Matrix pooled(Index rows, Index columns) const;

private:
    const Matrix& cells() const { return m_picture ? *m_picture : m_own; }
    Matrix pooledUpright(Index queries, Index keys) const;
    void gather(Index query, std::vector<Scalar>& greatest) const;

    const Matrix* m_picture = nullptr; ///< [queries, keys] the analysis', or null: m_own
    const BoolGrid* m_allowed = nullptr;
    Scalar m_greatest = 0; ///< of m_picture
    Matrix m_own;
    Scalar m_top = 0;
    bool m_turned = false;
    Index m_firstQuery = 0;
    Index m_firstKey = 0;
    Index m_queries = 0;
    Index m_keys = 0;
};

} // namespace headscope
