// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/product.h"

#include "core/base/aligned_buffer.h"
#include "core/base/packing.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <vector>

namespace headscope {
namespace {

/// A task's share of y: its part of w is packed once and stays in the second-level cache while the rows pass by.
constexpr Index rowsPerTask = 504;
constexpr Index panelsPerTask = 2;

struct Task {
    const Product* product = nullptr;
    Index firstRow = 0;
    Index firstColumn = 0;
};

/// Rows per tile so that all tiles are about alike.
Index evenTile(Index rows) {
    const Index most = kernels().rows;
    const Index tiles = (rows + most - 1) / most;
    return (rows + tiles - 1) / tiles;
}

void run(const Task& task) {
    const Kernels& k = kernels();
    const Matrix& x = *task.product->x;
    const Matrix& w = *task.product->w;
    Matrix& y = *task.product->y;
    const Index rows = std::min(rowsPerTask, x.rows() - task.firstRow);
    const Index columns = std::min(panelsPerTask * k.panel, w.cols() - task.firstColumn);
    const Index depth = w.rows();
    // Packing pays when several tiles read what was packed, and is needed where a panel juts out of w.
    const bool packed = rows > 4 * k.rows || columns % k.panel != 0;
    AlignedBuffer panels(packed ? packedSize(depth, columns) : 0);
    if (packed) packPanels({w.data() + task.firstColumn, w.cols(), depth, columns}, panels.data());

    const bool biased = task.product->bias && !task.product->bias->empty();
    const Index step = evenTile(rows);
    for (Index r = 0; r < rows; r += step) {
        for (Index c = 0; c < columns; c += k.panel) {
            const Index column = task.firstColumn + c;
            Tile t;
            t.a = x.data() + (task.firstRow + r) * x.cols();
            t.aStride = x.cols();
            t.b = packed ? panels.data() + c * depth : w.data() + column;
            t.bStride = packed ? k.panel : w.cols();
            t.depth = depth;
            t.c = y.data() + (task.firstRow + r) * y.cols() + column;
            t.cStride = y.cols();
            t.cols = std::min(k.panel, columns - c);
            t.bias = biased ? task.product->bias->data() + column : nullptr;
            k.product(static_cast<int>(std::min(step, rows - r)), t);
        }
    }
}

} // namespace

void multiply(std::span<const Product> products, const std::stop_token& stop) {
    std::vector<Task> tasks;
    for (const Product& p : products) {
        assert(p.x->cols() == p.w->rows() && p.y->rows() == p.x->rows() && p.y->cols() == p.w->cols());
        assert(!p.bias || p.bias->empty() || p.bias->cols() == p.w->cols());
        for (Index r = 0; r < p.x->rows(); r += rowsPerTask)
            for (Index c = 0; c < p.w->cols(); c += panelsPerTask * kernels().panel) tasks.push_back({&p, r, c});
    }
    parallelFor(static_cast<Index>(tasks.size()), [&](Index i) {
        if (!stop.stop_requested()) run(tasks[static_cast<std::size_t>(i)]);
    });
}

} // namespace headscope
