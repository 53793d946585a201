// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/random_weights.h"

#include "core/base/rng.h"

#include <cmath>
#include <string_view>

namespace headscope {
namespace {

Rng streamOf(std::uint64_t seed, std::string_view matrix, int head) {
    return Rng(Rng::mix(Rng::mix(seed ^ hashBytes(matrix)) + static_cast<std::uint64_t>(head)));
}

/// A rectangle of one head inside a matrix of all heads.
struct Block {
    Index row = 0;
    Index column = 0;
    Index rows = 0;
    Index columns = 0;
};

/// Column by column, so that a head that grows wider keeps the numbers it had but for their bound.
void fillXavier(Matrix& m, const Block& b, Rng rng) {
    const double bound = std::sqrt(6.0 / static_cast<double>(b.rows + b.columns));
    for (Index c = 0; c < b.columns; ++c)
        for (Index r = 0; r < b.rows; ++r) m(b.row + r, b.column + c) = static_cast<Scalar>(rng.uniform(-bound, bound));
}

/// [rows, heads · perHead]
Matrix projection(Index rows, int heads, Index perHead, std::uint64_t seed, std::string_view name) {
    Matrix m(rows, heads * perHead);
    for (int h = 0; h < heads; ++h) fillXavier(m, {0, h * perHead, rows, perHead}, streamOf(seed, name, h));
    return m;
}

/// [1, heads · perHead]
Matrix biasRow(int heads, Index perHead, std::uint64_t seed, std::string_view name) {
    Matrix b(1, heads * perHead);
    for (int h = 0; h < heads; ++h) {
        Rng rng = streamOf(seed, name, h);
        for (Index c = 0; c < perHead; ++c) b(0, h * perHead + c) = static_cast<Scalar>(rng.uniform(-0.1, 0.1));
    }
    return b;
}

} // namespace

void addRandomBiases(AttentionWeights& weights, const AttentionConfig& config, std::uint64_t seed) {
    weights.bq = biasRow(config.heads, config.dK, seed, "bq");
    weights.bk = biasRow(config.kvHeads, config.dK, seed, "bk");
    weights.bv = biasRow(config.kvHeads, config.dV, seed, "bv");
    weights.bo = biasRow(1, config.dModel, seed, "bo");
}

AttentionWeights randomWeights(const AttentionConfig& config, Index dIn, std::uint64_t seed) {
    AttentionWeights w;
    w.wq = projection(config.dModel, config.heads, config.dK, seed, "wq");
    w.wk = projection(dIn, config.kvHeads, config.dK, seed, "wk");
    w.wv = projection(dIn, config.kvHeads, config.dV, seed, "wv");
    const int joined = config.combine == Combine::Concat ? config.heads : 1;
    w.wo = Matrix(static_cast<Index>(joined) * config.dV, config.dModel);
    for (int h = 0; h < joined; ++h)
        fillXavier(w.wo, {static_cast<Index>(h) * config.dV, 0, config.dV, config.dModel}, streamOf(seed, "wo", h));
    if (config.bias) addRandomBiases(w, config, seed);
    return w;
}

} // namespace headscope
