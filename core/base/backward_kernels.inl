// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of training. kernels.inl includes this, once per instruction set, and its rules hold here.

/// What an activation gives and its derivative.
struct Bend {
    Vector value;
    Vector slope;
};

template <Activation which> INLINE Bend bent(Vector x) {
    if constexpr (which == Activation::Gelu) {
        const Vector half = (errorFunction(x * Scalar(0.70710678118654752)) + Scalar(1)) * Scalar(0.5); // Φ(x)
        const Vector density = exponential(x * x * Scalar(-0.5)) * Scalar(0.39894228040143268);         // Φ'(x)
        return {x * half, half + x * density};
    }
    if constexpr (which == Activation::GeluTanh) {
        const Vector square = x * x;
        const Vector s = sigmoid((x + square * x * Scalar(0.044715)) * Scalar(1.5957691216057308)); // 2 √(2/π)
        const Vector inner = square * Scalar(3 * 0.044715 * 1.5957691216057308) + Scalar(1.5957691216057308);
        return {x * s, s + x * s * (splat(1) - s) * inner};
    }
    if constexpr (which == Activation::QuickGelu) {
        const Vector s = sigmoid(x * Scalar(1.702));
        return {x * s, s + x * s * (splat(1) - s) * Scalar(1.702)};
    }
    if constexpr (which == Activation::Silu) {
        const Vector s = sigmoid(x);
        return {x * s, s + x * s * (splat(1) - s)};
    }
    if constexpr (which == Activation::Relu) return {x > 0 ? x : Vector{}, x > 0 ? splat(1) : Vector{}};
    if constexpr (which == Activation::Tanh) {
        const Vector y = activated<Activation::Tanh>(x);
        return {y, splat(1) - y * y};
    }
    if constexpr (which == Activation::Sigmoid) {
        const Vector s = sigmoid(x);
        return {s, s * (splat(1) - s)};
    }
}

template <Activation which> void bendAll(Scalar* x, Scalar* slope, Index n) {
    for (Index j = 0; j < n; j += lanes) {
        const Bend b = bent<which>(loadUpTo(x + j, n - j));
        storeUpTo(x + j, b.value, n - j);
        storeUpTo(slope + j, b.slope, n - j);
    }
}

void activateWithSlope(Activation activation, Scalar* x, Scalar* slope, Index n) {
    switch (activation) {
    case Activation::Gelu: return bendAll<Activation::Gelu>(x, slope, n);
    case Activation::GeluTanh: return bendAll<Activation::GeluTanh>(x, slope, n);
    case Activation::QuickGelu: return bendAll<Activation::QuickGelu>(x, slope, n);
    case Activation::Silu: return bendAll<Activation::Silu>(x, slope, n);
    case Activation::Relu: return bendAll<Activation::Relu>(x, slope, n);
    case Activation::Tanh: return bendAll<Activation::Tanh>(x, slope, n);
    case Activation::Sigmoid: return bendAll<Activation::Sigmoid>(x, slope, n);
    }
}

void normalizeBackward(const NormRowBackward& row) {
    const auto count = static_cast<double>(row.n);
    const Scalar mean =
        row.rms ? 0 : static_cast<Scalar>(sumOver(row.x, row.n, 0, [](Vector v) __attribute__((always_inline)) { return v; }) / count);
    const double variance =
        sumOver(row.x, row.n, mean, [mean](Vector v) __attribute__((always_inline)) { return (v - mean) * (v - mean); });
    const auto scale = static_cast<Scalar>(1 / __builtin_sqrt(variance / count + row.eps));
    Vector sum{}, along{};
    for (Index j = 0; j < row.n; j += lanes) {
        const Vector dy = loadUpTo(row.dy + j, row.n - j);
        const Vector even = (loadUpTo(row.x + j, row.n - j) - mean) * scale; // beyond the end dy is 0, whatever this is
        const Vector g = dy * loadUpTo(row.weight + j, row.n - j);
        sum += g;
        along += g * even;
        storeUpTo(row.dWeight + j, loadUpTo(row.dWeight + j, row.n - j) + dy * even, row.n - j);
        if (row.dBias) storeUpTo(row.dBias + j, loadUpTo(row.dBias + j, row.n - j) + dy, row.n - j);
    }
    const Scalar level = row.rms ? 0 : static_cast<Scalar>(exactLaneSum(sum) / count);
    const auto tilt = static_cast<Scalar>(exactLaneSum(along) / count);
    for (Index j = 0; j < row.n; j += lanes) {
        const Vector even = (loadUpTo(row.x + j, row.n - j) - mean) * scale;
        const Vector g = loadUpTo(row.dy + j, row.n - j) * loadUpTo(row.weight + j, row.n - j);
        storeUpTo(row.dx + j, loadUpTo(row.dx + j, row.n - j) + (g - level - even * tilt) * scale, row.n - j);
    }
}

void softmaxBackward(const Scalar* w, Scalar* dw, Index n, Scalar scale) {
    Vector sum{};
    for (Index j = 0; j < n; j += lanes) sum += loadUpTo(w + j, n - j) * loadUpTo(dw + j, n - j);
    const Scalar mean = laneSum(sum);
    for (Index j = 0; j < n; j += lanes)
        storeUpTo(dw + j, loadUpTo(w + j, n - j) * (loadUpTo(dw + j, n - j) - mean) * scale, n - j);
}

void addRows(Scalar* sum, const Scalar* x, Index rows, Index stride, Index n) {
    for (Index j = 0; j < n; j += lanes) {
        Vector total = loadUpTo(sum + j, n - j);
        for (Index r = 0; r < rows; ++r) total += loadUpTo(x + r * stride + j, n - j);
        storeUpTo(sum + j, total, n - j);
    }
}

void add(Scalar* x, const Scalar* y, Index n) {
    for (Index j = 0; j < n; j += lanes) storeUpTo(x + j, loadUpTo(x + j, n - j) + loadUpTo(y + j, n - j), n - j);
}

void multiplyBy(Scalar* x, const Scalar* y, Index n) {
    for (Index j = 0; j < n; j += lanes) storeUpTo(x + j, loadUpTo(x + j, n - j) * loadUpTo(y + j, n - j), n - j);
}

double squares(const Scalar* x, Index n) {
    return sumOver(x, n, 0, [](Vector v) __attribute__((always_inline)) { return v * v; });
}

void adam(const AdamStep& s, const AdamRow& row) {
    for (Index j = 0; j < row.n; j += lanes) {
        const Index some = row.n - j;
        const Vector g = loadUpTo(row.gradient + j, some) * s.scale;
        const Vector before = loadUpTo(row.mean + j, some);
        const Vector mean = before + (g - before) * (Scalar(1) - s.keep1);
        const Vector square = loadUpTo(row.square + j, some) * s.keep2 + g * g * (Scalar(1) - s.keep2);
        Vector root = square;
        for (Index l = 0; l < lanes; ++l) root[l] = squareRoot(root[l]);
        const Vector weight = loadUpTo(row.weight + j, some) * s.keep - mean * s.rate / (root * s.root + s.eps);
        storeUpTo(row.mean + j, mean, some);
        storeUpTo(row.square + j, square, some);
        storeUpTo(row.weight + j, weight, some);
    }
}
