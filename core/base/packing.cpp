// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/packing.h"

#include <algorithm>

namespace headscope {

void packPanels(const Window& m, Scalar* to) {
    const Index panel = kernels().panel;
    for (Index c = 0; c < m.cols; c += panel) {
        const Index width = std::min(panel, m.cols - c);
        const Scalar* from = m.from + c;
        for (Index r = 0; r < m.rows; ++r, from += m.stride, to += panel) {
            std::copy(from, from + width, to);
            if (width < panel) std::fill(to + width, to + panel, Scalar(0));
        }
    }
}

void packTransposed(const Window& m, const Scalar* factors, Scalar* to) {
    const Index panel = kernels().panel;
    for (Index first = 0; first < m.rows; first += panel, to += panel * m.cols) {
        for (Index r = 0; r < panel; ++r) {
            const bool inside = first + r < m.rows;
            const Scalar* from = m.from + (first + r) * m.stride;
            const Scalar factor = inside && factors ? factors[first + r] : Scalar(1);
            for (Index c = 0; c < m.cols; ++c) to[c * panel + r] = inside ? from[c] * factor : Scalar(0);
        }
    }
}

} // namespace headscope
