#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/attention: what PyTorch and plain NumPy formulas give for random attention layers, in float64.

    pip install torch numpy        (in a virtual environment outside the tree)
    python tests/oracle/attention_parity.py

cases.json holds the dials, expected.f64 the numbers (little-endian doubles: per case scores, weights, output).
The inputs are not stored: both sides draw them from SplitMix64 as multiples of powers of two that float holds exactly.
Draws in this order: queries, keys (cross-attention only), wq, wk, wv, wo, then with bias bq, bk, bv, bo, then the free mask.
"""
import json
import math
import pathlib
import random

import numpy as np
import torch
import torch.nn.functional as F

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "attention"
STORED_ROWS = 24  # of longer cases only the last ones are stored


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return z ^ (z >> 31)

    def matrix(self, rows, cols):
        """Uniform in [-1, 1)."""
        return np.array([(self.next() >> 40) * 2.0**-23 - 1 for _ in range(rows * cols)]).reshape(rows, cols)

    def weights(self, rows, cols):
        """Scaled so that rows like the input's come out about as large as they went in: the power of two next above
        sqrt(3 / rows)."""
        return self.matrix(rows, cols) * 2.0 ** -math.floor(math.log2(rows / 3) / 2) if rows > 3 else self.matrix(rows, cols)

    def bits(self, *shape):
        """Three of four are 1."""
        return np.array([self.next() >> 62 != 0 for _ in range(math.prod(shape))]).reshape(shape)


def draw(c):
    rng = SplitMix64(c["seed"])
    x = rng.matrix(c["n_q"], c["d_model"])
    y = rng.matrix(c["n_k"], c["d_in"]) if c["cross"] else x
    joined = c["heads"] * c["d_v"] if c["combine"] == "concat" else c["d_v"]
    w = {
        "wq": rng.weights(c["d_model"], c["heads"] * c["d_k"]),
        "wk": rng.weights(c["d_in"], c["kv_heads"] * c["d_k"]),
        "wv": rng.weights(c["d_in"], c["kv_heads"] * c["d_v"]),
        "wo": rng.weights(joined, c["d_model"]),
    }
    if c["bias"]:
        for name, of in (("bq", "wq"), ("bk", "wk"), ("bv", "wv"), ("bo", "wo")):
            w[name] = rng.matrix(1, w[of].shape[1])
    free = rng.bits(c["mask"]["free"], c["n_q"], c["n_k"]) if c["mask"].get("free") else None
    return x, y, w, free


def allowed_cells(c, free):
    """[heads, n_q, n_k], from the definitions in the command line's document."""
    m = c["mask"]
    ok = np.ones((c["heads"], c["n_q"], c["n_k"]), bool)
    for i in range(c["n_q"]):
        for j in range(c["n_k"]):
            if m.get("causal") and j > i:
                ok[:, i, j] = False
            if "window" in m and abs(i - j) > m["window"]:
                ok[:, i, j] = False
            if "prefix" in m and j > i and not (i < m["prefix"] and j < m["prefix"]):
                ok[:, i, j] = False
    for j in m.get("padding", []):
        ok[:, :, j] = False
    return ok if free is None else ok & free


def split(t, heads):
    """[n, heads * d] -> [heads, n, d]"""
    return t.reshape(t.shape[0], heads, -1).transpose(0, 1)


def torch_projected(c, x, y, w):
    def project(a, name, heads):
        bias = torch.from_numpy(w["b" + name]) if c["bias"] else 0
        return split(a @ torch.from_numpy(w["w" + name]) + bias, heads)

    group = c["heads"] // c["kv_heads"]
    q = project(x, "q", c["heads"])
    k = project(y, "k", c["kv_heads"]).repeat_interleave(group, 0)
    v = project(y, "v", c["kv_heads"]).repeat_interleave(group, 0)
    return q, k, v


def by_sdpa(c, x, y, w, ok):
    """torch.nn.functional.scaled_dot_product_attention; the weights from torch.softmax, checked against it."""
    x, y, ok = torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(ok)
    q, k, v = torch_projected(c, x, y, w)
    scale = 1 / (math.sqrt(c["d_k"]) * c["temperature"])
    scores = q @ k.transpose(1, 2) * scale
    weights = torch.softmax(scores.masked_fill(~ok, -math.inf), -1).nan_to_num(0)
    context = F.scaled_dot_product_attention(q, k, v, attn_mask=ok, scale=scale).nan_to_num(0)
    assert (weights @ v - context).abs().max() < 1e-13
    out = context.transpose(0, 1).reshape(c["n_q"], -1) @ torch.from_numpy(w["wo"])
    if c["bias"]:
        out = out + torch.from_numpy(w["bo"])
    return scores.numpy(), weights.numpy(), out.numpy()


