// SPDX-License-Identifier: GPL-3.0-or-later
// What the large heatmap shows of one head's weights.
#include "ui/views/heat_scene.h"
#include "ui/views/matrix_image.h"
#include "ui/views/shown.h"

#include <algorithm>

namespace headscope {

namespace {

Matrix cropped(const Matrix& cells, Index row, Index rows, Index column, Index columns) {
    Matrix part(rows, columns);
    for (Index i = 0; i < rows; ++i) std::copy_n(cells.row(row + i).begin() + column, columns, part.row(i).begin());
    return part;
}

/// [n_q] what each row sums to as shown.
std::vector<double> querySums(const Analysis& a, const ViewState& state, int head) {
    const std::vector<Scalar>& whole = a.pictures[static_cast<std::size_t>(head)].rowSum;
    const std::vector<Scalar> kept = keptMass(a, state, head);
    std::vector<double> sums(whole.begin(), whole.end());
    for (std::size_t i = 0; i < kept.size(); ++i)
        sums[i] = state.renormalise ? (kept[i] > 0 ? 1.0 : 0.0) : static_cast<double>(kept[i]);
    return sums;
}

/// [n_k] how much each key is read in total, as shown.
std::vector<double> keySums(const Analysis& a, const ViewState& state, int head) {
    const std::vector<Scalar>& whole = a.pictures[static_cast<std::size_t>(head)].received;
    std::vector<double> sums(whole.begin(), whole.end());
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    if (hidden.empty()) return sums;
    if (state.renormalise) {
        std::fill(sums.begin(), sums.end(), 0.0);
        const auto queries = static_cast<Index>(a.queries.size());
        constexpr Index slab = 256; // so that no n × n matrix is held
        for (Index q = 0; q < queries; q += slab) {
            const Matrix cells = shownCells(a, state, head, q, std::min(q + slab, queries));
            for (Index i = 0; i < cells.rows(); ++i)
                for (Index k = 0; k < cells.cols(); ++k)
                    sums[static_cast<std::size_t>(k)] += std::max(0.0, static_cast<double>(cells(i, k)));
        }
    }
    for (std::size_t k = 0; k < sums.size(); ++k)
        if (hidden[k]) sums[k] = 0;
    return sums;
}

} // namespace

HeatCells heatCells(const Analysis& a, const ViewState& state, int head, const HeatWindow& rows,
                    const HeatWindow& columns, Index most) {
    const HeatWindow& queries = state.transposed ? columns : rows;
    const HeatWindow& keys = state.transposed ? rows : columns;
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    HeatCells out;
    out.top = static_cast<double>(rangeTop(a, state, head));
    Matrix weights;
    if (picture.factor > 1 && queries.count * static_cast<Index>(a.keys.size()) <= most) {
        weights = shownCells(a, state, head, queries.first, queries.first + queries.count);
    } else {
        out.factor = picture.factor;
        const Matrix whole = shownPicture(a, state, head);
        const auto pixels = [&](Index cells) { return (cells + picture.factor - 1) / picture.factor; };
        weights = cropped(whole, queries.first / picture.factor, pixels(queries.count), 0, whole.cols());
    }
    Matrix shades = weights;
    toShades(shades, static_cast<Scalar>(out.top));
    const Index firstKey = keys.first / out.factor;
    const Index keyCount = (keys.count + out.factor - 1) / out.factor;
    out.weights = cropped(weights, 0, weights.rows(), firstKey, keyCount);
    out.shades = cropped(shades, 0, shades.rows(), firstKey, keyCount);
    out.rowSums = querySums(a, state, head);
    out.columnSums = keySums(a, state, head);
    if (state.transposed) {
        out.weights = transposed(out.weights);
        out.shades = transposed(out.shades);
        std::swap(out.rowSums, out.columnSums);
    }
    return out;
}

} // namespace headscope
