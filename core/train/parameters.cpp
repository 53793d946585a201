// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/parameters.h"

#include "core/base/rng.h"

#include <cmath>
#include <numbers>

namespace headscope {
namespace {

/// GPT-2's 0.02 at its width of 768, and at other widths what makes products of the same size: with 0.02 a model of
/// width 64 takes three times as many steps to find its heads.
double spread(Index dModel) {
    return 0.02 * std::sqrt(768.0 / static_cast<double>(dModel));
}

LinearParameters linear(Index in, Index out) {
    return {Matrix(in, out), Matrix(1, out)};
}
NormWeights norm(const ModelConfig& config) {
    return {Matrix(1, config.dModel, 1), config.norm == NormKind::Rms ? Matrix() : Matrix(1, config.dModel)};
}

AttentionParameters attention(const AttentionConfig& c) {
    AttentionParameters a;
    a.q = linear(c.dModel, c.heads * c.dK);
    a.k = linear(c.dModel, c.kvHeads * c.dK);
    a.v = linear(c.dModel, c.kvHeads * c.dV);
    a.o = linear(c.heads * c.dV, c.dModel);
    return a;
}

StackParameters stack(const ModelConfig& config, const StackConfig& s, bool cross) {
    StackParameters to;
    if (s.layers == 0) return to;
    if (config.positions == PositionKind::Learned)
        to.positions = Matrix(Index{config.maxPositions} + config.positionOffset, config.dModel);
    if (config.embeddingNorm) to.embeddingNorm = norm(config);
    if (config.finalNorm) to.finalNorm = norm(config);
    for (int i = 0; i < s.layers; ++i) {
        BlockParameters b;
        b.self = attention(s.attention);
        b.selfNorm = norm(config);
        if (cross) b.cross = attention(s.attention);
        if (cross) b.crossNorm = norm(config);
        b.mlpNorm = norm(config);
        b.up = linear(config.dModel, s.feedForward);
        b.down = linear(s.feedForward, config.dModel);
        to.blocks.push_back(std::move(b));
    }
    return to;
}

/// Box and Muller 1958; std::normal_distribution differs between libraries.
void fillNormal(Matrix& m, double deviation, Rng& rng) {
    for (Index i = 0; i < m.rows(); ++i)
        for (Scalar& x : m.row(i)) {
            const double length = std::sqrt(-2 * std::log(1 - rng.uniform()));
            x = static_cast<Scalar>(deviation * length * std::cos(2 * std::numbers::pi * rng.uniform()));
        }
}

/// Matrices that are not zero to begin with, each from a stream of its own, so that none depends on the others' sizes.
void draw(Parameters& p, std::uint64_t seed) {
    for (const auto& entry : list(p)) {
        const bool table = entry.name == "tokens" || entry.name == "tokenTypes" || entry.name.ends_with(".positions");
        if (!table && !entry.decays) continue;
        double deviation = spread(p.tokens.cols());
        if (entry.name.ends_with(".o.w") || entry.name.ends_with(".down.w")) {
            const StackParameters& s = entry.name.starts_with("encoder") ? p.encoder : p.decoder;
            const double sums = s.blocks[0].crossNorm.empty() ? 2 : 3;
            deviation /= std::sqrt(sums * static_cast<double>(s.blocks.size()));
        }
        // The MLP begins small, so that heads find what they can before it does their work: with it an induction head
        // takes nearly all of its row within 500 steps from every seed tried, without it from half of them.
        if (entry.name.ends_with(".up.w") || entry.name.ends_with(".down.w")) deviation /= 2;
        Rng rng(seed ^ hashBytes(entry.name));
        fillNormal(*entry.values, deviation, rng);
    }
}

} // namespace

Parameters randomParameters(const ModelConfig& config, std::uint64_t seed) {
    assert(config.embeddingWidth == config.dModel);
    Parameters p;
    p.tokens = Matrix(config.vocabulary, config.dModel);
    if (config.tokenTypes > 0) p.tokenTypes = Matrix(config.tokenTypes, config.dModel);
    p.encoder = stack(config, config.encoder, false);
    p.decoder = stack(config, config.decoder, config.kind == ModelKind::EncoderDecoder);
    if (config.kind == ModelKind::Encoder) {
        p.head.transform = linear(config.dModel, config.dModel);
        p.head.norm = norm(config);
        p.head.bias = Matrix(1, config.vocabulary);
    }
    draw(p, seed);
    return p;
}

} // namespace headscope
