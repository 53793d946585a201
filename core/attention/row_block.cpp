// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/row_block.h"

#include "core/base/eigen.h"
#include "core/base/rng.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headscope {
namespace {

using Block = Eigen::Map<EigenMatrix, 0, Eigen::OuterStride<>>;
using ConstBlock = Eigen::Map<const EigenMatrix, 0, Eigen::OuterStride<>>;

constexpr Scalar largest = std::numeric_limits<Scalar>::max();

ConstBlock columns(const Matrix& m, Mask::Span rows, Index firstColumn, Index count) {
    return {m.data() + rows.begin * m.cols() + firstColumn, rows.end - rows.begin, count,
            Eigen::OuterStride<>(m.cols())};
}

void fillScores(ScoreKind kind, const ConstBlock& q, const ConstBlock& k, Block s) {
    if (kind == ScoreKind::Euclidean) {
        for (Index i = 0; i < s.rows(); ++i)
            for (Index j = 0; j < s.cols(); ++j) s(i, j) = -(q.row(i) - k.row(j)).norm();
        return;
    }
    s.noalias() = q * k.transpose();
    if (kind != ScoreKind::Cosine) return;
    for (Index i = 0; i < s.rows(); ++i)
        for (Index j = 0; j < s.cols(); ++j) {
            const Scalar norms = q.row(i).norm() * k.row(j).norm();
            s(i, j) = norms > 0 ? s(i, j) / norms : Scalar(0);
        }
}

/// Uniform in [0, 1) from the place alone, so that looking again drops the same weights.
double chance(std::uint64_t rowKey, Index key) {
    return static_cast<double>(Rng::mix(rowKey + static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15ULL) >> 11) *
           0x1.0p-53;
}

} // namespace

RowBlock::RowBlock(const LayerTrace& trace)
    : m_trace(trace), m_stride(trace.keys()),
      m_cells(static_cast<std::size_t>(LayerTrace::blockRows() * trace.keys()), Scalar(0)) {}

void RowBlock::computeScores(int head, Index block, bool complete) {
    const AttentionConfig& c = m_trace.config;
    m_head = head;
    m_firstRow = block * LayerTrace::blockRows();
    m_rows = std::min(LayerTrace::blockRows(), m_trace.queries() - m_firstRow);
    m_keys = {m_trace.keys(), 0};
    for (Index i = m_firstRow; i < m_firstRow + m_rows; ++i) {
        const Mask::Span s = m_trace.mask.span(i);
        if (s.begin < s.end) m_keys = {std::min(m_keys.begin, s.begin), std::max(m_keys.end, s.end)};
    }
    if (complete) m_keys = {0, m_trace.keys()};
    if (m_keys.begin >= m_keys.end) m_keys = {};
    const ConstBlock q = columns(m_trace.q, {m_firstRow, m_firstRow + m_rows}, head * c.dK, c.dK);
    const ConstBlock k = columns(m_trace.k, m_keys, c.kvHeadOf(head) * c.dK, c.dK);
    Block s(m_cells.data() + m_keys.begin, m_rows, m_keys.end - m_keys.begin, Eigen::OuterStride<>(m_stride));
    fillScores(c.score, q, k, s);
    double scale = 1 / c.temperature;
    if (c.score == ScoreKind::ScaledDot) scale /= std::sqrt(static_cast<double>(c.dK));
    const auto factor = static_cast<Scalar>(std::min(scale, static_cast<double>(largest)));
    s = (s * factor).unaryExpr([](Scalar x) { return std::clamp(x, -largest, largest); });
}

void RowBlock::applySoftmax(Scalar* maxima, Scalar* sums) {
    const bool holes = m_trace.mask.hasHoles();
    for (Index r = 0; r < m_rows; ++r) {
        const Index row = m_firstRow + r;
        Scalar* cells = m_cells.data() + r * m_stride;
        const Mask::Span span = m_trace.mask.span(row);
        const auto mayRead = [&](Index j) {
            return j >= span.begin && j < span.end && (!holes || m_trace.mask.allowed(m_head, row, j));
        };
        Scalar top = -largest;
        Scalar sum = 0;
        for (Index j = span.begin; j < span.end; ++j)
            if (mayRead(j)) top = std::max(top, cells[j]);
        for (Index j = m_keys.begin; j < m_keys.end; ++j) {
            cells[j] = mayRead(j) ? std::exp(cells[j] - top) : Scalar(0);
            sum += cells[j];
        }
        for (Index j = m_keys.begin; sum > 0 && j < m_keys.end; ++j) cells[j] /= sum;
        if (maxima) maxima[r] = sum > 0 ? top : Scalar(0);
        if (sums) sums[r] = sum;
    }
}

void RowBlock::applyDropout() {
    const double p = m_trace.config.dropout;
    if (p <= 0) return;
    const auto keep = static_cast<Scalar>(1 / (1 - p));
    for (Index r = 0; r < m_rows; ++r) {
        const auto place = static_cast<std::uint64_t>(m_head) << 40 | static_cast<std::uint64_t>(m_firstRow + r);
        const std::uint64_t rowKey = Rng::mix(m_trace.seed ^ Rng::mix(place));
        Scalar* cells = m_cells.data() + r * m_stride;
        for (Index j = m_keys.begin; j < m_keys.end; ++j) cells[j] *= chance(rowKey, j) < p ? Scalar(0) : keep;
    }
}

void RowBlock::multiplyValues(Scalar* context, Index stride) const {
    const AttentionConfig& c = m_trace.config;
    const ConstBlock v = columns(m_trace.v, m_keys, c.kvHeadOf(m_head) * c.dV, c.dV);
    const ConstBlock w(m_cells.data() + m_keys.begin, m_rows, m_keys.end - m_keys.begin,
                       Eigen::OuterStride<>(m_stride));
    Block(context, m_rows, c.dV, Eigen::OuterStride<>(stride)).noalias() = w * v;
}

WeightsBlock RowBlock::cells() const {
    return {m_head, m_firstRow, m_rows, m_trace.keys(), m_cells.data(), m_stride, m_keys.begin, m_keys.end};
}

} // namespace headscope
