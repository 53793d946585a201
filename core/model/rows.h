// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace headscope {

/// What stands between a transformer's products, row by row: out = norm(a + b), sum = a + b. Rows before firstRow stay
/// as they are. All matrices are [n, width].
struct RowStep {
    const Matrix* a = nullptr;
    const Matrix* b = nullptr;         ///< or null: 0
    const Matrix* c = nullptr;         ///< a third summand, or null
    Matrix* sum = nullptr;             ///< or null: not kept; may be a
    const NormWeights* norm = nullptr; ///< null: sum only
    Matrix* out = nullptr;             ///< where there is a norm; may be sum
    Index firstRow = 0;
};
void run(const RowStep& step, const ModelConfig& config);

/// x ← x ⊙ y, rows firstRow ….
void multiplyCells(Matrix& x, const Matrix& y, Index firstRow);

/// The first `rows` rows of `from` into `to`; both have the same width.
void copyFirstRows(const Matrix& from, Matrix& to, Index rows);

} // namespace headscope
