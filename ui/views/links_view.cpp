// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/links_view.h"

#include "ui/views/describe.h"
#include "ui/views/matrix_image.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace headscope {

LinksView::LinksView(Selection& selection, QWidget* parent) : View(selection, parent), m_delay(selection) {
    setAccessibleName(tr("Links between tokens"));
    connect(&selection, &Selection::changed, this, &LinksView::keepInSight);
}

QString LinksView::hint() const { return tr("Point at a word to see its links; click keeps it, Ctrl+click adds one"); }

void LinksView::setAnalysis(AnalysisPtr analysis) {
    View::setAnalysis(std::move(analysis));
    m_namesOf = nullptr;
    m_image = {};
    keepInSight();
}

LinksZoom LinksView::zoomFor() const {
    LinksZoom zoom = m_zoom;
    if (!zoom.scale && !isVisible()) zoom.whole = true;
    return zoom;
}

void LinksView::updateNames(const Theme& theme) const {
    if (m_namesOf == analysis().get() && m_namesFont == theme.font) return;
    m_namesOf = analysis().get();
    m_namesFont = theme.font;
    m_queryNames.set(analysis()->queries, theme.font, Repeated::Numbered);
    m_keyNames.set(analysis()->keys, theme.font, Repeated::Numbered);
}

LinksLayout LinksView::layoutNow() const {
    if (!analysis() || analysis()->empty()) return {};
    updateNames(theme());
    const std::vector<int> heads = selection().shownHeads();
    const LinkFocus focus;
    return linksLayout({*analysis(), selection().state(), heads, focus, m_queryNames, m_keyNames, theme(), rect(), zoomFor(), true});
}

LinksView::ImageKey LinksView::imageKey(const LinksInput& in, double scale) const {
    ViewState state;
    state.mass = in.state.mass;
    state.gamma = in.state.gamma;
    state.width = in.state.width;
    state.hidden = in.state.hidden;
    state.renormalise = in.state.renormalise;
    state.horizontalLinks = in.state.horizontalLinks;
    state.transposed = in.state.transposed;
    return {&in.analysis, in.heads, state, in.rect, in.zoom.scale, in.zoom.whole, in.zoom.scroll, scale, in.theme.dark, in.theme.font};
}

void LinksView::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    painter.save();
    if (!analysis() || analysis()->empty()) {
        painter.setFont(theme.font);
        painter.setPen(theme.faint);
        painter.drawText(rect, static_cast<int>(Qt::AlignCenter | Qt::TextWordWrap), tr("The links appear here"));
        painter.restore();
        return;
    }
    updateNames(theme);
    const std::vector<int> heads = selection().shownHeads();
    const LinkFocus focus = focusOf(selection());
    const LinksInput input{*analysis(), selection().state(), heads, focus, m_queryNames, m_keyNames, theme, rect, zoomFor(), painter.device() == this};
    const LinksLayout layout = linksLayout(input);
    const double greatest = greatestShown(*analysis(), selection().state(), heads);
    const LinksDrawn drawn = drawCurves(painter, input, layout, greatest);
    const std::vector<std::vector<double>> stripes =
        focus.empty() ? receivedMeans(*analysis(), selection().state(), heads)
                      : togetherOf(m_followed.of(analysis(), selection().state(), heads, focus), focus);
    drawLinksFrame(painter, input, layout, stripes, greatest);
    drawLinksLegend(painter, input, layout, drawn);
    painter.restore();
}

