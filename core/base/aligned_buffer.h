// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <memory>
#include <new>

namespace headscope {

/// Working memory for the kernels: it begins at a cache line, so that vector loads do not straddle two, and is not
/// cleared.
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(Index size)
        : m_cells(static_cast<Scalar*>(::operator new(static_cast<std::size_t>(size) * sizeof(Scalar), line))),
          m_size(size) {}

    Scalar* data() { return m_cells.get(); }
    const Scalar* data() const { return m_cells.get(); }
    Index size() const { return m_size; }

private:
    static constexpr std::align_val_t line{64};
    struct Free {
        void operator()(Scalar* p) const { ::operator delete(p, line); }
    };
    std::unique_ptr<Scalar, Free> m_cells;
    Index m_size = 0;
};

} // namespace headscope
