// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops. kernels.cpp includes this once per instruction set, each time inside a namespace of its own that
// sets VECTOR_BYTES, TILE_ROWS and NAME. Nothing from the standard library may be instantiated in here: the linker could
// pick that copy for the whole program, and an old processor would meet instructions that it does not know.

using Vector = Scalar __attribute__((vector_size(VECTOR_BYTES)));
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;
using BitVector = Bits __attribute__((vector_size(VECTOR_BYTES)));

constexpr Index lanes = VECTOR_BYTES / Index{sizeof(Scalar)};
constexpr Index panelColumns = 2 * lanes;
/// As many numbers of 32 bits as a Vector has lanes.
using Words = std::uint32_t __attribute__((vector_size(4 * lanes)));
using Floats = float __attribute__((vector_size(4 * lanes)));

INLINE Vector load(const Scalar* p) {
    Vector v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
INLINE void store(Scalar* p, Vector v) { __builtin_memcpy(p, &v, sizeof v); }
INLINE Vector splat(Scalar x) { return x - Vector{}; }

// The first n ≤ lanes of p, then the filler; and the first n of v.
#if VECTOR_BYTES == 64
INLINE auto firstLanes(Index n) {
    if constexpr (lanes == 16) return static_cast<__mmask16>((1U << n) - 1);
    else return static_cast<__mmask8>((1U << n) - 1);
}
INLINE Vector maskedLoad(const float* p, __mmask16 some, Vector filler) {
    return reinterpret_cast<Vector>(_mm512_mask_loadu_ps(reinterpret_cast<__m512>(filler), some, p));
}
INLINE Vector maskedLoad(const double* p, __mmask8 some, Vector filler) {
    return reinterpret_cast<Vector>(_mm512_mask_loadu_pd(reinterpret_cast<__m512d>(filler), some, p));
}
INLINE void maskedStore(float* p, __mmask16 some, Vector v) { _mm512_mask_storeu_ps(p, some, reinterpret_cast<__m512>(v)); }
INLINE void maskedStore(double* p, __mmask8 some, Vector v) { _mm512_mask_storeu_pd(p, some, reinterpret_cast<__m512d>(v)); }
INLINE Vector loadSome(const Scalar* p, Index n, Scalar filler) { return maskedLoad(p, firstLanes(n), splat(filler)); }
INLINE void storeSome(Scalar* p, Vector v, Index n) { maskedStore(p, firstLanes(n), v); }
#else
INLINE Vector loadSome(const Scalar* p, Index n, Scalar filler) {
    Vector v = splat(filler);
    __builtin_memcpy(&v, p, static_cast<std::size_t>(n) * sizeof(Scalar));
    return v;
}
INLINE void storeSome(Scalar* p, Vector v, Index n) { __builtin_memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(Scalar)); }
#endif
/// The same where n may be more than the lanes: then it is all of them.
INLINE Vector loadUpTo(const Scalar* p, Index n) { return n >= lanes ? load(p) : loadSome(p, n, 0); }
INLINE void storeUpTo(Scalar* p, Vector v, Index n) {
    if (n >= lanes) {
        store(p, v);
    } else {
        storeSome(p, v, n);
    }
}

/// Lane l of the result is lane (l + step) mod count: a few steps bring all of them together.
template <int step, class V, class Places, int... l> INLINE V turned(V v, Places, std::integer_sequence<int, l...>) {
    constexpr Places from = {static_cast<std::remove_cvref_t<decltype(Places{}[0])>>((l + step) % sizeof...(l))...};
    return __builtin_shuffle(v, from);
}
template <int step = lanes / 2> INLINE Scalar laneMaximum(Vector v) {
    if constexpr (step == 0) return v[0];
    else {
        const Vector other = turned<step>(v, BitVector{}, std::make_integer_sequence<int, lanes>());
        return laneMaximum<step / 2>(other > v ? other : v);
    }
}
template <int step = lanes / 2> INLINE Scalar laneSum(Vector v) {
    if constexpr (step == 0) return v[0];
    else return laneSum<step / 2>(v + turned<step>(v, BitVector{}, std::make_integer_sequence<int, lanes>()));
}

