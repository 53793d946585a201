// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headscope {

/// For every query a set of keys; queries with the same set share it.
struct KeySets {
    std::vector<std::int32_t> setOf;             ///< [n_q] which set, or −1: none
    std::vector<std::vector<std::int32_t>> sets; ///< keys, ascending

    /// Empty where the query has none.
    std::span<const std::int32_t> of(std::size_t query) const {
        if (setOf[query] < 0) return {};
        return sets[static_cast<std::size_t>(setOf[query])];
    }
};

} // namespace headscope
