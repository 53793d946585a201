// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/row_block.h"

#include "core/attention/dropout.h"
#include "core/base/packing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headscope {
namespace {

constexpr Scalar none = -std::numeric_limits<Scalar>::infinity();

/// Keys whose values are multiplied at once: so many rows of a panel of values stay in the first-level cache.
constexpr Index keysAtOnce = 256;

/// Between rows: whole cache lines, and an odd number of them, because rows a power of two apart would compete for the
/// same places in the cache.
Index rowStride(Index keys) {
    constexpr Index line = 64 / Index{sizeof(Scalar)};
    return ((keys + line - 1) / line | 1) * line;
}

/// 1 / ‖x‖, or 0 for the vector 0. In double: squares leave float's range early.
Scalar inverseNorm(const Scalar* x, Index n) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return sum > 0 ? static_cast<Scalar>(1 / std::sqrt(sum)) : Scalar(0);
}

} // namespace

Scalar scoreScale(const AttentionConfig& c) {
    const double root = c.score == ScoreKind::ScaledDot ? std::sqrt(static_cast<double>(c.dK)) : 1.0;
    return static_cast<Scalar>(
        std::min(1 / (root * c.temperature), static_cast<double>(std::numeric_limits<Scalar>::max())));
}

PackedHead packKeys(const LayerTrace& t, int kvHead, Mask::Span span) {
    const AttentionConfig& c = t.config;
    span.begin = span.begin / kernels().panel * kernels().panel;
    const Window keys{t.k.data() + span.begin * t.k.cols() + kvHead * c.dK, t.k.cols(), span.end - span.begin, c.dK};
    std::vector<Scalar> norms;
    if (c.score == ScoreKind::Cosine)
        for (Index j = 0; j < keys.rows; ++j) norms.push_back(inverseNorm(keys.from + j * keys.stride, c.dK));
    PackedHead packed;
    packed.span = span;
    packed.keys = AlignedBuffer(packedSize(c.dK, keys.rows));
    packTransposed(keys, norms.empty() ? nullptr : norms.data(), packed.keys.data());
    return packed;
}

PackedHead packHead(const LayerTrace& t, int kvHead, bool withValues) {
    PackedHead packed = packKeys(t, kvHead, {0, t.keys()});
    if (withValues) {
        const Index dV = t.config.dV;
        packed.values = AlignedBuffer(packedSize(t.keys(), dV));
        packPanels({t.v.data() + kvHead * dV, t.v.cols(), t.keys(), dV}, packed.values.data());
    }
    return packed;
}

RowBlock::RowBlock(const LayerTrace& trace)
    : m_trace(trace), m_stride(rowStride(trace.keys())),
      m_cells(std::min(LayerTrace::blockRows(), trace.queries()) * m_stride),
      m_queries(LayerTrace::blockRows() * trace.config.dK) {
    if (trace.mask.hasHoles()) m_allowed.resize(static_cast<std::size_t>(trace.keys()));
}

Mask::Span RowBlock::keysOf(Index first, Index last) const {
    if (m_complete) return m_packed;
    Mask::Span all{m_packed.end, m_packed.begin};
    for (Index r = first; r < last; ++r) {
        const Mask::Span s = m_trace.mask.span(m_firstRow + r);
        if (s.begin < s.end) all = {std::min(all.begin, s.begin), std::max(all.end, s.end)};
    }
    all = {std::max(all.begin, m_packed.begin), std::min(all.end, m_packed.end)};
    return all.begin < all.end ? all : Mask::Span{};
}

void RowBlock::copyQueries() {
    const Index dK = m_trace.config.dK;
    for (Index r = 0; r < m_rows; ++r) {
        const Scalar* from = m_trace.q.row(m_firstRow + r).data() + m_head * dK;
        const Scalar factor = m_trace.config.score == ScoreKind::Cosine ? inverseNorm(from, dK) : Scalar(1);
        std::transform(from, from + dK, m_queries.data() + r * dK, [&](Scalar x) { return x * factor; });
    }
}

void RowBlock::computeScores(const PackedHead& packed, int head, Mask::Span rowSpan, bool complete) {
    const AttentionConfig& c = m_trace.config;
    const Kernels& k = kernels();
    m_head = head;
    m_firstRow = rowSpan.begin;
    m_rows = rowSpan.end - rowSpan.begin;
    m_complete = complete;
    m_packed = packed.span;
    m_keys = keysOf(0, m_rows);
    copyQueries();

    const auto score = c.score == ScoreKind::Euclidean ? k.negativeDistance : k.product;
    Tile t;
    t.aStride = c.dK;
    t.bStride = k.panel;
    t.depth = c.dK;
    t.cStride = m_stride;
    t.scale = scoreScale(c);
    for (Index key = m_keys.begin / k.panel * k.panel; key < m_keys.end; key += k.panel) {
        t.b = packed.keys.data() + (key - m_packed.begin) * c.dK;
        t.cols = std::min(k.panel, m_trace.keys() - key);
        for (Index r = 0; r < m_rows; r += k.rows) {
            const Index rows = std::min<Index>(k.rows, m_rows - r);
            const Mask::Span span = keysOf(r, r + rows);
            if (key >= span.end || key + k.panel <= span.begin) continue;
            t.a = m_queries.data() + r * c.dK;
            t.c = row(r) + key;
            score(static_cast<int>(rows), t);
        }
    }
    if (m_trace.positionBias) addPositionBias();
}

