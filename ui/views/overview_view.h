// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/caption.h"
#include "ui/views/geometry.h"
#include "ui/views/head_shades.h"
#include "ui/views/heat_layout.h"
#include "ui/views/matrix_image.h"
#include "ui/views/view.h"

namespace headscope {

/// Every head of every layer: a row of small pictures per layer, a column per head. A click opens the layer and the head
/// in the other views. Zooms and pans by whole pictures.
class OverviewView : public View {
    Q_OBJECT
public:
    explicit OverviewView(Selection& selection, QWidget* parent = nullptr);

    void setOverview(OverviewPtr overview) override;
    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;
    void zoomBy(double factor) override;
    void fit() override;
    QSize minimumSizeHint() const override { return {160, 120}; }
    QSize sizeHint() const override { return {400, 360}; }

    /// Where the head's picture stands when the view is drawn into `rect`.
    QRectF pictureOf(int layer, int head, const QRectF& rect) const;
    /// "Layer 3, head 5: previous token 92 %".
    QString sentenceOf(int layer, int head) const;
    /// The part in sight.
    HeatWindow layerWindow() const { return partIn(rect()).layers; }
    HeatWindow headWindow() const { return partIn(rect()).heads; }

signals:
    /// What is under the pointer, in words; empty when it has left.
    void pointedAt(const QString& sentence);

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Layout;
    struct Place {
        int layer = 0;
        int head = 0;
        friend bool operator==(const Place&, const Place&) = default;
    };
    struct Part {
        HeatWindow layers;
        HeatWindow heads;
    };
    /// What the zoom shows of a view this large: a room that is wider than the part has more heads in it.
    Part partIn(const QRectF& rect) const;
    /// Width : height of a picture.
    double aspect() const;
    Caption caption(const QFont& font, const QRectF& rect, const Theme& theme) const;
    void point(std::optional<Place> place);
    void open(const Place& place, bool merges);
    bool nothing() const { return !m_overview || m_overview->thumbs.empty(); }
    void keepInSight();
    void zoomAround(double factor, double layer, double head);
    Layout layoutOf(const QRectF& rect) const;
    std::optional<Place> placeAt(const QPointF& point) const;
    void drawLabels(QPainter& painter, const Layout& layout, const Theme& theme) const;
    const std::vector<HeadShades>& shades() const;

    OverviewPtr m_overview;
    std::optional<Place> m_hovered;
    Place m_seen; ///< layer and head of the session that were brought into sight
    double m_zoom = 1;
    double m_layerCentre = 0; ///< in layers and heads: what zoom and pan look at
    double m_headCentre = 0;
    std::optional<QPointF> m_press;
    bool m_dragging = false;
    mutable std::vector<HeadShades> m_shades; ///< [layers · heads], remade when what they follow from has changed
    mutable std::vector<ShadeCache> m_images;
    mutable std::vector<Scalar> m_tops; ///< [layers · heads] greatest weights
    mutable ViewState m_shadesState;
};

} // namespace headscope
