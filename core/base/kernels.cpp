// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/kernels.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#define INLINE [[gnu::always_inline]] inline
// The vectors never cross a call, so how they would be passed does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace headscope {
namespace {

constexpr Scalar largest = std::numeric_limits<Scalar>::max();
INLINE Scalar squareRoot(Scalar x) {
    return std::sqrt(x);
}
[[gnu::noinline]] Scalar exactExponential(Scalar x) {
    return std::exp(x);
}
[[gnu::noinline]] Scalar exactLogarithm(Scalar x) {
    return std::log(x);
}
[[gnu::noinline]] Scalar exactErf(Scalar x) {
    return std::erf(x);
}

namespace baseline {
#define VECTOR_BYTES 16
#define TILE_ROWS 4
#define NAME "baseline"
#include "core/base/kernels.inl"
#undef VECTOR_BYTES
#undef TILE_ROWS
#undef NAME
} // namespace baseline

// Other compilers do not know this pragma and get the baseline.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE_VECTORS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#define NAME "avx2"
#include "core/base/kernels.inl"
#undef VECTOR_BYTES
#undef TILE_ROWS
#undef NAME
} // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,prefer-vector-width=512")
namespace avx512 {
#define VECTOR_BYTES 64
#define TILE_ROWS 12
#define NAME "avx512"
#include "core/base/kernels.inl"
#undef VECTOR_BYTES
#undef TILE_ROWS
#undef NAME
} // namespace avx512
#pragma GCC pop_options
#endif

} // namespace

std::vector<const Kernels*> usableKernels() {
    std::vector<const Kernels*> all{&baseline::table};
#ifdef WIDE_VECTORS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&avx2::table);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw"))
        all.push_back(&avx512::table);
#endif
    return all;
}

const Kernels& kernels() {
    static const Kernels& best = *usableKernels().back();
    return best;
}

} // namespace headscope