void RowBlock::addPositionBias() {
    constexpr Scalar most = std::numeric_limits<Scalar>::max();
    for (Index r = 0; r < m_rows; ++r) {
        const Mask::Span span = keysOf(r, r + 1);
        const Scalar* bias = m_trace.positionBias->row(m_head).data() + m_trace.queries() - 1 - (m_firstRow + r);
        Scalar* cells = row(r);
        for (Index j = span.begin; j < span.end; ++j) cells[j] = std::clamp(cells[j] + bias[j], -most, most);
    }
}

void RowBlock::forbid(Index r, Mask::Span span) {
    m_trace.mask.allowedRow(m_head, m_firstRow + r, m_allowed);
    Scalar* cells = row(r);
    for (Index j = span.begin; j < span.end; ++j) cells[j] = m_allowed[static_cast<std::size_t>(j)] ? cells[j] : none;
}

void RowBlock::applySoftmax(Scalar* maxima, Scalar* sums) {
    const Kernels& k = kernels();
    for (Index r = 0; r < m_rows; ++r) {
        Mask::Span span = m_trace.mask.span(m_firstRow + r);
        if (m_trace.mask.hasHoles()) forbid(r, span);
        Scalar* cells = row(r);
        const Index count = span.end - span.begin;
        Scalar top = k.maximum(cells + span.begin, count);
        Scalar sum = 0;
        if (top == none) { // nothing may be read
            top = 0;
            span = {m_keys.begin, m_keys.begin};
        } else {
            sum = k.exponentials(cells + span.begin, count, top);
            k.multiply(cells + span.begin, count, 1 / sum);
        }
        std::fill(cells + m_keys.begin, cells + span.begin, Scalar(0));
        std::fill(cells + span.end, cells + m_keys.end, Scalar(0));
        if (maxima) maxima[r] = top;
        if (sums) sums[r] = sum;
    }
}

void RowBlock::applySoftmax(Index key, const Scalar* maxima, const Scalar* sums) {
    const Kernels& k = kernels();
    for (Index r = 0; r < m_rows; ++r) {
        Scalar* cell = row(r) + key;
        if (m_trace.mask.allowed(m_head, m_firstRow + r, key)) {
            k.exponentials(cell, 1, maxima[r]);
            k.multiply(cell, 1, 1 / sums[r]);
        } else {
            *cell = 0;
        }
    }
}

void RowBlock::applyDropout() {
    const double p = m_trace.config.dropout;
    if (p <= 0) return;
    const auto keep = static_cast<Scalar>(1 / (1 - p));
    for (Index r = 0; r < m_rows; ++r) {
        const std::uint64_t dropping = dropoutRow(m_trace, m_head, m_firstRow + r);
        Scalar* cells = row(r);
        for (Index j = m_keys.begin; j < m_keys.end; ++j) cells[j] *= drops(dropping, j, p) ? Scalar(0) : keep;
    }
}

void RowBlock::multiplyValues(const PackedHead& packed, Scalar* context, Index stride) const {
    const Index dV = m_trace.config.dV;
    const Kernels& k = kernels();
    for (Index r = 0; r < m_rows; ++r) std::fill_n(context + r * stride, dV, Scalar(0));
    Tile t;
    t.aStride = m_stride;
    t.bStride = k.panel;
    t.cStride = stride;
    t.onTop = true;
    for (Index first = m_keys.begin; first < m_keys.end; first += keysAtOnce) {
        for (Index column = 0; column < dV; column += k.panel) {
            for (Index r = 0; r < m_rows; r += k.rows) {
                const Index rows = std::min<Index>(k.rows, m_rows - r);
                const Mask::Span span = keysOf(r, r + rows);
                const Index begin = std::max(first, span.begin);
                const Index end = std::min(first + keysAtOnce, span.end);
                if (begin >= end) continue;
                t.a = m_cells.data() + r * m_stride + begin;
                t.b = packed.values.data() + column * m_trace.keys() + begin * k.panel;
                t.depth = end - begin;
                t.c = context + r * stride + column;
                t.cols = std::min(k.panel, dV - column);
                k.product(static_cast<int>(rows), t);
            }
        }
    }
}

WeightsBlock RowBlock::cells() const {
    return {m_head, m_firstRow, m_rows, m_trace.keys(), m_cells.data(), m_stride, m_keys.begin, m_keys.end};
}

} // namespace headscope
