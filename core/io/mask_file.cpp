// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/mask_file.h"

#include "core/io/array.h"

#include <cassert>
#include <limits>

namespace headscope {

namespace {

std::vector<Index> shapeOf(const MaskGrid& grid) {
    if (grid.heads == 1) return {grid.rows, grid.cols};
    return {grid.heads, grid.rows, grid.cols};
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

Result<MaskGrid> readMask(const std::string& path) {
    Result<Flags> flags = readNpyFlags(path);
    if (!flags) return flags.error();
    const auto fail = [&](const std::string& detail) { return Error{ErrorCode::Input, path, detail}; };
    const std::vector<Index>& shape = flags->shape;
    const std::size_t rank = shape.size();
    if ((rank != 2 && rank != 3) || flags->values.empty())
        return fail("a mask has the shape [queries, keys] or [heads, queries, keys], found " + showShape(shape));
    const Index heads = rank == 3 ? shape[0] : 1;
    if (heads > std::numeric_limits<int>::max()) return fail("a mask cannot have " + std::to_string(heads) + " heads");
    return MaskGrid{static_cast<int>(heads), shape[rank - 2], shape[rank - 1], std::move(flags->values)};
}

Result<std::shared_ptr<const MaskGrid>> readMasks(const std::vector<std::string>& paths) {
    assert(!paths.empty());
    std::shared_ptr<MaskGrid> all;
    for (const std::string& path : paths) {
        Result<MaskGrid> grid = readMask(path);
        if (!grid) return grid.error();
        if (!all) {
            all = std::make_shared<MaskGrid>(std::move(*grid));
            continue;
        }
        const bool fits = grid->rows == all->rows && grid->cols == all->cols &&
                          (grid->heads == all->heads || grid->heads == 1 || all->heads == 1);
        if (!fits)
            return Error{ErrorCode::Input, path,
                         "expected the shape of the other mask " + showShape(shapeOf(*all)) + ", found " +
                             showShape(shapeOf(*grid))};
        narrow(*all, *grid);
    }
    return std::shared_ptr<const MaskGrid>(std::move(all));
}

} // namespace headscope
