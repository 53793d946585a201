// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/positions.h"

#include <algorithm>
#include <cmath>

namespace headscope {

RotaryTable rotaryTable(const RotaryConfig& config, Index n) {
    const Index count = std::ssize(config.frequencies);
    RotaryTable table{Matrix(n, count), Matrix(n, count)};
    for (Index p = 0; p < n; ++p) {
        for (Index i = 0; i < count; ++i) {
            // The product is rounded to Scalar, as the models were trained.
            const Scalar angle =
                static_cast<Scalar>(p) * static_cast<Scalar>(config.frequencies[static_cast<std::size_t>(i)]);
            table.cosines(p, i) = static_cast<Scalar>(std::cos(static_cast<double>(angle)));
            table.sines(p, i) = static_cast<Scalar>(std::sin(static_cast<double>(angle)));
        }
    }
    return table;
}

void rotate(Matrix& x, int dK, const RotaryTable& table, Index firstRow) {
    const Index count = table.cosines.cols();
    for (Index r = firstRow; r < x.rows(); ++r) {
        const Scalar* c = table.cosines.row(r).data();
        const Scalar* s = table.sines.row(r).data();
        for (Index head = 0; head < x.cols(); head += dK) {
            Scalar* a = x.row(r).data() + head;
            Scalar* b = a + count;
            for (Index i = 0; i < count; ++i) {
                const Scalar turned = a[i] * c[i] - b[i] * s[i];
                b[i] = b[i] * c[i] + a[i] * s[i];
                a[i] = turned;
            }
        }
    }
}

int relativeBucket(Index distance, const RelativeConfig& config, bool causal) {
    int buckets = config.buckets;
    int first = 0;
    Index size = std::max<Index>(-distance, 0);
    if (!causal) {
        buckets /= 2;
        if (distance > 0) first = buckets;
        size = std::abs(distance);
    }
    const int exact = buckets / 2; // so many distances have a bucket of their own
    if (size < exact) return first + static_cast<int>(size);
    const auto start = static_cast<float>(exact);
    const float share =
        std::log(static_cast<float>(size) / start) /
        static_cast<float>(std::log(static_cast<double>(config.maxDistance) / static_cast<double>(exact)));
    return first + std::min(exact + static_cast<int>(share * static_cast<float>(buckets - exact)), buckets - 1);
}

Matrix relativeBias(const Matrix& table, const RelativeConfig& config, bool causal, Index queries, Index keys) {
    Matrix bias(table.cols(), queries + keys - 1);
    for (Index at = 0; at < bias.cols(); ++at) {
        const int bucket = relativeBucket(at - (queries - 1), config, causal);
        for (Index h = 0; h < bias.rows(); ++h) bias(h, at) = table(bucket, h);
    }
    return bias;
}

void sinusoid(Index position, std::span<Scalar> out) {
    const Index width = std::ssize(out);
    const Index sines = (width + 1) / 2;
    for (Index j = 0; j < width; ++j) {
        const Index k = j < sines ? j : j - sines;
        const double angle =
            static_cast<double>(position) / std::pow(10000.0, 2 * static_cast<double>(k) / static_cast<double>(width));
        // Tables are trained and kept as float.
        const auto value = static_cast<float>(j < sines ? std::sin(angle) : std::cos(angle));
        out[static_cast<std::size_t>(j)] = static_cast<Scalar>(value);
    }
}

} // namespace headscope
