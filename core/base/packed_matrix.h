// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstddef>
#include <memory>
#include <new>

namespace headscope {

/// What the numbers of a packed matrix are in memory.
enum class PackedType { Native /* Scalar */, Half /* IEEE float16 */, Brain /* bfloat16 */ };

/// The second factor of a product, [rows, cols], in the order in which the kernels read it: panels of Kernels::panel
/// columns one after the other, each [rows, panel], the last one filled up with zeros. Numbers of 16 bits stay what
/// they are and are widened while they are multiplied.
class PackedMatrix {
public:
    PackedMatrix() = default;
    /// Not cleared: the caller fills every panel.
    PackedMatrix(Index rows, Index cols, PackedType type);
    /// m [rows, cols], as it is.
    static PackedMatrix of(const Matrix& m);
    /// m [cols, rows], turned around.
    static PackedMatrix ofTransposed(const Matrix& m);

    Index rows() const { return m_rows; }
    Index cols() const { return m_cols; }
    bool empty() const { return m_rows == 0 || m_cols == 0; }
    PackedType type() const { return m_type; }
    Index panels() const;
    std::size_t bytes() const;

    /// Panel p in memory, [rows, Kernels::panel] numbers of type(), those of 16 bits in the order of narrowPlace().
    void* panel(Index p);
    const void* panel(Index p) const;
    /// Rows first … first + count − 1 of panel p as Scalar [count, Kernels::panel]: in place for Native, otherwise
    /// widened into `scratch`, which holds that many.
    const Scalar* widened(Index p, Index first, Index count, Scalar* scratch) const;

    /// out[0 … rows) = column c: one row of the [cols, rows] table that was packed transposed (a token's embedding).
    void column(Index c, Scalar* out) const;
    /// [rows, cols]
    Matrix unpacked() const;
    /// [cols, rows], as Native.
    PackedMatrix transposed() const;

private:
    struct Free {
        std::align_val_t alignment; ///< as it was asked for
        void operator()(std::byte* p) const;
    };
    std::size_t itemSize() const;

    Index m_rows = 0;
    Index m_cols = 0;
    PackedType m_type = PackedType::Native;
    std::unique_ptr<std::byte, Free> m_cells;
};

} // namespace headscope
