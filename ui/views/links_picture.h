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
};

LinksLayout linksLayout(const LinksInput& input);
/// Between the two sides' tokens.
QRectF curveField(const LinksLayout& layout);

/// The curves to draw, weak to strong: of links that would fall on nearly the same pixels the strongest, and no more
/// than the picture can hold. `left` counts strong ones that found no room.
struct CurveSet {
    std::vector<LinkCurve> curves;
    int left = 0;
};
CurveSet curvesOf(const LinksInput& input, const LinksLayout& layout, const LinkChoice& choice, double greatest);

/// Stripes, tokens, titles and legend, around the curves.
void drawLinksFrame(QPainter& painter, const LinksInput& input, const LinksLayout& layout, double greatest);
void drawLinksLegend(QPainter& painter, const LinksInput& input, const LinksLayout& layout, int cutAt, int left);

} // namespace headscope
