// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/kernels.h"

namespace headscope {

/// How many numbers `columns` columns of `depth` rows take in panels.
inline Index packedSize(Index depth, Index columns) {
    const Index panel = kernels().panel;
    return (columns + panel - 1) / panel * panel * depth;
}

/// Where a column of a panel stands among 16-bit numbers: the halves of the panel take turns, so that a vector of words
/// is split into both without a shuffle.
inline Index narrowPlace(Index column) {
    const Index half = kernels().panel / 2;
    return column < half ? 2 * column : 2 * (column - half) + 1;
}

/// Part of a row-major matrix: from[r · stride + c].
struct Window {
    const Scalar* from = nullptr;
    Index stride = 0;
    Index rows = 0;
    Index cols = 0;
};

/// The second factor of a product in the order in which the kernels read it: panels of Kernels::panel columns one after
/// the other, each [rows, panel], the last one filled up with zeros. `to` holds packedSize(rows, cols).
void packPanels(const Window& m, Scalar* to);
/// The same of the transposed matrix, each of whose columns (a row of m) is multiplied by factors[row], or as it is
/// when factors is null. `to` holds packedSize(cols, rows).
void packTransposed(const Window& m, const Scalar* factors, Scalar* to);

} // namespace headscope