def by_mha(c, x, y, w, ok):
    """torch.nn.MultiheadAttention. Rows with everything masked are NaN there; by our contract weights 0, output b_o."""
    mha = torch.nn.MultiheadAttention(c["d_model"], c["heads"], bias=c["bias"], kdim=c["d_in"], vdim=c["d_in"],
                                      batch_first=True, dtype=torch.float64).eval()
    names = ["wq", "wk", "wv"]
    with torch.no_grad():
        if mha.in_proj_weight is not None:
            mha.in_proj_weight.copy_(torch.from_numpy(np.concatenate([w[n].T for n in names])))
        else:
            for target, n in zip((mha.q_proj_weight, mha.k_proj_weight, mha.v_proj_weight), names):
                target.copy_(torch.from_numpy(w[n].T))
        mha.out_proj.weight.copy_(torch.from_numpy(w["wo"].T))
        if c["bias"]:
            mha.in_proj_bias.copy_(torch.from_numpy(np.concatenate([w[n][0] for n in ("bq", "bk", "bv")])))
            mha.out_proj.bias.copy_(torch.from_numpy(w["bo"][0]))
        tx, ty = torch.from_numpy(x)[None], torch.from_numpy(y)[None]
        out, weights = mha(tx, ty, ty, attn_mask=torch.from_numpy(~ok), need_weights=True, average_attn_weights=False)
        q, k, _ = torch_projected(c, tx[0], ty[0], w)
        scores = q @ k.transpose(1, 2) / math.sqrt(c["d_k"])
    out, weights = out[0].numpy().copy(), weights[0].numpy()
    if np.isnan(weights).any():
        weights = np.where(ok, np.nan_to_num(weights), 0)
        whole = torch.from_numpy(weights)
        _, _, v = torch_projected(c, tx[0], ty[0], w)
        context = (whole @ v).transpose(0, 1).reshape(c["n_q"], -1).numpy()
        again = context @ w["wo"] + (w["bo"] if c["bias"] else 0)
        lost = np.isnan(out).any(1)
        assert np.abs(again[~lost] - out[~lost]).max(initial=0) < 1e-12
        out = again
    return scores.numpy(), weights, out


def by_numpy(c, x, y, w, ok):
    """The formulas written out, head by head and cell by cell."""
    bias = {n: w[n][0] if c["bias"] else 0 for n in ("bq", "bk", "bv", "bo")}
    q, k, v = x @ w["wq"] + bias["bq"], y @ w["wk"] + bias["bk"], y @ w["wv"] + bias["bv"]
    d_k, d_v = c["d_k"], c["d_v"]
    scores = np.zeros((c["heads"], c["n_q"], c["n_k"]))
    weights = np.zeros_like(scores)
    contexts = []
    for h in range(c["heads"]):
        kv = h * c["kv_heads"] // c["heads"]
        for i in range(c["n_q"]):
            for j in range(c["n_k"]):
                a, b = q[i, h * d_k:(h + 1) * d_k], k[j, kv * d_k:(kv + 1) * d_k]
                scores[h, i, j] = {
                    "scaled-dot": lambda: math.fsum(a * b) / math.sqrt(d_k),
                    "dot": lambda: math.fsum(a * b),
                    "cosine": lambda: math.fsum(a * b) / math.sqrt(math.fsum(a * a)) / math.sqrt(math.fsum(b * b)),
                    "euclidean": lambda: -math.sqrt(math.fsum((a - b) ** 2)),
                }[c["score"]]() / c["temperature"]
            keys = np.flatnonzero(ok[h, i])
            if len(keys):
                e = np.exp(scores[h, i, keys] - scores[h, i, keys].max())
                weights[h, i, keys] = e / math.fsum(e)
        contexts.append(weights[h] @ v[:, kv * d_v:(kv + 1) * d_v])
    together = {"concat": lambda: np.concatenate(contexts, 1), "sum": lambda: np.sum(contexts, 0),
                "mean": lambda: np.mean(contexts, 0)}[c["combine"]]()
    return scores, weights, together @ w["wo"] + bias["bo"]


