// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/overview.h"
#include "ui/selection.h"
#include "ui/style/theme.h"

#include <QPixmap>
#include <QTimer>
#include <QWidget>

class QPainter;

namespace headscope {

/// Draws an analysis and turns gestures into calls on the shared Selection. Computes nothing, knows no other view and
/// no document. A hidden view does not work: it paints when it is shown.
class View : public QWidget {
    Q_OBJECT
public:
    explicit View(Selection& selection, QWidget* parent = nullptr);

    virtual void setAnalysis(AnalysisPtr analysis);
    const AnalysisPtr& analysis() const { return m_analysis; }
    /// Of the view that draws all layers; the others need none.
    virtual void setOverview(OverviewPtr) {}
    virtual void setTheme(const Theme& theme);
    const Theme& theme() const { return m_theme; }
    /// A newer result is under way: the picture is dimmed.
    void setStale(bool stale);

    /// What is seen now stays over what comes next for a moment, fading. Not when the desktop asks for less motion.
    void leaveGhost();

    /// Draws everything that is seen, pins and chosen heads included, into the rectangle. The one way to a picture:
    /// paintEvent, PNG, SVG, PDF, print, clipboard, command line and golden pictures all come here. For files the painter
    /// has the hint LosslessImageRendering: then a long text's picture may take longer, and is finer.
    virtual void render(QPainter& painter, const QRectF& rect, const Theme& theme) const = 0;

    /// What the first gesture in this view is, in a few words.
    virtual QString hint() const = 0;

    // Zoom: 1 = all of it fits. Views without zoom ignore it.
    virtual void zoomBy(double) {}
    virtual void fit() {}

protected:
    Selection& selection() const { return m_selection; }
    /// Whether frames tell the head shown large, and those that are on: always on the screen; in a file, where the window
    /// around the picture is missing, only when a choice of heads was made.
    bool framesChoice(const QPainter& painter) const;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void endGhost();

    Selection& m_selection;
    AnalysisPtr m_analysis;
    Theme m_theme;
    bool m_stale = false;
    QPixmap m_ghost;
    QTimer m_fading;
    int m_ghostSteps = 0; ///< still to be shown
};

/// The view of this kind, for window and command line alike.
View* makeView(ViewKind kind, Selection& selection, QWidget* parent = nullptr);

} // namespace headscope
