// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <memory>

namespace headscope {

/// Working memory for the kernels: it begins at a cache line, so that vector loads do not straddle two, and is not
/// cleared.
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(Index size)
        : m_cells(static_cast<Scalar*>(takeBlock(bytes(size))), Free{size}), m_size(size) {}

    Scalar* data() { return m_cells.get(); }
    const Scalar* data() const { return m_cells.get(); }
    Index size() const { return m_size; }

private:
    static std::size_t bytes(Index size) { return static_cast<std::size_t>(size) * sizeof(Scalar); }
    struct Free {
        Index size;
        void operator()(Scalar* p) const { giveBlock(p, bytes(size)); }
    };
    std::unique_ptr<Scalar, Free> m_cells;
    Index m_size = 0;
};

} // namespace headscope
