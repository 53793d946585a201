// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/head_heatmap.h"

#include "ui/views/describe.h"

#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

// Weights computed for one drawing: on the screen within a frame, in a file as many as a picture can hold.
constexpr Index mostOnScreen = 1'500'000;
constexpr Index mostInFile = 16'000'000;

} // namespace

HeadHeatmap::HeadHeatmap(Selection& selection, QWidget* parent) : View(selection, parent) {
    setAccessibleName(tr("One head"));
    connect(&selection, &Selection::changed, this, &HeadHeatmap::keepInSight);
}

void HeadHeatmap::setAnalysis(AnalysisPtr analysis) {
    m_cellsKey = {};
    m_cells = {};
    m_kept.queries.forget();
    m_kept.keys.forget();
    View::setAnalysis(std::move(analysis));
}

QString HeadHeatmap::hint() const {
    return tr("Move over a cell to read its weight, click to keep it, wheel to zoom");
}

Index HeadHeatmap::rowCount() const {
    return static_cast<Index>(turned() ? analysis()->keys.size() : analysis()->queries.size());
}

Index HeadHeatmap::columnCount() const {
    return static_cast<Index>(turned() ? analysis()->queries.size() : analysis()->keys.size());
}

Index HeadHeatmap::align() const {
    return analysis()->pictures.front().factor;
}

HeatWindow HeadHeatmap::rowWindow() const {
    return heatWindow(rowCount(), m_zoom, m_rowCentre, align());
}
HeatWindow HeadHeatmap::columnWindow() const {
    return heatWindow(columnCount(), m_zoom, m_columnCentre, align());
}

HeatLayout HeadHeatmap::places() const {
    if (!analysis() || analysis()->empty()) return {};
    return HeatScene(*analysis(), selection(), theme(), size(), {rowWindow(), columnWindow()}, m_kept).layout;
}

const HeatCells& HeadHeatmap::cells(Index most) const {
    const ViewState& s = selection().state();
    const CellsKey key{analysis().get(),
                       std::min(selection().shownHead(), analysis()->heads() - 1),
                       rowWindow(),
                       columnWindow(),
                       s.range,
                       s.hidden,
                       s.renormalise,
                       turned(),
                       most};
    if (key != m_cellsKey) {
        m_cells = heatCells(*analysis(), s, key.head, key.rows, key.columns, most);
        m_cellsKey = key;
        m_image = {};
    }
    return m_cells;
}

void HeadHeatmap::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    if (!analysis() || analysis()->empty()) {
        painter.setPen(theme.faint);
        painter.setFont(theme.font);
        painter.drawText(rect, Qt::AlignCenter, tr("The matrix appears here"));
        return;
    }
    painter.save();
    painter.translate(rect.topLeft());
    const HeatScene scene(*analysis(), selection(), theme, rect.size(), {rowWindow(), columnWindow()}, m_kept);
    scene.draw(painter, cells(painter.testRenderHint(QPainter::LosslessImageRendering) ? mostInFile : mostOnScreen), &m_image);
    painter.restore();
}

HeadHeatmap::Spot HeadHeatmap::spotAt(const QPointF& point) const {
    const HeatLayout at = places();
    const Index firstRow = rowWindow().first;
    const Index firstColumn = columnWindow().first;
    std::optional<int> row, column;
    if (const std::optional<CellPlace> place = at.cells.at(point)) {
        row = static_cast<int>(firstRow + place->row);
        column = static_cast<int>(firstColumn + place->column);
    } else if (point.x() < at.cells.rect.left() || at.rowBars.contains(point)) {
        if (const auto there = at.cells.at({at.cells.rect.left(), point.y()}))
            row = static_cast<int>(firstRow + there->row);
    } else if (at.columnLabels.contains(point) || at.columnBars.contains(point)) {
        // A slanted label leans away from its column.
        const double lean = at.slanted && point.y() < at.cells.rect.top() ? at.columnLabels.bottom() - point.y() : 0;
        if (const auto there = at.cells.at({point.x() - lean, at.cells.rect.top()}))
            column = static_cast<int>(firstColumn + there->column);
    }
    return turned() ? Spot{column, row} : Spot{row, column};
}

void HeadHeatmap::keepInSight() {
    if (m_zoom <= 1 || !analysis() || analysis()->empty() || selection().hover() != Hover{}) return;
    const auto follow = [](const std::vector<int>& chosen, const HeatWindow& window, double& centre) {
        if (chosen.size() != 1) return;
        if (chosen[0] < window.first || chosen[0] >= window.first + window.count) centre = chosen[0];
    };
    follow(turned() ? selection().shownKeys() : selection().shownQueries(), rowWindow(), m_rowCentre);
    follow(turned() ? selection().shownQueries() : selection().shownKeys(), columnWindow(), m_columnCentre);
}

