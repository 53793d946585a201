#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/layers and tests/golden/arrays: attention layers saved by PyTorch and Keras with what those
libraries compute from them, and one small array in every form in which NumPy saves it.

    pip install torch keras safetensors ml_dtypes        (in a virtual environment outside the tree)
    KERAS_BACKEND=torch python tests/oracle/make_layer_files.py

Per layer NAME: NAME.safetensors or NAME.npz, NAME.x.npy (queries), NAME.y.npy (keys and values, for cross-attention),
NAME.weights.npy [heads, n_q, n_k] and NAME.output.npy, computed in float64 from the float32 numbers of the file.
"""
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import ml_dtypes
import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
LAYERS = GOLDEN / "layers"
ARRAYS = GOLDEN / "arrays"


def vectors(n, width):
    return torch.randn(n, width).numpy().astype(np.float32)


def save_case(name, x, y, weights, output):
    np.save(LAYERS / f"{name}.x.npy", x)
    if y is not None:
        np.save(LAYERS / f"{name}.y.npy", y)
    np.save(LAYERS / f"{name}.weights.npy", np.asarray(weights, np.float64))
    np.save(LAYERS / f"{name}.output.npy", np.asarray(output, np.float64))


def torch_case(name, layer, state, x, y=None, compressed=None):
    """Saves the state and what the module (with the state's own, maybe rounded, numbers) gives in float64."""
    if compressed is None:
        save_torch(state, LAYERS / f"{name}.safetensors")
    else:
        save = np.savez_compressed if compressed else np.savez
        save(LAYERS / f"{name}.npz", **{k: v.numpy() for k, v in state.items()})
    layer = layer.double().eval()
    query = torch.from_numpy(x).double()
    key = query if y is None else torch.from_numpy(y).double()
    with torch.no_grad():
        output, weights = layer(query, key, key, need_weights=True, average_attn_weights=False)
    save_case(name, x, y, weights.numpy(), output.numpy())


def fill(layer):
    """Biases start at 0 in PyTorch and Keras; a wrong bias should show."""
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(torch.randn_like(p) * 0.3)
    return layer


def make_torch():
    mha = torch.nn.MultiheadAttention
    fused = fill(mha(12, 3))
    torch_case("torch_fused", fused, fused.state_dict(), vectors(5, 12))
    plain = fill(mha(8, 2, bias=False))
    torch_case("torch_no_bias", plain, plain.state_dict(), vectors(4, 8), compressed=True)
    separate = fill(mha(12, 4, kdim=10, vdim=10))
    torch_case("torch_kdim", separate, separate.state_dict(), vectors(4, 12), vectors(6, 10), compressed=False)
    half = fill(mha(8, 4))
    half.load_state_dict({k: v.half().float() for k, v in half.state_dict().items()})
    torch_case("torch_half", half, {k: v.half() for k, v in half.state_dict().items()}, vectors(3, 8))
    brain = fill(mha(8, 4))
    brain.load_state_dict({k: v.bfloat16().float() for k, v in brain.state_dict().items()})
    torch_case("torch_bfloat16", brain, {k: v.bfloat16() for k, v in brain.state_dict().items()}, vectors(3, 8))
    extra = fill(mha(8, 2, add_bias_kv=True))
    save_torch(extra.state_dict(), LAYERS / "torch_bias_kv.safetensors")
    different = fill(mha(8, 2, kdim=6, vdim=4))
    save_torch(different.state_dict(), LAYERS / "torch_vdim.safetensors")
    # A whole decoder layer: two attention layers and much else under one prefix.
    decoder = torch.nn.TransformerDecoder(torch.nn.TransformerDecoderLayer(8, 2, dim_feedforward=8), 2)
    state = fill(decoder).state_dict()
    cross = decoder.layers[1].multihead_attn
    torch_case("torch_decoder", cross, state, vectors(3, 8), vectors(5, 8))


def save_keras(name, layer, prefix, separator, suffix=""):
    arrays = {}
    for v in layer.weights:
        inner = v.path.split("/", 1)[1]  # without the layer's own name
        arrays[prefix + inner.replace("/", separator) + suffix] = v.value.detach().numpy().astype(np.float32)
    return arrays


def keras_case(name, layer, x, y, arrays, npz):
    if npz:
        np.savez(LAYERS / f"{name}.npz", **arrays)
    else:
        save_file(arrays, LAYERS / f"{name}.safetensors")
    key = x if y is None else y
    output, weights = layer(x[None].astype(np.float64), key[None].astype(np.float64), return_attention_scores=True)
    save_case(name, x, y, weights.detach().numpy()[0], output.detach().numpy()[0])


def keras_layer(layer, x, y):
    layer.build(x[None].shape, y[None].shape)
    for v in layer.weights:
        v.assign(np.random.default_rng(len(v.path)).normal(size=v.shape).astype(np.float32) * 0.3)
    return layer


def make_keras():
    mha = keras.layers.MultiHeadAttention
    x, y = vectors(4, 12), vectors(6, 8)
    cross = keras_layer(mha(3, 5, value_dim=4, dtype="float64"), x, y)
    keras_case("keras_cross", cross, x, y, save_keras("", cross, "", "/"), npz=True)
    x = vectors(5, 6)
    same = keras_layer(mha(2, 3, use_bias=False, dtype="float64"), x, x)
    keras_case("keras_no_bias", same, x, None, save_keras("", same, "encoder.attention.", ".", ":0"), npz=False)
    grouped = keras.layers.GroupQueryAttention(4, 4, 2, dtype="float64")
    grouped = keras_layer(grouped, x, x)
    keras_case("keras_grouped", grouped, x, None, save_keras("", grouped, "gqa_", "_"), npz=False)


def make_arrays():
    a = np.arange(6).reshape(2, 3)
    for name in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i2", "<i4", "<i8", ">i8", "|u1", ">u2", "<u4", "<u8"]:
        np.save(ARRAYS / f"{name.replace('<', 'little_').replace('>', 'big_').replace('|', '')}.npy", a.astype(name))
    np.save(ARRAYS / "fortran.npy", np.asfortranarray(a.astype("<f4")))
    np.save(ARRAYS / "fortran_3d.npy", np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype("<f8")))
    np.save(ARRAYS / "bool.npy", a % 2 == 1)
    np.save(ARRAYS / "bfloat16.npy", a.astype(ml_dtypes.bfloat16))
    np.save(ARRAYS / "float8.npy", a.astype(ml_dtypes.float8_e4m3fn))
    np.save(ARRAYS / "complex.npy", a.astype(np.complex64))
    np.save(ARRAYS / "object.npy", np.array([{}, None], dtype=object))
    np.save(ARRAYS / "text.npy", np.array(["a", "bc"]))
    np.save(ARRAYS / "structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    np.save(ARRAYS / "scalar.npy", np.float32(7))
    np.save(ARRAYS / "empty.npy", np.zeros((0, 3), np.float32))
    for version in [(2, 0), (3, 0)]:
        with open(ARRAYS / f"version{version[0]}.npy", "wb") as f:
            np.lib.format.write_array(f, a.astype("<f4"), version=version)
    np.savez(ARRAYS / "stored.npz", a=a.astype("<f4"), b=a.T.astype(">f8"))
    np.savez_compressed(ARRAYS / "deflated.npz", a=a.astype("<f4"), zeros=np.zeros((100, 100)))
    torch.save({"x": torch.zeros(2)}, ARRAYS / "checkpoint.pt")


if __name__ == "__main__":
    for folder in (LAYERS, ARRAYS):
        folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    make_torch()
    make_keras()
    make_arrays()
