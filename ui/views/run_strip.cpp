// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/run_strip.h"

#include "ui/views/caption.h"
#include "ui/views/head_shades.h"
#include "ui/views/matrix_image.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <utility>

namespace headscope {

namespace {

constexpr double side = 120; ///< of a picture in the size that is proposed
constexpr double gap = 10;
constexpr double margin = 12;

} // namespace

RunStrip::RunStrip(Selection& selection, QString name, std::vector<Moment> moments, QWidget* parent)
    : View(selection, parent), m_name(std::move(name)), m_moments(std::move(moments)) {
    setAccessibleName(tr("The run, step by step"));
    if (!m_moments.empty()) setAnalysis(m_moments.back().analysis);
    resize(sizeHint());
}

std::vector<int> RunStrip::rows() const {
    std::vector<int> heads;
    for (int h = 0; analysis() && h < analysis()->heads(); ++h)
        if (selection().state().isActive(h)) heads.push_back(h);
    return heads;
}

QSize RunStrip::sizeHint() const {
    const double line = fontMetrics().height() + 4;
    const auto columns = static_cast<double>(std::max<std::size_t>(1, m_moments.size()));
    const auto heads = static_cast<double>(std::max<std::size_t>(1, rows().size()));
    return {static_cast<int>(2 * margin + 24 + columns * (side + gap)),
            static_cast<int>(2 * margin + 4 * line + heads * (side + gap))};
}

void RunStrip::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    const std::vector<int> heads = rows();
    if (m_moments.empty() || heads.empty()) return;
    const QFontMetricsF metrics(theme.font);
    const double line = metrics.height() + 4, tag = 24;
    const QRectF area = rect.adjusted(margin, margin, -margin, -margin);
    const double width = (area.width() - tag) / static_cast<double>(m_moments.size());
    const double height = (area.height() - 4 * line) / static_cast<double>(heads.size());
    const double length = std::max(4.0, std::min(width, height) - gap);
    painter.save();
    painter.setFont(theme.font);
    painter.setPen(theme.text);
    const Analysis& last = *m_moments.back().analysis;
    painter.drawText(QRectF(area.left(), area.top(), area.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(
                         tr("%1, layer %2: %3").arg(m_name).arg(last.layer + 1).arg(QString::fromStdString(last.text)),
                         Qt::ElideRight, area.width()));
    // One scale for all of them: what is brighter is more, in every step and head.
    Scalar top = 0;
    std::vector<std::vector<HeadShades>> shades;
    for (const Moment& moment : m_moments) {
        std::vector<HeadShades>& column = shades.emplace_back();
        for (const int head : heads) {
            column.emplace_back(*moment.analysis, selection().state(), head);
            top = std::max(top, column.back().greatest());
        }
    }
    for (std::size_t i = 0; i < m_moments.size(); ++i) {
        const double left = area.left() + tag + width * static_cast<double>(i);
        painter.setPen(theme.faint);
        painter.drawText(QRectF(left, area.top() + line, length, line), Qt::AlignCenter,
                         i == 0 ? tr("step %1").arg(QLocale().toString(m_moments[i].step))
                                : QLocale().toString(m_moments[i].step));
        for (std::size_t row = 0; row < heads.size(); ++row) {
            const QRectF place(left, area.top() + 2 * line + (length + gap) * static_cast<double>(row), length, length);
            HeadShades& cells = shades[i][row];
            cells.setTop(selection().state().range == ColourRange::Row ? 0 : top);
            cells.setTransposed(selection().state().transposed);
            drawShades(painter, place, cells, theme, selection().state().colours);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(theme.head(heads[row], last.heads()), 1));
            painter.drawRect(place);
            if (i > 0) continue;
            const QRectF chip(area.left(), place.top(), tag - 6, line - 4);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.head(heads[row], last.heads()));
            painter.drawRoundedRect(chip, 3, 3);
            painter.setPen(theme.on(theme.head(heads[row], last.heads())));
            painter.drawText(chip, Qt::AlignCenter, QString::number(heads[row] + 1));
        }
    }
    Caption caption(theme.font, area.width());
    caption.addAxes(selection().state().transposed, theme);
    caption.add(selection().state().range == ColourRange::Row
                    ? shareScale(selection().state())
                    : ColourScale{QLocale().toString(static_cast<double>(top), 'f', 2), tr("weight, one scale for all"),
                                  selection().state().colours},
                theme);
    const double bottom = area.top() + 2 * line + (length + gap) * static_cast<double>(heads.size());
    caption.draw(painter, QRectF(area.left(), bottom, area.width(), area.bottom() - bottom + margin), theme);
    painter.restore();
}

} // namespace headscope
