// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/packed_matrix.h"

#include "core/base/aligned_buffer.h"
#include "core/base/packing.h"

#include <algorithm>
#include <new>
#include <sys/mman.h>

namespace headscope {
namespace {

constexpr std::size_t hugePage = std::size_t{1} << 21;
constexpr std::size_t cacheLine = 64;

} // namespace

void PackedMatrix::Free::operator()(std::byte* p) const {
    ::operator delete(p, alignment);
}

PackedMatrix::PackedMatrix(Index rows, Index cols, PackedType type) : m_rows(rows), m_cols(cols), m_type(type) {
    // A small matrix would take a large page's worth of addresses, and training makes dozens of them in every step.
    const std::align_val_t alignment{bytes() >= hugePage ? hugePage : cacheLine};
    void* cells = ::operator new(bytes(), alignment);
#ifdef MADV_HUGEPAGE
    // Weights are read from end to end: large pages spare most of the faults of filling them and look-ups of addresses.
    if (bytes() >= hugePage) ::madvise(cells, bytes() / hugePage * hugePage, MADV_HUGEPAGE);
#endif
    m_cells = {static_cast<std::byte*>(cells), Free{alignment}};
}

PackedMatrix PackedMatrix::of(const Matrix& m) {
    PackedMatrix packed(m.rows(), m.cols(), PackedType::Native);
    packPanels({m.data(), m.cols(), m.rows(), m.cols()}, static_cast<Scalar*>(packed.panel(0)));
    return packed;
}

PackedMatrix PackedMatrix::ofTransposed(const Matrix& m) {
    PackedMatrix packed(m.cols(), m.rows(), PackedType::Native);
    packTransposed({m.data(), m.cols(), m.rows(), m.cols()}, nullptr, static_cast<Scalar*>(packed.panel(0)));
    return packed;
}

std::size_t PackedMatrix::itemSize() const {
    return m_type == PackedType::Native ? sizeof(Scalar) : 2;
}

Index PackedMatrix::panels() const {
    return (m_cols + kernels().panel - 1) / kernels().panel;
}

std::size_t PackedMatrix::bytes() const {
    return static_cast<std::size_t>(packedSize(m_rows, m_cols)) * itemSize();
}

void* PackedMatrix::panel(Index p) {
    return m_cells.get() + static_cast<std::size_t>(p * m_rows * kernels().panel) * itemSize();
}
const void* PackedMatrix::panel(Index p) const {
    return const_cast<PackedMatrix*>(this)->panel(p);
}

const Scalar* PackedMatrix::widened(Index p, Index first, Index count, Scalar* scratch) const {
    const Index width = kernels().panel;
    if (m_type == PackedType::Native) return static_cast<const Scalar*>(panel(p)) + first * width;
    const auto* from = static_cast<const std::uint16_t*>(panel(p)) + first * width;
    kernels().widen(from, m_type == PackedType::Brain, count * width, scratch);
    return scratch;
}

void PackedMatrix::column(Index c, Scalar* out) const {
    const Index width = kernels().panel;
    if (m_type == PackedType::Native) {
        const Scalar* cell = static_cast<const Scalar*>(panel(c / width)) + c % width;
        for (Index r = 0; r < m_rows; ++r) out[r] = cell[r * width];
        return;
    }
    constexpr Index rowsAtOnce = 8; // a row of a panel is the least that can be widened
    Scalar scratch[rowsAtOnce * 128];
    assert(width <= 128);
    for (Index first = 0; first < m_rows; first += rowsAtOnce) {
        const Index count = std::min(rowsAtOnce, m_rows - first);
        const Scalar* rows = widened(c / width, first, count, scratch);
        for (Index r = 0; r < count; ++r) out[first + r] = rows[r * width + c % width];
    }
}

Matrix PackedMatrix::unpacked() const {
    Matrix out(m_rows, m_cols);
    std::vector<Scalar> one(static_cast<std::size_t>(m_rows));
    for (Index c = 0; c < m_cols; ++c) {
        column(c, one.data());
        for (Index r = 0; r < m_rows; ++r) out(r, c) = one[static_cast<std::size_t>(r)];
    }
    return out;
}

PackedMatrix PackedMatrix::transposed() const {
    PackedMatrix out(m_cols, m_rows, PackedType::Native);
    const Index width = kernels().panel;
    AlignedBuffer scratch(width * width);
    for (Index c = 0; c < m_cols; c += width) {
        for (Index r = 0; r < m_rows; r += width) { // a square of one panel becomes a part of another
            const Index count = std::min(width, m_rows - r);
            const Scalar* square = widened(c / width, r, count, scratch.data());
            packTransposed({square, width, count, std::min(width, m_cols - c)}, nullptr,
                           static_cast<Scalar*>(out.panel(r / width)) + c * width);
        }
    }
    return out;
}

} // namespace headscope
