// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/geometry.h"

#include <QHash>
#include <algorithm>
#include <cmath>

namespace headscope {

QRectF CellGrid::cell(Index row, Index column) const {
    const QRectF r = rowRect(row);
    const QRectF c = columnRect(column);
    return {c.left(), r.top(), c.width(), r.height()};
}

QRectF CellGrid::rowRect(Index row) const {
    return {rect.left(), rect.top() + static_cast<double>(row) * cellHeight(), rect.width(), cellHeight()};
}

QRectF CellGrid::columnRect(Index column) const {
    return {rect.left() + static_cast<double>(column) * cellWidth(), rect.top(), cellWidth(), rect.height()};
}

std::optional<CellPlace> CellGrid::at(const QPointF& point) const {
    if (rows <= 0 || columns <= 0 || rect.isEmpty()) return std::nullopt;
    const double x = (point.x() - rect.left()) / cellWidth();
    const double y = (point.y() - rect.top()) / cellHeight();
    if (!(x >= 0 && y >= 0 && x < static_cast<double>(columns) && y < static_cast<double>(rows))) return std::nullopt;
    return CellPlace{static_cast<Index>(y), static_cast<Index>(x)};
}

QRectF BoxLayout::boxRect(int index, const QPointF& origin, double gap) const {
    return {origin.x() + (index % columns) * (box.width() + gap), origin.y() + (index / columns) * (box.height() + gap),
            box.width(), box.height()};
}

BoxLayout bestBoxes(int count, const QSizeF& area, double aspect, double gap, double extra) {
    BoxLayout best;
    double bestArea = -1;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double roomX = (area.width() - (columns - 1) * gap) / columns;
        const double roomY = (area.height() - (rows - 1) * gap) / rows - extra;
        const double width = std::max(1.0, std::min(roomX, roomY * aspect));
        const double size = width * width / aspect;
        // Of two arrangements with boxes of the same size the fuller one.
        if (size > bestArea * 1.001 || (size > bestArea * 0.999 && rows * columns < best.rows * best.columns)) {
            bestArea = size;
            best = {rows, columns, QSizeF(width, width / aspect + extra)};
        }
    }
    return best;
}

std::vector<QRectF> flowBoxes(const std::vector<double>& widths, const FlowSpec& spec) {
    std::vector<QRectF> boxes;
    boxes.reserve(widths.size());
    double x = 0;
    double y = 0;
    for (const double wanted : widths) {
        const double width = std::min(wanted, spec.lineWidth);
        if (x > 0 && x + width > spec.lineWidth + 0.01) {
            x = 0;
            y += spec.height;
        }
        boxes.emplace_back(spec.rightToLeft ? spec.lineWidth - x - width : x, y, width, spec.height);
        x += width + spec.gap;
    }
    return boxes;
}

Index labelStep(double cellExtent, double needed) {
    if (cellExtent <= 0) return 1;
    for (Index decade = 1;; decade *= 10)
        for (const Index step : {1, 2, 3, 4, 5, 6, 8})
            if (static_cast<double>(decade * step) * cellExtent >= needed || decade > 100'000'000) return decade * step;
}

std::vector<int> occurrences(const QStringList& labels) {
    QHash<QString, int> total;
    for (const QString& label : labels) ++total[label];
    QHash<QString, int> seen;
    std::vector<int> numbers;
    numbers.reserve(static_cast<std::size_t>(labels.size()));
    for (const QString& label : labels) numbers.push_back(total[label] > 1 ? ++seen[label] : 0);
    return numbers;
}

QString subscript(int number) {
    QString text = QString::number(number);
    for (QChar& c : text)
        if (c.isDigit()) c = QChar(0x2080 + c.digitValue());
    return text;
}

} // namespace headscope
