// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"
#include "core/base/rng.h"

namespace headscope {

/// Which weights of a row are dropped follows from this number, which follows from the row's place alone, so that
/// looking again drops the same ones.
inline std::uint64_t dropoutRow(const LayerTrace& trace, int head, Index query) {
    const auto place = static_cast<std::uint64_t>(head) << 40 | static_cast<std::uint64_t>(query);
    return Rng::mix(trace.seed ^ Rng::mix(place + 1));
}

/// Whether a row drops this key's weight, which it does with probability p.
inline bool drops(std::uint64_t row, Index key, double p) {
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15ULL;
    return static_cast<double>(Rng::mix(row + static_cast<std::uint64_t>(key) * golden) >> 11) * 0x1.0p-53 < p;
}

/// Whether dropout made this weight 0, which the mask allows.
inline bool isDropped(const LayerTrace& trace, int head, Index query, Index key) {
    const double p = trace.config.dropout;
    return p > 0 && trace.mask.allowed(head, query, key) && drops(dropoutRow(trace, head, query), key, p);
}

} // namespace headscope
