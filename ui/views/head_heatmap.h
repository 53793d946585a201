// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/heat_scene.h"
#include "ui/views/view.h"

namespace headscope {

/// One head large: queries down, keys across (or turned), with names, numbers where they fit, row sums, received
/// attention and the colour bar. Zooms and pans by whole cells.
class HeadHeatmap : public View {
    Q_OBJECT
public:
    explicit HeadHeatmap(Selection& selection, QWidget* parent = nullptr);

    void setAnalysis(AnalysisPtr analysis) override;
    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;
    void zoomBy(double factor) override;
    void fit() override;
    QSize minimumSizeHint() const override { return {200, 160}; }
    QSize sizeHint() const override { return {560, 520}; }

    /// Where everything stands on the widget, and which part of the matrix it shows.
    HeatLayout places() const;
    HeatWindow rowWindow() const;
    HeatWindow columnWindow() const;

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    /// What stands at a point of the widget: a cell, or a token's label.
    struct Spot {
        std::optional<int> query;
        std::optional<int> key;
    };
    Spot spotAt(const QPointF& point) const;
    bool turned() const { return selection().state().transposed; }
    Index rowCount() const;
    Index columnCount() const;
    Index align() const;
    void keepInSight();
    /// Takes the mask's brush to the cell nearest to a point of the widget.
    void strokeTo(const QPointF& point);
    void zoomAround(double factor, double row, double column);
    const HeatCells& cells(Index most) const;

    double m_zoom = 1;
    double m_rowCentre = 0; ///< in positions: what zoom and pan look at
    double m_columnCentre = 0;
    std::optional<QPointF> m_press;
    bool m_dragging = false;

    /// What the kept cells were made from.
    struct CellsKey {
        const Analysis* analysis = nullptr;
        int head = -1;
        HeatWindow rows;
        HeatWindow columns;
        ColourRange range = ColourRange::Head;
        HiddenTokens hidden = HiddenTokens::Nothing;
        bool renormalise = false;
        bool turned = false;
        Index most = 0;
        friend bool operator==(const CellsKey&, const CellsKey&) = default;
    };
    mutable CellsKey m_cellsKey;
    mutable HeatCells m_cells;
    mutable ShadeCache m_image;
    mutable HeatKept m_kept;
};

} // namespace headscope
