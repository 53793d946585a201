// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/activation.h"
#include "core/base/matrix.h"

#include <vector>

namespace headscope {

/// A few rows of a product: c[r, j] = finish(Σ_d a[r, d] · b[d, j]), for j < cols ≤ Kernels::panel.
/// Every cell is summed in the order of d and by itself, so its bits do not depend on how a product is cut into tiles.
struct Tile {
    const Scalar* a = nullptr; ///< [rows, depth]
    Index aStride = 0;
    const Scalar* b = nullptr; ///< [depth, Kernels::panel], all of it readable
    Index bStride = 0;
    Index depth = 0;
    Scalar* c = nullptr; ///< [rows, cols]
    Index cStride = 0;
    Index cols = 0;
    Scalar scale = 1;                     ///< of the sum
    const Scalar* bias = nullptr;         ///< [cols] added after the scale, or null
    bool onTop = false;                   ///< the sum begins with what is in c (for long depths in several calls)
    const std::uint16_t* brain = nullptr; ///< b as bfloat16 in the order of narrowPlace() (packing.h), instead of b
    Index aStep = 1; ///< from a[r, d] to a[r, d + 1]; with aStride = 1 the rows of a are columns in memory
};

/// What a row of weights adds up to.
struct RowSums {
    Scalar sum = 0;       ///< Σ w
    Scalar logarithm = 0; ///< Σ w · ln w, where 0 · ln 0 = 0
    Scalar distance = 0;  ///< Σ w[j] · |j − origin|
};

/// A norm of one vector: out = (x − mean) / √(variance + eps) · weight + bias (Ba et al. 2016), or, with `rms`,
/// x / √(mean(x²) + eps) · weight (Zhang and Sennrich 2019).
struct NormRow {
    const Scalar* x = nullptr; ///< [n]
    Index n = 0;
    double eps = 0;
    bool rms = false;
    const Scalar* weight = nullptr; ///< [n]
    const Scalar* bias = nullptr;   ///< [n], or null
    Scalar* out = nullptr;          ///< [n], may be x
};

/// What a NormRow of the same x, eps, rms and weight hands back, with x̂ = (x − mean) · scale, scale = 1 / √(variance +
/// eps): dx += scale · (g − mean(g) − x̂ · mean(g · x̂)) for g = dy · weight (without mean(g) for `rms`), dWeight += dy ·
/// x̂, dBias += dy.
struct NormRowBackward {
    const Scalar* x = nullptr; ///< [n]
    Index n = 0;
    double eps = 0;
    bool rms = false;
    const Scalar* weight = nullptr; ///< [n]
    const Scalar* dy = nullptr;     ///< [n]
    Scalar* dx = nullptr;           ///< [n], added to; may be dy, which is then the sum's beginning
    Scalar* dWeight = nullptr;      ///< [n], added to
    Scalar* dBias = nullptr;        ///< [n], added to, or null
};

/// One step of AdamW (Loshchilov and Hutter 2019) with g = gradient · scale: mean ← mean + (1 − β₁)(g − mean),
/// square ← β₂ · square + (1 − β₂) g², weight ← keep · weight − rate · mean / (√square · root + eps).
struct AdamStep {
    Scalar scale = 1;
    Scalar keep1 = 0; ///< β₁
    Scalar keep2 = 0; ///< β₂
    Scalar keep = 1;  ///< 1 − learning rate · decay
    Scalar rate = 0;  ///< learning rate / (1 − β₁ᵗ)
    Scalar root = 1;  ///< 1 / √(1 − β₂ᵗ)
    Scalar eps = 0;
};
/// What it works on, all [n].
struct AdamRow {
    const Scalar* gradient = nullptr;
    Scalar* weight = nullptr;
    Scalar* mean = nullptr;
    Scalar* square = nullptr;
    Index n = 0;
};

/// The inner loops, written once and compiled for several instruction sets. Results beyond the number type's range
/// become its largest numbers, so that no infinity, and from it no NaN, comes from finite input.
struct Kernels {
    const char* name = nullptr;
    int rows = 0;    ///< most rows in a tile
    Index panel = 0; ///< columns of a tile
    /// c = scale · a·b + bias, for the first `rows` rows; the next with `brain` for b.
    void (*product)(int rows, const Tile&) = nullptr;
    void (*brainProduct)(int rows, const Tile&) = nullptr;
    /// c = −scale · √Σ(a − b)², for the first `rows` rows.
    void (*negativeDistance)(int rows, const Tile&) = nullptr;
    /// The greatest of x[0 … n); −∞ when n = 0.
    Scalar (*maximum)(const Scalar* x, Index n) = nullptr;
    /// x ← exp(x − top) in place, 0 where x = −∞; returns the sum. Relative error about 1e-7 for float; std::exp for
    /// double.
    Scalar (*exponentials)(Scalar* x, Index n, Scalar top) = nullptr;
    /// x ← x · factor.
    void (*multiply)(Scalar* x, Index n, Scalar factor) = nullptr;
    /// Of non-negative w[0 … n); the logarithm's error is about 1e-7 for float, std::log for double.
    RowSums (*rowSums)(const Scalar* w, Index n, Index origin) = nullptr;
    /// x ← activation(x). Error about 2e-7 · max(1, |x|) for float; the standard library's functions for double.
    void (*activate)(Activation activation, Scalar* x, Index n) = nullptr;
    void (*normalize)(const NormRow& row) = nullptr;
    /// float16 or, with `brain`, bfloat16 to Scalar, exact. n is a multiple of `panel`; every `panel` numbers stand in
    /// the order of narrowPlace() (packing.h).
    void (*widen)(const std::uint16_t* from, bool brain, Index n, Scalar* to) = nullptr;

    /// x ← activation(x), slope ← activation'(x), both [n].
    void (*activateWithSlope)(Activation activation, Scalar* x, Scalar* slope, Index n) = nullptr;
    void (*normalizeBackward)(const NormRowBackward& row) = nullptr;
    /// Of w = softmax(s) and dw: ds = w · (dw − Σ w · dw) · scale, written over dw [n].
    void (*softmaxBackward)(const Scalar* w, Scalar* dw, Index n, Scalar scale) = nullptr;
    /// sum[0 … n) ← sum + Σ of `rows` rows of x, which stand `stride` apart.
    void (*addRows)(Scalar* sum, const Scalar* x, Index rows, Index stride, Index n) = nullptr;
    /// x ← x + y; x ← x · y. [n]
    void (*add)(Scalar* x, const Scalar* y, Index n) = nullptr;
    void (*multiplyBy)(Scalar* x, const Scalar* y, Index n) = nullptr;
    /// Σ x².
    double (*squares)(const Scalar* x, Index n) = nullptr;
    void (*adam)(const AdamStep& step, const AdamRow& row) = nullptr;
};

/// The fastest for this processor.
const Kernels& kernels();
/// All that this processor can run, for the tests.
std::vector<const Kernels*> usableKernels();

} // namespace headscope
