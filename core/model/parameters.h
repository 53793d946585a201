// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace headscope {

/// y = x · w + bias, as plain matrices.
struct LinearParameters {
    Matrix w;    ///< [in, out]; empty: there is no such layer
    Matrix bias; ///< [1, out]; empty: none
};

struct AttentionParameters {
    LinearParameters q; ///< shapes as in AttentionProjections
    LinearParameters k;
    LinearParameters v;
    LinearParameters o;
};

struct BlockParameters {
    AttentionParameters self;
    NormWeights selfNorm;
    AttentionParameters cross;
    NormWeights crossNorm;
    NormWeights mlpNorm;
    LinearParameters up;   ///< [d_model, feed_forward]
    LinearParameters down; ///< [feed_forward, d_model]
};

struct StackParameters {
    std::vector<BlockParameters> blocks;
    Matrix positions; ///< [rows, d_model]; empty where they are computed
    NormWeights embeddingNorm;
    NormWeights finalNorm;
};

struct HeadParameters {
    LinearParameters transform;
    NormWeights norm;
    Matrix tokens; ///< [vocabulary, d_model]; empty: Parameters::tokens is the output matrix, too
    Matrix bias;   ///< [1, vocabulary]; or empty
};

/// The weights of a model that can be trained, in plain matrices and the order of ModelWeights. Gradients and the
/// optimizer's moments are trees of the same shape.
struct Parameters {
    Matrix tokens;     ///< [vocabulary, d_model]: row t is token t's vector
    Matrix tokenTypes; ///< [tokenTypes, d_model], or empty
    StackParameters encoder;
    StackParameters decoder;
    HeadParameters head;
};

/// One matrix of a tree that training changes.
template <class M> struct NamedMatrix {
    std::string name; ///< its path: "decoder.0.self.q.w"
    M* values = nullptr;
    bool decays = false; ///< whether weight decay applies: matrices of products, but no biases, norms and embeddings
};
/// Those that are not empty, always in the same order; a matrix that is both embedding and output once. The output's
/// bias without a transform before it is a constant (transformers' final_logits_bias) and no part of the list.
std::vector<NamedMatrix<Matrix>> list(Parameters& tree);
std::vector<NamedMatrix<const Matrix>> list(const Parameters& tree);

/// All zeros in the shape of another tree.
Parameters zerosLike(const Parameters& tree);

/// Usage error naming what in this model has no backward pass (rotary positions, gated MLPs …).
Status canTrain(const Model& model);

/// The weights of a model that can be trained.
Parameters unpack(const Model& model);
/// The model of these weights. The shapes are those of the config.
ModelPtr pack(const ModelConfig& config, const Parameters& weights);

} // namespace headscope
