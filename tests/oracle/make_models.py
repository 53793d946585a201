#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/models: small random models of every family, saved by transformers, with what transformers computes.

    pip install torch transformers safetensors numpy        (in a virtual environment outside the tree)
    python tests/oracle/make_models.py [--out FOLDER] [--seed N] [NAME …]
    python tests/oracle/make_models.py --random N --out FOLDER      N other shapes of every family, to try once
    python tests/oracle/make_models.py --folder MODEL --out FOLDER  a real model, to try once

Per model NAME: what save_pretrained writes (then made older, split or renamed where the table says so), and
expected32.safetensors, expected64.safetensors: ids, types, decoder_ids, SITE.hidden.L [n, d_model],
SITE.attention.L [heads, n_q, n_k] and logits [n, vocabulary], SITE as on the command line. They come from the saved folder,
read back with eager attention, in float32 and in float64; in the latter every cast to float32 that the library has in its
code is one to float64, so that the numbers are exact to 1e-13.
"""
import argparse
import contextlib
import json
import math
import pathlib
import random
import shutil

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "models"


def plain(**shape):
    return dict(dict(vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                     max_position_embeddings=40), **shape)


def llama(**shape):
    return dict(plain(), num_key_value_heads=2, **shape)


BART = dict(vocab_size=60, d_model=32, encoder_layers=1, decoder_layers=2, encoder_attention_heads=4,
            decoder_attention_heads=2, encoder_ffn_dim=40, decoder_ffn_dim=48, max_position_embeddings=40,
            decoder_start_token_id=2)
T5 = dict(vocab_size=60, d_model=32, d_kv=6, d_ff=40, num_layers=1, num_decoder_layers=2, num_heads=4,
          relative_attention_num_buckets=8, relative_attention_max_distance=20, decoder_start_token_id=0)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)

# NAME: (config, its shape, class, what is done to the folder)
MODELS = {
    "albert": ("AlbertConfig", plain(embedding_size=16, num_hidden_layers=4, num_hidden_groups=2), "AlbertForMaskedLM", ""),
    "bart": ("BartConfig", BART, "BartForConditionalGeneration", ""),
    "bert": ("BertConfig", plain(), "BertForMaskedLM", "gamma"),
    "bert_bare": ("BertConfig", plain(hidden_act="relu", layer_norm_eps=1e-5), "BertModel", "sentence"),
    "camembert": ("CamembertConfig", plain(type_vocab_size=1, pad_token_id=1), "CamembertModel", ""),
    "distilbert": ("DistilBertConfig", dict(vocab_size=60, dim=32, n_layers=2, n_heads=4, hidden_dim=48,
                                            max_position_embeddings=40), "DistilBertForMaskedLM", ""),
    "electra": ("ElectraConfig", plain(embedding_size=16), "ElectraForMaskedLM", ""),
    "gpt2": ("GPT2Config", dict(vocab_size=60, n_embd=32, n_layer=2, n_head=4, n_positions=40), "GPT2LMHeadModel", ""),
    "gpt2_bare": ("GPT2Config", dict(vocab_size=60, n_embd=24, n_layer=3, n_head=2, n_positions=40, n_inner=40,
                                     scale_attn_by_inverse_layer_idx=True), "GPT2Model", "sharded"),
    "gpt_neo": ("GPTNeoConfig", dict(vocab_size=60, hidden_size=32, num_layers=2, num_heads=4, window_size=5,
                                     attention_types=[[["global", "local"], 1]], max_position_embeddings=40),
                "GPTNeoForCausalLM", ""),
    "gpt_neox": ("GPTNeoXConfig", plain(rope_parameters=dict(rope_type="default", rope_theta=10000.0,
                                                             partial_rotary_factor=0.5)), "GPTNeoXForCausalLM", ""),
    "gpt_neox_serial": ("GPTNeoXConfig", plain(use_parallel_residual=False, attention_bias=False), "GPTNeoXModel", "v4"),
    "llama": ("LlamaConfig", llama(rope_parameters=LLAMA3), "LlamaForCausalLM", "bfloat16"),
    "llama_linear": ("LlamaConfig", llama(attention_bias=True, mlp_bias=True, tie_word_embeddings=True,
                                          rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.0)),
                     "LlamaForCausalLM", "v4"),
    "marian": ("MarianConfig", dict(BART, activation_function="swish", scale_embedding=True, pad_token_id=59,
                                    decoder_start_token_id=59), "MarianMTModel", ""),
    "mistral": ("MistralConfig", llama(sliding_window=5), "MistralForCausalLM", ""),
    "qwen2": ("Qwen2Config", llama(use_sliding_window=True, sliding_window=4, max_window_layers=1, tie_word_embeddings=True),
              "Qwen2ForCausalLM", "float16 sharded"),
    "qwen3": ("Qwen3Config", llama(head_dim=12), "Qwen3ForCausalLM", ""),
    "roberta": ("RobertaConfig", plain(type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5), "RobertaForMaskedLM", ""),
    "t5": ("T5Config", T5, "T5ForConditionalGeneration", ""),
    "t5_gated": ("T5Config", dict(T5, feed_forward_proj="gated-gelu", tie_word_embeddings=False),
                 "T5ForConditionalGeneration", ""),
    "xlm_roberta": ("XLMRobertaConfig", plain(type_vocab_size=1, pad_token_id=1), "XLMRobertaModel", ""),
}


def fill(model):
    """Norms of 1 and biases of 0 would hide that one was forgotten."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() > 1:
                p.copy_(torch.randn_like(p) * (0.7 if "embed" in name or "wte" in name else 1.2 / math.sqrt(p.shape[-1])))
            else:
                p.copy_(torch.randn_like(p) * 0.3 + (0 if name.endswith("bias") else 1))
        for name, b in model.named_buffers():
            if name == "final_logits_bias":
                b.copy_(torch.randn_like(b) * 0.3)


