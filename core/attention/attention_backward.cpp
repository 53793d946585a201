// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/attention_backward.h"

#include "core/attention/row_block.h"
#include "core/base/packing.h"

#include <algorithm>

namespace headscope {
namespace {

/// Panels of a few columns of a matrix, [rows, columns].
void packColumns(const Matrix& m, Mask::Span rows, Index firstColumn, Index columns, AlignedBuffer& to) {
    packPanels({m.data() + rows.begin * m.cols() + firstColumn, m.cols(), rows.end - rows.begin, columns}, to.data());
}

/// c[r, j] (+)= Σ_d a[r, d] · b[d, j] with b in panels of `depth` rows.
struct Part {
    const Scalar* a = nullptr;
    Index aStride = 0;
    Index aStep = 1;
    const AlignedBuffer* panels = nullptr; ///< [panelRows, panel] each
    Index panelRows = 0;
    Scalar* c = nullptr;
    Index cStride = 0;
    Index columns = 0;
    bool onTop = false;
};

/// One head after the other, one block of rows after the other.
class HeadRunner {
public:
    explicit HeadRunner(const HeadsBackward& backward)
        : m_b(backward), m_t(*backward.trace), m_c(m_t.config), m_rows(m_t),
          m_stride((m_t.keys() + kernels().panel - 1) / kernels().panel * kernels().panel),
          m_slopes(LayerTrace::blockRows() * m_stride), m_values(packedSize(m_c.dV, m_t.keys())),
          m_keys(packedSize(m_t.keys(), m_c.dK)), m_queries(packedSize(LayerTrace::blockRows(), m_c.dK)),
          m_dContext(packedSize(LayerTrace::blockRows(), m_c.dV)), m_scale(scoreScale(m_c)) {}

    void run(int head) {
        m_head = head;
        const int kv = m_c.kvHeadOf(head);
        const PackedHead packed = packHead(m_t, kv, false);
        packTransposed({m_t.v.data() + kv * m_c.dV, m_t.v.cols(), m_t.keys(), m_c.dV}, nullptr, m_values.data());
        packColumns(m_t.k, {0, m_t.keys()}, kv * m_c.dK, m_c.dK, m_keys);
        for (Index block = 0; block < m_t.blocks(); ++block) {
            const Index first = block * LayerTrace::blockRows();
            runBlock(packed, {first, std::min(first + LayerTrace::blockRows(), m_t.queries())});
        }
    }

private:
    void runBlock(const PackedHead& packed, Mask::Span rows);
    void makeSlopes(Mask::Span rows, const WeightsBlock& weights);
    /// The keys that some of these rows may read, and the rows of a block that may read some of these keys.
    Mask::Span keysOf(Index first, Index last) const;
    Mask::Span readersOf(Mask::Span rows, Index firstKey, Index lastKey) const;
    void product(const Part& part, Mask::Span depth, Index firstRow, Index count) const;