/// Half as many doubles as a Vector has lanes.
using Wide = double __attribute__((vector_size(4 * lanes)));
using WideBits = std::uint64_t __attribute__((vector_size(4 * lanes)));
template <int step = lanes / 4> INLINE double wideSum(Wide v) {
    if constexpr (step == 0) return v[0];
    else return wideSum<step / 2>(v + turned<step>(v, WideBits{}, std::make_integer_sequence<int, lanes / 2>()));
}
/// In double: a row's mean must not depend on how wide the vectors are by more than rounding.
INLINE double exactLaneSum(Vector v) {
    using Half = Scalar __attribute__((vector_size(VECTOR_BYTES / 2)));
    Half halves[2];
    __builtin_memcpy(halves, &v, sizeof v);
    return wideSum(__builtin_convertvector(halves[0], Wide) + __builtin_convertvector(halves[1], Wide));
}

/// Into the number type's range; a NaN (∞ − ∞ inside a sum that overflowed) becomes the lowest number.
INLINE Vector finite(Vector v) {
    const Vector most = splat(largest);
    v = v > -most ? v : -most;
    return v < most ? v : most;
}

enum class Kind { Dot, Brain, Distance };

/// Both halves of a panel's row of 16-bit numbers.
INLINE Words loadWords(const std::uint16_t* p) {
    Words both; // one of the left half in the lower, one of the right half in the upper bits
    __builtin_memcpy(&both, p, sizeof both);
    return both;
}
INLINE Vector leftBrain(Words both) { return __builtin_convertvector(reinterpret_cast<Floats>(both << 16), Vector); }
INLINE Vector rightBrain(Words both) { return __builtin_convertvector(reinterpret_cast<Floats>(both & 0xFFFF0000U), Vector); }

template <Kind kind> INLINE Vector finish(Vector sum, const Tile& t, Vector bias) {
    if constexpr (kind == Kind::Distance) {
        for (Index l = 0; l < lanes; ++l) sum[l] = -squareRoot(sum[l]);
        return finite(sum * t.scale);
    }
    return finite(sum * t.scale + bias);
}

/// `halves` is 1 for tiles whose columns fit into the left half of a panel, else 2.
template <int rows, Kind kind, int halves> void tile(const Tile& t) {
    Vector sum[std::size_t{rows}][std::size_t{halves}];
    const bool whole = t.cols == halves * lanes;
    const Index width[] = {t.cols < lanes ? t.cols : lanes, t.cols - lanes};
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
        const Scalar* c = t.c + r * t.cStride;
#pragma GCC unroll 2
        for (int h = 0; h < halves; ++h)
            sum[r][h] = !t.onTop ? Vector{} : whole ? load(c + h * lanes) : loadSome(c + h * lanes, width[h], 0);
    }
    const Scalar* a = t.a;
    const auto* b = [&t] {
        if constexpr (kind == Kind::Brain) return t.brain;
        else return t.b;
    }();
    for (Index d = 0; d < t.depth; ++d, a += t.aStep, b += t.bStride) {
        Vector right[std::size_t{halves}]; // of this row of b
        if constexpr (kind == Kind::Brain) {
            const Words both = loadWords(b);
            right[0] = leftBrain(both);
            if constexpr (halves > 1) right[1] = rightBrain(both);
        } else {
#pragma GCC unroll 2
            for (int h = 0; h < halves; ++h) right[h] = load(b + h * lanes);
        }
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            const Vector x = splat(a[r * t.aStride]);
#pragma GCC unroll 2
            for (int h = 0; h < halves; ++h)
                sum[r][h] += kind == Kind::Distance ? (x - right[h]) * (x - right[h]) : x * right[h];
        }
    }
