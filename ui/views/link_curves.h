// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPainterPath>
#include <QRectF>
#include <span>

class QPainter;

namespace headscope {

// The curves of the link picture. All run from one line to a parallel one, in S form: the cubic curve whose control
// points lie half-way.

struct LinkCurve {
    double from = 0; ///< along, at the leading side's line
    double to = 0;   ///< along, at the other side's line
    double width = 1;
    QColor colour; ///< with its opacity
};

/// The curve in a field of curves: the lines are the field's left and right ends, or top and bottom when `horizontal`
/// (the tokens stand in lines then); along is measured in the painter's coordinates.
QPainterPath curvePath(const LinkCurve& curve, const QRectF& field, bool horizontal);

/// The curves over each other in their order, on a transparent ground of field.size() · scale pixels. Hundreds of times
/// faster than stroking paths, and the same on every machine.
QImage curveImage(std::span<const LinkCurve> curves, const QRectF& field, double scale, bool horizontal);

/// As shapes, for SVG and PDF: whole curves as cubics, those that leave the field as lines up to its edge (not every
/// device clips).
void drawCurveShapes(QPainter& painter, std::span<const LinkCurve> curves, const QRectF& field, bool horizontal);

} // namespace headscope