    const HeadsBackward& m_b;
    const LayerTrace& m_t;
    const AttentionConfig& m_c;
    RowBlock m_rows;
    Index m_stride;
    AlignedBuffer m_slopes;   ///< [blockRows, stride] dW, then scale · dS
    AlignedBuffer m_values;   ///< panels of Vᵀ [d_v, n_k]
    AlignedBuffer m_keys;     ///< panels of K [n_k, d_k]
    AlignedBuffer m_queries;  ///< panels of the block's Q [rows, d_k]
    AlignedBuffer m_dContext; ///< panels of the block's dC [rows, d_v]
    Scalar m_scale;
    int m_head = 0;
};

Mask::Span HeadRunner::keysOf(Index first, Index last) const {
    Mask::Span all{m_t.keys(), 0};
    for (Index r = first; r < last; ++r) {
        const Mask::Span s = m_t.mask.span(r);
        if (s.begin < s.end) all = {std::min(all.begin, s.begin), std::max(all.end, s.end)};
    }
    return all.begin < all.end ? all : Mask::Span{};
}

Mask::Span HeadRunner::readersOf(Mask::Span rows, Index firstKey, Index lastKey) const {
    const auto reads = [&](Index r) {
        const Mask::Span s = m_t.mask.span(r);
        return s.begin < lastKey && s.end > firstKey;
    };
    while (rows.begin < rows.end && !reads(rows.begin)) ++rows.begin;
    while (rows.begin < rows.end && !reads(rows.end - 1)) --rows.end;
    return rows;
}

void HeadRunner::product(const Part& p, Mask::Span depth, Index firstRow, Index count) const {
    const Index panel = kernels().panel;
    Tile t;
    t.a = p.a + firstRow * p.aStride + depth.begin * p.aStep;
    t.aStride = p.aStride;
    t.aStep = p.aStep;
    t.bStride = panel;
    t.depth = depth.end - depth.begin;
    t.cStride = p.cStride;
    t.onTop = p.onTop;
    for (Index column = 0; column < p.columns; column += panel) {
        t.b = p.panels->data() + column * p.panelRows + depth.begin * panel;
        t.c = p.c + firstRow * p.cStride + column;
        t.cols = std::min(panel, p.columns - column);
        kernels().product(static_cast<int>(count), t);
    }
}

void HeadRunner::makeSlopes(Mask::Span rows, const WeightsBlock& weights) {
    const Index count = rows.end - rows.begin;
    Part part{.a = m_b.dContext->row(rows.begin).data() + m_head * m_c.dV,
              .aStride = m_b.dContext->cols(),
              .panels = &m_values,
              .panelRows = m_c.dV,
              .c = m_slopes.data(),
              .cStride = m_stride};
    for (Index r = 0; r < count; r += kernels().rows) {
        const Index some = std::min<Index>(kernels().rows, count - r);
        part.columns = keysOf(rows.begin + r, rows.begin + r + some).end;
        product(part, {0, m_c.dV}, r, some);
    }
    for (Index r = 0; r < count; ++r) {
        Mask::Span span = m_t.mask.span(rows.begin + r);
        span.begin = std::clamp(span.begin, weights.firstKey, weights.lastKey);
        span.end = std::clamp(span.end, span.begin, weights.lastKey);
        Scalar* slopes = m_slopes.data() + r * m_stride;
        const Scalar* cells = weights.data + r * weights.stride;
        kernels().softmaxBackward(cells + span.begin, slopes + span.begin, span.end - span.begin, m_scale);
        std::fill(slopes + weights.firstKey, slopes + span.begin, Scalar(0));
        std::fill(slopes + span.end, slopes + weights.lastKey, Scalar(0));
    }
}

void HeadRunner::runBlock(const PackedHead& packed, Mask::Span rows) {
    const Index most = kernels().rows;
    const int kv = m_c.kvHeadOf(m_head);
    const Index count = rows.end - rows.begin;
    m_rows.computeScores(packed, m_head, rows);
    m_rows.applySoftmax(nullptr, nullptr);
    const WeightsBlock weights = m_rows.cells();
    if (weights.firstKey >= weights.lastKey) return; // nothing may be read
    makeSlopes(rows, weights);
    packColumns(m_t.q, rows, m_head * m_c.dK, m_c.dK, m_queries);
    packColumns(*m_b.dContext, rows, m_head * m_c.dV, m_c.dV, m_dContext);

    const Part dQ{.a = m_slopes.data(),
                  .aStride = m_stride,
                  .panels = &m_keys,
                  .panelRows = m_t.keys(),
                  .c = m_b.dQ->row(rows.begin).data() + m_head * m_c.dK,
                  .cStride = m_b.dQ->cols(),
                  .columns = m_c.dK};
    for (Index r = 0; r < count; r += most) {
        const Index some = std::min(most, count - r);
        product(dQ, keysOf(rows.begin + r, rows.begin + r + some), r, some);
    }
    const Part dK{.a = m_slopes.data(),
                  .aStride = 1,
                  .aStep = m_stride,
                  .panels = &m_queries,
                  .panelRows = count,
                  .c = m_b.dK->data() + kv * m_c.dK,
                  .cStride = m_b.dK->cols(),
                  .columns = m_c.dK,
                  .onTop = true};
    const Part dV{.a = weights.data,
                  .aStride = 1,
                  .aStep = weights.stride,
                  .panels = &m_dContext,
                  .panelRows = count,
                  .c = m_b.dV->data() + kv * m_c.dV,
                  .cStride = m_b.dV->cols(),
                  .columns = m_c.dV,
                  .onTop = true};
    for (Index key = weights.firstKey; key < weights.lastKey; key += most) {
        const Index some = std::min(most, weights.lastKey - key);
        const Mask::Span readers = readersOf(rows, key, key + some);
        const Mask::Span depth{readers.begin - rows.begin, readers.end - rows.begin};
        product(dK, depth, key, some);
        product(dV, depth, key, some);
    }
}

} // namespace

bool hasBackward(const LayerTrace& t) {
    const bool products = t.config.score == ScoreKind::ScaledDot || t.config.score == ScoreKind::Dot;
    return products && t.config.dropout <= 0 && !t.positionBias && t.config.combine == Combine::Concat;
}

void run(const HeadsBackward& backward) {
    assert(hasBackward(*backward.trace));
    HeadRunner runner(backward);
    for (int head = 0; head < backward.trace->config.heads; ++head) runner.run(head);
}

} // namespace headscope
