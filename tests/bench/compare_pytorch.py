#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our attention layer beside PyTorch's and the machine's sgemm, all in one run; prints JSON.

    cmake --preset release -DHEADSCOPE_BENCH=ON && cmake --build build/release --target bench_attention
    pip install torch numpy        (in a virtual environment outside the tree)
    python tests/bench/compare_pytorch.py [--rounds 5] [--seconds 0.3] [--lengths 16,64,…] [--bench PATH]

d_model 768, 12 heads, biases, float32, two threads each. Ours includes reading every weight (they are summed);
PyTorch's (nn.MultiheadAttention, need_weights=True, average_attn_weights=False, eval, no_grad) only makes them.
Rounds take turns, so that a busy spell of the machine falls on all; every figure is the median of the rounds' medians.
    speedup          PyTorch's time ÷ ours
    share_of_sgemm   our rate, counting only what the mask lets be needed, ÷ OpenBLAS' sgemm rate (2048³) of this run
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

D_MODEL, HEADS = 768, 12
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def timed(body, seconds):
    """Milliseconds, the median of as many runs as fit, at least five, after two to warm up."""
    body(), body()
    times = []
    while sum(times) < seconds or len(times) < 5:
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def pytorch_worker(lengths, seconds):
    """In a process of its own: its threads must not spin while ours are measured."""
    import torch

    torch.set_num_threads(2)
    torch.manual_seed(0)
    mha = torch.nn.MultiheadAttention(D_MODEL, HEADS, batch_first=True).eval()
    result = {"version": torch.__version__, "forward": []}
    with torch.no_grad():
        a, b = torch.rand(2048, 2048), torch.rand(2048, 2048)
        result["sgemm_gflops"] = 2 * 2048**3 / timed(lambda: a @ b, seconds) * 1e-6
        for n in lengths:
            x = torch.randn(1, n, D_MODEL)
            for causal in (False, True):
                mask = torch.ones(n, n, dtype=torch.bool).triu(1) if causal else None
                ms = timed(lambda: mha(x, x, x, attn_mask=mask, need_weights=True, average_attn_weights=False), seconds)
                result["forward"].append({"n": n, "causal": causal, "ms": ms})
    print(json.dumps(result))


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="per figure and round")
    parser.add_argument("--lengths", default="16,64,128,512,1024,2048")
    parser.add_argument("--bench", default=str(ROOT / "build" / "release" / "tests" / "bench" / "bench_attention"))
    parser.add_argument("--pytorch-worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    lengths = [int(n) for n in args.lengths.split(",")]
    if args.pytorch_worker:
        return pytorch_worker(lengths, args.seconds)

    bench = [args.bench, "--seconds", str(args.seconds), "--lengths", args.lengths, "--only"]
    worker = [sys.executable, __file__, "--pytorch-worker", "--seconds", str(args.seconds), "--lengths", args.lengths]
    ours, theirs, sgemm = [], [], []
    for _ in range(args.rounds):
        sgemm.append(run(bench + ["sgemm"])["sgemm"])
        ours.append(run(bench + ["forward"]))
        theirs.append(run(worker))
    rate = statistics.median(s["gflops"] for s in sgemm)
    rows = []
    for i, first in enumerate(ours[0]["forward"]):
        mine = statistics.median(o["forward"][i]["ms"] for o in ours)
        other = statistics.median(t["forward"][i]["ms"] for t in theirs)
        gflops = statistics.median(o["forward"][i]["gflops"] for o in ours)
        rows.append({"n": first["n"], "causal": first["causal"], "ms": round(mine, 3), "pytorch_ms": round(other, 3),
                     "speedup": round(other / mine, 2), "gflops": round(gflops, 1), "share_of_sgemm": round(gflops / rate, 3)})
    print(json.dumps({
        "kernels": ours[0]["kernels"], "pytorch": theirs[0]["version"], "load": os.getloadavg()[0],
        "sgemm_gflops": round(rate, 1), "openblas_core": sgemm[0]["core"],
        "pytorch_sgemm_gflops": round(statistics.median(t["sgemm_gflops"] for t in theirs), 1),
        "memory": run(bench + ["memory"])["memory"], "forward": rows}, indent=1))


if __name__ == "__main__":
    main()
