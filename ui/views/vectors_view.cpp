// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/vectors_view.h"

#include "ui/views/describe.h"

#include <QHelpEvent>
#include <QImage>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

constexpr double margin = 8;
constexpr double gap = 12;
constexpr double narrowest = 26; ///< of a block, so that its letter fits

/// The greatest magnitude among the columns, 0 when there is none.
double scaleOf(const Matrix& m, Index first, Index columns) {
    double greatest = 0;
    for (Index i = 0; i < m.rows(); ++i)
        for (Index j = first; j < first + columns; ++j) greatest = std::max(greatest, std::abs(static_cast<double>(m(i, j))));
    return greatest;
}

} // namespace

QColor signedColour(double value, const Theme& theme) {
    const QColor end = value < 0 ? (theme.dark ? QColor(0xf0, 0xb4, 0x4c) : QColor(0xa8, 0x5c, 0x00))
                                 : (theme.dark ? QColor(0xb9, 0x9c, 0xff) : QColor(0x54, 0x2d, 0x9e));
    return blend(theme.paper, end, std::sqrt(std::clamp(std::abs(value), 0.0, 1.0)));
}

VectorsView::VectorsView(Selection& selection, QWidget* parent) : View(selection, parent) { setAccessibleName(tr("Vectors")); }

QString VectorsView::hint() const { return tr("One row per token: point at a number to read it"); }

bool VectorsView::folded() const {
    if (!analysis()->groups) return false;
    const auto several = [](const Mask::Span& span) { return span.end - span.begin > 1; };
    return std::ranges::any_of(analysis()->groups->queries, several) || std::ranges::any_of(analysis()->groups->keys, several);
}

Index VectorsView::tokenCount(const Block& block) const { return std::ssize(block.ofKeys ? analysis()->keys : analysis()->queries); }

Index VectorsView::position(const Block& block, Index token) const {
    const auto& groups = analysis()->groups;
    return groups ? (block.ofKeys ? groups->keys : groups->queries)[static_cast<std::size_t>(token)].begin : token;
}

std::vector<VectorsView::Block> VectorsView::blocks(const Theme& theme) const {
    std::vector<Block> all;
    if (!analysis() || analysis()->empty() || folded()) return all;
    const LayerTrace& t = *analysis()->trace;
    const AttentionConfig& c = analysis()->config;
    const Index head = selection().shownHead();
    const Index kv = c.kvHeadOf(static_cast<int>(head));
    all.push_back({QStringLiteral("X"), tr("input"), t.input.get(), 0, t.input->cols(), false, theme.text, {}, {}});
    all.push_back({QStringLiteral("Q"), tr("queries"), &t.q, head * c.dK, c.dK, false, theme.query, {}, {}});
    if (analysis()->cross)
        all.push_back({QStringLiteral("Y"), tr("key input"), t.keyInput.get(), 0, t.keyInput->cols(), true, theme.text, {}, {}});
    all.push_back({QStringLiteral("K"), tr("keys"), &t.k, kv * c.dK, c.dK, true, theme.key, {}, {}});
    all.push_back({QStringLiteral("V"), tr("values"), &t.v, kv * c.dV, c.dV, true, theme.value, {}, {}});
    all.push_back({QStringLiteral("A·V"), tr("context"), &t.context, head * c.dV, c.dV, false, theme.text, {}, {}});
    all.push_back({tr("out"), tr("attention's output"), &t.output, 0, t.output.cols(), false, theme.text, {}, {}});
    if (analysis()->following)
        all.push_back({tr("then"), analysis()->sandbox.after == After::Rnn ? tr("recurrent layer") : tr("norm + MLP"),
                       analysis()->following.get(), 0, analysis()->following->cols(), false, theme.text, {}, {}});
    return all;
}

