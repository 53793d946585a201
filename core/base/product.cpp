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

/// The rows of 16-bit weights that are widened at once: so many of a panel stay in the first-level cache.
constexpr Index widenedAtOnce = 256;

/// All rows of a task times part of one panel of w: rows d … d + t.depth of w stand in t.b.
void multiplyRows(const Task& task, Index rows, Index column, Index d, Tile t) {
    const Product& p = *task.product;
    const Index step = evenTile(rows);
    t.aStride = p.x->cols();
    t.cStride = p.y->cols();
    t.cols = std::min(kernels().panel, p.y->cols() - column);
    const bool last = d + t.depth == p.x->cols();
    t.bias = last && p.bias && !p.bias->empty() ? p.bias->data() + column : nullptr;
    t.onTop = p.onTop || d > 0;
    for (Index r = 0; r < rows; r += step) {
        t.a = p.x->data() + (task.firstRow + r) * t.aStride + d;
        t.c = p.y->data() + (task.firstRow + r) * t.cStride + column;
        (t.brain ? kernels().brainProduct : kernels().product)(static_cast<int>(std::min(step, rows - r)), t);
    }
}

void runPacked(const Task& task, Index rows, Index columns) {
    const PackedMatrix& w = *task.product->packed;
    const Index panel = kernels().panel;
    // bfloat16 is widened in the kernel, float16 needs more work and is widened once for all rows.
    const bool half = w.type() == PackedType::Half;
    const Index deep = half ? widenedAtOnce : w.rows();
    AlignedBuffer scratch(half ? deep * panel : 0);
    for (Index c = task.firstColumn; c < task.firstColumn + columns; c += panel) {
        for (Index d = 0; d < w.rows(); d += deep) {
            Tile t;
            t.depth = std::min(deep, w.rows() - d);
            t.bStride = panel;
            if (w.type() == PackedType::Brain) {
                t.brain = static_cast<const std::uint16_t*>(w.panel(c / panel));
            } else {
                t.b = w.widened(c / panel, d, t.depth, scratch.data());
            }
            multiplyRows(task, rows, c, d, t);
        }
    }
}

void runUnpacked(const Task& task, Index rows, Index columns) {
    const Kernels& k = kernels();
    const Matrix& w = *task.product->w;
    const Index depth = w.rows();
    // Packing pays when several tiles read what was packed, and is needed where a panel juts out of w.
    const bool packed = rows > 4 * k.rows || columns % k.panel != 0;
    AlignedBuffer panels(packed ? packedSize(depth, columns) : 0);
    if (packed) packPanels({w.data() + task.firstColumn, w.cols(), depth, columns}, panels.data());
    for (Index c = 0; c < columns; c += k.panel) {
        Tile t;
        t.depth = depth;
        t.b = packed ? panels.data() + c * depth : w.data() + task.firstColumn + c;
        t.bStride = packed ? k.panel : w.cols();
        multiplyRows(task, rows, task.firstColumn + c, 0, t);
    }
}

void run(const Task& task) {
    const Product& p = *task.product;
    const Index rows = std::min(rowsPerTask, p.x->rows() - task.firstRow);
    const Index columns = std::min(panelsPerTask * kernels().panel, p.y->cols() - task.firstColumn);
    if (p.packed) {
        runPacked(task, rows, columns);
    } else {
        runUnpacked(task, rows, columns);
    }
    if (!p.then) return;
    for (Index r = task.firstRow; r < task.firstRow + rows; ++r) // while it is in the cache
        kernels().activate(*p.then, p.y->row(r).data() + task.firstColumn, columns);
}

} // namespace

void multiply(std::span<const Product> products, const std::stop_token& stop) {
    std::vector<Task> tasks;
    for (const Product& p : products) {
        const Index depth = p.packed ? p.packed->rows() : p.w->rows();
        const Index columns = p.packed ? p.packed->cols() : p.w->cols();
        assert(p.x->cols() == depth && p.y->rows() == p.x->rows() && p.y->cols() == columns);
        assert(!p.bias || p.bias->empty() || p.bias->cols() == columns);
        static_cast<void>(depth);
        for (Index r = p.firstRow; r < p.x->rows(); r += rowsPerTask)
            for (Index c = 0; c < columns; c += panelsPerTask * kernels().panel) tasks.push_back({&p, r, c});
    }
    parallelFor(static_cast<Index>(tasks.size()), [&](Index i) {
        if (!stop.stop_requested()) run(tasks[static_cast<std::size_t>(i)]);
    });
}

void addOuterProduct(const Matrix& x, const Matrix& y, Matrix& sum) {
    assert(x.rows() == y.rows() && sum.rows() == x.cols() && sum.cols() == y.cols());
    const Kernels& k = kernels();
    const Index step = evenTile(x.cols());
    Tile t;
    t.aStride = 1;
    t.aStep = x.cols();
    t.bStride = k.panel;
    t.depth = x.rows();
    t.cStride = sum.cols();
    t.onTop = true;
    AlignedBuffer panel(k.panel * x.rows());
    for (Index c = 0; c < y.cols(); c += k.panel) {
        t.cols = std::min(k.panel, y.cols() - c);
        packPanels({y.data() + c, y.cols(), y.rows(), t.cols}, panel.data());
        t.b = panel.data();
        for (Index r = 0; r < x.cols(); r += step) {
            t.a = x.data() + r;
            t.c = sum.data() + r * t.cStride + c;
            k.product(static_cast<int>(std::min(step, x.cols() - r)), t);
        }
    }
}

} // namespace headscope