void HeadHeatmap::zoomAround(double factor, double row, double column) {
    const HeatWindow rows = rowWindow(), columns = columnWindow();
    const double zoom = possibleZoom(m_zoom * factor, std::max(rowCount(), columnCount()));
    m_rowCentre = centreAfter(rows, row, m_zoom, zoom);
    m_columnCentre = centreAfter(columns, column, m_zoom, zoom);
    m_zoom = zoom;
    update();
}

void HeadHeatmap::zoomBy(double factor) {
    if (!analysis() || analysis()->empty()) return;
    const auto target = [](const std::vector<int>& chosen, const HeatWindow& window) {
        return chosen.empty() ? window.middle() : chosen.front() + 0.5;
    };
    zoomAround(factor, target(turned() ? selection().shownKeys() : selection().shownQueries(), rowWindow()),
               target(turned() ? selection().shownQueries() : selection().shownKeys(), columnWindow()));
}

void HeadHeatmap::fit() {
    m_zoom = 1;
    update();
}

bool HeadHeatmap::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const bool some = analysis() && !analysis()->empty();
        const Spot spot = some ? spotAt(help->pos()) : Spot{};
        if (spot.query || spot.key)
            QToolTip::showText(help->globalPos(), describe(*analysis(), selection()), this);
        else
            QToolTip::hideText();
        return true;
    }
    return View::event(event);
}

void HeadHeatmap::mouseMoveEvent(QMouseEvent* event) {
    if (!analysis() || analysis()->empty()) return;
    if (selection().stroking()) return strokeTo(event->position());
    if (m_press &&
        (m_dragging || (event->position() - *m_press).manhattanLength() >= QApplication::startDragDistance())) {
        const CellGrid grid = places().cells;
        const QPointF moved = event->position() - *m_press;
        const double rows = std::round(moved.y() / grid.cellHeight());
        const double columns = std::round(moved.x() / grid.cellWidth());
        m_dragging = true;
        if (m_zoom <= 1 || (rows == 0 && columns == 0)) return;
        zoomAround(1, 0, 0); // centres to where the window really is
        m_rowCentre -= rows;
        m_columnCentre -= columns;
        *m_press += QPointF(columns * grid.cellWidth(), rows * grid.cellHeight());
        return update();
    }
    const Spot spot = spotAt(event->position());
    setCursor(selection().painting() && spot.query && spot.key ? Qt::CrossCursor : Qt::ArrowCursor);
    if (spot.query && spot.key)
        selection().hoverCell(selection().shownHead(), *spot.query, *spot.key);
    else if (spot.query)
        selection().hoverQuery(spot.query);
    else if (spot.key)
        selection().hoverKey(spot.key);
    else
        selection().clearHover();
}

void HeadHeatmap::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return View::mousePressEvent(event);
    const Spot spot = selection().painting() && analysis() && !analysis()->empty() ? spotAt(event->position()) : Spot{};
    if (spot.query && spot.key) return selection().beginStroke(*spot.query, *spot.key);
    m_press = event->position();
    m_dragging = false;
}

void HeadHeatmap::strokeTo(const QPointF& point) {
    // Beyond the edge the brush runs along it.
    const QRectF cells = places().cells.rect;
    const Spot spot = spotAt({std::clamp(point.x(), cells.left(), cells.right() - 1), std::clamp(point.y(), cells.top(), cells.bottom() - 1)});
    if (!spot.query || !spot.key) return;
    selection().hoverCell(selection().shownHead(), *spot.query, *spot.key);
    selection().moveStroke(*spot.query, *spot.key);
}

void HeadHeatmap::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && selection().stroking()) return selection().endStroke();
    if (event->button() != Qt::LeftButton || !m_press) return View::mouseReleaseEvent(event);
    m_press.reset();
    if (std::exchange(m_dragging, false) || !analysis() || analysis()->empty()) return;
    const bool add = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
    const Spot spot = spotAt(event->position());
    if (spot.query && spot.key)
        selection().pinCell(selection().shownHead(), *spot.query, *spot.key);
    else if (spot.query)
        selection().pinQuery(*spot.query, add);
    else if (spot.key)
        selection().pinKey(*spot.key, add);
}

void HeadHeatmap::wheelEvent(QWheelEvent* event) {
    if (!analysis() || analysis()->empty() || event->angleDelta().y() == 0) return;
    const CellGrid grid = places().cells;
    const QPointF in = event->position() - grid.rect.topLeft();
    const auto place = [](double offset, double cell, const HeatWindow& window) {
        return static_cast<double>(window.first) + std::clamp(offset / cell, 0.0, static_cast<double>(window.count));
    };
    zoomAround(std::pow(1.25, event->angleDelta().y() / 120.0), place(in.y(), grid.cellHeight(), rowWindow()),
               place(in.x(), grid.cellWidth(), columnWindow()));
    event->accept();
}

} // namespace headscope
