// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <QRectF>
#include <QSizeF>
#include <QStringList>
#include <optional>
#include <vector>

namespace headscope {

// Where things stand in a picture: pure functions, lengths in logical pixels.

/// A cell of a matrix on screen.
struct CellPlace {
    Index row = 0;
    Index column = 0;
    friend bool operator==(const CellPlace&, const CellPlace&) = default;
};

/// rows × columns equal cells over a rectangle.
struct CellGrid {
    QRectF rect;
    Index rows = 0;
    Index columns = 0;

    double cellWidth() const { return columns > 0 ? rect.width() / static_cast<double>(columns) : 0; }
    double cellHeight() const { return rows > 0 ? rect.height() / static_cast<double>(rows) : 0; }
    QRectF cell(Index row, Index column) const;
    QRectF rowRect(Index row) const;
    QRectF columnRect(Index column) const;
    /// Nothing outside the rectangle.
    std::optional<CellPlace> at(const QPointF& point) const;
};

/// How many rows and columns of equal boxes fill an area best.
struct BoxLayout {
    int rows = 0;
    int columns = 0;
    QSizeF box; ///< of one, gaps not counted
    QRectF boxRect(int index, const QPointF& origin, double gap) const;
};
/// The largest boxes of width : height = aspect that hold `count` of them in the area, with `extra` height for a title
/// on each.
BoxLayout bestBoxes(int count, const QSizeF& area, double aspect, double gap, double extra);

/// Boxes of these widths one after the other in running-text order, a new line whenever one is full; a box wider than a
/// line takes a line. Right to left: lines begin at the right end.
struct FlowSpec {
    double lineWidth = 0;
    double height = 0; ///< of a line
    double gap = 0;    ///< between neighbours
    bool rightToLeft = false;
};
std::vector<QRectF> flowBoxes(const std::vector<double>& widths, const FlowSpec& spec);

/// Every how many positions a label is drawn so that none overlap: 1, 2, 3, 4, 5, 6, 8, 10, 20 …; `needed` is the
/// extent of one.
Index labelStep(double cellExtent, double needed);

/// Repeated labels get a small index of their occurrence (1, 2 …); 0 for labels that occur once.
std::vector<int> occurrences(const QStringList& labels);
/// 1 → "₁"
QString subscript(int number);

} // namespace headscope
