// SPDX-License-Identifier: GPL-3.0-or-later
// The tensor names are those of transformers; the tables say nothing else.
#include "core/sources/model_families.h"

#include "core/sources/family_configs.h"

namespace headscope {
namespace {

using enum Slot;
using enum BiasRule;
constexpr Layout inOut = Layout::InOut;
constexpr Layout outIn = Layout::OutIn;

// clang-format off
constexpr TensorRow bert[] = {
    {Tokens, "embeddings.word_embeddings", Without},
    {Positions, "embeddings.position_embeddings", Without},
    {TokenTypes, "embeddings.token_type_embeddings", Without},
    {EmbeddingNorm, "embeddings.LayerNorm"},
    {SelfQ, "encoder.layer.#.attention.self.query"},
    {SelfK, "encoder.layer.#.attention.self.key"},
    {SelfV, "encoder.layer.#.attention.self.value"},
    {SelfO, "encoder.layer.#.attention.output.dense"},
    {SelfNorm, "encoder.layer.#.attention.output.LayerNorm"},
    {Up, "encoder.layer.#.intermediate.dense"},
    {Down, "encoder.layer.#.output.dense"},
    {MlpNorm, "encoder.layer.#.output.LayerNorm"},
};
constexpr TensorRow bertHead[] = {
    {HeadTransform, "cls.predictions.transform.dense"},
    {HeadNorm, "cls.predictions.transform.LayerNorm"},
    {HeadTokens, "cls.predictions.decoder", Without},
    {HeadBias, "cls.predictions.bias"},
    {HeadBias, "cls.predictions.decoder.bias"},
};
constexpr TensorRow robertaHead[] = {
    {HeadTransform, "lm_head.dense"},
    {HeadNorm, "lm_head.layer_norm"},
    {HeadTokens, "lm_head.decoder", Without},
    {HeadBias, "lm_head.bias"},
    {HeadBias, "lm_head.decoder.bias"},
};
constexpr TensorRow electraOwn[] = {
    {EmbeddingProjection, "embeddings_project"},
    {HeadTransform, "generator_predictions.dense"},
    {HeadNorm, "generator_predictions.LayerNorm"},
    {HeadTokens, "generator_lm_head", Without},
    {HeadBias, "generator_lm_head.bias"},
};
constexpr TensorRow albert[] = {
    {Tokens, "embeddings.word_embeddings", Without},
    {Positions, "embeddings.position_embeddings", Without},
    {TokenTypes, "embeddings.token_type_embeddings", Without},
    {EmbeddingNorm, "embeddings.LayerNorm"},
    {EmbeddingProjection, "encoder.embedding_hidden_mapping_in"},
    {SelfQ, "encoder.albert_layer_groups.#.albert_layers.0.attention.query"},
    {SelfK, "encoder.albert_layer_groups.#.albert_layers.0.attention.key"},
    {SelfV, "encoder.albert_layer_groups.#.albert_layers.0.attention.value"},
    {SelfO, "encoder.albert_layer_groups.#.albert_layers.0.attention.dense"},
    {SelfNorm, "encoder.albert_layer_groups.#.albert_layers.0.attention.LayerNorm"},
    {Up, "encoder.albert_layer_groups.#.albert_layers.0.ffn"},
    {Down, "encoder.albert_layer_groups.#.albert_layers.0.ffn_output"},
    {MlpNorm, "encoder.albert_layer_groups.#.albert_layers.0.full_layer_layer_norm"},
    {HeadTransform, "predictions.dense"},
    {HeadNorm, "predictions.LayerNorm"},
    {HeadTokens, "predictions.decoder", Without},
    {HeadBias, "predictions.bias"},
    {HeadBias, "predictions.decoder.bias"},
};
constexpr TensorRow distilbert[] = {
    {Tokens, "embeddings.word_embeddings", Without},
    {Positions, "embeddings.position_embeddings", Without},
    {EmbeddingNorm, "embeddings.LayerNorm"},
    {SelfQ, "transformer.layer.#.attention.q_lin"},
    {SelfK, "transformer.layer.#.attention.k_lin"},
    {SelfV, "transformer.layer.#.attention.v_lin"},
    {SelfO, "transformer.layer.#.attention.out_lin"},
    {SelfNorm, "transformer.layer.#.sa_layer_norm"},
    {Up, "transformer.layer.#.ffn.lin1"},
    {Down, "transformer.layer.#.ffn.lin2"},
    {MlpNorm, "transformer.layer.#.output_layer_norm"},
    {HeadTransform, "vocab_transform"},
    {HeadNorm, "vocab_layer_norm"},
    {HeadTokens, "vocab_projector", Without},
    {HeadBias, "vocab_projector.bias"},
};
constexpr TensorRow gpt2[] = {
    {Tokens, "wte", Without},
    {Positions, "wpe", Without},
    {SelfNorm, "h.#.ln_1"},
    {SelfQkv, "h.#.attn.c_attn", With, inOut},
    {SelfO, "h.#.attn.c_proj", With, inOut},
    {MlpNorm, "h.#.ln_2"},
    {Up, "h.#.mlp.c_fc", With, inOut},
    {Down, "h.#.mlp.c_proj", With, inOut},
    {FinalNorm, "ln_f"},
    {HeadTokens, "lm_head", Without},
};
constexpr TensorRow gptNeo[] = {
    {Tokens, "wte", Without},
    {Positions, "wpe", Without},
    {SelfNorm, "h.#.ln_1"},
    {SelfQ, "h.#.attn.attention.q_proj", Without},
    {SelfK, "h.#.attn.attention.k_proj", Without},
    {SelfV, "h.#.attn.attention.v_proj", Without},
    {SelfO, "h.#.attn.attention.out_proj"},
    {MlpNorm, "h.#.ln_2"},
    {Up, "h.#.mlp.c_fc"},
    {Down, "h.#.mlp.c_proj"},
    {FinalNorm, "ln_f"},
    {HeadTokens, "lm_head", Without},
};
constexpr TensorRow gptNeoX[] = {
    {Tokens, "embed_in", Without},
    {SelfNorm, "layers.#.input_layernorm"},
    {SelfQkv, "layers.#.attention.query_key_value", BiasRule::Attention, outIn, true},
    {SelfO, "layers.#.attention.dense", BiasRule::Output},
    {MlpNorm, "layers.#.post_attention_layernorm"},
    {Up, "layers.#.mlp.dense_h_to_4h"},
    {Down, "layers.#.mlp.dense_4h_to_h"},
    {FinalNorm, "final_layer_norm"},
    {HeadTokens, "embed_out", Without},
};
constexpr TensorRow llama[] = {
    {Tokens, "embed_tokens", Without},
    {SelfNorm, "layers.#.input_layernorm", Without},
    {SelfQ, "layers.#.self_attn.q_proj", BiasRule::Attention},
    {SelfK, "layers.#.self_attn.k_proj", BiasRule::Attention},
    {SelfV, "layers.#.self_attn.v_proj", BiasRule::Attention},
    {SelfO, "layers.#.self_attn.o_proj", BiasRule::Output},
    {MlpNorm, "layers.#.post_attention_layernorm", Without},
    {Gate, "layers.#.mlp.gate_proj", Mlp},
    {Up, "layers.#.mlp.up_proj", Mlp},
    {Down, "layers.#.mlp.down_proj", Mlp},
    {FinalNorm, "norm", Without},
    {HeadTokens, "lm_head", Without},
};
constexpr TensorRow qwen3Own[] = {
    {QNorm, "layers.#.self_attn.q_norm", Without},
    {KNorm, "layers.#.self_attn.k_norm", Without},
};
constexpr TensorRow bart[] = {
    {Tokens, "shared", Without},
    {Tokens, "encoder.embed_tokens", Without},
    {Positions, "@.embed_positions", Without},
    {EmbeddingNorm, "@.layernorm_embedding"},
    {SelfQ, "@.layers.#.self_attn.q_proj"},
    {SelfK, "@.layers.#.self_attn.k_proj"},
    {SelfV, "@.layers.#.self_attn.v_proj"},
    {SelfO, "@.layers.#.self_attn.out_proj"},
    {SelfNorm, "@.layers.#.self_attn_layer_norm"},
    {CrossQ, "decoder.layers.#.encoder_attn.q_proj"},
    {CrossK, "decoder.layers.#.encoder_attn.k_proj"},
    {CrossV, "decoder.layers.#.encoder_attn.v_proj"},
    {CrossO, "decoder.layers.#.encoder_attn.out_proj"},
    {CrossNorm, "decoder.layers.#.encoder_attn_layer_norm"},
    {Up, "@.layers.#.fc1"},
    {Down, "@.layers.#.fc2"},
    {MlpNorm, "@.layers.#.final_layer_norm"},
    {HeadTokens, "lm_head", Without},
    {HeadBias, "final_logits_bias"},
};
constexpr TensorRow t5[] = {
    {Tokens, "shared", Without},
    {Tokens, "encoder.embed_tokens", Without},
    {RelativeBias, "@.block.0.layer.0.SelfAttention.relative_attention_bias", Without},
    {SelfNorm, "@.block.#.layer.0.layer_norm", Without},
    {SelfQ, "@.block.#.layer.0.SelfAttention.q", Without},
    {SelfK, "@.block.#.layer.0.SelfAttention.k", Without},
    {SelfV, "@.block.#.layer.0.SelfAttention.v", Without},
    {SelfO, "@.block.#.layer.0.SelfAttention.o", Without},
    {CrossNorm, "decoder.block.#.layer.1.layer_norm", Without},
    {CrossQ, "decoder.block.#.layer.1.EncDecAttention.q", Without},
    {CrossK, "decoder.block.#.layer.1.EncDecAttention.k", Without},
    {CrossV, "decoder.block.#.layer.1.EncDecAttention.v", Without},
    {CrossO, "decoder.block.#.layer.1.EncDecAttention.o", Without},
    {MlpNorm, "encoder.block.#.layer.1.layer_norm", Without},
    {Up, "encoder.block.#.layer.1.DenseReluDense.wi", Without},
    {Gate, "encoder.block.#.layer.1.DenseReluDense.wi_0", Without},
    {Up, "encoder.block.#.layer.1.DenseReluDense.wi_1", Without},
    {Down, "encoder.block.#.layer.1.DenseReluDense.wo", Without},
    {MlpNorm, "decoder.block.#.layer.2.layer_norm", Without},
    {Up, "decoder.block.#.layer.2.DenseReluDense.wi", Without},
    {Gate, "decoder.block.#.layer.2.DenseReluDense.wi_0", Without},
    {Up, "decoder.block.#.layer.2.DenseReluDense.wi_1", Without},
    {Down, "decoder.block.#.layer.2.DenseReluDense.wo", Without},
    {FinalNorm, "@.final_layer_norm", Without},
    {HeadTokens, "lm_head", Without},
};

constexpr ModelFamily known[] = {
    {"albert", "ALBERT", "Albert", "albert.", families::configureAlbert, albert},
    {"bart", "BART", "Bart", "model.", families::configureBart, bart},
    {"bert", "BERT", "Bert", "bert.", families::configureBert, bert, bertHead},
    {"camembert", "CamemBERT", "Camembert", "roberta.", families::configureRoberta, bert, robertaHead},
    {"distilbert", "DistilBERT", "DistilBert", "distilbert.", families::configureDistilBert, distilbert},
    {"electra", "ELECTRA", "Electra", "electra.", families::configureElectra, bert, electraOwn},
    {"gpt2", "GPT-2", "GPT2", "transformer.", families::configureGpt2, gpt2},
    {"gpt_neo", "GPT-Neo", "GPTNeo", "transformer.", families::configureGptNeo, gptNeo},
    {"gpt_neox", "GPT-NeoX", "GPTNeoX", "gpt_neox.", families::configureGptNeoX, gptNeoX},
    {"llama", "Llama", "Llama", "model.", families::configureLlama, llama},
    {"marian", "Marian", "Marian", "model.", families::configureMarian, bart},
    {"mistral", "Mistral", "Mistral", "model.", families::configureMistral, llama},
    {"qwen2", "Qwen2", "Qwen2", "model.", families::configureQwen2, llama},
    {"qwen3", "Qwen3", "Qwen3", "model.", families::configureQwen3, llama, qwen3Own},
    {"roberta", "RoBERTa", "Roberta", "roberta.", families::configureRoberta, bert, robertaHead},
    {"t5", "T5", "T5", "transformer.", families::configureT5, t5},
    {"xlm-roberta", "XLM-R", "XLMRoberta", "roberta.", families::configureRoberta, bert, robertaHead},
};
// clang-format on

} // namespace

std::span<const ModelFamily> modelFamilies() {
    return known;
}

} // namespace headscope
