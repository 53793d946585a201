// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops. kernels.cpp includes this once per instruction set, each time inside a namespace of its own that
// sets VECTOR_BYTES, TILE_ROWS and NAME. Nothing from the standard library may be instantiated in here: the linker could
// pick that copy for the whole program, and an old processor would meet instructions that it does not know.

using Vector = Scalar __attribute__((vector_size(VECTOR_BYTES)));
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;
using BitVector = Bits __attribute__((vector_size(VECTOR_BYTES)));

constexpr Index lanes = VECTOR_BYTES / Index{sizeof(Scalar)};
constexpr Index panelColumns = 2 * lanes;

INLINE Vector load(const Scalar* p) {
    Vector v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
INLINE void store(Scalar* p, Vector v) { __builtin_memcpy(p, &v, sizeof v); }
INLINE Vector splat(Scalar x) { return x - Vector{}; }
/// The first n of p, then the filler.
INLINE Vector loadSome(const Scalar* p, Index n, Scalar filler) {
    Vector v = splat(filler);
    __builtin_memcpy(&v, p, static_cast<std::size_t>(n) * sizeof(Scalar));
    return v;
}
INLINE void storeSome(Scalar* p, Vector v, Index n) { __builtin_memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(Scalar)); }

/// Into the number type's range; a NaN (∞ − ∞ inside a sum that overflowed) becomes the lowest number.
INLINE Vector finite(Vector v) {
    const Vector most = splat(largest);
    v = v > -most ? v : -most;
    return v < most ? v : most;
}

template <bool distance> INLINE Vector finish(Vector sum, const Tile& t, Vector bias) {
    if constexpr (distance) {
        for (Index l = 0; l < lanes; ++l) sum[l] = -squareRoot(sum[l]);
        return finite(sum * t.scale);
    }
    return finite(sum * t.scale + bias);
}

template <int rows, bool distance> void tile(const Tile& t) {
    Vector sum[static_cast<std::size_t>(rows)][2];
    const bool whole = t.cols == panelColumns;
    const Index left = t.cols < lanes ? t.cols : lanes;
    const Index right = t.cols - left;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
        sum[r][0] = t.onTop ? loadSome(t.c + r * t.cStride, left, 0) : Vector{};
        sum[r][1] = t.onTop ? loadSome(t.c + r * t.cStride + left, right, 0) : Vector{};
    }
    const Scalar* a = t.a;
    const Scalar* b = t.b;
    for (Index d = 0; d < t.depth; ++d, ++a, b += t.bStride) {
        const Vector b0 = load(b);
        const Vector b1 = load(b + lanes);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            const Vector x = splat(a[r * t.aStride]);
            if constexpr (distance) {
                sum[r][0] += (x - b0) * (x - b0);
                sum[r][1] += (x - b1) * (x - b1);
            } else {
                sum[r][0] += x * b0;
                sum[r][1] += x * b1;
            }
        }
    }
    const Vector bias0 = t.bias ? loadSome(t.bias, left, 0) : Vector{};
    const Vector bias1 = t.bias ? loadSome(t.bias + left, right, 0) : Vector{};
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
        const Vector c0 = finish<distance>(sum[r][0], t, bias0);
        const Vector c1 = finish<distance>(sum[r][1], t, bias1);
        Scalar* c = t.c + r * t.cStride;
        if (whole) {
            store(c, c0);
            store(c + lanes, c1);
        } else {
            storeSome(c, c0, left);
            storeSome(c + left, c1, right);
        }
    }
}

template <bool distance, int... r> constexpr auto tilesOf(std::integer_sequence<int, r...>) {
    struct {
        void (*byRows[sizeof...(r)])(const Tile&);
    } table = {{tile<r + 1, distance>...}};
    return table;
}

template <bool distance> void anyTile(int rows, const Tile& t) {
    static constexpr auto tiles = tilesOf<distance>(std::make_integer_sequence<int, TILE_ROWS>());
    tiles.byRows[rows - 1](t);
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
    Scalar result = top[0];
    for (Index l = 1; l < lanes; ++l) result = top[l] > result ? top[l] : result;
    return result;
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
    Scalar result = 0;
    for (Index l = 0; l < lanes; ++l) result += sum[l];
    return result;
}

void multiply(Scalar* x, Index n, Scalar factor) {
    Index j = 0;
    for (; j + lanes <= n; j += lanes) store(x + j, load(x + j) * factor);
    for (; j < n; ++j) x[j] *= factor;
}

constexpr Kernels table = {NAME,           TILE_ROWS, panelColumns,  anyTile<false>, anyTile<true>,
                           maximum, exponentials, multiply};
