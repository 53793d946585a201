// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/positions.h"

#include "core/base/rng.h"

#include <cmath>

namespace headscope {

double frequency(Index pair, Index dModel) {
    return std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(dModel));
}

Matrix sinusoidalPositions(Index n, Index dModel) {
    Matrix positions(n, dModel); // [n, dModel]
    for (Index column = 0; column < dModel; ++column) {
        const double omega = frequency(column / 2, dModel);
        for (Index t = 0; t < n; ++t) {
            const double angle = static_cast<double>(t) * omega;
            positions(t, column) = static_cast<Scalar>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
        }
    }
    return positions;
}

Matrix learnedPositions(Index n, Index dModel, std::uint64_t seed) {
    const double bound = std::sqrt(1.5); // variance ½ per number, that of a sinusoid
    Matrix positions(n, dModel);         // [n, dModel]
    for (Index t = 0; t < n; ++t) {
        Rng rng(Rng::mix(seed ^ hashBytes("positions")) + static_cast<std::uint64_t>(t) * 0xD1B54A32D192ED03ULL);
        for (Scalar& x : positions.row(t)) x = static_cast<Scalar>(rng.uniform(-bound, bound));
    }
    return positions;
}

} // namespace headscope
