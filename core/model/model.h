// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/packed_matrix.h"
#include "core/model/model_config.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace headscope {

/// y = x · w + bias.
struct Linear {
    PackedMatrix w; ///< [in, out]
    Matrix bias;    ///< [1, out]; empty: none
    bool empty() const { return w.empty(); }
};

struct NormWeights {
    Matrix weight; ///< [1, width]; empty: there is no such norm
    Matrix bias;   ///< [1, width]; empty: none
    bool empty() const { return weight.empty(); }
};

/// The projections of one layer's attention. Head h owns columns h · d_k … (h + 1) · d_k of q.
struct AttentionProjections {
    Linear q;          ///< [d_model, heads · d_k]
    Linear k;          ///< [d_model, kv_heads · d_k]
    Linear v;          ///< [d_model, kv_heads · d_v]
    Linear o;          ///< [heads · d_v, d_model]
    NormWeights qNorm; ///< [1, d_k] of every head, before the rotation (Qwen3); or empty
    NormWeights kNorm; ///< [1, d_k]
};

/// One layer. In `NormPlace::After` a norm follows what it is named after, otherwise it comes before.
struct BlockWeights {
    AttentionProjections self;
    NormWeights selfNorm;
    AttentionProjections cross; ///< decoders of encoder–decoders; or empty
    NormWeights crossNorm;
    NormWeights mlpNorm;
    Linear up;   ///< [d_model, feed_forward]
    Linear gate; ///< the same; empty unless gated
    Linear down; ///< [feed_forward, d_model]
};

struct StackWeights {
    std::vector<std::shared_ptr<const BlockWeights>> blocks; ///< per layer; ALBERT's layers are one object
    PackedMatrix positions; ///< [embeddingWidth, rows]: column p is position p's vector
    NormWeights embeddingNorm;
    NormWeights finalNorm;
    Matrix relativeBias; ///< [buckets, heads], T5
};

/// What makes logits of a hidden state. Without a decoder matrix (`tokens`) there are none.
struct HeadWeights {
    Linear transform; ///< [d_model, embeddingWidth] with the activation behind it (masked language models); or empty
    NormWeights norm; ///< behind it
    std::shared_ptr<const PackedMatrix>
        tokens;  ///< [embeddingWidth or d_model, vocabulary]; often the same object as the embedding
    Matrix bias; ///< [1, vocabulary]; or empty
};

struct ModelWeights {
    std::shared_ptr<const PackedMatrix> tokens; ///< [embeddingWidth, vocabulary]: column t is token t's vector
    PackedMatrix tokenTypes;                    ///< [embeddingWidth, tokenTypes], or empty
    Linear embeddingProjection;                 ///< [embeddingWidth, d_model], or empty where they are equal
    StackWeights encoder;
    StackWeights decoder;
    HeadWeights head;
};

/// A transformer: immutable, handed around as shared_ptr<const Model>.
struct Model {
    ModelConfig config;
    ModelWeights weights;
    std::uint64_t parameters = 0;   ///< floating-point numbers in its files, those that nothing here uses (a pooler) too
    std::uint64_t bytes = 0;        ///< what the used ones take in memory
    std::vector<std::string> notes; ///< things to say aloud about how it was read, whole sentences

    bool hasHead() const { return weights.head.tokens != nullptr; }
};
using ModelPtr = std::shared_ptr<const Model>;

} // namespace headscope