def older(folder):
    """The keys of transformers 4 instead of rope_parameters."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    if config["model_type"] == "gpt_neox":
        config["rotary_emb_base"] = rope["rope_theta"]
        config["rotary_pct"] = rope["partial_rotary_factor"]
    else:
        config["rope_theta"] = rope.pop("rope_theta")
        rope["type"] = rope.pop("rope_type")
        config["rope_scaling"] = rope
    path.write_text(json.dumps(config, indent=2))


def save(model, folder, treatment):
    if folder.exists():
        shutil.rmtree(folder)
    inner = folder / "0_Transformer" if "sentence" in treatment else folder
    inner.mkdir(parents=True)
    for number in ("bfloat16", "float16"):
        if number in treatment.split():
            model = model.to(getattr(torch, number))
    model.save_pretrained(inner, max_shard_size="20KB" if "sharded" in treatment else "1GB")
    (inner / "generation_config.json").unlink(missing_ok=True)
    if "v4" in treatment:
        older(inner)
    if "gamma" in treatment:
        old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        weights = load_file(inner / "model.safetensors")
        for new, name in old.items():
            weights = {k.replace(new, name): v for k, v in weights.items()}
        save_file(weights, inner / "model.safetensors", metadata={"format": "pt"})
    return inner


@contextlib.contextmanager
def doubled():
    """Casts to float32 in the library's code become casts to float64."""
    saved = torch.float32, torch.float, torch.Tensor.float
    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = torch.Tensor.double
    try:
        yield
    finally:
        torch.float32, torch.float, torch.Tensor.float = saved


def run(model, inputs, head):
    kind = model.config.is_encoder_decoder
    args = {"input_ids": torch.tensor([inputs["ids"]])}
    if "types" in inputs:
        args["token_type_ids"] = torch.tensor([inputs["types"]])
    if kind:
        args["decoder_input_ids"] = torch.tensor([inputs["decoder_ids"]])
    with torch.no_grad():
        out = model(**args, output_attentions=True, output_hidden_states=True, use_cache=False) if kind or \
            "use_cache" in model.forward.__code__.co_varnames else \
            model(**args, output_attentions=True, output_hidden_states=True)
    numbers = {}
    sites = [("encoder", out.encoder_hidden_states, out.encoder_attentions),
             ("decoder", out.decoder_hidden_states, out.decoder_attentions), ("cross", [], out.cross_attentions)] if kind \
        else [("self", out.hidden_states, out.attentions)]
    for site, hidden, attentions in sites:
        for i, h in enumerate(hidden):
            numbers[f"{site}.hidden.{i}"] = h[0]
        for i, a in enumerate(attentions):
            numbers[f"{site}.attention.{i}"] = a[0]
    if head:
        numbers["logits"] = out.logits[0]
    return numbers


