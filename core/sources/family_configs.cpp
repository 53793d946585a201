// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/family_configs.h"

#include <algorithm>
#include <cmath>

namespace headscope::families {
namespace {

constexpr int mostLayers = 4096;

Activation readActivation(ConfigFile& file, std::string_view key, const char* fallback) {
    static constexpr struct {
        std::string_view name;
        Activation activation;
    } known[] = {{"gelu", Activation::Gelu},
                 {"gelu_new", Activation::GeluTanh},
                 {"gelu_pytorch_tanh", Activation::GeluTanh},
                 {"gelu_python_tanh", Activation::GeluTanh},
                 {"gelu_fast", Activation::GeluTanh},
                 {"gelu_python", Activation::Gelu},
                 {"quick_gelu", Activation::QuickGelu},
                 {"silu", Activation::Silu},
                 {"swish", Activation::Silu},
                 {"relu", Activation::Relu},
                 {"tanh", Activation::Tanh},
                 {"sigmoid", Activation::Sigmoid}};
    const std::string name = file.text(key, fallback);
    for (const auto& k : known)
        if (k.name == name) return k.activation;
    std::string list;
    for (const auto& k : known) list.append(list.empty() ? "" : ", ").append(k.name);
    file.fail(key, "the activation \"" + name + "\" is not known here; known are " + list);
    return Activation::Gelu;
}

int readLayers(ConfigFile& file, std::string_view key) {
    return file.integer(key, std::nullopt, 1, mostLayers);
}

/// Heads that share d_model evenly, all with keys of their own.
void setHeads(ConfigFile& file, std::string_view key, ModelConfig& c, StackConfig& stack) {
    AttentionConfig& a = stack.attention;
    a.dModel = c.dModel;
    a.heads = a.kvHeads = file.size(key);
    if (c.dModel % a.heads != 0)
        file.fail(key, "the width " + std::to_string(c.dModel) + " cannot be shared by " + std::to_string(a.heads) +
                           " heads");
    a.dK = a.dV = std::max(1, c.dModel / a.heads);
    a.bias = true;
}

void readSpecialIds(ConfigFile& file, ModelConfig& c) {
    c.special.bos = file.id("bos_token_id");
    c.special.eos = file.ids("eos_token_id");
    c.special.pad = file.id("pad_token_id");
    c.special.cls = file.id("cls_token_id");
    c.special.sep = file.id("sep_token_id");
    c.special.mask = file.id("mask_token_id");
}

void refuseDecoder(ConfigFile& file) {
    for (const char* key : {"is_decoder", "add_cross_attention"})
        if (file.flag(key, false)) file.fail(key, "an encoder that was made into a decoder is not read");
    const std::string kind = file.text("position_embedding_type", "absolute");
    if (kind != "absolute")
        file.fail("position_embedding_type",
                  "positions of the kind \"" + kind + "\" are not read; only \"absolute\" is");
}

/// The keys that all decoders with rotary positions share, but for Gpt-NeoX's own.
void configureRotaryDecoder(ConfigFile& file, ModelConfig& c) {
    c.kind = ModelKind::Decoder;
    c.dModel = c.embeddingWidth = file.size("hidden_size");
    c.vocabulary = file.size("vocab_size");
    c.decoder.layers = readLayers(file, "num_hidden_layers");
    c.decoder.feedForward = file.size("intermediate_size");
    c.decoder.causal = true;
    c.positions = PositionKind::Rotary;
    c.finalNorm = true;
    readSpecialIds(file, c);
}

void setWindows(ConfigFile& file, ModelConfig& c, const std::vector<std::string>& kinds, std::string_view sliding,
                int window) {
    if (std::ssize(kinds) != c.decoder.layers)
        return file.fail("layer_types", "names " + std::to_string(kinds.size()) + " layers, but the model has " +
                                            std::to_string(c.decoder.layers));
    for (const std::string& kind : kinds) c.decoder.windows.push_back(kind == sliding ? window : 0);
}

} // namespace

void configureBert(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    refuseDecoder(file);
    c.kind = ModelKind::Encoder;
    c.dModel = c.embeddingWidth = file.size("hidden_size");
    c.vocabulary = file.size("vocab_size");
    c.encoder.layers = readLayers(file, "num_hidden_layers");
    setHeads(file, "num_attention_heads", c, c.encoder);
    c.encoder.feedForward = file.size("intermediate_size");
    c.tokenTypes = file.size("type_vocab_size", 2);
    c.maxPositions = file.size("max_position_embeddings", 512);
    c.normEps = file.number("layer_norm_eps", 1e-12);
    c.activation = c.headActivation = readActivation(file, "hidden_act", "gelu");
    c.embeddingNorm = true;
    traits.tied = file.flag("tie_word_embeddings", true);
    readSpecialIds(file, c);
}

void configureRoberta(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureBert(file, c, traits);
    const int pad = file.integer("pad_token_id", 1, 0, 1 << 24);
    c.uncountedToken = pad;
    c.positionOffset = pad + 1;
    c.maxPositions -= c.positionOffset;
    if (c.maxPositions < 1) file.fail("max_position_embeddings", "leaves no position behind pad_token_id");
    c.headActivation = Activation::Gelu;
}

void configureElectra(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureBert(file, c, traits);
    c.embeddingWidth = file.size("embedding_size", 128);
    c.headActivation = Activation::Gelu;
}

void configureAlbert(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureBert(file, c, traits);
    c.embeddingWidth = file.size("embedding_size", 128);
    c.activation = c.headActivation = readActivation(file, "hidden_act", "gelu_new");
    traits.sharedBlocks = file.integer("num_hidden_groups", 1, 1, c.encoder.layers);
    if (file.integer("inner_group_num", 1, 1, mostLayers) != 1)
        file.fail("inner_group_num", "several inner layers in a group are not read; only 1 is");
}

void configureDistilBert(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    c.kind = ModelKind::Encoder;
    c.dModel = c.embeddingWidth = file.size("dim");
    c.vocabulary = file.size("vocab_size");
    c.encoder.layers = readLayers(file, "n_layers");
    setHeads(file, "n_heads", c, c.encoder);
    c.encoder.feedForward = file.size("hidden_dim");
    c.maxPositions = file.size("max_position_embeddings", 512);
    c.normEps = 1e-12;
    c.activation = c.headActivation = readActivation(file, "activation", "gelu");
    c.embeddingNorm = true;
    traits.tied = file.flag("tie_word_embeddings", true);
    readSpecialIds(file, c);
}

void configureGpt2(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    c.kind = ModelKind::Decoder;
    c.normPlace = NormPlace::Before;
    c.dModel = c.embeddingWidth = file.size("n_embd");
    c.vocabulary = file.size("vocab_size");
    c.decoder.layers = readLayers(file, "n_layer");
    setHeads(file, "n_head", c, c.decoder);
    c.decoder.feedForward = file.has("n_inner") ? file.size("n_inner") : 4 * c.dModel;
    c.decoder.causal = true;
    c.maxPositions = file.size("n_positions", file.size("n_ctx", 1024));
    c.normEps = file.number("layer_norm_epsilon", 1e-5);
    c.activation = readActivation(file, "activation_function", "gelu_new");
    c.finalNorm = true;
    if (!file.flag("scale_attn_weights", true)) c.decoder.attention.score = ScoreKind::Dot;
    if (file.flag("scale_attn_by_inverse_layer_idx", false))
        for (int layer = 1; layer <= c.decoder.layers; ++layer) c.decoder.temperatures.push_back(layer);
    if (file.flag("add_cross_attention", false))
        file.fail("add_cross_attention", "a GPT-2 that reads an encoder is not read");
    traits.tied = file.flag("tie_word_embeddings", true);
    readSpecialIds(file, c);
}

void configureGptNeo(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    c.kind = ModelKind::Decoder;
    c.normPlace = NormPlace::Before;
    c.dModel = c.embeddingWidth = file.size("hidden_size");
    c.vocabulary = file.size("vocab_size");
    c.decoder.layers = readLayers(file, "num_layers");
    setHeads(file, "num_heads", c, c.decoder);
    c.decoder.attention.score = ScoreKind::Dot;
    c.decoder.feedForward = file.has("intermediate_size") ? file.size("intermediate_size") : 4 * c.dModel;
    c.decoder.causal = true;
    setWindows(file, c, file.repeatedTexts("attention_types"), "local", file.size("window_size", 256));
    c.maxPositions = file.size("max_position_embeddings", 2048);
    c.normEps = file.number("layer_norm_epsilon", 1e-5);
    c.activation = readActivation(file, "activation_function", "gelu_new");
    c.finalNorm = true;
    traits.tied = file.flag("tie_word_embeddings", true);
    readSpecialIds(file, c);
}

void configureGptNeoX(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureRotaryDecoder(file, c);
    setHeads(file, "num_attention_heads", c, c.decoder);
    c.normPlace = file.flag("use_parallel_residual", true) ? NormPlace::Parallel : NormPlace::Before;
    c.normEps = file.number("layer_norm_eps", 1e-5);
    c.activation = readActivation(file, "hidden_act", "gelu");
    c.rotary = readRotary(file, c.decoder.attention.dK, 10000, 0.25);
    traits.attentionBias = traits.outputBias = file.flag("attention_bias", true);
    traits.tied = file.flag("tie_word_embeddings", false);
}

void configureLlama(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureRotaryDecoder(file, c);
    AttentionConfig& a = c.decoder.attention;
    a.dModel = c.dModel;
    a.heads = file.size("num_attention_heads");
    a.kvHeads = file.size("num_key_value_heads", a.heads);
    if (a.kvHeads > a.heads || a.heads % a.kvHeads != 0)
        file.fail("num_key_value_heads",
                  std::to_string(a.kvHeads) + " key heads do not divide " + std::to_string(a.heads) + " query heads");
    if (!file.has("head_dim") && c.dModel % a.heads != 0)
        file.fail("num_attention_heads", "the width " + std::to_string(c.dModel) + " cannot be shared by " +
                                             std::to_string(a.heads) + " heads");
    a.dK = a.dV = file.size("head_dim", std::max(1, c.dModel / a.heads));
    c.norm = NormKind::Rms;
    c.normPlace = NormPlace::Before;
    c.normEps = file.number("rms_norm_eps", 1e-6);
    c.activation = readActivation(file, "hidden_act", "silu");
    c.gated = true;
    c.rotary = readRotary(file, a.dK, 10000, 1);
    traits.attentionBias = traits.outputBias = file.flag("attention_bias", false);
    traits.mlpBias = file.flag("mlp_bias", false);
    traits.tied = file.flag("tie_word_embeddings", false);
}

void configureMistral(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureLlama(file, c, traits);
    if (file.has("sliding_window"))
        c.decoder.windows.assign(static_cast<std::size_t>(c.decoder.layers), file.size("sliding_window"));
}

void configureQwen3(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureLlama(file, c, traits);
    if (!file.flag("use_sliding_window", false)) return;
    std::vector<std::string> kinds = file.texts("layer_types");
    if (kinds.empty()) {
        const int full = file.integer("max_window_layers", 28, 0, 1 << 24);
        for (int layer = 0; layer < c.decoder.layers; ++layer)
            kinds.emplace_back(layer < full ? "full_attention" : "sliding_attention");
    }
    setWindows(file, c, kinds, "sliding_attention", file.size("sliding_window", 4096));
}

void configureQwen2(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureQwen3(file, c, traits);
    traits.attentionBias = true;
    traits.outputBias = traits.mlpBias = false;
}

void configureBart(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    c.kind = ModelKind::EncoderDecoder;
    c.dModel = c.embeddingWidth = file.size("d_model");
    c.vocabulary = file.size("vocab_size");
    c.encoder.layers = readLayers(file, "encoder_layers");
    c.decoder.layers = readLayers(file, "decoder_layers");
    setHeads(file, "encoder_attention_heads", c, c.encoder);
    setHeads(file, "decoder_attention_heads", c, c.decoder);
    c.encoder.feedForward = file.size("encoder_ffn_dim");
    c.decoder.feedForward = file.size("decoder_ffn_dim");
    c.decoder.causal = true;
    c.maxPositions = file.size("max_position_embeddings", 1024);
    c.positionOffset = 2;
    c.normEps = 1e-5;
    c.embeddingNorm = true;
    c.activation = readActivation(file, "activation_function", "gelu");
    if (file.flag("scale_embedding", false)) c.embeddingScale = std::sqrt(static_cast<double>(c.dModel));
    c.decoderStart = file.integer("decoder_start_token_id", 2, 0, 1 << 24);
    c.generation.forcedLast = {2}; // transformers' classes say so where the file is silent
    traits.tied = file.flag("tie_word_embeddings", true);
    traits.ownTokens = !traits.tied;
    readSpecialIds(file, c);
}

void configureMarian(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    configureBart(file, c, traits);
    c.positions = PositionKind::Sinusoidal;
    c.positionOffset = 0;
    c.embeddingNorm = false;
    c.decoderStart = file.integer("decoder_start_token_id", 58100, 0, 1 << 24);
    c.generation.forcedLast = {0};
    if (!file.flag("share_encoder_decoder_embeddings", true))
        file.fail("share_encoder_decoder_embeddings", "two tables of token vectors are not read");
}

void configureT5(ConfigFile& file, ModelConfig& c, FamilyTraits& traits) {
    c.kind = ModelKind::EncoderDecoder;
    c.dModel = c.embeddingWidth = file.size("d_model");
    c.vocabulary = file.size("vocab_size");
    AttentionConfig& a = c.encoder.attention;
    a.dModel = c.dModel;
    a.heads = a.kvHeads = file.size("num_heads");
    a.dK = a.dV = file.size("d_kv");
    a.score = ScoreKind::Dot;
    c.encoder.feedForward = file.size("d_ff");
    c.encoder.layers = readLayers(file, "num_layers");
    c.decoder = c.encoder;
    c.decoder.causal = true;
    c.decoder.layers = file.has("num_decoder_layers") ? readLayers(file, "num_decoder_layers") : c.encoder.layers;
    c.norm = NormKind::Rms;
    c.normPlace = NormPlace::Before;
    c.normEps = file.number("layer_norm_epsilon", 1e-6);
    c.finalNorm = true;
    std::string bend = file.text("feed_forward_proj", "relu");
    c.gated = bend.starts_with("gated-");
    if (c.gated) bend.erase(0, 6);
    // "gated-gelu" means the tanh form, as transformers reads it.
    c.activation = bend == "relu"                      ? Activation::Relu
                   : bend == "silu" || bend == "swish" ? Activation::Silu
                   : c.gated && bend == "gelu"         ? Activation::GeluTanh
                   : bend == "gelu_new"                ? Activation::GeluTanh
                                                       : Activation::Gelu;
    if (bend != "relu" && bend != "gelu" && bend != "gelu_new" && bend != "silu" && bend != "swish")
        file.fail("feed_forward_proj", "\"" + bend + "\" is not known here");
    c.positions = PositionKind::RelativeBias;
    c.relative.buckets = file.integer("relative_attention_num_buckets", 32, 4, 1 << 16);
    c.relative.maxDistance = file.integer("relative_attention_max_distance", 128, c.relative.buckets / 2 + 1, 1 << 24);
    traits.tied = file.flag("tie_word_embeddings", true);
    if (file.flag("scale_decoder_outputs", traits.tied)) c.logitScale = 1 / std::sqrt(static_cast<double>(c.dModel));
    c.decoderStart = file.integer("decoder_start_token_id", 0, 0, 1 << 24);
    readSpecialIds(file, c);
}

} // namespace headscope::families
