#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/gradients: what PyTorch computes when transformers' models learn.

    pip install torch transformers safetensors numpy        (in a virtual environment outside the tree)
    python tests/oracle/make_gradients.py [--out FOLDER] [--seed N]

Per family (gpt2, bert, bart) a folder NAME with what save_pretrained writes of a small random model, and, all float32 from
computations in float64:
    batch.safetensors       ids.I, decoder_ids.I, targets.I: example I of the batch (−1: nothing is asked);
                            losses [11]: mean cross-entropy before each of ten steps, and after them
    gradients/, after/      folders like that of the model: every tensor's gradient before the first step, and the tensor after ten
                            steps of AdamW: rate 1e-3 after a linear warm-up of 4 steps, betas 0.9 and 0.999, eps 1e-8, decay 0.01 on
                            the matrices of products alone, gradients clipped to length 1 all together
"""
import argparse
import pathlib
import shutil

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.numpy import save_file

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "gradients"
NO_DROPOUT = dict(dropout=0.0, attention_dropout=0.0, activation_dropout=0.0)
MODELS = {
    "gpt2": ("GPT2Config", dict(vocab_size=23, n_embd=24, n_layer=2, n_head=3, n_positions=12, resid_pdrop=0.0, embd_pdrop=0.0,
                                attn_pdrop=0.0), "GPT2LMHeadModel"),
    "bert": ("BertConfig", dict(vocab_size=23, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
                                max_position_embeddings=12, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0),
             "BertForMaskedLM"),
    "bart": ("BartConfig", dict(vocab_size=23, d_model=24, encoder_layers=1, decoder_layers=2, encoder_attention_heads=3,
                                decoder_attention_heads=3, encoder_ffn_dim=40, decoder_ffn_dim=40, max_position_embeddings=12,
                                decoder_start_token_id=2, **NO_DROPOUT), "BartForConditionalGeneration"),
}


def examples(name, rng):
    """Of several lengths; ids that are padding to nobody."""
    batch = []
    for n in (5, 12, 9):
        decoder = rng.integers(4, 23, 7 + n % 3).tolist() if name == "bart" else []
        targets = rng.integers(4, 23, len(decoder) or n).tolist()
        targets = [-1 if rng.random() < 0.3 else t for t in targets[:-1]] + targets[-1:]
        batch.append((rng.integers(4, 23, n).tolist(), decoder, targets))
    return batch


def loss_of(model, batch):
    total, asked = 0, 0
    for ids, decoder, targets in batch:
        more = {"decoder_input_ids": torch.tensor([decoder])} if decoder else {}
        logits = model(input_ids=torch.tensor([ids]), **more).logits[0]
        target = torch.tensor(targets)
        total = total + torch.nn.functional.cross_entropy(logits, target, ignore_index=-1, reduction="sum")
        asked += int((target >= 0).sum())
    return total / asked


def decays(name):
    embedding = any(part in name for part in ("wte", "wpe", "embeddings", "embed", "shared"))
    norm = any(part in name for part in ("ln_", "LayerNorm", "layer_norm", "layernorm"))
    return name.endswith("weight") and not embedding and not norm


def save_like(folder, name, tensors):
    (folder / name).mkdir()
    shutil.copy(folder / "config.json", folder / name)
    save_file({n: np.ascontiguousarray(t.detach().numpy().astype(np.float32)) for n, t in tensors.items()},
              folder / name / "model.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    for name, (config, shape, klass) in MODELS.items():
        torch.manual_seed(args.seed)
        rng = np.random.default_rng(args.seed)
        model = getattr(transformers, klass)(getattr(transformers, config)(attn_implementation="eager", **shape))
        with torch.no_grad():
            for parameter in model.parameters():  # far from where they begin: a gradient that is forgotten shows
                parameter.add_(torch.randn_like(parameter) * 0.1)
        folder = args.out / name
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder)
        with safe_open(folder / "model.safetensors", "np") as file:
            saved = set(file.keys())
        model = model.double()
        names = {n: p for n, p in model.named_parameters() if n in saved}
        assert len(names) == len(list(model.parameters())), "a tied tensor is saved under another name"
        batch = examples(name, rng)
        out = {}
        for i, (ids, decoder, targets) in enumerate(batch):
            out |= {f"ids.{i}": np.array(ids, np.int64), f"targets.{i}": np.array(targets, np.int64)}
            if decoder:
                out[f"decoder_ids.{i}"] = np.array(decoder, np.int64)
        groups = [dict(params=[p for n, p in names.items() if decays(n) == yes], weight_decay=0.01 * yes) for yes in (True, False)]
        optimizer = torch.optim.AdamW(groups, lr=1e-3)
        losses = []
        for step in range(10):
            for group in optimizer.param_groups:
                group["lr"] = 1e-3 * min(1, (step + 1) / 4)
            optimizer.zero_grad()
            loss = loss_of(model, batch)
            losses.append(loss.item())
            loss.backward()
            if step == 0:
                save_like(folder, "gradients", {n: p.grad for n, p in names.items()})
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        losses.append(loss_of(model, batch).item())
        out["losses"] = np.array(losses)
        save_like(folder, "after", names)
        save_file({n: a if a.dtype == np.int64 else a.astype(np.float32) for n, a in out.items()}, folder / "batch.safetensors")
        (folder / "generation_config.json").unlink(missing_ok=True)
        print(name, losses[0], losses[-1], sum(f.stat().st_size for f in folder.rglob("*.*")), "bytes")


if __name__ == "__main__":
    main()
