// SPDX-License-Identifier: GPL-3.0-or-later
// What the large heatmap shows of one head's weights.
#include "ui/views/heat_scene.h"
#include "ui/views/shown.h"

#include <algorithm>

namespace headscope {

namespace {

/// [n_q] what each row sums to as shown.
std::vector<double> querySums(const Analysis& a, const ViewState& state, int head) {
    const std::vector<Scalar>& whole = a.pictures[static_cast<std::size_t>(head)].rowSum;
    const std::vector<Scalar>& kept = keptMass(a, state, head);
    std::vector<double> sums(whole.begin(), whole.end());
    for (std::size_t i = 0; i < kept.size(); ++i)
        sums[i] = state.renormalise ? (kept[i] > 0 ? 1.0 : 0.0) : static_cast<double>(kept[i]);
    return sums;
}

/// [n_k] how much each key is read in total, as shown.
std::vector<double> keySums(const Analysis& a, const ViewState& state, int head) {
    const std::vector<Scalar>& whole = a.pictures[static_cast<std::size_t>(head)].received;
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    const std::vector<Scalar>& sums = hidden.empty() || !state.renormalise ? whole : a.without(head, state.hidden).received;
    std::vector<double> shown(sums.begin(), sums.end());
    for (std::size_t k = 0; k < hidden.size(); ++k)
        if (hidden[k]) shown[k] = 0;
    return shown;
}

} // namespace

HeatCells heatCells(const Analysis& a, const ViewState& state, int head, const HeatWindow& rows,
                    const HeatWindow& columns, Index most) {
    const HeatWindow& queries = state.transposed ? columns : rows;
    const HeatWindow& keys = state.transposed ? rows : columns;
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    HeatCells out;
    const bool exact = picture.factor > 1 && queries.count * static_cast<Index>(a.keys.size()) <= most;
    if (!exact) out.factor = picture.factor;
    out.shades = exact ? HeadShades(shownCells(a, state, head, queries.first, queries.first + queries.count))
                       : HeadShades(a, state, head);
    // What stands for the head as a whole need not be made a second time.
    out.top = static_cast<double>(!exact && state.range == ColourRange::Head ? out.shades.greatest() : rangeTop(a, state, head));
    const auto pixels = [&](Index cells) { return (cells + out.factor - 1) / out.factor; };
    out.shades.crop(exact ? 0 : queries.first / out.factor, pixels(queries.count), keys.first / out.factor,
                    pixels(keys.count));
    out.shades.setTop(static_cast<Scalar>(out.top));
    out.shades.setTransposed(state.transposed);
    out.rowSums = querySums(a, state, head);
    out.columnSums = keySums(a, state, head);
    if (state.transposed) std::swap(out.rowSums, out.columnSums);
    return out;
}

} // namespace headscope