#pragma GCC unroll 2
    for (int h = 0; h < halves; ++h) {
        const Vector bias = t.bias ? loadSome(t.bias + h * lanes, width[h], 0) : Vector{};
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            Scalar* c = t.c + r * t.cStride + h * lanes;
            const Vector cells = finish<kind>(sum[r][h], t, bias);
            if (whole) {
                store(c, cells);
            } else {
                storeSome(c, cells, width[h]);
            }
        }
    }
}

template <Kind kind, int... r> constexpr auto tilesOf(std::integer_sequence<int, r...>) {
    struct {
        void (*byRows[sizeof...(r)][2])(const Tile&);
    } table = {{{tile<r + 1, kind, 1>, tile<r + 1, kind, 2>}...}};
    return table;
}

template <Kind kind> void anyTile(int rows, const Tile& t) {
    static constexpr auto tiles = tilesOf<kind>(std::make_integer_sequence<int, TILE_ROWS>());
    tiles.byRows[rows - 1][t.cols > lanes](t);
}

Scalar maximum(const Scalar* x, Index n) {
    Vector top = splat(-__builtin_inf());
    Index j = 0;
    for (; j + lanes <= n; j += lanes) {
        const Vector v = load(x + j);
        top = v > top ? v : top;
    }
    if (j < n) {
        const Vector v = loadSome(x + j, n - j, -__builtin_inf());
        top = v > top ? v : top;
    }
    return laneMaximum(top);
}

/// exp for x ≤ 0. float: x = n·ln 2 + r with |r| ≤ ½ ln 2; exp(r) by its Taylor-like polynomial of Moshier's Cephes
/// library (relative error below 1.2e-7), times 2ⁿ by adding n to the exponent bits. Below −87.3, where the result
/// would leave the normal numbers, 0.
INLINE Vector exponential(Vector x) {
    if constexpr (sizeof(Scalar) == 8) {
        for (Index l = 0; l < lanes; ++l) x[l] = exactExponential(x[l]);
        return x;
    } else {
        constexpr float round = 0x1.8p23F; // adding it leaves the rounded number in the lowest bits
        const Vector shifted = x * 1.44269504F + round;
        const Vector n = shifted - round;
        const Vector r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
        Vector p = r * 1.9875691500e-4F + 1.3981999507e-3F;
        p = p * r + 8.3334519073e-3F;
        p = p * r + 4.1665795894e-2F;
        p = p * r + 1.6666665459e-1F;
        p = p * r + 5.0000001201e-1F;
        p = p * (r * r) + (r + 1.0F);
        const Vector scaled = reinterpret_cast<Vector>(reinterpret_cast<BitVector>(p) + (reinterpret_cast<BitVector>(shifted) << 23));
        return x > -87.3F ? scaled : Vector{};
    }
}

Scalar exponentials(Scalar* x, Index n, Scalar top) {
    Vector sum{};
    Index j = 0;
    for (; j + lanes <= n; j += lanes) {
        const Vector e = exponential(load(x + j) - top);
        store(x + j, e);
        sum += e;
    }
    if (j < n) {
        const Vector e = exponential(loadSome(x + j, n - j, -__builtin_inf()) - top);
        storeSome(x + j, e, n - j);
        sum += e;
    }
    return laneSum(sum);
}

void multiply(Scalar* x, Index n, Scalar factor) {
    Index j = 0;
    for (; j + lanes <= n; j += lanes) store(x + j, load(x + j) * factor);
    if (j < n) storeSome(x + j, loadSome(x + j, n - j, 0) * factor, n - j);
}

