// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/packing.h"

#include <algorithm>
#include <cassert>
#include <cstring>

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

namespace {

using Four = Scalar __attribute__((vector_size(4 * sizeof(Scalar))));

/// to[c · step + r] = from[r][c] for a square of four.
void turnFour(const Scalar* const from[4], Scalar* to, Index step) {
    Four rows[4];
    for (int r = 0; r < 4; ++r) std::memcpy(&rows[r], from[r], sizeof(Four));
    const Four even0 = __builtin_shufflevector(rows[0], rows[2], 0, 4, 1, 5);
    const Four even1 = __builtin_shufflevector(rows[1], rows[3], 0, 4, 1, 5);
    const Four odd0 = __builtin_shufflevector(rows[0], rows[2], 2, 6, 3, 7);
    const Four odd1 = __builtin_shufflevector(rows[1], rows[3], 2, 6, 3, 7);
    const Four columns[4] = {
        __builtin_shufflevector(even0, even1, 0, 4, 1, 5), __builtin_shufflevector(even0, even1, 2, 6, 3, 7),
        __builtin_shufflevector(odd0, odd1, 0, 4, 1, 5), __builtin_shufflevector(odd0, odd1, 2, 6, 3, 7)};
    for (int c = 0; c < 4; ++c) std::memcpy(to + c * step, &columns[c], sizeof(Four));
}

} // namespace

void packTransposed(const Window& m, const Scalar* factors, Scalar* to) {
    const Index panel = kernels().panel;
    assert(panel % 4 == 0);
    for (Index first = 0; first < m.rows; first += panel, to += panel * m.cols) {
        for (Index r = 0; r < panel; r += 4) {
            const Scalar* const row = m.from + (first + r) * m.stride;
            const Index inside = std::clamp<Index>(m.rows - first - r, 0, 4);
            const Scalar* const rows[4] = {row, row + m.stride, row + 2 * m.stride, row + 3 * m.stride};
            Index c = 0;
            if (inside == 4)
                for (; c + 4 <= m.cols; c += 4) {
                    const Scalar* const square[4] = {rows[0] + c, rows[1] + c, rows[2] + c, rows[3] + c};
                    turnFour(square, to + c * panel + r, panel);
                }
            for (; c < m.cols; ++c)
                for (Index i = 0; i < 4; ++i) to[c * panel + r + i] = i < inside ? rows[i][c] : Scalar(0);
        }
        if (!factors) continue;
        for (Index c = 0; c < m.cols; ++c)
            for (Index r = 0; r < std::min(panel, m.rows - first); ++r) to[c * panel + r] *= factors[first + r];
    }
}

} // namespace headscope
