// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"
#include "ui/style/theme.h"

#include <QImage>
#include <QRectF>

class QPainter;

namespace headscope {

// From a head's weights to coloured cells, in steps: shown weights → shares of the colour range → pixels. A matrix here
// is [rows, columns] with a number ≥ 0 per cell, or one of:
inline constexpr Scalar maskedCell = -1; ///< nothing may be read there: hatched
inline constexpr Scalar hiddenCell = -2; ///< a hidden token's: left empty

/// [as the head's picture] weights as shown, coarse for large matrices (HeadPicture::factor). Renormalised rows of a
/// coarse picture are scaled by the mean of the rows they stand for.
Matrix shownPicture(const Analysis& analysis, const ViewState& state, int head);
/// [lastQuery − firstQuery, n_k] the weights themselves, as shown.
Matrix shownCells(const Analysis& analysis, const ViewState& state, int head, Index firstQuery, Index lastQuery);

/// The greatest cell, 0 when there is none.
Scalar greatestOf(const Matrix& cells);
/// What the colours' upper end stands for in ranges Head and All; 0 for Row, where each row has its own.
Scalar rangeTop(const Analysis& analysis, const ViewState& state, int head);
/// Weights → shares of the range, in place: of `top`, or of each row's greatest when top is 0.
void toShades(Matrix& cells, Scalar top);
Matrix transposed(const Matrix& cells);
/// At most rows × columns cells, each the greatest of those it stands for, so that thin lines stay visible.
Matrix pooled(const Matrix& cells, Index rows, Index columns);

/// One pixel per cell; masked cells are transparent.
QImage shadeImage(const Matrix& shades, const Theme& theme, ColourMapName colours);
/// The last image drawn of a matrix that stays the same; its owner clears it when the matrix changes.
struct ShadeCache {
    QImage image;
    bool dark = false;
    ColourMapName colours = ColourMapName::Viridis;
};
/// Draws shades over the rectangle: masked cells hatched, the others coloured; crisp on every device, and single
/// rectangles on vector devices while they are few.
void drawShades(QPainter& painter, const QRectF& rect, const Matrix& shades, const Theme& theme, ColourMapName colours,
                ShadeCache* cache = nullptr);
/// The ground and lines of masked cells.
void drawHatch(QPainter& painter, const QRectF& rect, const Theme& theme);
/// Whether this painter keeps shapes (SVG, PDF, printer) rather than pixels.
bool drawsShapes(const QPainter& painter);

} // namespace headscope
