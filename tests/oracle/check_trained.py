#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens folders that `headscope train` made in transformers and tokenizers, and compares what they say with Headscope.

    pip install torch transformers tokenizers safetensors numpy     (in a virtual environment outside the tree)
    python tests/oracle/check_trained.py PROGRAM FOLDER… [--texts N] [--seed N]

No tensor may be missing, unexpected or of another shape; ids of random texts in the model's own words are equal, also those of
AutoTokenizer, logits within 1e-4. Without folders: all of resources/models.
"""
import argparse
import io
import json
import pathlib
import random
import subprocess
import sys

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer

SPECIAL = 5  # pad, unknown, begin, end, mask
NEAR = 1e-4


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.decode()}")
    return done.stdout


def random_text(rng, words, most):
    return " ".join(rng.choice(words) for _ in range(rng.randint(1, most)))


def texts_of(folder, config, tokenizer, rng, count):
    """Pairs (text, text2); text2 is None where there is one stack."""
    record = json.loads((folder / "train.json").read_text())
    both = bool(config.is_encoder_decoder)
    texts = [(test["text"], test.get("text2")) for test in record.get("self_test", [])]
    words = sorted(word for word, i in tokenizer.get_vocab().items() if i >= SPECIAL)
    most = record["options"]["length"] - 2
    while len(texts) < count:
        texts.append((random_text(rng, words, most), random_text(rng, words, most) if both else None))
    return texts


def check(program, folder, arguments, rng):
    config = json.loads((folder / "config.json").read_text())
    klass = getattr(transformers, config["architectures"][0])
    model, info = klass.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager",
                                        output_loading_info=True)
    model.eval()
    wrong = [f"{key}: {sorted(map(str, value))}" for key, value in info.items() if value]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    automatic = transformers.AutoTokenizer.from_pretrained(folder)
    both = bool(model.config.is_encoder_decoder)
    worst = 0.0
    texts = texts_of(folder, model.config, tokenizer, rng, arguments.texts)
    for text, second in texts:
        ids = tokenizer.encode(text).ids
        ours = json.loads(run(program, "tokenize", "--model", str(folder), "--text", text))["ids"]
        if ours != ids:
            wrong.append(f"{text!r}: ids {ours} are not {ids}")
            continue
        if automatic(text).input_ids != ids:
            wrong.append(f"{text!r}: AutoTokenizer reads {automatic(text).input_ids}, tokenizer.json {ids}")
        inputs = {"input_ids": torch.tensor([ids])}
        asked = ["trace", "--model", str(folder), "--text", text, "--what", "logits", "-o", "-", "--format", "npz"]
        if both:
            start = [model.config.decoder_start_token_id]
            so_far = tokenizer.encode(second, add_special_tokens=False).ids
            inputs["decoder_input_ids"] = torch.tensor([start + so_far])
            asked += ["--text2", second]
        with torch.no_grad():
            theirs = model(**inputs).logits[0].numpy()
        logits = np.load(io.BytesIO(run(program, *asked)))["logits"]
        if logits.shape != theirs.shape:
            wrong.append(f"{text!r}: shape {logits.shape} is not {theirs.shape}")
            continue
        worst = max(worst, float(np.abs(logits - theirs).max()))
    if worst > NEAR:
        wrong.append(f"logits are {worst:.2e} apart")
    print(f"{folder.name:14} {type(model).__name__:30} {len(texts)} texts, logits {worst:.1e} apart"
          + "".join(f"\n    {line}" for line in wrong))
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    parser.add_argument("--texts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    shipped = pathlib.Path(__file__).parents[2] / "resources" / "models"
    folders = arguments.folders or sorted(path.parent for path in shipped.glob("*/config.json"))
    if not folders:
        sys.exit("there is no folder to check")
    good = [check(arguments.program, folder, arguments, random.Random(arguments.seed)) for folder in folders]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
