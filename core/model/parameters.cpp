// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parameters.h"

#include "core/base/transpose.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace headscope {
namespace {

/// Walks through a tree in the order of the list.
template <class M> class Lister {
public:
    template <class Tree> std::vector<NamedMatrix<M>> operator()(Tree& tree) {
        add("tokens", tree.tokens, false);
        add("tokenTypes", tree.tokenTypes, false);
        stack("encoder", tree.encoder);
        stack("decoder", tree.decoder);
        linear("head.transform", tree.head.transform);
        norm("head.norm", tree.head.norm);
        add("head.tokens", tree.head.tokens, false);
        if (!tree.head.transform.w.empty()) add("head.bias", tree.head.bias, false);
        return std::move(m_all);
    }

private:
    void add(const std::string& name, M& values, bool decays) {
        if (!values.empty()) m_all.push_back({name, &values, decays});
    }
    template <class L> void linear(const std::string& name, L& layer) {
        add(name + ".w", layer.w, true);
        add(name + ".bias", layer.bias, false);
    }
    template <class N> void norm(const std::string& name, N& norm) {
        add(name + ".weight", norm.weight, false);
        add(name + ".bias", norm.bias, false);
    }
    template <class A> void attention(const std::string& name, A& attention) {
        linear(name + ".q", attention.q);
        linear(name + ".k", attention.k);
        linear(name + ".v", attention.v);
        linear(name + ".o", attention.o);
    }
    template <class S> void stack(const std::string& name, S& stack) {
        add(name + ".positions", stack.positions, false);
        norm(name + ".embeddingNorm", stack.embeddingNorm);
        for (std::size_t i = 0; i < stack.blocks.size(); ++i) {
            auto& block = stack.blocks[i];
            const std::string at = name + "." + std::to_string(i) + ".";
            attention(at + "self", block.self);
            norm(at + "selfNorm", block.selfNorm);
            attention(at + "cross", block.cross);
            norm(at + "crossNorm", block.crossNorm);
            linear(at + "up", block.up);
            linear(at + "down", block.down);
            norm(at + "mlpNorm", block.mlpNorm);
        }
        norm(name + ".finalNorm", stack.finalNorm);
    }

    std::vector<NamedMatrix<M>> m_all;
};

/// [cols, rows] of a table that was packed transposed.
Matrix unpackTable(const PackedMatrix& table) {
    Matrix out(table.cols(), table.rows());
    for (Index r = 0; r < out.rows(); ++r) table.column(r, out.row(r).data());
    return out;
}

LinearParameters unpack(const Linear& from) {
    return {from.w.unpacked(), from.bias};
}
AttentionParameters unpack(const AttentionProjections& from) {
    return {unpack(from.q), unpack(from.k), unpack(from.v), unpack(from.o)};
}
BlockParameters unpack(const BlockWeights& from) {
    return {unpack(from.self), from.selfNorm,   unpack(from.cross), from.crossNorm,
            from.mlpNorm,      unpack(from.up), unpack(from.down)};
}
StackParameters unpack(const StackWeights& from) {
    StackParameters to;
    for (const auto& block : from.blocks) to.blocks.push_back(unpack(*block));
    to.positions = unpackTable(from.positions);
    to.embeddingNorm = from.embeddingNorm;
    to.finalNorm = from.finalNorm;
    return to;
}

PackedMatrix packMatrix(const Matrix& from) {
    return from.empty() ? PackedMatrix() : PackedMatrix::of(from);
}
PackedMatrix packTable(const Matrix& from) {
    return from.empty() ? PackedMatrix() : PackedMatrix::ofTransposed(from);
}
Linear pack(const LinearParameters& from) {
    return {packMatrix(from.w), from.bias};
}
AttentionProjections pack(const AttentionParameters& from) {
    return {pack(from.q), pack(from.k), pack(from.v), pack(from.o), {}, {}};
}
std::shared_ptr<const BlockWeights> pack(const BlockParameters& from) {
    auto to = std::make_shared<BlockWeights>();
    to->self = pack(from.self);
    to->selfNorm = from.selfNorm;
    to->cross = pack(from.cross);
    to->crossNorm = from.crossNorm;
    to->mlpNorm = from.mlpNorm;
    to->up = pack(from.up);
    to->down = pack(from.down);
    return to;
}
StackWeights pack(const StackParameters& from) {
    StackWeights to;
    for (const BlockParameters& block : from.blocks) to.blocks.push_back(pack(block));
    to.positions = packTable(from.positions);
    to.embeddingNorm = from.embeddingNorm;
    to.finalNorm = from.finalNorm;
    return to;
}

bool sharesBlocks(const StackWeights& stack) {
    for (std::size_t i = 1; i < stack.blocks.size(); ++i)
        if (stack.blocks[i] == stack.blocks[0]) return true;
    return false;
}

} // namespace

