#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares `headscope trace --model` and `headscope predict` with transformers and tokenizers on fresh texts.

    pip install torch transformers tokenizers safetensors numpy     (in a virtual environment outside the tree)
    python tests/oracle/model_parity.py PROGRAM [--seed N] [--texts N] [--folder FOLDER …]

Each folder holds models as make_models.py and make_model_tokenizers.py write them; by default tests/golden/models, or
--random N other shapes of every family. What is compared: ids, byte ranges, segments, weights (1e-5), scores against
weights, context, hidden states and logits (1e-4), predictions and greedy continuations.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer

import make_model_tokenizers
import make_models

WORDS = "the cat sat on mat no man is an island it was tired dog and un unwanted naïve café a x 日本 🦙 quick it's".split()
MASKS = {"bert": "[MASK]", "distilbert": "[MASK]", "electra": "[MASK]", "albert": "[MASK]", "roberta": "<mask>",
         "camembert": "<mask>", "xlm-roberta": "<mask>", "bart": "<mask>"}


class Case:
    def __init__(self, program, folder):
        self.program, self.outer = program, folder
        self.name = folder.name
        inner = next(folder.rglob("config.json")).parent
        klass = json.loads((inner / "config.json").read_text())["architectures"][0]
        read = getattr(transformers, klass).from_pretrained
        self.model = read(inner, dtype=torch.float32, attn_implementation="eager").eval()
        self.config = self.model.config
        self.head = make_models.has_head(klass)
        self.tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.both = bool(self.config.is_encoder_decoder)
        self.decoder = not self.both and klass.endswith(("LMHeadModel", "CausalLM", "GPT2Model", "GPTNeoXModel"))
        self.wrong = []
        self.worst = dict.fromkeys(("weights", "context", "hidden", "logits", "probability"), 0.0)

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr.decode()}")
        return done.stdout.decode()

    def same(self, what, ours, theirs):
        if ours != theirs:
            self.wrong.append(f"{what}: {ours!r} is not {theirs!r}")

    def close(self, what, ours, theirs, most, name=None):
        theirs = np.asarray(theirs)
        if ours.shape != theirs.shape:
            self.wrong.append(f"{name or what}: shape {ours.shape} is not {theirs.shape}")
            return
        error = float(np.abs(ours - theirs).max(initial=0))
        self.worst[what] = max(self.worst[what], error)
        if not error <= most:
            self.wrong.append(f"{name or what}: {error:.2e} apart")

    def inputs(self, text, second):
        """The encodings as (encoding, texts) of both sequences, and what the model is fed."""
        texts = [text] if second is None or self.both else [text, second]
        encoding = self.tokenizer.encode(*texts)
        inputs = {"input_ids": encoding.ids}
        if len(texts) == 2 and getattr(self.config, "type_vocab_size", 1) > 1:
            inputs["token_type_ids"] = encoding.type_ids
        if self.both:
            start = [self.config.decoder_start_token_id]
            inputs["decoder_input_ids"] = start + (without_end(self.tokenizer.encode(second)) if second else [])
        return encoding, texts, inputs

    def expected(self, inputs):
        args = {k: torch.tensor([v]) for k, v in inputs.items()}
        if self.both:  # the library's cache counts the encoder's layers
            args["use_cache"] = False
        with torch.no_grad():
            return self.model(**args, output_attentions=True, output_hidden_states=True)


def without_end(encoding):
    """Ids but for the end that the template puts in."""
    return encoding.ids[:-1] if encoding.word_ids and encoding.word_ids[-1] is None else encoding.ids


def byte_spans(encoding, texts):
    tables = [np.concatenate([[0], np.cumsum([len(c.encode()) for c in t])]).astype(int) for t in texts]
    spans = []
    for word, sequence, (begin, end) in zip(encoding.word_ids, encoding.sequence_ids, encoding.offsets):
        table = tables[sequence if len(texts) > 1 and sequence else 0]
        spans.append([-1, -1] if word is None else [int(table[begin]), int(table[end])])
    return spans


