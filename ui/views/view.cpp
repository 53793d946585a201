// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/view.h"

#include <QPainter>
#include <QStyle>

namespace headscope {

namespace {

// Three steps and away: each is one painting more.
constexpr int ghostSteps = 3;
constexpr int ghostStepMs = 45;
constexpr double ghostOpacity = 0.45;

} // namespace

View::View(Selection& selection, QWidget* parent) : QWidget(parent), m_selection(selection), m_theme(Theme::light()) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    connect(&selection, &Selection::changed, this, qOverload<>(&QWidget::update));
    m_fading.setInterval(ghostStepMs);
    connect(&m_fading, &QTimer::timeout, this, [this] {
        if (--m_ghostSteps <= 0) endGhost();
        update();
    });
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

bool View::framesChoice(const QPainter& painter) const {
    const std::vector<int>& active = m_selection.state().activeHeads;
    return painter.device() == this || (!active.empty() && static_cast<int>(active.size()) < m_selection.heads());
}

void View::setStale(bool stale) {
    if (m_stale == stale) return;
    m_stale = stale;
    update();
}

void View::leaveGhost() {
    // While a dial runs the ghost of where it came from stays.
    if (!isVisible() || !m_ghost.isNull() || style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) <= 0) return;
    m_ghost = grab();
    m_ghostSteps = ghostSteps;
    m_fading.start();
}

void View::endGhost() {
    m_fading.stop();
    m_ghost = {};
}

void View::resizeEvent(QResizeEvent* event) {
    endGhost();
    QWidget::resizeEvent(event);
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
    if (m_ghost.isNull()) return;
    painter.setOpacity(ghostOpacity * m_ghostSteps / ghostSteps);
    painter.drawPixmap(0, 0, m_ghost);
}

void View::leaveEvent(QEvent* event) {
    m_selection.clearHover();
    QWidget::leaveEvent(event);
}

} // namespace headscope
