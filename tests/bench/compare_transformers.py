#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our models beside transformers' and the machine's limits, all in one run; prints JSON.

    cmake --preset release -DHEADSCOPE_BENCH=ON && cmake --build build/release --target bench_model
    pip install torch transformers        (in a virtual environment outside the tree)
    python tests/bench/compare_transformers.py [--rounds 3] [--seconds 1] [--lengths 16,64,…] [--models bert,…] [--bench PATH]

Shapes of BERT-base, GPT-2 small and MiniLM-L6 (and tinyllama, when asked) with random float32 weights and as many threads as
there are processors. Transformers: eager attention, output_attentions and output_hidden_states, no cache, no_grad; decoders
with the last token's logits. Ours: every head's weights read while they are made, and the same logits. Rounds take turns;
every figure is the least of all rounds, which a busy machine disturbs least.
    speedup        transformers' time ÷ ours
    share          the limit ÷ our time; the limit is the larger of FLOPs ÷ OpenBLAS' sgemm rate and weights' bytes ÷ the
                   bandwidth of reading memory, both of this run
    ms_processor, transformers_ms_processor    processor time of one pass ÷ processors: what the wall time would be when
                   nobody else computes and threads never wait; transformers' is of one thread, since its threads spin
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def make(name):
    import transformers as t

    bert = dict(attn_implementation="eager", vocab_size=30522)
    if name == "bert":
        return t.BertModel(t.BertConfig(**bert), add_pooling_layer=False)
    if name == "minilm":
        return t.BertModel(t.BertConfig(hidden_size=384, num_hidden_layers=6, intermediate_size=1536, **bert),
                           add_pooling_layer=False)
    if name == "gpt2":
        return t.GPT2LMHeadModel(t.GPT2Config(attn_implementation="eager"))
    return t.LlamaForCausalLM(t.LlamaConfig(hidden_size=2048, num_hidden_layers=22, num_attention_heads=32,
                                            num_key_value_heads=4, intermediate_size=5632, attn_implementation="eager"))


def worker(names, lengths, seconds):
    """In a process of its own: its threads must not spin while ours are measured."""
    import torch
    import transformers

    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    result = {"version": transformers.__version__, "torch": torch.__version__, "models": {}}
    for name in names:
        model = make(name).eval()
        more = {} if name in ("bert", "minilm") else {"logits_to_keep": 1, "use_cache": False}
        result["models"][name] = {}
        for n in lengths:
            ids = torch.randint(0, 30000, (1, n))
            times = []
            with torch.no_grad():
                while sum(times) < seconds or len(times) < 5:
                    start = time.perf_counter()
                    model(ids, output_attentions=True, output_hidden_states=True, **more)
                    times.append(time.perf_counter() - start)
            torch.set_num_threads(1)
            processor = []
            for _ in range(3):
                start = time.process_time()
                with torch.no_grad():
                    model(ids, output_attentions=True, output_hidden_states=True, **more)
                processor.append(time.process_time() - start)
            torch.set_num_threads(os.cpu_count())
            result["models"][name][n] = [min(times) * 1e3, min(processor) * 1e3 / os.cpu_count()]
    print(json.dumps(result))


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1, help="per figure and round")
    parser.add_argument("--lengths", default="16,64,128,512")
    parser.add_argument("--models", default="bert,gpt2,minilm")
    parser.add_argument("--bench", default=str(ROOT / "build" / "release" / "tests" / "bench" / "bench_model"))
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    names, lengths = args.models.split(","), [int(n) for n in args.lengths.split(",")]
    if args.worker:
        return worker(names, lengths, args.seconds)

    same = ["--seconds", str(args.seconds), "--lengths", args.lengths, "--models", args.models]
    ours, theirs = [], []
    for _ in range(args.rounds):
        ours.append(run([args.bench, *same]))
        theirs.append(run([sys.executable, __file__, "--worker", *same]))
    gflops = max(o["limits"]["gflops"] for o in ours)
    bandwidth = max(o["limits"]["gb_per_s"] for o in ours)
    rows = []
    for m, model in enumerate(ours[0]["models"]):
        for p, first in enumerate(model["passes"]):
            passes = [o["models"][m]["passes"][p] for o in ours]
            mine = min(x["ms_least"] for x in passes)
            other, processor = map(min, zip(*(t["models"][model["model"]][str(first["n"])] for t in theirs)))
            limit = max(first["gflop"] / gflops * 1e3, model["megabytes"] / bandwidth)
            rows.append({"model": model["model"], "n": first["n"], "ms": round(mine, 2), "transformers_ms": round(other, 2),
                         "speedup": round(other / mine, 2), "limit_ms": round(limit, 2), "share": round(limit / mine, 3),
                         "ms_processor": round(min(x["ms_processor"] for x in passes) / os.cpu_count(), 2),
                         "transformers_ms_processor": round(processor, 2)})
    print(json.dumps({"kernels": ours[0]["kernels"], "transformers": theirs[0]["version"], "torch": theirs[0]["torch"],
                      "load": os.getloadavg()[0], "sgemm_gflops": round(gflops, 1), "read_gb_per_s": round(bandwidth, 1),
                      "passes": rows}, indent=1))


if __name__ == "__main__":
    main()
