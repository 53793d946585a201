#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A training step of ours beside PyTorch's, both in one run; prints JSON.

    cmake --preset release -DHEADSCOPE_BENCH=ON && cmake --build build/release --target bench_train
    pip install torch transformers        (in a virtual environment outside the tree)
    python tests/bench/compare_train.py [--rounds 5] [--seconds 2] [--bench PATH]

The model: GPT-2 with 2 layers, d_model 64, 4 heads, vocabulary 64; a batch of 32 repeated random sequences of 48 tokens, the loss
on the repeated half; AdamW and clipping of the gradient's length. PyTorch: transformers' GPT2LMHeadModel without dropout and as many
threads as there are processors, with eager attention and with sdpa; the plain AdamW and the fused one; the best of the four
counts. Rounds take turns; medians of a round, the least of all rounds.
    speedup     PyTorch's milliseconds per step ÷ ours
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def worker(attention, fused, seconds):
    """In a process of its own: its threads must not spin while ours are measured."""
    import torch
    import transformers

    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    config = transformers.GPT2Config(vocab_size=64, n_embd=64, n_layer=2, n_head=4, n_positions=48, resid_pdrop=0.0, embd_pdrop=0.0,
                                     attn_pdrop=0.0, attn_implementation=attention, use_cache=False)
    model = transformers.GPT2LMHeadModel(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01, fused=fused)
    times, begun = [], time.perf_counter()
    while time.perf_counter() - begun < seconds or len(times) < 20:
        half = torch.randint(5, 64, (32, 24))
        ids = torch.cat([half, half], 1)
        start = time.perf_counter()
        logits = model(ids, use_cache=False).logits[:, 24:-1]
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 64), ids[:, 25:].reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"ms": statistics.median(times), "torch": torch.__version__}))


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="per figure and round")
    parser.add_argument("--bench", default=str(ROOT / "build" / "release" / "tests" / "bench" / "bench_train"))
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        attention, optimizer = args.worker.split("+")
        return worker(attention, optimizer == "fused", args.seconds)

    kinds = ["eager+plain", "eager+fused", "sdpa+plain", "sdpa+fused"]
    ours, theirs = [], {kind: [] for kind in kinds}
    for _ in range(args.rounds):
        ours.append(run([args.bench, "--seconds", str(args.seconds)]))
        for kind in kinds:
            theirs[kind].append(run([sys.executable, __file__, "--worker", kind, "--seconds", str(args.seconds)]))
    mine = min(o["ms"] for o in ours)
    pytorch = {kind: round(min(t["ms"] for t in theirs[kind]), 2) for kind in kinds}
    best = min(ours, key=lambda o: o["ms"])
    print(json.dumps({"kernels": best["kernels"], "threads": os.cpu_count(), "torch": theirs[kinds[0]][0]["torch"],
                      "load": os.getloadavg()[0], "ms": round(mine, 2),
                      "parts": {k: round(v, 2) for k, v in best.items() if k.startswith("ms_")},
                      "rounds": [round(o["ms"], 2) for o in ours], "pytorch_ms": pytorch,
                      "speedup": round(min(pytorch.values()) / mine, 2)}, indent=1))


if __name__ == "__main__":
    main()