LinksDrawn LinksView::drawCurves(QPainter& painter, const LinksInput& input, const LinksLayout& layout,
                                 double greatest) const {
    const QRectF field = curveField(layout);
    const bool all = input.focus.empty();
    const bool shapes = drawsShapes(painter);
    const QTransform device = painter.deviceTransform();
    const double scale = std::hypot(device.m11(), device.m12());
    const ImageKey key = imageKey(input, scale);
    if (!shapes && all && !m_image.isNull() && m_imageKey == key) {
        painter.drawImage(field.topLeft(), m_image);
        return m_drawn;
    }
    const LinkChoice choice =
        all ? strongestLinks(input.analysis, input.state, input.heads, layout.first(TokenSide::Query), layout.last(TokenSide::Query))
            : linksOf(m_followed.of(analysis(), input.state, input.heads, input.focus), input.state, input.focus);
    const CurveSet set = curvesOf(input, layout, choice, greatest);
    const LinksDrawn drawn{static_cast<int>(set.curves.size()), set.of, choice.cutAt, 0, 0, 0};
    if (shapes) {
        drawCurveShapes(painter, set.curves, field, layout.horizontal());
        return drawn;
    }
    const QImage image = curveImage(set.curves, field, scale, layout.horizontal());
    painter.drawImage(field.topLeft(), image);
    if (all) {
        m_image = image;
        m_imageKey = key;
        m_drawn = drawn;
    }
    return drawn;
}

void LinksView::mouseMoveEvent(QMouseEvent* event) {
    const std::optional<TokenPlace> place = layoutNow().at(event->position());
    setCursor(place ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (!place) {
        m_delay.leave();
        return;
    }
    m_delay.hover([&] {
        if (place->side == TokenSide::Query) selection().hoverQuery(place->index);
        else selection().hoverKey(place->index);
    });
    setToolTip(analysis() ? describe(*analysis(), selection()) : QString());
}

void LinksView::mousePressEvent(QMouseEvent* event) {
    const std::optional<TokenPlace> place = layoutNow().at(event->position());
    if (!place || event->button() != Qt::LeftButton) return View::mousePressEvent(event);
    const bool add = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
    if (place->side == TokenSide::Query) selection().pinQuery(place->index, add);
    else selection().pinKey(place->index, add);
}

void LinksView::leaveEvent(QEvent* event) {
    m_delay.leave();
    QWidget::leaveEvent(event); // not View's, which lets go at once
}

void LinksView::wheelEvent(QWheelEvent* event) {
    const QPoint angle = event->angleDelta();
    if (event->modifiers() & Qt::ControlModifier) {
        zoomBy(std::pow(1.0015, angle.y()));
    } else if (layoutNow().share() < 1) {
        const QPoint pixels = event->pixelDelta();
        const bool aside = std::abs(angle.x()) > std::abs(angle.y());
        const double notches = static_cast<double>(aside ? angle.x() : angle.y()) / 120;
        const double moved = pixels.isNull() ? notches * 60 : static_cast<double>(aside ? pixels.x() : pixels.y());
        scrollBy(-moved);
    } else {
        return event->ignore();
    }
    event->accept();
}

void LinksView::scrollBy(double pixels) {
    m_zoom.scroll = std::clamp(m_zoom.scroll + pixels * layoutNow().scrollPerPixel(), 0.0, 1.0);
    update();
}

void LinksView::zoomBy(double factor) {
    const LinksLayout now = layoutNow();
    if (now.count(TokenSide::Query) <= 0) return;
    m_zoom.scale = now.scale() * factor;
    m_zoom.whole = false;
    m_zoom.scale = layoutNow().scale(); // what it could be
    keepInSight();
    update();
}

void LinksView::fit() {
    m_zoom = {std::nullopt, true, 0};
    update();
}

void LinksView::showEvent(QShowEvent* event) {
    View::showEvent(event);
    keepInSight();
}

void LinksView::keepInSight() {
    const std::vector<int> queries = selection().shownQueries();
    const std::vector<int> keys = selection().shownKeys();
    const bool changed = queries != m_seenQueries || keys != m_seenKeys;
    // What the pointer is over must not run away from it.
    if (!changed || m_delay.holds() || !isVisible() || !analysis() || analysis()->empty()) return;
    m_seenQueries = queries;
    m_seenKeys = keys;
    const LinksLayout layout = layoutNow();
    const bool key = queries.empty() || (!keys.empty() && selection().state().direction == Direction::IsReadBy);
    if (key && !keys.empty()) m_zoom.scroll = layout.scrollTo(TokenSide::Key, keys.back(), m_zoom.scroll);
    else if (!queries.empty()) m_zoom.scroll = layout.scrollTo(TokenSide::Query, queries.back(), m_zoom.scroll);
    update();
}

} // namespace headscope
