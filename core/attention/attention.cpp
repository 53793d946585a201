// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/attention.h"

#include "core/attention/row_block.h"
#include "core/base/eigen.h"
#include "core/base/parallel.h"
#include "core/base/product.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace headscope {
namespace {

/// The sum or mean of the heads' contexts, [n_q, d_v].
Matrix joined(const LayerTrace& t) {
    Matrix sum(t.queries(), t.config.dV);
    for (int h = 0; h < t.config.heads; ++h) view(sum) += view(t.context).middleCols(h * t.config.dV, t.config.dV);
    if (t.config.combine == Combine::Mean) view(sum) /= static_cast<Scalar>(t.config.heads);
    return sum;
}

/// Row blocks to work with, so that a thread does not ask for new memory for every block.
class Workplaces {
public:
    explicit Workplaces(const LayerTrace& trace) : m_trace(trace) {}

    std::unique_ptr<RowBlock> take() {
        const std::scoped_lock lock(m_mutex);
        if (m_free.empty()) return std::make_unique<RowBlock>(m_trace);
        auto rows = std::move(m_free.back());
        m_free.pop_back();
        return rows;
    }
    void giveBack(std::unique_ptr<RowBlock> rows) {
        const std::scoped_lock lock(m_mutex);
        m_free.push_back(std::move(rows));
    }

private:
    const LayerTrace& m_trace;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<RowBlock>> m_free;
};

Mask::Span rowsOf(const LayerTrace& t, Index block) {
    const Index first = block * LayerTrace::blockRows();
    return {first, std::min(first + LayerTrace::blockRows(), t.queries())};
}

/// Into rows firstRow … of out [≥ firstRow + rows of the block, n_k], which held zeros.
void copyRows(const WeightsBlock& from, Matrix& out, Index firstRow) {
    for (Index r = 0; r < from.rows; ++r) {
        const Scalar* row = from.data + r * from.stride;
        std::copy(row + from.firstKey, row + from.lastKey, out.row(firstRow + r).begin() + from.firstKey);
    }
}

enum class Stage { Scores, Softmax, Weights };

/// Computes the rows `span` up to the stage.
void recompute(RowBlock& rows, const PackedHead& packed, int head, Mask::Span span, Stage stage) {
    rows.computeScores(packed, head, span, stage == Stage::Scores);
    if (stage != Stage::Scores) rows.applySoftmax(nullptr, nullptr);
    if (stage == Stage::Weights) rows.applyDropout();
}

Matrix wholeHead(const LayerTrace& t, int head, Stage stage) {
    const PackedHead packed = packHead(t, t.config.kvHeadOf(head), false);
    Matrix out(t.queries(), t.keys());
    Workplaces workplaces(t);
    parallelFor(t.blocks(), [&](Index block) {
        auto rows = workplaces.take();
        recompute(*rows, packed, head, rowsOf(t, block), stage);
        copyRows(rows->cells(), out, block * LayerTrace::blockRows());
        workplaces.giveBack(std::move(rows));
    });
    return out;
}

void oneBlock(const LayerTrace& t, int head, Index block, Stage stage, Matrix& out) {
    RowBlock rows(t);
    recompute(rows, packHead(t, t.config.kvHeadOf(head), false), head, rowsOf(t, block), stage);
    out = Matrix(rows.cells().rows, t.keys());
    copyRows(rows.cells(), out, 0);
}

} // namespace

/// Fewer multiplications are done before another thread is awake.
constexpr Index worthSharing = 1 << 20;

void attendHeads(LayerTrace& t, Index firstRow, const std::stop_token& stop, const WeightsReader& reader) {
    const AttentionConfig& c = t.config;
    const bool share = c.heads * t.queries() * t.keys() * (c.dK + c.dV) > worthSharing;
    const auto each = [share](Index count, const std::function<void(Index)>& body) {
        if (share) return parallelFor(count, body);
        for (Index i = 0; i < count; ++i) body(i);
    };
    std::vector<PackedHead> packed(static_cast<std::size_t>(c.kvHeads));
    each(c.kvHeads, [&](Index kv) { packed[static_cast<std::size_t>(kv)] = packHead(t, static_cast<int>(kv), true); });

    const Index firstBlock = firstRow / LayerTrace::blockRows();
    const Index blocks = reader ? t.blocks() : t.blocks() - firstBlock;
    Workplaces workplaces(t);
    each(c.heads * blocks, [&](Index task) {
        if (stop.stop_requested()) return;
        const int head = static_cast<int>(task / blocks);
        const Index block = t.blocks() - 1 - task % blocks; // under a causal mask the last rows are the longest: first
        const Index row = block * LayerTrace::blockRows();
        const PackedHead& kv = packed[static_cast<std::size_t>(c.kvHeadOf(head))];
        auto rows = workplaces.take();
        rows->computeScores(kv, head, rowsOf(t, block));
        rows->applySoftmax(&t.rowMax(head, row), &t.rowSum(head, row));
        rows->applyDropout();
        if (reader) reader(rows->cells());
        if (block >= firstBlock) rows->multiplyValues(kv, &t.context(row, head * c.dV), t.context.cols());
        workplaces.giveBack(std::move(rows));
    });
}

