// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer_backward.h"

#include "core/attention/attention_backward.h"
#include "core/base/kernels.h"
#include "core/base/product.h"

namespace headscope {
namespace {

TurnedAttention turned(const AttentionProjections& from) {
    if (from.q.empty()) return {};
    return {from.q.w.transposed(), from.k.w.transposed(), from.v.w.transposed(), from.o.w.transposed()};
}

std::vector<TurnedBlock> turned(const StackWeights& stack) {
    std::vector<TurnedBlock> blocks;
    for (const auto& b : stack.blocks)
        blocks.push_back({turned(b->self), turned(b->cross), b->up.w.transposed(), b->down.w.transposed()});
    return blocks;
}

} // namespace

TurnedModel::TurnedModel(const Model& model)
    : encoder(turned(model.weights.encoder)), decoder(turned(model.weights.decoder)) {
    const HeadWeights& head = model.weights.head;
    if (!head.transform.empty()) transform = head.transform.w.transposed();
    tokens = head.tokens->transposed();
}

void run(const LinearBackward& s) {
    addOuterProduct(*s.x, *s.dy, s.gradient->w);
    if (!s.gradient->bias.empty())
        kernels().addRows(s.gradient->bias.data(), s.dy->data(), s.dy->rows(), s.dy->cols(), s.dy->cols());
    const Product back{.x = s.dy, .y = s.dx, .packed = s.turned, .onTop = s.onTop};
    multiply({&back, 1});
}

void run(const NormBackward& s, const ModelConfig& config) {
    assert(s.dx != s.dy);
    for (Index r = 0; r < s.x->rows(); ++r) {
        kernels().normalizeBackward({.x = s.x->row(r).data(),
                                     .n = s.x->cols(),
                                     .eps = config.normEps,
                                     .rms = config.norm == NormKind::Rms,
                                     .weight = s.norm->weight.data(),
                                     .dy = s.dy->row(r).data(),
                                     .dx = s.dx->row(r).data(),
                                     .dWeight = s.gradient->weight.data(),
                                     .dBias = s.gradient->bias.empty() ? nullptr : s.gradient->bias.data()});
    }
}

void run(const AttentionBackward& s) {
    const LayerTrace& t = *s.trace;
    Matrix dContext = Matrix::uncleared(t.queries(), t.context.cols());
    run(LinearBackward{&t.context, s.dOutput, &s.gradient->o, &s.turned->o, &dContext, false});
    Matrix dQ(t.queries(), t.q.cols()), dK(t.keys(), t.k.cols()), dV(t.keys(), t.v.cols());
    run(HeadsBackward{&t, &dContext, &dQ, &dK, &dV});
    run(LinearBackward{t.input.get(), &dQ, &s.gradient->q, &s.turned->q, s.dQueries, true});
    run(LinearBackward{t.keyInput.get(), &dK, &s.gradient->k, &s.turned->k, s.dKeys, true});
    run(LinearBackward{t.keyInput.get(), &dV, &s.gradient->v, &s.turned->v, s.dKeys, true});
}

} // namespace headscope
