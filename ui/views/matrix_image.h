// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"
#include "ui/views/head_shades.h"

#include <QImage>
#include <QRectF>
#include <optional>

class QPainter;

namespace headscope {

/// One pixel per cell; masked cells are transparent.
QImage shadeImage(const Matrix& shades, const Theme& theme, ColourMapName colours);
/// The last image drawn of a matrix that stays the same; its owner clears it when the matrix changes.
struct ShadeCache {
    QImage image;
    bool dark = false;
    ColourMapName colours = ColourMapName::Viridis;
    std::optional<bool> masked; ///< whether the matrix has masked cells, once known
};
/// Draws shades over the rectangle: masked cells hatched, the others coloured; crisp on every device, pooled where it
/// cannot show all cells, and single rectangles on vector devices while they are few.
void drawShades(QPainter& painter, const QRectF& rect, const HeadShades& shades, const Theme& theme,
                ColourMapName colours, ShadeCache* cache = nullptr);
/// The ground and lines of masked cells.
void drawHatch(QPainter& painter, const QRectF& rect, const Theme& theme);
/// How many of rows × columns cells the painter can show apart in the rectangle; drawShades pools to as many. On vector
/// devices a mark is never less than half a point: viewers would wash out finer ones.
struct ShownCells {
    Index rows = 0;
    Index columns = 0;
};
ShownCells cellsShown(const QPainter& painter, const QRectF& rect, Index rows, Index columns);
/// Whether this painter keeps shapes (SVG, PDF, printer) rather than pixels.
bool drawsShapes(const QPainter& painter);

} // namespace headscope