/// ln x for x > 0 (any finite number for 0). float: x = 2ᵉ · m with √½ ≤ m < √2 and the polynomial for ln m of Moshier's
/// Cephes library.
INLINE Vector logarithm(Vector x) {
    if constexpr (sizeof(Scalar) == 8) {
        for (Index l = 0; l < lanes; ++l) x[l] = x[l] > 0 ? exactLogarithm(x[l]) : 0;
        return x;
    } else {
        using IntVector = std::make_signed_t<Bits> __attribute__((vector_size(VECTOR_BYTES)));
        constexpr std::int32_t rootHalf = 0x3F3504F3; // the bits of √½
        const IntVector exponent = (reinterpret_cast<IntVector>(x) - rootHalf) >> 23;
        const Vector m = reinterpret_cast<Vector>(reinterpret_cast<IntVector>(x) - (exponent << 23));
        const Vector e = __builtin_convertvector(exponent, Vector);
        const Vector r = m - 1.0F;
        const Vector square = r * r;
        Vector p = r * 7.0376836292e-2F - 1.1514610310e-1F;
        p = p * r + 1.1676998740e-1F;
        p = p * r - 1.2420140846e-1F;
        p = p * r + 1.4249322787e-1F;
        p = p * r - 1.6668057665e-1F;
        p = p * r + 2.0000714765e-1F;
        p = p * r - 2.4999993993e-1F;
        p = p * r + 3.3333331174e-1F;
        return e * 0.693359375F + (r - square * 0.5F + (p * r * square - e * 2.12194440e-4F));
    }
}

RowSums rowSums(const Scalar* w, Index n, Index origin) {
    Vector sum{}, logs{}, distances{}, place{};
    for (Index l = 0; l < lanes; ++l) place[l] = static_cast<Scalar>(l - origin);
    const auto add = [&](Vector x) __attribute__((always_inline)) {
        sum += x;
        logs += x * logarithm(x);
        distances += x * (place < 0 ? -place : place);
        place += static_cast<Scalar>(lanes);
    };
    Index j = 0;
    for (; j + lanes <= n; j += lanes) add(load(w + j));
    if (j < n) add(loadSome(w + j, n - j, 0));
    RowSums result;
    for (Index l = 0; l < lanes; ++l) {
        result.sum += sum[l];
        result.logarithm += logs[l];
        result.distance += distances[l];
    }
    return result;
}

/// 1 / (1 + e⁻ˣ), without overflow on either side.
INLINE Vector sigmoid(Vector x) {
    const Vector e = exponential(x < 0 ? x : -x);
    return (x < 0 ? e : splat(1)) / (e + Scalar(1));
}

/// float: Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7.
INLINE Vector errorFunction(Vector x) {
    if constexpr (sizeof(Scalar) == 8) {
        for (Index l = 0; l < lanes; ++l) x[l] = exactErf(x[l]);
        return x;
    } else {
        const Vector size = x < 0 ? -x : x;
        const Vector t = splat(1) / (size * 0.3275911F + 1.0F);
        Vector p = t * 1.061405429F - 1.453152027F;
        p = p * t + 1.421413741F;
        p = p * t - 0.284496736F;
        p = p * t + 0.254829592F;
        const Vector result = splat(1) - p * t * exponential(-size * size);
        return x < 0 ? -result : result;
    }
}

template <Activation which> INLINE Vector activated(Vector x) {
    if constexpr (which == Activation::Gelu)
        return x * (errorFunction(x * Scalar(0.70710678118654752)) + Scalar(1)) * Scalar(0.5);
    if constexpr (which == Activation::GeluTanh)
        return x * sigmoid((x + x * x * x * Scalar(0.044715)) * Scalar(1.5957691216057308)); // 2 √(2/π)
    if constexpr (which == Activation::QuickGelu) return x * sigmoid(x * Scalar(1.702));
    if constexpr (which == Activation::Silu) return x * sigmoid(x);
    if constexpr (which == Activation::Relu) return x > 0 ? x : Vector{};
    if constexpr (which == Activation::Tanh) return sigmoid(x * Scalar(2)) * Scalar(2) - Scalar(1);
    if constexpr (which == Activation::Sigmoid) return sigmoid(x);
}

