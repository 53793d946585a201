// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <span>
#include <vector>

namespace headscope {

/// What enters layer 0 of a stack: token vectors, token types and positions, with what follows them.
struct Embedding {
    const Model* model = nullptr;
    const StackWeights* stack = nullptr;
    std::span<const int> ids;        ///< [n], inside the vocabulary
    std::span<const int> tokenTypes; ///< [n], or empty
    Index firstRow = 0;              ///< rows before it are left 0
};
/// [n, d_model]
Matrix embed(const Embedding& embedding);

/// [n, embeddingWidth] the sum of the vectors, before the norm.
Matrix embeddingSum(const Embedding& embedding);
/// [n] the row of the position table for every token.
std::vector<Index> positionRows(const ModelConfig& config, std::span<const int> ids);

} // namespace headscope
