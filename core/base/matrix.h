// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/block_cache.h"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headscope {

/// The number type of every computation. The tests build core a second time with double.
#ifdef HEADSCOPE_DOUBLE
using Scalar = double;
#else
using Scalar = float;
#endif

using Index = std::ptrdiff_t;

/// A dense row-major table [rows, cols]: one row per token, as NumPy and safetensors store it.
/// It knows no arithmetic and includes no Eigen: base/eigen.h looks at it as an Eigen matrix where products are made.
template <class T> class Grid {
public:
    Grid() = default;
    Grid(Index rows, Index cols, T fill = T{})
        : m_rows(rows), m_cols(cols), m_cells(static_cast<std::size_t>(rows * cols), fill) {
        assert(rows >= 0 && cols >= 0);
    }

    /// With any numbers in it, for who writes all of them.
    static Grid uncleared(Index rows, Index cols) {
        Grid grid;
        grid.m_rows = rows;
        grid.m_cols = cols;
        grid.m_cells.resize(static_cast<std::size_t>(rows * cols));
        return grid;
    }

    Index rows() const { return m_rows; }
    Index cols() const { return m_cols; }
    Index size() const { return m_rows * m_cols; }
    bool empty() const { return m_cells.empty(); }

    T* data() { return m_cells.data(); }
    const T* data() const { return m_cells.data(); }
    std::span<T> row(Index i) { return {data() + offset(i, 0), static_cast<std::size_t>(m_cols)}; }
    std::span<const T> row(Index i) const { return {data() + offset(i, 0), static_cast<std::size_t>(m_cols)}; }
    T& operator()(Index i, Index j) { return m_cells[static_cast<std::size_t>(offset(i, j))]; }
    const T& operator()(Index i, Index j) const { return m_cells[static_cast<std::size_t>(offset(i, j))]; }

    friend bool operator==(const Grid&, const Grid&) = default;

private:
    Index offset(Index i, Index j) const {
        assert(i >= 0 && i < m_rows && j >= 0 && (j < m_cols || (j == 0 && m_cols == 0)));
        return i * m_cols + j;
    }

    Index m_rows = 0;
    Index m_cols = 0;
    std::vector<T, BlockAllocator<T>> m_cells;
};

using Matrix = Grid<Scalar>;
using BoolGrid = Grid<std::uint8_t>;

} // namespace headscope
