// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_curves.h"

#include <QLocale>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <cmath>
#include <qcustomplot.h>

namespace headscope {

namespace {

constexpr int leftMargin = 34;
constexpr int wideMargin = 54; ///< for powers of ten
constexpr double leastWide = 1e4;
constexpr int rightMargin = 6;

} // namespace

std::vector<std::size_t> thinned(const std::vector<double>& values, std::size_t columns) {
    std::vector<std::size_t> places;
    if (values.size() <= 2 * columns) {
        places.resize(values.size());
        for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
        return places;
    }
    places.reserve(2 * columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t begin = column * values.size() / columns, end = (column + 1) * values.size() / columns;
        const auto [least, greatest] = std::minmax_element(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                                           values.begin() + static_cast<std::ptrdiff_t>(end));
        const auto first = static_cast<std::size_t>(std::min(least, greatest) - values.begin());
        const auto second = static_cast<std::size_t>(std::max(least, greatest) - values.begin());
        places.push_back(first);
        if (second != first) places.push_back(second);
    }
    return places;
}

TrainingCurves::TrainingCurves(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_plot);
    m_plot->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setMinimumSize(1, 1);
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->setRowSpacing(0);
    // Where a loss that falls and an accuracy that grows leave room.
    m_loss = addPanel(0, {tr("loss"), Qt::AlignRight | Qt::AlignTop});
    m_accuracy = addPanel(1, {tr("accuracy %"), Qt::AlignRight | Qt::AlignBottom});
    m_accuracy.axes->axis(QCPAxis::atLeft)->setRange(0, 104);
    const QSharedPointer<QCPAxisTickerFixed> halves(new QCPAxisTickerFixed);
    halves->setTickStep(50);
    m_accuracy.axes->axis(QCPAxis::atLeft)->setTicker(halves);
    m_accuracy.axes->axis(QCPAxis::atBottom)->setTickLabels(true);
    m_accuracy.axes->setMargins({leftMargin, 4, rightMargin, 18});
    m_guessing = new QCPItemStraightLine(m_plot);
    m_guessing->setClipAxisRect(m_loss.axes);
    for (QCPItemPosition* point : {m_guessing->point1, m_guessing->point2})
        point->setAxes(m_loss.axes->axis(QCPAxis::atBottom), m_loss.axes->axis(QCPAxis::atLeft));
    setToolTip(tr("Loss in nats, the dashed line is that of guessing; accuracy in percent: the share of what is asked "
                  "that is the most "
                  "probable token.\nPress and drag: the pictures show the model of that step"));
    setAccessibleName(tr("Loss and accuracy"));
    setCursor(Qt::CrossCursor);
}

TrainingCurves::Panel TrainingCurves::addPanel(int row, const Title& title) {
    Panel panel;
    panel.axes = new QCPAxisRect(m_plot, true);
    panel.axes->setAutoMargins(QCP::msNone);
    panel.axes->setMargins({leftMargin, 4, rightMargin, 4});
    m_plot->plotLayout()->addElement(row, 0, panel.axes);
    QCPAxis* bottom = panel.axes->axis(QCPAxis::atBottom);
    QCPAxis* left = panel.axes->axis(QCPAxis::atLeft);
    for (QCPAxis* axis : {bottom, left}) {
        axis->setSubTicks(false);
        axis->setTickLength(0, 3);
        axis->setTickLabelPadding(2);
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setNumberPrecision(4);
    }
    left->ticker()->setTickCount(3);
    bottom->ticker()->setTickCount(4);
    bottom->setTickLabels(false);
    bottom->grid()->setVisible(false);
    panel.curve = m_plot->addGraph(bottom, left);
    panel.mark = new QCPItemStraightLine(m_plot);
    panel.mark->setClipAxisRect(panel.axes);
    for (QCPItemPosition* point : {panel.mark->point1, panel.mark->point2}) point->setAxes(bottom, left);
    panel.title = new QCPItemText(m_plot);
    panel.title->setText(title.text);
    panel.title->setPadding({4, 12, 4, 6}); // below the line of guessing
    panel.title->setClipToAxisRect(false);
    panel.title->position->setType(QCPItemPosition::ptAxisRectRatio);
    panel.title->position->setAxisRect(panel.axes);
    panel.title->position->setCoords(1, title.place.testFlag(Qt::AlignTop) ? 0 : 1);
    panel.title->setPositionAlignment(title.place);
    return panel;
}