std::vector<NamedMatrix<Matrix>> list(Parameters& tree) {
    return Lister<Matrix>()(tree);
}
std::vector<NamedMatrix<const Matrix>> list(const Parameters& tree) {
    return Lister<const Matrix>()(tree);
}

Parameters zerosLike(const Parameters& tree) {
    Parameters zeros = tree;
    for (const auto& entry : list(zeros)) std::fill_n(entry.values->data(), entry.values->size(), Scalar(0));
    return zeros;
}

Status canTrain(const Model& model) {
    const ModelConfig& c = model.config;
    const auto refuse = [&](const char* what) {
        return Error{ErrorCode::Usage, "model", std::string("a model with ") + what + " cannot be trained here"};
    };
    if (!model.hasHead()) return refuse("no output head");
    if (c.positions == PositionKind::Rotary) return refuse("rotary positions");
    if (c.positions == PositionKind::RelativeBias) return refuse("relative positions");
    if (c.normPlace == NormPlace::Parallel) return refuse("attention beside the MLP");
    if (c.gated) return refuse("a gated MLP");
    if (!model.weights.embeddingProjection.empty()) return refuse("embeddings of another width");
    for (const StackWeights* stack : {&model.weights.encoder, &model.weights.decoder}) {
        if (sharesBlocks(*stack)) return refuse("layers that share their weights");
        for (const auto& block : stack->blocks)
            if (!block->self.qNorm.empty() || !block->self.kNorm.empty()) return refuse("norms of queries and keys");
    }
    return {};
}

Parameters unpack(const Model& model) {
    assert(canTrain(model));
    const ModelWeights& from = model.weights;
    Parameters to;
    to.tokens = unpackTable(*from.tokens);
    to.tokenTypes = unpackTable(from.tokenTypes);
    to.encoder = unpack(from.encoder);
    to.decoder = unpack(from.decoder);
    to.head.transform = unpack(from.head.transform);
    to.head.norm = from.head.norm;
    if (from.head.tokens != from.tokens) to.head.tokens = unpackTable(*from.head.tokens);
    to.head.bias = from.head.bias;
    return to;
}

ModelPtr pack(const ModelConfig& config, const Parameters& from) {
    auto model = std::make_shared<Model>();
    model->config = config;
    ModelWeights& to = model->weights;
    to.tokens = std::make_shared<const PackedMatrix>(packTable(from.tokens));
    to.tokenTypes = packTable(from.tokenTypes);
    to.encoder = pack(from.encoder);
    to.decoder = pack(from.decoder);
    to.head.transform = pack(from.head.transform);
    to.head.norm = from.head.norm;
    to.head.tokens =
        from.head.tokens.empty() ? to.tokens : std::make_shared<const PackedMatrix>(packTable(from.head.tokens));
    to.head.bias = from.head.bias;
    for (const auto& entry : list(from)) model->parameters += static_cast<std::uint64_t>(entry.values->size());
    model->bytes = model->parameters * sizeof(Scalar);
    return model;
}

} // namespace headscope
