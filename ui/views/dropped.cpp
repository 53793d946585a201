// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/dropped.h"

#include "ui/style/colour_map.h"
#include "ui/views/shown.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>

namespace headscope {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Dropped)
};

constexpr double leastCell = 6; ///< side that holds a cross

double side(const CellGrid& cells) { return std::min(cells.cellWidth(), cells.cellHeight()); }

} // namespace

void drawDropped(QPainter& painter, const DroppedPlace& place, const ViewState& state, const Theme& theme) {
    const Analysis& a = place.analysis;
    if (a.config.dropout <= 0 || side(place.cells) < leastCell) return;
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    const double arm = std::clamp(0.18 * side(place.cells), 1.5, 5.0);
    QPainterPath crosses; // one shape for vector files
    for (Index i = 0; i < place.cells.rows; ++i) {
        for (Index j = 0; j < place.cells.columns; ++j) {
            const Index row = place.firstRow + i;
            const Index column = place.firstColumn + j;
            const Index query = state.transposed ? column : row;
            const Index key = state.transposed ? row : column;
            if ((!hidden.empty() && hidden[static_cast<std::size_t>(key)]) || !wasDropped(a, place.head, query, key)) continue;
            const QPointF at = place.cells.cell(i, j).center();
            crosses.moveTo(at - QPointF(arm, arm));
            crosses.lineTo(at + QPointF(arm, arm));
            crosses.moveTo(at + QPointF(-arm, arm));
            crosses.lineTo(at + QPointF(arm, -arm));
        }
    }
    const QColor ground = QColor::fromRgb(colourAt(state.colours, theme.dark, 0));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(blend(ground, theme.on(ground), 0.8), arm < 3 ? 1 : 1.5));
    painter.drawPath(crosses);
    painter.restore();
}

QString droppedWords(const CellGrid& cells) {
    return side(cells) < leastCell ? Words::tr("dropped weights look like 0") : Words::tr("dropped weights are marked ×");
}

} // namespace headscope