def expect(inner, folder, klass, inputs, head):
    read = getattr(transformers, klass).from_pretrained
    model = read(inner, dtype=torch.float32, attn_implementation="eager").eval()
    ids = {k: torch.tensor(v, dtype=torch.int64) for k, v in inputs.items()}
    results = {"32": run(model, inputs, head)}
    model = model.double()
    with doubled():
        results["64"] = run(model, inputs, head)
    for bits, numbers in results.items():
        wanted = torch.float64 if bits == "64" else torch.float32
        assert all(v.dtype == wanted for v in numbers.values()), {k: v.dtype for k, v in numbers.items()}
        save_file({**ids, **{k: v.contiguous() for k, v in numbers.items()}}, folder / f"expected{bits}.safetensors")


def draw_inputs(rng, config, klass):
    vocabulary = config.vocab_size
    n = rng.randint(17, 23)
    inputs = {"ids": [rng.randrange(3, vocabulary) for _ in range(n)]}
    if config.model_type in ("roberta", "camembert", "xlm-roberta"):
        inputs["ids"][4] = config.pad_token_id  # typed by somebody: it has no position of its own
    if getattr(config, "type_vocab_size", 1) > 1:
        inputs["types"] = [int(i > n // 2) for i in range(n)]
    if config.is_encoder_decoder:
        inputs["decoder_ids"] = [config.decoder_start_token_id] + [rng.randrange(3, vocabulary) for _ in range(rng.randint(8, 14))]
    return inputs


def has_head(klass):
    return klass.endswith(("MaskedLM", "CausalLM", "LMHeadModel", "ConditionalGeneration", "MTModel"))


def make(name, out, seed, vary=None):
    config_class, shape, klass, treatment = MODELS[name.split("~")[0]]
    rng = random.Random(f"{name} {seed}")
    shape = vary(rng, shape) if vary else shape
    torch.manual_seed(rng.randrange(1 << 30))
    config = getattr(transformers, config_class)(**shape)
    model = getattr(transformers, klass)(config).eval()
    fill(model)
    inner = save(model, out / name, treatment)
    expect(inner, out / name, klass, draw_inputs(rng, config, klass), has_head(klass))
    size = sum(f.stat().st_size for f in (out / name).rglob("*") if f.is_file())
    print(f"{name:16} {size / 1000:6.0f} kB")


def vary(rng, shape):
    """Another width, depth and number of heads of the same kind of model."""
    shape = dict(shape)
    quarter = "use_parallel_residual" in shape  # of a head is turned: an even number
    heads, size = rng.choice([1, 2, 3, 4, 6]), rng.choice([8, 16, 24] if quarter else [4, 6, 8, 10, 20])
    for key in ("hidden_size", "dim", "n_embd", "d_model"):
        if key in shape:
            shape[key] = heads * size
    for key in ("num_attention_heads", "n_heads", "n_head", "num_heads", "encoder_attention_heads", "decoder_attention_heads"):
        if key in shape:
            shape[key] = heads
    if "num_key_value_heads" in shape:
        shape["num_key_value_heads"] = rng.choice([k for k in range(1, heads + 1) if heads % k == 0])
    if "head_dim" in shape:
        shape["head_dim"] = rng.choice([2, 4, 10, 34])
    for key in ("intermediate_size", "hidden_dim", "n_inner", "d_ff", "encoder_ffn_dim", "decoder_ffn_dim"):
        if key in shape:
            shape[key] = rng.randrange(5, 150)
    for key in ("num_hidden_layers", "n_layers", "n_layer", "num_layers", "encoder_layers", "decoder_layers"):
        if key in shape and "attention_types" not in shape:
            shape[key] = rng.randrange(2, 5)
    shape["vocab_size"] = rng.randrange(61, 130)
    for key in ("sliding_window", "window_size"):
        if key in shape:
            shape[key] = rng.randrange(1, 9)
    return shape


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    if args.folder:
        target = args.out / args.folder.name
        shutil.copytree(args.folder, target)
        config = transformers.AutoConfig.from_pretrained(target)
        klass = config.architectures[0]
        expect(target, target, klass, draw_inputs(random.Random(args.seed), config, klass), has_head(klass))
        return
    for name in args.names or MODELS:
        for i in range(args.random):
            make(f"{name}~{i}", args.out, args.seed, vary)
        if not args.random:
            make(name, args.out, args.seed)


if __name__ == "__main__":
    main()