void TrainingCurves::setTheme(const Theme& theme) {
    m_plot->setBackground(theme.window);
    QFont small = theme.font;
    small.setPixelSize(std::max(10, small.pixelSize() * 85 / 100));
    for (const Panel& panel : {m_loss, m_accuracy}) {
        for (const QCPAxis::AxisType side : {QCPAxis::atBottom, QCPAxis::atLeft}) {
            QCPAxis* axis = panel.axes->axis(side);
            axis->setBasePen(QPen(theme.hairline));
            axis->setTickPen(QPen(theme.hairline));
            axis->setTickLabelColor(theme.faint);
            axis->setTickLabelFont(small);
            axis->grid()->setPen(QPen(blend(theme.window, theme.hairline, 0.6)));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
        panel.axes->setBackground(theme.paper);
        panel.mark->setPen(QPen(theme.key, 1.5));
        panel.title->setColor(theme.faint);
        panel.title->setFont(small);
    }
    m_loss.curve->setPen(QPen(theme.query, 1.5));
    m_accuracy.curve->setPen(QPen(theme.value, 1.5));
    m_guessing->setPen(QPen(theme.faint, 1, Qt::DashLine));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TrainingCurves::setHistory(const std::vector<TrainStep>& history, std::size_t choices) {
    // Only what is new is read: a long run has a long history.
    const bool goesOn = !m_steps.empty() && history.size() >= m_steps.size() &&
                        history.front().step == std::int64_t(m_steps.front()) &&
                        history[m_steps.size() - 1].loss == m_losses.back();
    if (!goesOn) {
        m_steps.clear();
        m_losses.clear();
        m_accuracies.clear();
    }
    for (std::size_t i = m_steps.size(); i < history.size(); ++i) {
        m_steps.push_back(static_cast<double>(history[i].step));
        m_losses.push_back(history[i].loss);
        m_accuracies.push_back(history[i].accuracy * 100);
    }
    m_choices = choices;
    draw();
}

void TrainingCurves::setMark(std::optional<std::int64_t> step) {
    if (m_mark == step) return;
    m_mark = step;
    drawMark();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TrainingCurves::draw() {
    if (!isVisible()) return;
    double top = m_losses.empty() ? 1 : *std::max_element(m_losses.begin(), m_losses.end());
    const int left = top < leastWide ? leftMargin : wideMargin;
    for (const Panel& panel : {m_loss, m_accuracy}) {
        QMargins margins = panel.axes->margins();
        margins.setLeft(left);
        panel.axes->setMargins(margins);
    }
    const auto columns = static_cast<std::size_t>(std::max(1, width() - left - rightMargin));
    const auto put = [&](QCPGraph* graph, const std::vector<double>& values) {
        QVector<QCPGraphData> points;
        for (const std::size_t i : thinned(values, columns)) points.append(QCPGraphData(m_steps[i], values[i]));
        graph->data()->set(points, true);
    };
    put(m_loss.curve, m_losses);
    put(m_accuracy.curve, m_accuracies);
    const double first = m_steps.empty() ? 0 : m_steps.front() - 1;
    const double last = m_steps.empty() ? 10 : std::max(m_steps.back(), first + 10);
    for (const Panel& panel : {m_loss, m_accuracy}) panel.axes->axis(QCPAxis::atBottom)->setRange(first, last);
    const double guessing = m_choices > 1 ? std::log(static_cast<double>(m_choices)) : 0;
    top = std::max(top, guessing > 0 ? guessing : 1);
    m_loss.axes->axis(QCPAxis::atLeft)->setRange(0, top * 1.06);
    m_guessing->setVisible(guessing > 0);
    m_guessing->point1->setCoords(first, guessing);
    m_guessing->point2->setCoords(last, guessing);
    drawMark();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TrainingCurves::drawMark() {
    for (const Panel& panel : {m_loss, m_accuracy}) {
        panel.mark->setVisible(m_mark.has_value());
        if (!m_mark) continue;
        panel.mark->point1->setCoords(static_cast<double>(*m_mark), 0);
        panel.mark->point2->setCoords(static_cast<double>(*m_mark), 1);
    }
}

void TrainingCurves::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    draw();
}

void TrainingCurves::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    draw();
}

void TrainingCurves::mousePressEvent(QMouseEvent* event) {
    pointAt(event->position().x());
}

void TrainingCurves::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) pointAt(event->position().x());
}

void TrainingCurves::pointAt(double x) {
    if (m_steps.empty()) return;
    const double step = m_loss.axes->axis(QCPAxis::atBottom)->pixelToCoord(x);
    emit stepWanted(std::llround(std::clamp(step, m_steps.front() - 1, m_steps.back())));
}

} // namespace headscope
