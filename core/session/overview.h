// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <array>

namespace headscope {

/// Pixels a side at most of a head's small picture.
inline constexpr Index thumbSide = 48;

/// A pixel of which no cell may be read.
inline constexpr Scalar forbiddenCell = -1;

/// A pixel of which all cells that may be read are of hidden keys.
inline constexpr Scalar hiddenPixel = -2;

/// A head's small picture without some keys.
struct ThumbRemainder {
    Matrix pixels;            ///< as HeadThumb::pixels; empty: no key is hidden
    std::vector<Scalar> kept; ///< [rows of pixels] mean of what the rows they stand for keep of their weights
};

/// A head among all heads of a model.
struct HeadThumb {
    Matrix pixels; ///< [≤ thumbSide, ≤ thumbSide] the greatest weight of each square of cells; the weights themselves
                   ///< where they fit
    std::array<ThumbRemainder, 2> without; ///< HiddenTokens::Special, HiddenTokens::SpecialAndFirst
    Scalar greatest = 0;                   ///< of all cells
    HeadMeasures measures;
};

/// Every head of every layer at one site, small: what the layer × head picture draws.
struct Overview {
    AnalysisPtr of; ///< what it belongs to
    Site site = Site::Self;
    int layers = 0;
    int heads = 0;
    std::vector<HeadThumb> thumbs; ///< [layers · heads]

    const HeadThumb& at(int layer, int head) const { return thumbs[static_cast<std::size_t>(layer * heads + head)]; }
};
using OverviewPtr = std::shared_ptr<const Overview>;

/// Of all layers at the site that the analysis shows, with its words and its choice of texts; of the sandbox, its one
/// layer. An empty one for an empty analysis. What an earlier one (or null) has of the same run is taken from it.
/// Cancelled.
Result<OverviewPtr> overviewOf(const AnalysisPtr& analysis, std::stop_token stop = {},
                               const OverviewPtr& before = nullptr);

} // namespace headscope
