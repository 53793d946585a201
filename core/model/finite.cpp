// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/finite.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headscope {
namespace {

/// All numbers of the rows first … of x.
std::span<const Scalar> rowsFrom(const Matrix& x, Index first) {
    const Index from = std::min(first, x.rows()) * x.cols();
    return {x.data() + from, static_cast<std::size_t>(x.size() - from)};
}

/// rowMax and rowSum are [heads, n_q].
bool columnsFinite(const Matrix& x, Index first) {
    for (Index h = 0; h < x.rows(); ++h)
        if (!allFinite(x.row(h).subspan(static_cast<std::size_t>(std::min(first, x.cols()))))) return false;
    return true;
}

bool isFinite(const LayerTrace& t, Index first) {
    return allFinite(rowsFrom(t.q, first)) && allFinite(rowsFrom(t.k, t.keyInput == t.input ? first : 0)) &&
           columnsFinite(t.rowMax, first) && columnsFinite(t.rowSum, first) &&
           (!t.positionBias || allFinite(rowsFrom(*t.positionBias, 0)));
}

std::string nameOf(Site site, std::size_t layer) {
    std::string name = "layer " + std::to_string(layer) + " (from 0)";
    if (site == Site::Cross)
        name += " of the cross-attention";
    else if (site != Site::Self)
        name.append(" of the ").append(siteName(site));
    return name;
}

} // namespace

bool allFinite(std::span<const Scalar> numbers) {
    // Without a branch for each, so that several are looked at in one instruction; NaN is not below anything. Products
    // write the greatest number where theirs is NaN or infinite.
    unsigned wrong = 0;
    for (const Scalar x : numbers) wrong |= static_cast<unsigned>(!(std::abs(x) < std::numeric_limits<Scalar>::max()));
    return wrong == 0;
}

std::optional<std::string> firstNotFinite(const ModelTrace& trace) {
    for (const SiteTrace& site : trace.sites) {
        // How many tokens of the encoder were taken over is not kept; it is the cheaper half.
        const Index first = site.site == Site::Encoder ? 0 : trace.reused;
        if (!site.hidden.empty() && !allFinite(rowsFrom(*site.hidden.front(), first))) return "the token vectors";
        for (std::size_t layer = 0; layer < site.layers.size(); ++layer) {
            const bool left = site.hidden.empty() || allFinite(rowsFrom(*site.hidden[layer + 1], first));
            if (!left || !isFinite(*site.layers[layer], first)) return nameOf(site.site, layer);
        }
    }
    return std::nullopt;
}

} // namespace headscope
