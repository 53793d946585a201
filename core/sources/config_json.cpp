// SPDX-License-Identifier: GPL-3.0-or-later
// The keys are transformers'; dropout is 0 everywhere, as nothing here is trained with it.
#include "core/sources/config_json.h"

#include <cassert>
#include <nlohmann/json.hpp>

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

const char* activationName(Activation activation) {
    switch (activation) {
    case Activation::Gelu:
        return "gelu";
    case Activation::GeluTanh:
        return "gelu_new";
    case Activation::QuickGelu:
        return "quick_gelu";
    case Activation::Silu:
        return "silu";
    case Activation::Relu:
        return "relu";
    case Activation::Tanh:
        return "tanh";
    case Activation::Sigmoid:
        return "sigmoid";
    }
    return "gelu";
}

Json idOrNull(std::optional<int> id) {
    return id ? Json(*id) : Json(nullptr);
}

void addSpecialIds(const ModelConfig& c, Json& json) {
    json["bos_token_id"] = idOrNull(c.special.bos);
    json["eos_token_id"] = c.special.eos.empty()       ? Json(nullptr)
                           : c.special.eos.size() == 1 ? Json(c.special.eos[0])
                                                       : Json(c.special.eos);
    json["pad_token_id"] = idOrNull(c.special.pad);
    for (const auto& [key, id] :
         {std::pair{"cls_token_id", c.special.cls}, {"sep_token_id", c.special.sep}, {"mask_token_id", c.special.mask}})
        if (id) json[key] = *id;
}

void addGpt2(const ModelConfig& c, Json& json) {
    json["n_embd"] = c.dModel;
    json["n_layer"] = c.decoder.layers;
    json["n_head"] = c.decoder.attention.heads;
    json["n_inner"] = c.decoder.feedForward;
    json["n_positions"] = c.maxPositions;
    json["activation_function"] = activationName(c.activation);
    json["layer_norm_epsilon"] = c.normEps;
    json["scale_attn_weights"] = c.decoder.attention.score != ScoreKind::Dot;
    json["scale_attn_by_inverse_layer_idx"] = !c.decoder.temperatures.empty();
    for (const char* key : {"attn_pdrop", "embd_pdrop", "resid_pdrop"}) json[key] = 0.0;
}

void addBert(const ModelConfig& c, Json& json) {
    json["hidden_size"] = c.dModel;
    json["num_hidden_layers"] = c.encoder.layers;
    json["num_attention_heads"] = c.encoder.attention.heads;
    json["intermediate_size"] = c.encoder.feedForward;
    json["max_position_embeddings"] = c.maxPositions;
    json["type_vocab_size"] = c.tokenTypes;
    json["hidden_act"] = activationName(c.activation);
    json["layer_norm_eps"] = c.normEps;
    for (const char* key : {"attention_probs_dropout_prob", "hidden_dropout_prob"}) json[key] = 0.0;
}

void addBart(const ModelConfig& c, Json& json) {
    json["is_encoder_decoder"] = true;
    json["d_model"] = c.dModel;
    for (const bool decoder : {false, true}) {
        const StackConfig& stack = decoder ? c.decoder : c.encoder;
        const std::string name = decoder ? "decoder_" : "encoder_";
        json[name + "layers"] = stack.layers;
        json[name + "attention_heads"] = stack.attention.heads;
        json[name + "ffn_dim"] = stack.feedForward;
    }
    json["max_position_embeddings"] = c.maxPositions;
    json["activation_function"] = activationName(c.activation);
    json["scale_embedding"] = c.embeddingScale != 1;
    json["decoder_start_token_id"] = c.decoderStart;
    const std::vector<int>& forced = c.generation.forcedLast; // silence would mean the class's own
    json["forced_eos_token_id"] = forced.empty() ? Json() : forced.size() == 1 ? Json(forced[0]) : Json(forced);
    for (const char* key : {"activation_dropout", "attention_dropout", "dropout", "classifier_dropout"})
        json[key] = 0.0;
}

struct Known {
    ConfigWriter names;
    void (*add)(const ModelConfig&, Json&);
};
constexpr Known known[] = {
    {{"bart", "BartForConditionalGeneration"}, addBart},
    {{"bert", "BertForMaskedLM"}, addBert},
    {{"gpt2", "GPT2LMHeadModel"}, addGpt2},
};

} // namespace

std::vector<ConfigWriter> configWriters() {
    std::vector<ConfigWriter> all;
    for (const Known& k : known) all.push_back(k.names);
    return all;
}

std::string configJson(const ModelConfig& config, bool tied) {
    for (const Known& k : known) {
        if (k.names.type != config.family) continue;
        Json json = {{"architectures", {k.names.architecture}}, {"model_type", k.names.type}};
        k.add(config, json);
        addSpecialIds(config, json);
        json["dtype"] = "float32"; // what it is computed with, however it lies in the file
        json["tie_word_embeddings"] = tied;
        json["vocab_size"] = config.vocabulary;
        return json.dump(2) + "\n";
    }
    assert(false && "a family that is written");
    return {};
}

} // namespace headscope