def random_mask(r, kind, c):
    n_q, n_k = c["n_q"], c["n_k"]
    return {
        "none": lambda: {},
        "causal": lambda: {"causal": True},
        "window": lambda: {"window": r.randint(0, max(1, n_q // 2))},
        "prefix": lambda: {"prefix": r.randint(0, n_q)},
        "padding": lambda: {"padding": sorted(r.sample(range(n_k), r.randint(1, max(1, n_k // 2))))},
        "free": lambda: {"free": 1},
        "free-per-head": lambda: {"free": c["heads"]},
        "several": lambda: {"causal": True, "window": r.randint(1, n_q), "padding": [r.randrange(n_k)], "free": 1},
    }[kind]()


MASKS = ["none", "causal", "window", "prefix", "padding", "free", "free-per-head", "several"]


def random_case(r, by, number):
    heads = r.choice([1, 2, 3, 4, 6])
    cross = r.random() < 0.35
    c = {"by": by, "seed": 1000 + number, "heads": heads, "kv_heads": heads, "cross": cross, "bias": r.random() < 0.5,
         "score": "scaled-dot", "temperature": 1.0, "combine": "concat"}
    c["n_q"] = r.choice([1, 2, 3, 5, 7, 9, 12])
    c["n_k"] = r.choice([1, 2, 4, 6, 8, 11, 15]) if cross else c["n_q"]
    if by == "mha":
        c["d_k"] = c["d_v"] = r.choice([1, 2, 3, 4, 5, 8])
        c["d_model"] = heads * c["d_k"]
    else:
        c["kv_heads"] = r.choice([k for k in range(1, heads + 1) if heads % k == 0])
        c["d_k"], c["d_v"], c["d_model"] = r.choice([1, 2, 3, 5, 8, 13]), r.choice([1, 2, 4, 7, 9]), r.choice([1, 4, 6, 10, 17])
        c["temperature"] = r.choice([1.0, 1.0, 0.5, 2.0, 0.75])
    c["d_in"] = r.choice([c["d_model"], 3, 7, 12]) if cross else c["d_model"]
    if number % 20 == 19:  # some longer than one row block and one panel of columns, the sizes no multiple of anything
        c["n_q"], c["heads"] = r.choice([49, 70, 101, 146]), min(heads, 2)
        c["n_k"] = r.choice([33, 97, 131]) if cross else c["n_q"]
        c["kv_heads"] = min(c["kv_heads"], c["heads"])
        c["d_model"] = c["heads"] * c["d_k"] if by == "mha" else 40
        c["d_in"] = c["d_in"] if cross else c["d_model"]
        if c["heads"] % c["kv_heads"]:
            c["kv_heads"] = 1
    c["mask_kind"] = MASKS[(number + number // 20) % len(MASKS)]
    c["mask"] = random_mask(r, c["mask_kind"], c)
    return c


def all_cases():
    r = random.Random(20240607)
    number = 0
    for by, count in (("mha", 112), ("sdpa", 112)):
        for _ in range(count):
            yield random_case(r, by, number)
            number += 1
    for score in ("scaled-dot", "dot", "cosine", "euclidean"):
        for combine in ("concat", "sum", "mean"):
            for _ in range(5):
                c = random_case(r, "numpy", number)
                c["score"], c["combine"] = score, combine
                yield c
                number += 1


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    cases, numbers, offset = [], [], 0
    for c in all_cases():
        x, y, w, free = draw(c)
        ok = allowed_cells(c, free)
        scores, weights, out = {"mha": by_mha, "sdpa": by_sdpa, "numpy": by_numpy}[c["by"]](c, x, y, w, ok)
        assert (weights[~ok] == 0).all() and np.isfinite(out).all()
        first = max(0, c["n_q"] - STORED_ROWS)
        c["first_row"], c["offset"] = first, offset
        for part in (scores[:, first:], weights[:, first:], out[first:]):
            numbers.append(part.astype("<f8").ravel())
            offset += part.size
        cases.append(c)
    (GOLDEN / "cases.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    (GOLDEN / "expected.f64").write_bytes(np.concatenate(numbers).tobytes())
    print(len(cases), "cases,", offset * 8, "bytes, torch", torch.__version__)


if __name__ == "__main__":
    main()
