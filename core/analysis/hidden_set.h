// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/head_pictures.h"

#include <utility>

namespace headscope {

/// A set of keys that pictures may leave out. What is left is gathered while the weights are at hand: later, all of a
/// long text's would have to be computed again.
class HiddenSet {
public:
    /// `hidden` [n_k]: 1 = left out; empty: none. `factor`: of the pictures.
    HiddenSet(std::vector<std::uint8_t> hidden, Index factor);

    bool empty() const { return m_keys.empty(); }
    bool hides(Index key) const { return m_hidden[static_cast<std::size_t>(key)] != 0; }
    HeadRemainder emptyRemainder(Index queries) const;
    /// Adds one row. `row`: the weights of the keys from firstKey on, all others being 0; `sum`: theirs.
    void read(std::span<const Scalar> row, Index firstKey, Index query, double sum, HeadRemainder& into) const;

private:
    double sumOfOthers(std::span<const Scalar> row, Index firstKey) const;

    Index m_factor = 1;
    std::vector<std::uint8_t> m_hidden;
    std::vector<std::int32_t> m_keys; ///< the hidden ones, ascending
    std::vector<std::int32_t> m_columns;
    std::vector<std::pair<std::int32_t, std::int32_t>> m_others; ///< in these columns: a key and its column's place
};

} // namespace headscope
