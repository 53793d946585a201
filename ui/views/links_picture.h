// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"
#include "ui/views/link_choice.h"
#include "ui/views/link_curves.h"
#include "ui/views/links_layout.h"
#include "ui/views/token_names.h"

#include <QString>

class QPainter;

namespace headscope {

/// Opacity below which a curve or a stripe is not worth its place.
inline constexpr double faintestLink = 0.04;

/// Everything the link picture is drawn from but the curves.
struct LinksInput {
    const Analysis& analysis; ///< not empty
    const ViewState& state;
    const std::vector<int>& heads; ///< shown
    const LinkFocus& focus;
    const TokenNames& queryNames;
    const TokenNames& keyNames;
    const Theme& theme;
    QRectF rect;
    LinksZoom zoom;
    bool onScreen = false; ///< where it scrolls: only there a mark shows where in a long text one is
};

LinksLayout linksLayout(const LinksInput& input);
/// Between the two sides' tokens.
QRectF curveField(const LinksLayout& layout);

/// The curves to draw, weak to strong: of links that would fall on nearly the same pixels the strongest, and no more
/// than the picture can hold.
struct CurveSet {
    std::vector<LinkCurve> curves;
    int of = 0; ///< > 0: that many links were chosen, and by far not all have a curve of their own
};
CurveSet curvesOf(const LinksInput& input, const LinksLayout& layout, const LinkChoice& choice, double greatest);

/// What the legend says of the curves.
struct LinksDrawn {
    int count = 0;
    int of = 0;    ///< see CurveSet
    int cutAt = 0; ///< see LinkChoice
    int first = 0; ///< of `tokens` the first in sight and one past the last; last 0: all are
    int last = 0;
    int tokens = 0;
};

/// Stripes, tokens and titles around the curves. weights: [heads][n] of the stripes, on the side that is followed to or,
/// with nothing followed, on the keys.
void drawLinksFrame(QPainter& painter, const LinksInput& input, const LinksLayout& layout,
                    const std::vector<std::vector<double>>& weights, double greatest);
void drawLinksLegend(QPainter& painter, const LinksInput& input, const LinksLayout& layout, LinksDrawn drawn);

} // namespace headscope
