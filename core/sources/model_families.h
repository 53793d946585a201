// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_config.h"
#include "core/sources/config_file.h"

#include <span>
#include <string_view>

namespace headscope {

/// The place of a tensor in a Model.
enum class Slot {
    Tokens,
    TokenTypes,
    Positions,
    EmbeddingNorm,
    EmbeddingProjection,
    FinalNorm,
    RelativeBias,
    SelfQ,
    SelfK,
    SelfV,
    SelfQkv /* the three of them in one tensor */,
    SelfO,
    SelfNorm,
    QNorm,
    KNorm,
    CrossQ,
    CrossK,
    CrossV,
    CrossO,
    CrossNorm,
    Up,
    Gate,
    Down,
    MlpNorm,
    HeadTransform,
    HeadNorm,
    HeadTokens,
    HeadBias,
};

/// How a matrix lies in its tensor.
enum class Layout {
    OutIn, ///< nn.Linear and nn.Embedding: [out, in]
    InOut, ///< GPT-2's Conv1D: [in, out]
};

/// Whether a bias belongs to a matrix or norm.
enum class BiasRule {
    With,
    Without,
    Attention, ///< as FamilyTraits says; the same for the next two
    Output,
    Mlp,
};

/// One tensor, or a weight with its bias: NAME.weight, NAME.bias (HeadBias: NAME itself).
struct TensorRow {
    Slot slot;
    const char* name; ///< without the family's prefix; # is the layer, @ is "encoder" or "decoder"
    BiasRule bias = BiasRule::With;
    Layout layout = Layout::OutIn;
    bool perHead = false; ///< SelfQkv: q, k, v of head 0, then of head 1 …; otherwise all q, all k, all v
};

/// What of a config.json becomes no part of ModelConfig but decides which tensors there are.
struct FamilyTraits {
    bool attentionBias = false; ///< of q, k and v
    bool outputBias = false;    ///< of W_O
    bool mlpBias = false;
    bool tied = true;     ///< the output matrix is the embedding where it is not in the file
    bool headSaved = true; ///< the class that saved the model has an output head
    bool ownTokens = false; ///< each stack may have an embedding of its own
    int sharedBlocks = 0; ///< ALBERT: so many blocks in the file for all layers; 0: one for each layer
};

/// Everything that is particular to a family of models. A new family is one more of these and a golden folder.
struct ModelFamily {
    std::string_view type;   ///< config.json's model_type
    std::string_view name;   ///< as people write it
    std::string_view klass;  ///< how its classes' names begin in config.json's architectures
    std::string_view prefix; ///< of tensor names in files saved with a head; may be missing
    void (*configure)(ConfigFile&, ModelConfig&, FamilyTraits&);
    std::span<const TensorRow> rows;
    std::span<const TensorRow> more = {}; ///< what differs from relatives with the same rows
};

/// Sorted by type.
std::span<const ModelFamily> modelFamilies();

} // namespace headscope
