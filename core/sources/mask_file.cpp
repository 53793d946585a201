// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/mask_file.h"

#include "core/io/array.h"

#include <cassert>
#include <limits>

namespace headscope {

namespace {

std::string shapeText(const std::vector<Index>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

Result<MaskGrid> readMask(const std::string& path) {
    const Result<Array> array = readNpy(path);
    if (!array.ok()) return array.error();
    const std::vector<Index>& shape = array->shape;
    const bool perHead = shape.size() == 3;
    if ((shape.size() != 2 && !perHead) || (perHead && (shape[0] < 1 || shape[0] > std::numeric_limits<int>::max())))
        return Error{ErrorCode::Input, path,
                     "expected a mask [n_q, n_k] or [heads, n_q, n_k], found " + shapeText(shape)};
    MaskGrid grid;
    grid.heads = perHead ? static_cast<int>(shape[0]) : 1;
    grid.rows = shape[shape.size() - 2];
    grid.cols = shape.back();
    grid.cells.reserve(array->values.size());
    for (std::size_t i = 0; i < array->values.size(); ++i) {
        const Scalar value = array->values[i];
        if (value != 0 && value != 1)
            return Error{ErrorCode::Input, path,
                         "element " + std::to_string(i) +
                             " (C order) is neither 0 nor 1; a mask holds 1 where a query may attend and 0 elsewhere"};
        grid.cells.push_back(value == 1);
    }
    return grid;
}

/// Forbids in `all` what `other` forbids. Both have the same rows and columns, and as many heads or 1.
void narrow(MaskGrid& all, const MaskGrid& other) {
    if (all.heads < other.heads) {
        const std::vector<std::uint8_t> one = all.cells;
        for (int h = 1; h < other.heads; ++h) all.cells.insert(all.cells.end(), one.begin(), one.end());
        all.heads = other.heads;
    }
    for (std::size_t i = 0; i < all.cells.size(); ++i) all.cells[i] &= other.cells[i % other.cells.size()];
}

} // namespace

Result<std::shared_ptr<const MaskGrid>> readMasks(const std::vector<std::string>& paths) {
    assert(!paths.empty());
    std::shared_ptr<MaskGrid> all;
    for (const std::string& path : paths) {
        Result<MaskGrid> grid = readMask(path);
        if (!grid.ok()) return grid.error();
        if (!all) {
            all = std::make_shared<MaskGrid>(*std::move(grid));
            continue;
        }
        const bool fits = grid->rows == all->rows && grid->cols == all->cols &&
                          (grid->heads == all->heads || grid->heads == 1 || all->heads == 1);
        if (!fits)
            return Error{ErrorCode::Input, path,
                         "expected the shape of the other mask " + shapeText({all->heads, all->rows, all->cols}) +
                             ", found " + shapeText({grid->heads, grid->rows, grid->cols})};
        narrow(*all, *grid);
    }
    return std::shared_ptr<const MaskGrid>(std::move(all));
}

} // namespace headscope
