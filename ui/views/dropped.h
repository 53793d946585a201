// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"
#include "ui/style/theme.h"
#include "ui/views/geometry.h"

class QPainter;

namespace headscope {

/// Cells of one head on screen, rows and columns as drawn.
struct DroppedPlace {
    const Analysis& analysis;
    int head = 0;
    CellGrid cells;
    Index firstRow = 0; ///< of the matrix as drawn, the one in the first row of cells
    Index firstColumn = 0;
};

/// A cross in each weight that dropout made 0, where cells are large enough: a weight that is 0 by itself has none.
void drawDropped(QPainter& painter, const DroppedPlace& place, const ViewState& state, const Theme& theme);
/// For the caption: "dropped weights are marked ×", or what stands for them in cells too small for that.
QString droppedWords(const CellGrid& cells);

} // namespace headscope
