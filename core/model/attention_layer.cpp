// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention_layer.h"

#include "core/base/kernels.h"
#include "core/base/product.h"
#include "core/model/rows.h"

#include <algorithm>

namespace headscope {
namespace {

Product project(const Matrix& x, const Linear& linear, Matrix& y, Index firstRow) {
    return {.x = &x, .bias = &linear.bias, .y = &y, .packed = &linear.w, .firstRow = firstRow};
}

/// Every head's part of every row by itself.
void normalizeHeads(Matrix& x, const NormWeights& norm, const ModelConfig& config, Index firstRow) {
    if (norm.empty()) return;
    const Index dK = norm.weight.cols();
    for (Index r = firstRow; r < x.rows(); ++r)
        for (Scalar* head = x.row(r).data(); head < x.row(r).data() + x.cols(); head += dK)
            kernels().normalize(
                {head, dK, config.normEps, config.norm == NormKind::Rms, norm.weight.data(), nullptr, head});
}

void copyPrevious(const AttentionLayer& layer, LayerTrace& t) {
    const LayerTrace& from = *layer.previous;
    copyFirstRows(from.q, t.q, layer.firstQuery);
    copyFirstRows(from.k, t.k, layer.firstKey);
    copyFirstRows(from.v, t.v, layer.firstKey);
    copyFirstRows(from.context, t.context, layer.firstQuery);
    copyFirstRows(from.output, t.output, layer.firstQuery);
    for (int h = 0; h < t.config.heads; ++h) {
        std::copy_n(from.rowMax.row(h).data(), layer.firstQuery, t.rowMax.row(h).data());
        std::copy_n(from.rowSum.row(h).data(), layer.firstQuery, t.rowSum.row(h).data());
    }
}

} // namespace

std::shared_ptr<const LayerTrace> attend(const AttentionLayer& layer, const std::stop_token& stop,
                                         const WeightsReader& reader) {
    const AttentionProjections& w = *layer.weights;
    const AttentionConfig& c = layer.config;
    auto t = std::make_shared<LayerTrace>();
    t->config = c;
    t->mask = layer.mask;
    t->input = layer.queries;
    t->keyInput = layer.keys;
    t->positionBias = layer.positionBias;
    const Index queries = layer.queries->rows();
    const Index keys = layer.keys->rows();
    t->q = Matrix::uncleared(queries, c.heads * c.dK);
    t->k = Matrix::uncleared(keys, c.kvHeads * c.dK);
    t->v = Matrix::uncleared(keys, c.kvHeads * c.dV);
    t->context = Matrix::uncleared(queries, c.heads * c.dV);
    t->output = Matrix::uncleared(queries, c.dModel);
    t->rowMax = Matrix::uncleared(c.heads, queries);
    t->rowSum = Matrix::uncleared(c.heads, queries);
    if (layer.previous) copyPrevious(layer, *t);

    const Product projections[] = {project(*layer.queries, w.q, t->q, layer.firstQuery),
                                   project(*layer.keys, w.k, t->k, layer.firstKey),
                                   project(*layer.keys, w.v, t->v, layer.firstKey)};
    multiply(projections, stop);
    normalizeHeads(t->q, w.qNorm, *layer.model, layer.firstQuery);
    normalizeHeads(t->k, w.kNorm, *layer.model, layer.firstKey);
    if (layer.rotary) {
        rotate(t->q, c.dK, *layer.rotary, layer.firstQuery);
        rotate(t->k, c.dK, *layer.rotary, layer.firstKey);
    }
    attendHeads(*t, layer.firstQuery, stop, reader);
    const Product last = project(t->context, w.o, t->output, layer.firstQuery);
    multiply({&last, 1}, stop);
    if (stop.stop_requested()) return nullptr;
    return t;
}

} // namespace headscope