Index LayerTrace::blockRows() {
    return 48; // whole tiles of all Kernels, and 48 rows of weights for 4,096 keys fit the second-level cache
}

Matrix LayerTrace::scores(int head) const {
    return wholeHead(*this, head, Stage::Scores);
}
Matrix LayerTrace::softmax(int head) const {
    return wholeHead(*this, head, Stage::Softmax);
}
Matrix LayerTrace::weights(int head) const {
    return wholeHead(*this, head, Stage::Weights);
}

BoolGrid LayerTrace::allowed(int head) const {
    BoolGrid out(queries(), keys());
    for (Index i = 0; i < queries(); ++i) {
        const Mask::Span s = mask.span(i);
        for (Index j = s.begin; j < s.end; ++j) out(i, j) = !mask.hasHoles() || mask.allowed(head, i, j);
    }
    return out;
}

void LayerTrace::scoresBlock(int head, Index block, Matrix& out) const {
    oneBlock(*this, head, block, Stage::Scores, out);
}
void LayerTrace::softmaxBlock(int head, Index block, Matrix& out) const {
    oneBlock(*this, head, block, Stage::Softmax, out);
}
void LayerTrace::weightsBlock(int head, Index block, Matrix& out) const {
    oneBlock(*this, head, block, Stage::Weights, out);
}

std::vector<Scalar> LayerTrace::weightsRow(int head, Index query) const {
    RowBlock rows(*this);
    recompute(rows, packKeys(*this, config.kvHeadOf(head), mask.span(query)), head, {query, query + 1}, Stage::Weights);
    std::vector<Scalar> weights(static_cast<std::size_t>(keys()), 0);
    const WeightsBlock cells = rows.cells();
    std::copy(cells.data + cells.firstKey, cells.data + cells.lastKey, weights.begin() + cells.firstKey);
    return weights;
}

std::vector<Scalar> LayerTrace::weightsColumn(int head, Index key) const {
    const PackedHead packed = packKeys(*this, config.kvHeadOf(head), {key, key + 1});
    RowBlock rows(*this);
    std::vector<Scalar> weights;
    for (Index block = 0; block < blocks(); ++block) {
        const Mask::Span span = rowsOf(*this, block);
        rows.computeScores(packed, head, span);
        rows.applySoftmax(key, &rowMax(head, span.begin), &rowSum(head, span.begin));
        rows.applyDropout();
        const WeightsBlock cells = rows.cells();
        for (Index r = 0; r < cells.rows; ++r) weights.push_back(cells.data[r * cells.stride + key]);
    }
    return weights;
}

Result<std::shared_ptr<const LayerTrace>> attend(AttentionInput input, std::stop_token stop,
                                                 const WeightsReader& reader) {
    const AttentionWeights& w = *input.weights;
    const AttentionConfig& c = input.config;
    assert(input.mask.queries() == input.queries->rows() && input.mask.keys() == input.keys->rows());
    assert(w.wq.cols() == c.heads * c.dK && w.wk.cols() == c.kvHeads * c.dK && w.wv.cols() == c.kvHeads * c.dV);

    auto trace = std::make_shared<LayerTrace>();
    trace->config = c;
    trace->mask = input.mask;
    trace->seed = input.seed;
    trace->weightsUsed = input.weights;
    trace->input = input.queries;
    trace->keyInput = input.keys;
    trace->q = Matrix(input.queries->rows(), w.wq.cols());
    trace->k = Matrix(input.keys->rows(), w.wk.cols());
    trace->v = Matrix(input.keys->rows(), w.wv.cols());
    trace->context = Matrix(trace->queries(), c.heads * c.dV);
    trace->rowMax = Matrix(c.heads, trace->queries());
    trace->rowSum = Matrix(c.heads, trace->queries());
    trace->output = Matrix(trace->queries(), w.wo.cols());

    const Product projections[] = {{input.queries.get(), &w.wq, &w.bq, &trace->q},
                                   {input.keys.get(), &w.wk, &w.bk, &trace->k},
                                   {input.keys.get(), &w.wv, &w.bv, &trace->v}};
    multiply(projections, stop);
    attendHeads(*trace, 0, stop, reader);
    const Matrix together = c.combine == Combine::Concat ? Matrix() : joined(*trace);
    const Product last{c.combine == Combine::Concat ? &trace->context : &together, &w.wo, &w.bo, &trace->output};
    multiply({&last, 1}, stop);
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    return std::shared_ptr<const LayerTrace>(std::move(trace));
}

} // namespace headscope