def check_layer(case, arrays, prefix, attention):
    weights = arrays[prefix + "weights"]
    case.close("weights", weights, attention[0], 1e-5, prefix + "weights")
    scores, mask = arrays[prefix + "scores"].astype(np.float64), arrays[prefix + "mask"]
    e = np.where(mask, np.exp(scores - np.where(mask, scores, -np.inf).max(-1, keepdims=True)), 0)
    case.close("weights", weights, e / e.sum(-1, keepdims=True), 1e-5, prefix + "scores")
    v = arrays[prefix + "v"]
    v = v.repeat(weights.shape[0] // v.shape[0], axis=0)
    case.close("context", arrays[prefix + "context"], weights @ v, 1e-4, prefix + "context")


def check_trace(case, text, second, target):
    arguments = ["trace", "--model", str(case.outer), "--text=" + text, "-o", target, "--what",
                 "weights,scores,mask,q,k,v,context,output,input,hidden" + (",logits" if case.head else "")]
    case.run(*arguments, *(["--text2=" + second] if second is not None else []))
    arrays = dict(np.load(target))
    tokens = json.loads(bytes(np.load(target)["tokens.json"])) if "tokens.json" in arrays else None
    encoding, texts, inputs = case.inputs(text, second)
    case.same("ids", arrays["ids"].tolist(), encoding.ids)
    case.same("spans", arrays["spans"].tolist(), byte_spans(encoding, texts))
    if tokens:
        case.same("segments", [t["segment"] for t in tokens], encoding.type_ids)
        case.same("texts", [t["text"] for t in tokens], encoding.tokens)
    out = case.expected(inputs)
    if case.both:
        case.same("ids2", arrays["ids2"].tolist(), inputs["decoder_input_ids"])
        n = len(inputs["decoder_input_ids"]) - 1
        case.same("spans2", arrays["spans2"].tolist(),
                  [[-1, -1]] + (byte_spans(case.tokenizer.encode(second), [second])[:n] if second else []))
        sites = [("encoder", out.encoder_attentions), ("decoder", out.decoder_attentions), ("cross", out.cross_attentions)]
        hidden = [("encoder.", out.encoder_hidden_states), ("decoder.", out.decoder_hidden_states)]
    else:
        sites, hidden = [("self", out.attentions)], [("", out.hidden_states)]
    wanted = {"ids", "spans"} | ({"ids2", "spans2"} if case.both else set()) | ({"logits"} if case.head else set())
    for site, attentions in sites:
        for layer, attention in enumerate(attentions):
            prefix = f"{site}.{layer}."
            wanted |= {prefix + n for n in "weights scores mask q k v context output input".split()}
            check_layer(case, arrays, prefix, attention)
    for prefix, states in hidden:
        for layer, state in enumerate(states):
            wanted.add(f"{prefix}hidden.{layer}")
            case.close("hidden", arrays[f"{prefix}hidden.{layer}"], state[0], 1e-4, f"{prefix}hidden.{layer}")
    case.same("names", {n for n in arrays if "json" not in n}, wanted)
    if case.head:
        case.close("logits", arrays["logits"], out.logits[0], 1e-4)


def check_predict(case, text, second):
    mask = MASKS.get(case.config.model_type) if not case.both else None
    if not case.head:
        return
    if mask:
        text = text + " " + mask + " the " + mask
    encoding, _, inputs = case.inputs(text, second)
    logits = case.expected(inputs).logits[0].double()
    ids = inputs["decoder_input_ids"] if case.both else encoding.ids
    positions = [i for i, x in enumerate(ids) if x == case.tokenizer.token_to_id(mask)] if mask else [len(ids) - 1]
    more = ["--text2=" + second] if second is not None else []
    ours = json.loads(case.run("predict", "--model", str(case.outer), "--text=" + text, "--top", "4", "--json", *more))
    case.same("positions", [p["position"] for p in ours], positions)
    for at, position in zip(ours, positions):
        shares = logits[position].softmax(-1)
        best = shares.topk(4)
        case.same("prediction", [p["id"] for p in at["predictions"]], best.indices.tolist())
        case.close("probability", np.array([p["probability"] for p in at["predictions"]]), best.values, 1e-5)
        case.same("decoded", [p["text"] for p in at["predictions"]],
                  [case.tokenizer.decode([p["id"]], skip_special_tokens=False) for p in at["predictions"]])


def check_generate(case, text, second, count):
    if not case.head or not (case.both or case.decoder):
        return
    _, _, inputs = case.inputs(text, second)
    args = {k: torch.tensor([v]) for k, v in inputs.items()}
    with torch.no_grad():
        out = case.model.generate(**args, attention_mask=torch.ones_like(args["input_ids"]), do_sample=False, num_beams=1,
                                  max_new_tokens=count, use_cache=False, forced_eos_token_id=None, pad_token_id=None)[0].tolist()
    new = out[len(inputs["decoder_input_ids" if case.both else "input_ids"]):]
    ends = case.config.eos_token_id
    if new and new[-1] in (ends if isinstance(ends, list) else [ends]):
        new.pop()
    more = ["--text2=" + second] if second is not None else []
    ours = json.loads(case.run("predict", "--model", str(case.outer), "--text=" + text, "--generate", str(count), "--json", *more))
    case.same("continuation", ours["ids"], new)
    case.same("continuation's text", ours["text"], case.tokenizer.decode(new, skip_special_tokens=True))


def check(case, rng, count, target):
    for _ in range(count):
        text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 5)))
        second = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 4)))
        second = None if case.decoder or rng.random() < 0.5 else second
        check_trace(case, text, second, target)
        check_predict(case, text, second)
        check_generate(case, text, second, rng.randint(1, 9))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=int, default=3)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--folder", type=pathlib.Path, nargs="*")
    args = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        folders = args.folder or sorted(make_models.GOLDEN.iterdir())
        if args.random:
            folders = fresh(pathlib.Path(place) / "models", args.random, args.seed)
        for folder in folders:
            case = Case(args.program, folder)
            check(case, random.Random(f"{folder.name} {args.seed}"), args.texts, place + "/trace.npz")
            failed += bool(case.wrong)
            print(f"{case.name:18}", "  ".join(f"{k} {v:.1e}" for k, v in case.worst.items()), f" {len(case.wrong)} wrong", flush=True)
            for line in case.wrong[:5]:
                print("   ", line)
    return failed


def fresh(place, count, seed):
    for name in make_models.MODELS:
        for i in range(count):
            make_models.make(f"{name}~{i}", place, seed, make_models.vary)
            inner = next((place / f"{name}~{i}").rglob("config.json")).parent
            make_model_tokenizers.MAKERS[name]().save(str(inner / "tokenizer.json"))
    return sorted(place.iterdir())


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
