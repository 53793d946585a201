// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstdint>
#include <span>
#include <vector>

namespace headscope {

/// What is left of one head when some keys are hidden.
struct HeadRemainder {
    std::vector<Scalar> kept;          ///< [n_q] Σ of the row over the other keys; empty: no key is hidden
    std::vector<Scalar> received;      ///< [n_k] column sums of rows scaled up to 1 again; 0 for hidden keys
    std::vector<std::int32_t> columns; ///< of a coarse picture (factor > 1): those that stand for hidden keys, ascending
    Matrix pixels;                     ///< [⌈n_q ÷ factor⌉, columns] the greatest of these squares' other cells
};

/// One head's n_q × n_k weights as a picture of bounded size: each pixel holds the greatest weight of a factor × factor
/// square of cells, so that a thin line of a large matrix stays visible. factor = 1: the weights themselves.
struct HeadPicture {
    Index factor = 1;
    Matrix pixels;              ///< [⌈n_q ÷ factor⌉, ⌈n_k ÷ factor⌉]
    BoolGrid allowed;           ///< same shape: 1 = at least one cell of the square may attend; empty: everything may
    std::vector<Scalar> rowSum; ///< [n_q] Σ of the row: 1, or 0 where everything is masked (other values with dropout)
    std::vector<Scalar> received; ///< [n_k] column sums: how much each key is read in total
    Scalar greatest = 0;          ///< of all cells
    std::vector<HeadRemainder> without; ///< per set of hidden keys that the collector was asked for
};

/// A link worth drawing: query reads key with weight.
struct Link {
    std::int32_t key = 0;
    Scalar weight = 0;
};

/// The strongest keys of every row of one head, strongest first: at most `perRow` a row, rows one after the other.
struct RankedLinks {
    Index perRow = 0;
    std::vector<Link> links; ///< n_q · perRow; rows with fewer allowed keys are filled with weight 0
    std::span<const Link> row(Index query) const {
        return {links.data() + query * perRow, static_cast<std::size_t>(perRow)};
    }
};

} // namespace headscope
