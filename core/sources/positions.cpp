// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/positions.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace headscope {

double frequency(Index pair, Index dModel) {
    return std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(dModel));
}

Matrix sinusoidalPositions(Index n, Index dModel) {
    std::vector<double> omegas; // one per pair
    for (Index pair = 0; 2 * pair < dModel; ++pair) omegas.push_back(frequency(pair, dModel));
    Matrix positions(n, dModel); // [n, dModel]
    constexpr Index together = 16; // rows that are worth another thread's attention
    parallelFor((n + together - 1) / together, [&](Index task) {
        for (Index t = task * together; t < std::min(n, (task + 1) * together); ++t)
            for (Index column = 0; column < dModel; ++column) {
                const double angle = static_cast<double>(t) * omegas[static_cast<std::size_t>(column / 2)];
                positions(t, column) = static_cast<Scalar>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
            }
    });
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
