// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/head_heatmap.h"

#include "ui/views/describe.h"
#include "ui/views/matrix_image.h"

#include <QPainter>

namespace headscope {

HeadHeatmap::HeadHeatmap(Selection& selection, QWidget* parent) : View(selection, parent) {
    setAccessibleName(tr("One head"));
}

QString HeadHeatmap::hint() const { return tr("Move over a cell to read its weight"); }

void HeadHeatmap::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    if (!analysis() || analysis()->empty()) return;
    const int head = selection().shownHead();
    Matrix cells = shownPicture(*analysis(), selection().state(), head);
    toShades(cells, rangeTop(*analysis(), selection().state(), head));
    painter.setFont(theme.font);
    painter.setPen(theme.text);
    painter.drawText(rect.topLeft() + QPointF(16, 24), headTitle(*analysis(), head));
    drawShades(painter, rect.adjusted(80, 80, -40, -40), cells, theme, selection().state().colours);
}

} // namespace headscope