std::vector<VectorsView::Block> VectorsView::arranged(const QRectF& rect, const Theme& theme) const {
    std::vector<Block> all = blocks(theme);
    if (all.empty()) return all;
    const QFontMetricsF metrics(theme.font);
    const auto widest = [&](const std::vector<Token>& tokens) {
        double width = 0;
        for (std::size_t i = 0; i < tokens.size() && i < 200; ++i) width = std::max(width, metrics.horizontalAdvance(tokenLabel(tokens[i])));
        return std::min(width, std::max(0.14 * rect.width(), std::min(80.0, 0.25 * rect.width()))) + 6;
    };
    double labels = widest(analysis()->queries);
    double weight = 0;
    for (std::size_t b = 0; b < all.size(); ++b) {
        weight += static_cast<double>(all[b].columns);
        if (analysis()->cross && b > 0 && all[b].ofKeys != all[b - 1].ofKeys)
            labels += widest(all[b].ofKeys ? analysis()->keys : analysis()->queries);
    }
    const double room = rect.width() - 2 * margin - labels - gap * static_cast<double>(all.size() - 1);
    const double spare = std::max(0.0, room - narrowest * static_cast<double>(all.size()));
    const double top = rect.top() + margin + 2 * metrics.height();
    double x = rect.left() + margin;
    for (std::size_t b = 0; b < all.size(); ++b) {
        Block& block = all[b];
        const bool named = b == 0 || (analysis()->cross && block.ofKeys != all[b - 1].ofKeys);
        const double height = std::max(1.0, rect.bottom() - margin - top);
        if (named) {
            const double width = widest(block.ofKeys ? analysis()->keys : analysis()->queries);
            block.labels = {x, top, width, height};
            x += width;
        }
        const double width = std::min(narrowest, room / static_cast<double>(all.size())) + spare * static_cast<double>(block.columns) / weight;
        block.area = {x, top, std::max(1.0, width), height};
        x += width + gap;
    }
    return all;
}

QImage VectorsView::image(const Block& block, const Theme& theme) const {
    const Matrix& m = *block.matrix;
    const Index tokens = tokenCount(block);
    const Index rows = std::min<Index>(tokens, std::max<Index>(1, static_cast<Index>(block.area.height() * 2)));
    const Index columns = std::min<Index>(block.columns, std::max<Index>(1, static_cast<Index>(block.area.width() * 2)));
    const double scale = scaleOf(m, block.firstColumn, block.columns);
    QImage picture(static_cast<int>(columns), static_cast<int>(rows), QImage::Format_RGB32);
    for (Index r = 0; r < rows; ++r)
        for (Index c = 0; c < columns; ++c) {
            double strongest = 0;
            for (Index i = r * tokens / rows; i < (r + 1) * tokens / rows; ++i)
                for (Index j = c * block.columns / columns; j < (c + 1) * block.columns / columns; ++j) {
                    const auto value = static_cast<double>(m(position(block, i), block.firstColumn + j));
                    if (std::abs(value) > std::abs(strongest)) strongest = value;
                }
            picture.setPixelColor(static_cast<int>(c), static_cast<int>(r), signedColour(scale > 0 ? strongest / scale : 0, theme));
        }
    return picture;
}

void VectorsView::drawBlock(QPainter& painter, const Block& block, const Theme& theme) const {
    const QFontMetricsF metrics(theme.font);
    const std::vector<Token>& tokens = block.ofKeys ? analysis()->keys : analysis()->queries;
    const double rowHeight = block.area.height() / static_cast<double>(tokens.size());
    const std::vector<int> chosen = block.ofKeys ? selection().shownKeys() : selection().shownQueries();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(block.area, image(block, theme));
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.hairline);
    painter.drawRect(block.area);
    painter.setPen(theme.ink(block.colour));
    const QRectF title(block.area.left(), block.area.top() - 2 * metrics.height(), block.area.width() + gap, metrics.height());
    painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, block.letter);
    painter.setPen(theme.faint);
    const QString name = metrics.elidedText(block.name, Qt::ElideRight, block.area.width() + gap / 2);
    if (block.area.width() > 40) painter.drawText(title.translated(0, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter, name);
    if (!block.labels.isEmpty()) {
        // As many names as fit; the chosen ones always.
        const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(metrics.height() / rowHeight)));
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const bool isChosen = std::binary_search(chosen.begin(), chosen.end(), static_cast<int>(i));
            if (i % every != 0 && !isChosen) continue;
            if (every > 1 && !isChosen && !chosen.empty()) continue;
            const double height = std::max(rowHeight, metrics.height());
            const QRectF line(block.labels.left(), block.area.top() + (static_cast<double>(i) + 0.5) * rowHeight - height / 2,
                              block.labels.width() - 6, height);
            painter.setPen(isChosen ? theme.ink(block.ofKeys ? theme.key : theme.query) : theme.text);
            painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(tokenLabel(tokens[i]), Qt::ElideRight, line.width()));
        }
    }
    painter.setPen(QPen(block.ofKeys ? theme.key : theme.query, 1.5));
    for (const int i : chosen)
        painter.drawRect(QRectF(block.area.left(), block.area.top() + i * rowHeight, block.area.width(), std::max(2.0, rowHeight)));
}

