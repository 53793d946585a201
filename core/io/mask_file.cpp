// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/mask_file.h"

#include "core/io/array.h"

#include <limits>

namespace headscope {

Result<MaskGrid> readMask(const std::string& path) {
    const Result<Array> array = readNpy(path);
    if (!array) return array.error();
    const auto fail = [&](const std::string& detail) { return Error{ErrorCode::Input, path, detail}; };
    const std::size_t rank = array->shape.size();
    if ((rank != 2 && rank != 3) || array->values.empty())
        return fail("a mask has the shape [queries, keys] or [heads, queries, keys], found " + showShape(array->shape));
    const Index heads = rank == 3 ? array->shape[0] : 1;
    if (heads > std::numeric_limits<int>::max()) return fail("a mask cannot have " + std::to_string(heads) + " heads");

    MaskGrid grid{static_cast<int>(heads), array->shape[rank - 2], array->shape[rank - 1], {}};
    grid.cells.reserve(array->values.size());
    for (const Scalar value : array->values) {
        if (value != Scalar(0) && value != Scalar(1)) {
            const Index at = static_cast<Index>(grid.cells.size());
            return fail("a mask holds only 0 and 1 (1 = may attend), found " + std::to_string(value) + " at row " +
                        std::to_string(at / grid.cols % grid.rows) + ", column " + std::to_string(at % grid.cols));
        }
        grid.cells.push_back(value != Scalar(0));
    }
    return grid;
}

} // namespace headscope
