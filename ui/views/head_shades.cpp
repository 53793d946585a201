// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/head_shades.h"

#include "core/base/kernels.h"
#include "core/base/parallel.h"
#include "core/base/transpose.h"
#include "ui/views/shown.h"

#include <algorithm>
#include <cassert>

namespace headscope {

namespace {

/// Leaves the hidden keys out of the pixels that stand for them.
void hideColumns(Matrix& cells, const Analysis& a, const ViewState& state, int head) {
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    const HeadRemainder& left = a.without(head, state.hidden);
    const auto keys = static_cast<Index>(hidden.size());
    const Index factor = a.pictures[static_cast<std::size_t>(head)].factor;
    std::size_t known = 0;
    for (Index j = 0; j < cells.cols(); ++j) {
        const auto first = hidden.begin() + j * factor;
        const auto last = hidden.begin() + std::min((j + 1) * factor, keys);
        if (std::find(first, last, 1) == last) continue;
        const bool whole = std::find(first, last, 0) == last;
        for (Index i = 0; i < cells.rows(); ++i)
            if (cells(i, j) >= 0) cells(i, j) = whole ? hiddenCell : left.pixels(i, static_cast<Index>(known));
        ++known;
    }
}

/// Coarse rows are scaled by the mean of what the rows they stand for keep.
void renormaliseRows(Matrix& cells, const std::vector<Scalar>& kept, Index factor) {
    for (Index i = 0; i < cells.rows(); ++i) {
        const Index begin = i * factor;
        const Index end = std::min(begin + factor, static_cast<Index>(kept.size()));
        Scalar sum = 0;
        for (Index q = begin; q < end; ++q) sum += kept[static_cast<std::size_t>(q)];
        if (sum <= 0) continue;
        for (Scalar& w : cells.row(i))
            if (w > 0) w = std::min(Scalar(1), w * static_cast<Scalar>(end - begin) / sum);
    }
}

/// [as the head's picture] weights as shown when some keys are hidden.
Matrix withoutHidden(const Analysis& a, const ViewState& state, int head) {
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    Matrix cells = picture.pixels;
    if (!picture.allowed.empty())
        for (Index c = 0; c < cells.size(); ++c)
            if (!picture.allowed.data()[c]) cells.data()[c] = maskedCell;
    hideColumns(cells, a, state, head);
    if (state.renormalise) renormaliseRows(cells, keptMass(a, state, head), picture.factor);
    return cells;
}

Scalar greatestOf(const Matrix& cells) {
    const Scalar greatest = cells.empty() ? Scalar(0) : *std::max_element(cells.data(), cells.data() + cells.size());
    return std::max(Scalar(0), greatest);
}

/// The first of `from` that pooled into `to` belong to i.
Index firstOf(Index i, Index from, Index to) {
    return (i * from + to - 1) / to;
}

Scalar shareOf(Scalar weight, Scalar top) {
    return weight > 0 && top > 0 ? std::min(Scalar(1), weight / top) : weight;
}

} // namespace

Matrix shownCells(const Analysis& a, const ViewState& state, int head, Index firstQuery, Index lastQuery) {
    Matrix cells(lastQuery - firstQuery, static_cast<Index>(a.keys.size()));
    const Index size = LayerTrace::blockRows();
    for (Index b = firstQuery / size; b * size < lastQuery; ++b) {
        const Matrix block = a.rows(head, b);
        for (Index q = std::max(firstQuery, b * size); q < std::min(lastQuery, b * size + block.rows()); ++q)
            std::copy_n(block.row(q - b * size).begin(), cells.cols(), cells.row(q - firstQuery).begin());
    }
    const Mask& mask = a.allowed;
    for (Index q = firstQuery; q < lastQuery && !mask.empty(); ++q) {
        const Mask::Span span = mask.span(q);
        for (Index k = 0; k < cells.cols(); ++k)
            if (k < span.begin || k >= span.end || (mask.hasHoles() && !mask.allowed(head, q, k)))
                cells(q - firstQuery, k) = maskedCell;
    }
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    if (hidden.empty()) return cells;
    for (Index i = 0; i < cells.rows(); ++i) {
        double kept = 0;
        for (Index k = 0; k < cells.cols(); ++k) {
            Scalar& cell = cells(i, k);
            if (hidden[static_cast<std::size_t>(k)] && cell >= 0) cell = hiddenCell;
            kept += std::max(0.0, static_cast<double>(cell));
        }
        if (!state.renormalise || kept <= 0) continue;
        for (Scalar& cell : cells.row(i))
            if (cell > 0) cell = static_cast<Scalar>(static_cast<double>(cell) / kept);
    }
    return cells;
}

Scalar rangeTop(const Analysis& a, const ViewState& state, int head) {
    if (state.range == ColourRange::Row) return 0;
    const bool whole = hiddenKeys(a, state).empty();
    const auto top = [&](int h) {
        return whole ? a.pictures[static_cast<std::size_t>(h)].greatest : greatestOf(withoutHidden(a, state, h));
    };
    if (state.range == ColourRange::Head) return top(head);
    Scalar greatest = 0;
    for (int h = 0; h < a.heads(); ++h) greatest = std::max(greatest, top(h));
    return greatest;
}

HeadShades::HeadShades(const Analysis& a, const ViewState& state, int head) {
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    if (hiddenKeys(a, state).empty()) {
        m_picture = &picture.pixels;
        m_allowed = picture.allowed.empty() ? nullptr : &picture.allowed;
        m_greatest = std::max(Scalar(0), picture.greatest);
    } else {
        m_own = withoutHidden(a, state, head);
    }
    m_queries = cells().rows();
    m_keys = cells().cols();
}

HeadShades::HeadShades(Matrix weights) : m_own(std::move(weights)), m_queries(m_own.rows()), m_keys(m_own.cols()) {}

void HeadShades::crop(Index firstQuery, Index queries, Index firstKey, Index keys) {
    assert(firstQuery + queries <= cells().rows() && firstKey + keys <= cells().cols());
    m_firstQuery = firstQuery;
    m_queries = queries;
    m_firstKey = firstKey;
    m_keys = keys;
}

bool HeadShades::anyMasked() const {
    for (Index q = m_firstQuery; q < m_firstQuery + m_queries; ++q) {
        const auto among = [&](const auto& row, auto value) {
            const auto first = row.begin() + m_firstKey;
            return std::find(first, first + m_keys, value) != first + m_keys;
        };
        if (m_picture ? m_allowed && among(m_allowed->row(q), std::uint8_t{0}) : among(m_own.row(q), maskedCell))
            return true;
    }
    return false;
}

Scalar HeadShades::greatest() const {
    return m_picture ? m_greatest : greatestOf(m_own);
}

Scalar HeadShades::weight(Index row, Index column) const {
    const Index q = m_firstQuery + (m_turned ? column : row);
    const Index k = m_firstKey + (m_turned ? row : column);
    return m_allowed && !(*m_allowed)(q, k) ? maskedCell : cells()(q, k);
}

/// Raises greatest [keys] to this query's shares, or to its weights when all queries have one top.
void HeadShades::gather(Index query, std::vector<Scalar>& greatest) const {
    const std::span<const Scalar> whole = cells().row(query);
    const Scalar* row = whole.data() + m_firstKey;
    const std::uint8_t* allowed = m_allowed ? m_allowed->row(query).data() + m_firstKey : nullptr;
    const Scalar own = m_top > 0 ? 0 : kernels().maximum(whole.data(), std::ssize(whole));
    Scalar* top = greatest.data();
    // One plain loop for each case, which compilers turn into vector instructions.
    if (own > 0) {
        for (Index k = 0; k < m_keys; ++k) {
            const Scalar share = row[k] > 0 ? row[k] / own : row[k];
            const Scalar seen = !allowed || allowed[k] ? share : maskedCell;
            top[k] = seen > top[k] ? seen : top[k];
        }
    } else if (allowed) {
        for (Index k = 0; k < m_keys; ++k) {
            const Scalar seen = allowed[k] ? row[k] : maskedCell;
            top[k] = seen > top[k] ? seen : top[k];
        }
    } else {
        for (Index k = 0; k < m_keys; ++k) top[k] = row[k] > top[k] ? row[k] : top[k];
    }
}

Matrix HeadShades::pooledUpright(Index queries, Index keys) const {
    Matrix small(queries, keys, hiddenCell);
    constexpr Index together = 16; // rows that are worth another thread's attention
    parallelFor((queries + together - 1) / together, [&](Index task) {
        std::vector<Scalar> greatest(static_cast<std::size_t>(m_keys));
        for (Index r = task * together; r < std::min(queries, (task + 1) * together); ++r) {
            std::ranges::fill(greatest, hiddenCell);
            const Index last = firstOf(r + 1, m_queries, queries);
            for (Index q = firstOf(r, m_queries, queries); q < last; ++q) gather(m_firstQuery + q, greatest);
            const auto line = small.row(r);
            for (Index k = 0; k < keys; ++k) {
                const auto first = greatest.begin() + firstOf(k, m_keys, keys);
                const Scalar top = *std::max_element(first, greatest.begin() + firstOf(k + 1, m_keys, keys));
                line[static_cast<std::size_t>(k)] = shareOf(top, m_top);
            }
        }
    });
    return small;
}

Matrix HeadShades::pooled(Index rows, Index columns) const {
    rows = std::clamp<Index>(rows, 1, std::max<Index>(1, this->rows()));
    columns = std::clamp<Index>(columns, 1, std::max<Index>(1, this->columns()));
    if (empty()) return {};
    return m_turned ? transposed(pooledUpright(columns, rows)) : pooledUpright(rows, columns);
}

} // namespace headscope