template <Activation which> void activateAll(Scalar* x, Index n) {
    Index j = 0;
    for (; j + lanes <= n; j += lanes) store(x + j, activated<which>(load(x + j)));
    if (j < n) storeSome(x + j, activated<which>(loadSome(x + j, n - j, 0)), n - j);
}

void activate(Activation activation, Scalar* x, Index n) {
    switch (activation) {
    case Activation::Gelu: return activateAll<Activation::Gelu>(x, n);
    case Activation::GeluTanh: return activateAll<Activation::GeluTanh>(x, n);
    case Activation::QuickGelu: return activateAll<Activation::QuickGelu>(x, n);
    case Activation::Silu: return activateAll<Activation::Silu>(x, n);
    case Activation::Relu: return activateAll<Activation::Relu>(x, n);
    case Activation::Tanh: return activateAll<Activation::Tanh>(x, n);
    case Activation::Sigmoid: return activateAll<Activation::Sigmoid>(x, n);
    }
}

/// Σ f(x).
template <class F> INLINE double sumOver(const Scalar* x, Index n, Scalar filler, F f) {
    Vector sum{};
    Index j = 0;
    for (; j + lanes <= n; j += lanes) sum += f(load(x + j));
    if (j < n) sum += f(loadSome(x + j, n - j, filler));
    return exactLaneSum(sum);
}

void normalize(const NormRow& row) {
    const auto count = static_cast<double>(row.n);
    const Scalar mean =
        row.rms ? 0 : static_cast<Scalar>(sumOver(row.x, row.n, 0, [](Vector v) __attribute__((always_inline)) { return v; }) / count);
    const double squares =
        sumOver(row.x, row.n, mean, [mean](Vector v) __attribute__((always_inline)) { return (v - mean) * (v - mean); });
    const auto scale = static_cast<Scalar>(1 / __builtin_sqrt(squares / count + row.eps));
    for (Index j = 0; j < row.n; j += lanes) {
        const Index some = row.n - j;
        const Vector bias = row.bias ? loadUpTo(row.bias + j, some) : Vector{};
        storeUpTo(row.out + j, (loadUpTo(row.x + j, some) - mean) * scale * loadUpTo(row.weight + j, some) + bias, some);
    }
}

/// The lower half of every word is a float16.
INLINE Floats fromHalf(Words bits) {
    // The exponent moves by 112 when the number is multiplied; that is exact for denormal ones too.
    const Floats size = reinterpret_cast<Floats>((bits & 0x7FFFU) << 13) * 0x1p112F;
    const Words endless = (bits & 0x7C00U) == 0x7C00U ? Words{} + 0x7F800000U : Words{};
    return reinterpret_cast<Floats>(reinterpret_cast<Words>(size) | endless | (bits & 0x8000U) << 16);
}

template <bool brain> void widenAs(const std::uint16_t* from, Index n, Scalar* to) {
    for (Index j = 0; j < n; j += panelColumns) {
        const Words both = loadWords(from + j);
        store(to + j, brain ? leftBrain(both) : __builtin_convertvector(fromHalf(both), Vector));
        store(to + j + lanes, brain ? rightBrain(both) : __builtin_convertvector(fromHalf(both >> 16), Vector));
    }
}

void widen(const std::uint16_t* from, bool brain, Index n, Scalar* to) {
    return brain ? widenAs<true>(from, n, to) : widenAs<false>(from, n, to);
}

#include "core/base/backward_kernels.inl"

constexpr Kernels table = {NAME,
                           TILE_ROWS,
                           panelColumns,
                           anyTile<Kind::Dot>,
                           anyTile<Kind::Brain>,
                           anyTile<Kind::Distance>,
                           maximum,
                           exponentials,
                           multiply,
                           rowSums,
                           activate,
                           normalize,
                           widen,
                           activateWithSlope,
                           normalizeBackward,
                           softmaxBackward,
                           addRows,
                           add,
                           multiplyBy,
                           squares,
                           adam};
