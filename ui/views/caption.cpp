// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/caption.h"

#include "ui/style/colour_map.h"
#include "ui/views/describe.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

constexpr double between = 18; ///< pieces
constexpr double strip = 56;   ///< length of the colours
constexpr double square = 9;   ///< side of a swatch
constexpr double beside = 8;   ///< swatches that follow each other
constexpr double space = 4;    ///< beside strips and squares
const QString lower = QStringLiteral("0");

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Caption)
};

} // namespace

ColourScale shareScale(const ViewState& state) {
    return {QStringLiteral("1"), state.transposed ? Words::tr("share of the column's greatest") : Words::tr("share of the row's greatest"),
            state.colours};
}

ColourScale headsScale(const ViewState& state, const std::vector<Scalar>& tops) {
    if (state.range == ColourRange::Row) return shareScale(state);
    const auto [least, most] = std::minmax_element(tops.begin(), tops.end());
    const QString low = shortNumber(static_cast<double>(*least));
    const QString high = *most > 0 ? shortNumber(static_cast<double>(*most)) : QStringLiteral("1");
    if (state.range == ColourRange::All) return {high, Words::tr("weight, all heads"), state.colours};
    return {low == high || *most == 0 ? high : Words::tr("%1…%2").arg(low, high), Words::tr("weight, per head"), state.colours};
}

Caption::Caption(const QFont& font, double width)
    : m_font(font), m_width(width), m_line(std::ceil(QFontMetricsF(font).height() * 1.2)) {}

void Caption::add(const QString& text, const QColor& colour) {
    if (text.isEmpty()) return;
    m_pieces.push_back({text, colour, QFontMetricsF(m_font).horizontalAdvance(text), {}, {}, {}});
}

void Caption::addSwatch(const QColor& swatch, const QString& name, const QColor& colour) {
    m_pieces.push_back({name, colour, square + space + QFontMetricsF(m_font).horizontalAdvance(name), swatch, {}, {}});
}

void Caption::add(const ColourScale& scale, const Theme& theme) {
    const QFontMetricsF metrics(m_font);
    const double ends = metrics.horizontalAdvance(lower) + metrics.horizontalAdvance(scale.upper);
    m_pieces.push_back({scale.meaning, theme.faint,
                        ends + strip + 4 * space + metrics.horizontalAdvance(scale.meaning), {}, scale.upper,
                        scale.colours});
}

void Caption::addAxes(bool turned, const Theme& theme) {
    add(turned ? Words::tr("rows: keys are read →") : Words::tr("rows: queries read →"),
        theme.ink(turned ? theme.key : theme.query));
    add(turned ? Words::tr("columns: queries read ↓") : Words::tr("columns: keys are read ↓"),
        theme.ink(turned ? theme.query : theme.key));
}

std::vector<Caption::Line> Caption::broken() const {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < m_pieces.size(); ++i) {
        const double width = std::min(m_pieces[i].width, m_width);
        const double gap = m_pieces[i].swatch.isValid() ? beside : between;
        if (lines.empty() || lines.back().width + gap + width > m_width) lines.push_back({i, i, -gap});
        lines.back().end = i + 1;
        lines.back().width += gap + width;
    }
    return lines;
}

int Caption::lines() const {
    return static_cast<int>(broken().size());
}

void Caption::draw(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    painter.setFont(m_font);
    double y = rect.top();
    for (const Line& line : broken()) {
        if (y + m_line > rect.bottom() + 0.5) return;
        double x = rect.center().x() - line.width / 2;
        for (std::size_t i = line.begin; i < line.end; ++i) {
            const Piece& piece = m_pieces[i];
            if (i > line.begin) x += piece.swatch.isValid() ? beside : between;
            const QRectF place(x, y, std::min(piece.width, m_width), m_line);
            if (piece.upper.isEmpty()) drawPiece(painter, piece, place);
            else drawScale(painter, piece, place, theme);
            x += place.width();
        }
        y += m_line;
    }
}

void Caption::drawPiece(QPainter& painter, const Piece& piece, const QRectF& place) const {
    QRectF text = place;
    if (piece.swatch.isValid()) {
        painter.fillRect(QRectF(std::round(place.left()), std::round(place.center().y() - square / 2), square, square), piece.swatch);
        text.setLeft(place.left() + square + space);
    }
    painter.setPen(piece.colour);
    // A pixel more than measured, which rounding on a device may need.
    painter.drawText(text.adjusted(0, 0, 1, 0), static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine),
                     QFontMetricsF(m_font).elidedText(piece.text, Qt::ElideRight, text.width() + 1));
}

void Caption::drawScale(QPainter& painter, const Piece& piece, const QRectF& place, const Theme& theme) const {
    const QFontMetricsF metrics(m_font);
    double x = place.left();
    const auto write = [&](const QString& text) {
        const double width = metrics.horizontalAdvance(text);
        painter.setPen(piece.colour);
        painter.drawText(QRectF(x, place.top(), width + 1, place.height()),
                         static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine), text);
        x += width;
    };
    write(lower);
    const QRectF bar(std::round(x + space), std::round(place.center().y() - 4), strip, 8);
    painter.fillRect(bar, colourGradient(piece.colours, theme.dark, bar.topLeft(), bar.topRight()));
    x = bar.right() + space;
    write(piece.upper);
    x += 2 * space;
    write(piece.text);
}

} // namespace headscope
