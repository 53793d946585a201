// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/config.h"
#include "core/base/activation.h"
#include "core/model/generation_rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headscope {

enum class ModelKind {
    Encoder,        ///< every token reads every token: BERT
    Decoder,        ///< a token reads what is before it: GPT-2
    EncoderDecoder, ///< T5
};

enum class NormKind {
    Layer, ///< (x − mean) / √(variance + eps) · weight + bias (Ba et al. 2016)
    Rms,   ///< x / √(mean(x²) + eps) · weight (Zhang and Sennrich 2019)
};

/// Where a block's norms stand.
enum class NormPlace {
    After,    ///< x = norm(x + attention(x)), x = norm(x + mlp(x)): the original paper, BERT
    Before,   ///< x += attention(norm(x)), x += mlp(norm(x)): GPT-2, Llama, T5
    Parallel, ///< x += attention(norm₁(x)) + mlp(norm₂(x)): GPT-NeoX
};

/// How tokens know where they are.
enum class PositionKind {
    Learned,      ///< a table's rows added to the embeddings
    Sinusoidal,   ///< the same, computed (Marian: sines first, then cosines)
    Rotary,       ///< queries and keys are turned (Su et al. 2021), the halves of a head against one another
    RelativeBias, ///< a number per head and distance is added to the scores (T5)
    None,
};

/// Rotary positions. Angle of pair i at position p: p · frequencies[i]; pair i is made of numbers i and i + count.
struct RotaryConfig {
    std::vector<float> frequencies; ///< [rotated numbers of a head ÷ 2]; scaling is in them already
    friend bool operator==(const RotaryConfig&, const RotaryConfig&) = default;
};

/// Relative positions in buckets (Raffel et al. 2020).
struct RelativeConfig {
    int buckets = 32;
    int maxDistance = 128;
    friend bool operator==(const RelativeConfig&, const RelativeConfig&) = default;
};

/// One stack of equal blocks: the encoder or the decoder.
struct StackConfig {
    int layers = 0;
    AttentionConfig attention; ///< of every layer but for the temperature; d_k is d_v
    int feedForward = 0;       ///< width of the MLP
    bool causal = false;
    std::vector<int> windows;         ///< [layers] query i reads keys above i − window; 0: all. Empty: all everywhere
    std::vector<double> temperatures; ///< [layers] scores are divided by; empty: 1 everywhere
    friend bool operator==(const StackConfig&, const StackConfig&) = default;
};

/// Ids that have a meaning to the model; nothing where the config does not say.
struct ConfigIds {
    std::optional<int> bos, pad, mask, cls, sep;
    std::vector<int> eos; ///< a continuation ends at any of them
    friend bool operator==(const ConfigIds&, const ConfigIds&) = default;
};

/// The shape of a transformer, in the terms of Vaswani et al. 2017. Made from a Hugging Face config.json by
/// sources/model_folder.h, and everything in it has been checked.
struct ModelConfig {
    std::string family;     ///< transformers' model_type: "bert", "gpt2"
    std::string familyName; ///< as people write it: "BERT", "GPT-2"
    ModelKind kind = ModelKind::Encoder;
    int dModel = 0;
    int embeddingWidth = 0; ///< of the token table; other than dModel in ALBERT and ELECTRA
    int vocabulary = 0;     ///< rows of the token table
    int tokenTypes = 0;     ///< rows of the table of token types; 0: none

    StackConfig encoder; ///< layers = 0 where there is none
    StackConfig decoder; ///< the same; its cross-attention has the same shape

    NormKind norm = NormKind::Layer;
    NormPlace normPlace = NormPlace::After;
    double normEps = 1e-12;
    Activation activation = Activation::Gelu;
    Activation headActivation = Activation::Gelu; ///< of the masked language model's head
    bool gated = false;         ///< mlp(x) = W_down · (act(W_gate · x) ⊙ W_up · x) (Shazeer 2020)
    bool embeddingNorm = false; ///< a norm behind the embeddings
    bool finalNorm = false;     ///< a norm behind the last layer
    double embeddingScale = 1;  ///< token vectors are multiplied by it: √d_model in Marian
    double logitScale = 1;      ///< the last hidden state is multiplied by it before the output matrix: T5

    PositionKind positions = PositionKind::Learned;
    int maxPositions = 0;   ///< tokens that can be read; 0: no fixed limit
    int positionOffset = 0; ///< row of the table for the first token: 2 in RoBERTa and BART
    /// Tokens with this id stand at row positionOffset − 1 and are not counted (RoBERTa's <pad>).
    std::optional<int> uncountedToken;
    RotaryConfig rotary;
    RelativeConfig relative;

    int decoderStart = 0; ///< what the decoder reads first (encoder–decoders)
    ConfigIds special;
    GenerationRules generation;

    /// The only stack of encoders and decoders; an encoder–decoder has two.
    const StackConfig& stack() const { return kind == ModelKind::Decoder ? decoder : encoder; }
    friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

} // namespace headscope