void VectorsView::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    painter.save();
    painter.setFont(theme.font);
    if (analysis() && !analysis()->empty() && folded()) {
        painter.setPen(theme.faint);
        painter.drawText(rect, static_cast<int>(Qt::AlignCenter | Qt::TextWordWrap),
                         tr("Vectors belong to single tokens: switch off “fold into words” to see them"));
    }
    for (const Block& block : arranged(rect, theme)) drawBlock(painter, block, theme);
    painter.restore();
}

VectorsView::Place VectorsView::placeAt(const std::vector<Block>& all, const QPointF& at) const {
    for (std::size_t b = 0; b < all.size(); ++b) {
        const QRectF& area = all[b].area;
        if (!area.united(all[b].labels.isEmpty() ? area : all[b].labels).contains(at)) continue;
        const Index rows = tokenCount(all[b]);
        const auto row = std::clamp<Index>(static_cast<Index>((at.y() - area.top()) / area.height() * static_cast<double>(rows)), 0, rows - 1);
        const auto column = static_cast<Index>((at.x() - area.left()) / area.width() * static_cast<double>(all[b].columns));
        return {static_cast<int>(b), row, area.contains(at) ? std::min(column, all[b].columns - 1) : -1};
    }
    return {};
}

void VectorsView::mouseMoveEvent(QMouseEvent* event) {
    const std::vector<Block> all = arranged(rect(), theme());
    const Place place = placeAt(all, event->position());
    if (place.block < 0) selection().clearHover();
    else if (all[static_cast<std::size_t>(place.block)].ofKeys) selection().hoverKey(static_cast<int>(place.row));
    else selection().hoverQuery(static_cast<int>(place.row));
}

void VectorsView::mousePressEvent(QMouseEvent* event) {
    const std::vector<Block> all = arranged(rect(), theme());
    const Place place = placeAt(all, event->position());
    if (place.block < 0 || event->button() != Qt::LeftButton) return;
    const bool add = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
    if (all[static_cast<std::size_t>(place.block)].ofKeys) selection().pinKey(static_cast<int>(place.row), add);
    else selection().pinQuery(static_cast<int>(place.row), add);
}

bool VectorsView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return View::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const std::vector<Block> all = arranged(rect(), theme());
    const Place place = placeAt(all, help->pos());
    if (place.block < 0 || place.column < 0) {
        QToolTip::hideText();
        return true;
    }
    const Block& block = all[static_cast<std::size_t>(place.block)];
    const Token& token = (block.ofKeys ? analysis()->keys : analysis()->queries)[static_cast<std::size_t>(place.row)];
    const double value = static_cast<double>((*block.matrix)(position(block, place.row), block.firstColumn + place.column));
    QToolTip::showText(help->globalPos(), tr("%1 of “%2”, number %L3 of %L4: %5")
                                              .arg(block.name, tokenLabel(token))
                                              .arg(place.column + 1)
                                              .arg(block.columns)
                                              .arg(QLocale().toString(value, 'g', 5)), this);
    return true;
}

} // namespace headscope
