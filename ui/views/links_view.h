// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/hover_delay.h"
#include "ui/views/links_picture.h"
#include "ui/views/view.h"

namespace headscope {

/// Queries on one side, keys on the other, a curve from each query to the keys it reads. A view that nobody sees (the
/// command line's) draws all tokens; on screen long texts stay readable and scroll.
class LinksView : public View {
    Q_OBJECT
public:
    explicit LinksView(Selection& selection, QWidget* parent = nullptr);

    void setAnalysis(AnalysisPtr analysis) override;
    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;
    void zoomBy(double factor) override;
    void fit() override;

    /// Where everything stands in this widget now.
    LinksLayout layoutNow() const;
    QSize sizeHint() const override { return {560, 420}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    /// What the picture of all curves follows from.
    struct ImageKey {
        const Analysis* analysis = nullptr;
        std::vector<int> heads;
        ViewState state; ///< without what changes no curve of this picture
        QRectF rect;
        std::optional<double> zoom;
        bool whole = false;
        double scroll = 0;
        double scale = 0;
        bool dark = false;
        QFont font;
        friend bool operator==(const ImageKey&, const ImageKey&) = default;
    };

    LinksZoom zoomFor() const;
    ImageKey imageKey(const LinksInput& input, double scale) const;
    LinksDrawn drawCurves(QPainter& painter, const LinksInput& input, const LinksLayout& layout, double greatest) const;
    void scrollBy(double pixels);
    void keepInSight();
    void updateNames(const Theme& theme) const;

    LinksZoom m_zoom;
    HoverDelay m_delay;
    std::vector<int> m_seenQueries; ///< chosen tokens that were brought into sight
    std::vector<int> m_seenKeys;
    // What is slow to make and often the same.
    mutable TokenNames m_queryNames;
    mutable TokenNames m_keyNames;
    mutable const Analysis* m_namesOf = nullptr;
    mutable QFont m_namesFont;
    mutable ImageKey m_imageKey;
    mutable QImage m_image; ///< all curves, without a chosen token
    mutable LinksDrawn m_drawn;
    mutable FollowedWeights m_followed;
};

} // namespace headscope
