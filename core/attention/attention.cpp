// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/attention.h"

#include "core/attention/row_block.h"
#include "core/base/eigen.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>

namespace headscope {
namespace {

/// x · w + bias: [n, d_in] · [d_in, d_out] → [n, d_out].
Matrix project(const Matrix& x, const Matrix& w, const Matrix& bias) {
    assert(x.cols() == w.rows() && (bias.empty() || bias.cols() == w.cols()));
    Matrix y(x.rows(), w.cols());
    constexpr Index chunk = 64;
    parallelFor((x.rows() + chunk - 1) / chunk, [&](Index c) {
        const Index first = c * chunk;
        const Index rows = std::min(chunk, x.rows() - first);
        auto out = view(y).middleRows(first, rows);
        out.noalias() = view(x).middleRows(first, rows) * view(w);
        if (!bias.empty()) out.rowwise() += view(bias).row(0);
    });
    return y;
}

/// The heads' contexts as W_O reads them: [n_q, heads · d_v] or, summed or averaged, [n_q, d_v].
Matrix joined(const LayerTrace& t) {
    if (t.config.combine == Combine::Concat) return t.context;
    Matrix sum(t.queries(), t.config.dV);
    for (int h = 0; h < t.config.heads; ++h) view(sum) += view(t.context).middleCols(h * t.config.dV, t.config.dV);
    if (t.config.combine == Combine::Mean) view(sum) /= static_cast<Scalar>(t.config.heads);
    return sum;
}

/// All heads, all row blocks; false when stopped.
bool attendBlocks(LayerTrace& t, const std::stop_token& stop, const WeightsReader& reader) {
    const AttentionConfig& c = t.config;
    const Index blocks = t.blocks();
    parallelFor(c.heads * blocks, [&](Index task) {
        if (stop.stop_requested()) return;
        const int head = static_cast<int>(task / blocks);
        const Index block = task % blocks;
        const Index firstRow = block * LayerTrace::blockRows();
        RowBlock rows(t);
        rows.computeScores(head, block);
        rows.applySoftmax(&t.rowMax(head, firstRow), &t.rowSum(head, firstRow));
        rows.applyDropout();
        if (reader) reader(rows.cells());
        rows.multiplyValues(&t.context(firstRow, head * c.dV), t.context.cols());
    });
    return !stop.stop_requested();
}

void copyRows(const WeightsBlock& from, Matrix& out, Index firstRow) {
    for (Index r = 0; r < from.rows; ++r) {
        const Scalar* row = from.data + r * from.stride;
        std::copy(row + from.firstKey, row + from.lastKey, out.row(firstRow + r).begin() + from.firstKey);
    }
}

enum class Stage { Scores, Softmax, Weights };

/// Computes the block up to the stage and puts it into rows firstRow … of out, [≥ rows of the block, n_k], zeros
/// before.
void recompute(const LayerTrace& t, int head, Index block, Stage stage, Matrix& out, Index firstRow) {
    RowBlock rows(t);
    rows.computeScores(head, block, stage == Stage::Scores);
    if (stage != Stage::Scores) rows.applySoftmax(nullptr, nullptr);
    if (stage == Stage::Weights) rows.applyDropout();
    copyRows(rows.cells(), out, firstRow);
}

Matrix wholeHead(const LayerTrace& t, int head, Stage stage) {
    Matrix out(t.queries(), t.keys());
    parallelFor(t.blocks(), [&](Index b) { recompute(t, head, b, stage, out, b * LayerTrace::blockRows()); });
    return out;
}

void oneBlock(const LayerTrace& t, int head, Index block, Stage stage, Matrix& out) {
    const Index rows = std::min(LayerTrace::blockRows(), t.queries() - block * LayerTrace::blockRows());
    out = Matrix(rows, t.keys());
    recompute(t, head, block, stage, out, 0);
}

} // namespace

Index LayerTrace::blockRows() {
    return 64;
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

Result<std::shared_ptr<const LayerTrace>> attend(AttentionInput input, std::stop_token stop,
                                                 const WeightsReader& reader) {
    const Error cancelled{ErrorCode::Cancelled, {}, "stopped"};
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
    trace->q = project(*input.queries, w.wq, w.bq);
    trace->k = project(*input.keys, w.wk, w.bk);
    trace->v = project(*input.keys, w.wv, w.bv);
    trace->context = Matrix(trace->queries(), c.heads * c.dV);
    trace->rowMax = Matrix(c.heads, trace->queries());
    trace->rowSum = Matrix(c.heads, trace->queries());
    if (!attendBlocks(*trace, stop, reader)) return cancelled;
    trace->output = project(joined(*trace), w.wo, w.bo);
    if (stop.stop_requested()) return cancelled;
    return std::shared_ptr<const LayerTrace>(std::move(trace));
}

} // namespace headscope
