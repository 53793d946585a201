// SPDX-License-Identifier: GPL-3.0-or-later
// Layers to test with: drawn from a seed, as tests/oracle/attention_parity.py draws them.
#pragma once

#include "core/attention/attention.h"
#include "core/base/rng.h"

#include <cmath>
#include <memory>
#include <utility>

namespace headscope::testing {

/// Numbers in [−1, 1), multiples of 2⁻²³: exact in float.
inline Matrix drawMatrix(Rng& rng, Index rows, Index cols) {
    Matrix m(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Scalar& x : m.row(i)) x = static_cast<Scalar>(static_cast<double>(rng.next() >> 40) * 0x1.0p-23 - 1);
    return m;
}

/// Weights that keep rows about as large as they were: times the power of two next above √(3 / rows).
inline Matrix drawWeights(Rng& rng, Index rows, Index cols) {
    Matrix m = drawMatrix(rng, rows, cols);
    const double scale = rows > 3 ? std::exp2(-std::floor(std::log2(static_cast<double>(rows) / 3) / 2)) : 1;
    for (Index i = 0; i < rows; ++i)
        for (Scalar& x : m.row(i)) x *= static_cast<Scalar>(scale);
    return m;
}

struct LayerShape {
    AttentionConfig config;
    Index queries = 1;
    Index keys = 1;
    int keyWidth = 0; ///< d_in; only used when cross
    bool cross = false;
};

/// Everything but the mask; the order of the draws is the script's.
inline AttentionInput drawLayer(Rng& rng, const LayerShape& s) {
    const AttentionConfig& c = s.config;
    const int keyWidth = s.cross ? s.keyWidth : c.dModel;
    AttentionInput in;
    in.config = c;
    in.queries = std::make_shared<const Matrix>(drawMatrix(rng, s.queries, c.dModel));
    in.keys = s.cross ? std::make_shared<const Matrix>(drawMatrix(rng, s.keys, keyWidth)) : in.queries;
    AttentionWeights w;
    w.wq = drawWeights(rng, c.dModel, c.heads * c.dK);
    w.wk = drawWeights(rng, keyWidth, c.kvHeads * c.dK);
    w.wv = drawWeights(rng, keyWidth, c.kvHeads * c.dV);
    w.wo = drawWeights(rng, c.combine == Combine::Concat ? c.heads * c.dV : c.dV, c.dModel);
    if (c.bias)
        for (auto [bias, of] : {std::pair{&w.bq, &w.wq}, {&w.bk, &w.wk}, {&w.bv, &w.wv}, {&w.bo, &w.wo}})
            *bias = drawMatrix(rng, 1, of->cols());
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    in.mask = Mask::make({}, s.queries, s.cross ? s.keys : s.queries, c.heads).value();
    return in;
}

inline AttentionConfig smallConfig(int heads = 3, int dK = 5, int dV = 4) {
    AttentionConfig c;
    c.dModel = 12;
    c.heads = c.kvHeads = heads;
    c.dK = dK;
    c.dV = dV;
    return c;
}

/// Self-attention over n tokens.
inline AttentionInput selfAttention(Index n, const MaskSpec& mask = {}, const AttentionConfig& config = smallConfig(),
                                    std::uint64_t seed = 1) {
    Rng rng(seed);
    AttentionInput in = drawLayer(rng, {config, n, n, 0, false});
    in.mask = Mask::make(mask, n, n, config.heads).value();
    return in;
}

inline std::shared_ptr<const LayerTrace> run(AttentionInput in) {
    return attend(std::move(in)).value();
}

} // namespace headscope::testing
