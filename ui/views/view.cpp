// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/view.h"

#include <QPainter>

namespace headscope {

View::View(Selection& selection, QWidget* parent) : QWidget(parent), m_selection(selection), m_theme(Theme::light()) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    connect(&selection, &Selection::changed, this, qOverload<>(&QWidget::update));
}

void View::setAnalysis(AnalysisPtr analysis) {
    m_analysis = std::move(analysis);
    m_stale = false;
    update();
}

void View::setTheme(const Theme& theme) {
    m_theme = theme;
    update();
}

void View::setStale(bool stale) {
    if (m_stale == stale) return;
    m_stale = stale;
    update();
}

void View::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.paper);
    if (m_stale) painter.setOpacity(0.45);
    const QString words = m_stale ? tr("Computing …") : tr("The second sentence is empty");
    const bool keysMissing = m_analysis && m_analysis->cross && !m_analysis->queries.empty() && m_analysis->keys.empty();
    if ((m_stale && (!m_analysis || m_analysis->empty())) || keysMissing) {
        painter.setOpacity(1);
        painter.setPen(m_theme.faint);
        painter.setFont(m_theme.font);
        painter.drawText(rect(), Qt::AlignCenter, words);
        return;
    }
    render(painter, rect(), m_theme);
}

void View::leaveEvent(QEvent* event) {
    m_selection.clearHover();
    QWidget::leaveEvent(event);
}

} // namespace headscope
