// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/transpose.h"

#include <algorithm>

namespace headscope {

Matrix transposed(const Matrix& m) {
    Matrix turned(m.cols(), m.rows());
    // In squares of a cache line's width: a whole column at once would throw out of the cache what the next one needs.
    constexpr Index side = 16;
    for (Index top = 0; top < m.rows(); top += side)
        for (Index left = 0; left < m.cols(); left += side)
            for (Index i = top; i < std::min(top + side, m.rows()); ++i)
                for (Index j = left; j < std::min(left + side, m.cols()); ++j) turned(j, i) = m(i, j);
    return turned;
}

} // namespace headscope
