// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/model_families.h"

#include <string>
#include <vector>

namespace headscope {

/// Where a row of a family's table leads for one layer of one stack.
struct TensorPlace {
    const TensorRow* row = nullptr;
    bool decoder = false;
    int block = 0;
    std::string name; ///< without the family's prefix, ".weight" and ".bias"
};

/// Blocks of the file, not layers: ALBERT has fewer.
struct BlockCounts {
    int encoder = 0;
    int decoder = 0;
};

/// Both tables of the family, in order.
std::vector<TensorRow> rowsOf(const ModelFamily& family);
/// Whether each stack that the row is of is the decoder.
std::vector<bool> stacksOf(const TensorRow& row, ModelKind kind);
/// What the row calls its tensor in one block of one stack.
std::string nameIn(const TensorRow& row, bool decoder, int block);
/// All places that the row names. `row` must outlive them.
std::vector<TensorPlace> placesOf(const TensorRow& row, ModelKind kind, BlockCounts blocks);
/// Whether the slot belongs to the output head: its tensors have no prefix.
bool isHead(Slot slot);

} // namespace headscope
