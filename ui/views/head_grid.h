// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/caption.h"
#include "ui/views/grid_layout.h"
#include "ui/views/hover_delay.h"
#include "ui/views/link_choice.h"
#include "ui/views/matrix_image.h"
#include "ui/views/shown.h"
#include "ui/views/view.h"

#include <QTimer>
#include <memory>

namespace headscope {

/// All heads as small multiples: one widget, one picture per head in a frame of the head's colour, with its number and
/// what it does. With tokens chosen, each head says how much it cares for them.
class HeadGrid : public View {
    Q_OBJECT
public:
    explicit HeadGrid(Selection& selection, QWidget* parent = nullptr);
    ~HeadGrid() override;

    void setAnalysis(AnalysisPtr analysis) override;
    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;
    QSize minimumSizeHint() const override { return {160, 120}; }
    QSize sizeHint() const override { return {560, 360}; }

    /// Where the head's matrix stands when the view is drawn into `rect`.
    CellGrid matrixOf(int head, const QRectF& rect) const;

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Layout;
    struct HeadFrame;
    struct KeptLayout;
    const Layout& layoutOf(const QRectF& rect) const;
    Layout newLayout(const QRectF& rect) const;
    QStringList rowLabels() const;
    double labelWidth(const QStringList& labels, const QFont& font) const;
    GridRequest requestFor(const QRectF& room, const QFont& font) const;
    CellGrid matrixIn(const Layout& layout, int head) const;
    /// What the colours mean, and everything the pictures leave out.
    Caption caption(const Layout& layout, const QRectF& rect, const Theme& theme, Dots dots) const;
    void drawRowLabels(QPainter& painter, const Layout& layout, const Theme& theme) const;
    std::optional<int> headAt(const QPointF& point) const;
    void hoverAt(const QPointF& point);

    /// Shades per head, remade when what they follow from has changed.
    const HeadShades& shades(int head) const;
    /// [heads] What each head gives the chosen tokens, 0 … 1; −1 when none are chosen.
    std::vector<double> cares() const;
    void drawHead(QPainter& painter, const HeadFrame& frame, const Theme& theme) const;
    void drawTag(QPainter& painter, const HeadFrame& frame, const Theme& theme) const;
    void drawCare(QPainter& painter, const HeadFrame& frame, const QRectF& place, const Theme& theme) const;
    void drawMarks(QPainter& painter, const HeadFrame& frame, const Theme& theme) const;

    mutable std::unique_ptr<KeptLayout> m_layout;
    mutable std::vector<HeadShades> m_shades; ///< of the analysis at hand
    mutable std::vector<Scalar> m_tops;       ///< the weight at the colours' upper end; 0: each row has its own
    mutable std::vector<ShadeCache> m_images;
    mutable ViewState m_shadesState;
    mutable FollowedWeights m_followed;
    HoverDelay m_delay; ///< crossing the gap between two heads does not flash
    std::optional<int> m_pressed;
    std::optional<int> m_clicked; ///< the head whose click may become a double click
};

} // namespace headscope
