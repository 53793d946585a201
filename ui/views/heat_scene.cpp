// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/heat_scene.h"

#include "ui/selection.h"
#include "ui/style/colour_map.h"
#include "ui/views/describe.h"
#include "ui/views/dropped.h"
#include "ui/views/shown.h"

#include <QCoreApplication>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(HeatScene)
};

// In two lines, so that short labels do not waste the width of a long title.
QString rowTitle(bool turned) {
    return turned ? Words::tr("keys are\nread →") : Words::tr("queries\nread →");
}
QString columnTitle(bool turned) {
    return turned ? Words::tr("queries read ↓") : Words::tr("keys are read ↓");
}

double widest(const QStringList& labels, const QFont& font) {
    const QFontMetricsF metrics(font);
    double width = 0;
    for (const QString& label : labels) width = std::max(width, metrics.horizontalAdvance(label));
    return std::ceil(width);
}

QFont scaled(QFont font, int percentOf) {
    font.setPixelSize(std::max(10, font.pixelSize() * percentOf / 100));
    return font;
}

constexpr double smallestRowLabel = 9; ///< pixels of its font

QFont bold(QFont font) {
    font.setBold(true);
    return font;
}

/// Without the zero in front: ".98".
QString tightNumber(double weight) {
    const QString text = shortNumber(weight);
    return text.size() > 2 && text[0] == QLocale().zeroDigit() ? text.mid(1) : text;
}

/// As many values as there are pixels, each the greatest of its share.
std::vector<double> thinned(const std::vector<double>& values, const HeatWindow& window, double pixels) {
    const auto count = static_cast<std::size_t>(std::clamp<double>(pixels, 1, static_cast<double>(window.count)));
    std::vector<double> out(count, 0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(window.count); ++i) {
        double& bar = out[i * count / static_cast<std::size_t>(window.count)];
        bar = std::max(bar, values[static_cast<std::size_t>(window.first) + i]);
    }
    return out;
}

/// Chinese, Japanese, Indian letters …: higher than Latin ones, Greek and Cyrillic.
bool isTall(QChar c) {
    return c.unicode() >= 0x0590 && !(c.unicode() >= 0x1E00 && c.unicode() < 0x2E80); // signs that we add stand between
}

double top(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

} // namespace

void HeatLabels::measure(const std::vector<Token>& tokens, const QFont& font) {
    const bool sameSize = pixelSize == font.pixelSize();
    if (sameSize && !words.isEmpty()) return;
    if (!sameSize || measured.size() > 20000) measured.clear();
    pixelSize = font.pixelSize();
    words.clear();
    width.clear();
    for (const Token& token : tokens) words << tokenLabel(token);
    tall = std::any_of(words.begin(), words.end(), [](const QString& word) { return std::any_of(word.begin(), word.end(), isTall); });
    const std::vector<int> numbers = occurrences(words);
    const QFontMetricsF metrics(bold(font));
    const auto widthOf = [&](const QString& text) {
        const auto known = measured.constFind(text);
        return known != measured.constEnd() ? *known : *measured.insert(text, metrics.horizontalAdvance(text));
    };
    for (int i = 0; i < words.size(); ++i) {
        // Word and number by themselves: of a long text's few words each has many numbers.
        const int number = numbers[static_cast<std::size_t>(i)];
        const QString small = number > 0 ? subscript(number) : QString();
        width.push_back(std::ceil(widthOf(words[i]) + (number > 0 ? widthOf(small) : 0)));
        words[i] += small;
    }
}

double HeatLabels::widest(const HeatWindow& window) const {
    const auto first = width.begin() + window.first;
    return window.count > 0 ? *std::max_element(first, first + window.count) : 0;
}

QString HeatLabels::fitted(Index position, const QFont& font, double room) const {
    const QString& word = words[static_cast<int>(position)];
    if (width[static_cast<std::size_t>(position)] <= room) return word; // known, and measuring is slow
    return QFontMetricsF(font).elidedText(word, Qt::ElideRight, room);
}

HeatScene::HeatScene(const Analysis& a, const Selection& s, const Theme& t, const QSizeF& area, const Part& part,
                     HeatKept& kept)
    : analysis(a), selection(s), theme(t), size(area), rows(part.rows), columns(part.columns),
      head(std::min(s.shownHead(), a.heads() - 1)), turned(s.state().transposed), font(t.font),
      small(scaled(t.font, 85)), m_plot(kept.plot), m_rowLabels(turned ? kept.keys : kept.queries),
      m_columnLabels(turned ? kept.queries : kept.keys), m_queries(s.shownQueries()), m_keys(s.shownKeys()),
      m_hidden(hiddenKeys(a, s.state())) {
    if (area.width() < 420 || area.height() < 320) font = small;
    kept.queries.measure(a.queries, font);
    kept.keys.measure(a.keys, font);
    HeatRequest request;
    request.size = area;
    request.rows = rows.count;
    request.columns = columns.count;
    request.rowLabel = m_rowLabels.widest(rows);
    request.columnLabel = m_columnLabels.widest(columns);
    request.rowTitle = widest(rowTitle(turned).split(QLatin1Char('\n')), small) + 32;
    request.line = std::ceil(QFontMetricsF(font).height());
    request.letters = m_rowLabels.letters(request.line);
    request.smallest = std::min(1.0, smallestRowLabel / font.pixelSize());
    request.number = QFontMetricsF(small).horizontalAdvance(tightNumber(0.88));
    request.sum = QFontMetricsF(small).horizontalAdvance(shortNumber(0.88));
    // A zoomed part may have larger cells than the whole.
    const auto share = [](const HeatLabels& all, Index seen) {
        return static_cast<double>(all.words.size()) / static_cast<double>(seen);
    };
    const double largest = std::clamp(0.14 * std::min(area.width(), area.height()), 56.0, 96.0);
    request.largestCell =
        largest * std::clamp(std::min(share(m_rowLabels, rows.count), share(m_columnLabels, columns.count)), 1.0, 4.0);
    if (!isLow(area)) request.caption = caption(nullptr, analysis.pictures.front().factor > 1 ? Dots::Coarse : Dots::Cells).height();
    layout = layoutHeat(request);
    // Only where the cells turn out smaller than pixels has the caption to say so.
    const QRectF& cells = layout.cells.rect;
    const bool fine = cells.width() < static_cast<double>(columns.count) || cells.height() < static_cast<double>(rows.count);
    if (request.caption > 0 && fine && analysis.pictures.front().factor == 1) {
        request.caption = caption(nullptr, Dots::Pooled).height();
        layout = layoutHeat(request);
    }
}

bool HeatScene::forbidden(Index query) const {
    return !mayReadAny(analysis, head, query);
}

bool HeatScene::isDropped(Index row, Index column) const {
    const Index i = rows.first + row;
    const Index j = columns.first + column;
    return wasDropped(analysis, head, turned ? j : i, turned ? i : j);
}

bool HeatScene::hidden(Index key) const {
    return !m_hidden.empty() && m_hidden[static_cast<std::size_t>(key)];
}

void HeatScene::draw(QPainter& painter, const HeatCells& cells, ShadeCache* image) const {
    painter.save();
    drawShades(painter, layout.cells.rect, cells.shades, theme, selection.state().colours, image);
    drawPlot(painter, cells);
    if (layout.numbers && cells.factor == 1) drawNumbers(painter, cells);
    drawDropped(painter, DroppedPlace{analysis, head, layout.cells, rows.first, columns.first}, selection.state(), theme);
    const Dots stand = dots(painter, cells);
    drawHeader(painter, stand);
    if (!layout.caption.isEmpty()) caption(&cells, stand).draw(painter, layout.caption, theme);
    drawTitles(painter);
    drawSums(painter, cells);
    drawRowLabels(painter);
    drawColumnLabels(painter);
    drawMarks(painter);
    painter.restore();
}

/// What a dot of the picture stands for on this device.
Dots HeatScene::dots(const QPainter& painter, const HeatCells& cells) const {
    const HeadShades& shades = cells.shades;
    const ShownCells shown = cellsShown(painter, layout.cells.rect, shades.rows(), shades.columns());
    if (cells.factor > 1) return Dots::Coarse;
    return shown.rows < shades.rows() || shown.columns < shades.columns() ? Dots::Pooled : Dots::Cells;
}

/// What the picture leaves out.
QStringList HeatScene::notes(Dots dots) const {
    QStringList notes;
    if (const QString rest = pairNote(analysis); !rest.isEmpty()) notes << rest;
    if (const QString model = modelLabel(analysis); !model.isEmpty()) notes << model;
    const QString hidden = hiddenCaption(analysis, selection.state());
    if (!hidden.isEmpty()) notes << hidden.split(QStringLiteral("; "));
    notes << dropoutNotes(analysis, selection.state(), droppedWords(layout.cells));
    const Index masked = analysis.measures[static_cast<std::size_t>(head)].maskedRows;
    if (masked == 1) notes << Words::tr("one query may read nothing (⊘)");
    if (masked > 1) notes << Words::tr("%1 queries may read nothing (⊘)").arg(masked);
    const auto part = [&](const HeatWindow& window, const QString& of, std::size_t count) {
        if (window.count < static_cast<Index>(count))
            notes << Words::tr("%1 %2–%3 of %4")
                         .arg(of)
                         .arg(window.first + 1)
                         .arg(window.first + window.count)
                         .arg(count);
    };
    part(turned ? columns : rows, Words::tr("queries"), analysis.queries.size());
    part(turned ? rows : columns, Words::tr("keys"), analysis.keys.size());
    return notes << dotsCaption(analysis, selection.state(), dots);
}

/// "Head 3 · same token", and how much of the mass that holds.
QString HeatScene::title() const {
    const HeadCharacter character = headCharacter(analysis, head);
    const QString name = headTitle(analysis, head);
    return character.name.isEmpty() ? name : Words::tr("%1 %2").arg(name, percent(character.share));
}

/// The title, or a shorter one that has room.
QString HeatScene::fittedTitle(const QFontMetricsF& metrics, double room) const {
    QStringList forms{title()};
    if (!headCharacter(analysis, head).name.isEmpty())
        forms << Words::tr("%1 · %2").arg(headName(analysis, head), headTag(analysis, head)) << headName(analysis, head);
    for (const QString& form : forms)
        if (metrics.horizontalAdvance(form) <= room) return form;
    return metrics.elidedText(forms.back(), Qt::ElideRight, room);
}

/// The notes, when all of them have room beside the title.
QString HeatScene::headerNotes(Dots dots) const {
    const QFont face = bold(font);
    const double side = std::round(QFontMetricsF(face).height() * 0.7);
    const double pad = size.width() < 420 || size.height() < 320 ? 8 : 16;
    const double room = size.width() - 2 * pad - side - 8 - QFontMetricsF(face).horizontalAdvance(title()) - 24;
    const QString all = notes(dots).join(QStringLiteral(" · "));
    return QFontMetricsF(small).horizontalAdvance(all) <= room ? all : QString();
}

ColourScale HeatScene::colourScale(const HeatCells* cells) const {
    const ViewState& state = selection.state();
    const double upper = cells && cells->top > 0 ? cells->top : 0.88;
    if (state.range == ColourRange::Row) return shareScale(state);
    return {shortNumber(upper), state.range == ColourRange::Head ? Words::tr("weight, per head") : Words::tr("weight, all heads"),
            state.colours};
}

Caption HeatScene::caption(const HeatCells* cells, Dots dots) const {
    Caption caption(small, size.width() - 16);
    if (!hasColourBar(size)) caption.add(colourScale(cells), theme);
    if (hasRowBars(size) && !hasColumnBars(size))
        caption.add(turned ? Words::tr("bars: received") : Words::tr("bars: row Σ"), theme.ink(rowColour()));
    if (headerNotes(dots).isEmpty())
        for (const QString& note : notes(dots)) caption.add(note, theme.faint);
    return caption;
}

void HeatScene::drawHeader(QPainter& painter, Dots dots) const {
    const QRectF& r = layout.header;
    const QColor ground = theme.head(head, analysis.heads());
    const QFont face = bold(font);
    const double side = std::round(QFontMetricsF(face).height() * 0.7);
    const QRectF chip(r.left(), std::round(r.center().y() - side / 2), side, side);
    painter.fillRect(chip, ground);
    painter.setFont(face);
    const QRectF room = r.adjusted(chip.width() + 8, 0, 0, 0);
    painter.setPen(theme.text);
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, fittedTitle(QFontMetricsF(face), room.width()));
    painter.setFont(small);
    painter.setPen(theme.faint);
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter, headerNotes(dots));
}

void HeatScene::drawTitles(QPainter& painter) const {
    painter.setFont(small);
    painter.setPen(theme.ink(columnColour()));
    painter.drawText(layout.columnTitle, Qt::AlignLeft | Qt::AlignTop, columnTitle(turned));
    painter.setPen(theme.ink(rowColour()));
    painter.drawText(layout.corner.adjusted(0, 0, -28, -2), Qt::AlignRight | Qt::AlignBottom, rowTitle(turned));
    // The glyph: a cell, met by its query from the left and by its key from above.
    const QPointF cell(layout.corner.right() - 9, layout.corner.bottom() - 9);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.faint, 1));
    painter.drawRect(QRectF(cell.x() - 3, cell.y() - 3, 6, 6));
    const auto arrow = [&](const QColor& colour, const QPointF& along) {
        const QPointF tip = cell - along * 5;
        const QPointF across(along.y(), along.x());
        painter.setPen(QPen(colour, 1.5, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(tip - along * 8, tip);
        painter.drawLine(tip, tip - along * 3 + across * 3);
        painter.drawLine(tip, tip - along * 3 - across * 3);
    };
    arrow(rowColour(), {1, 0});
    arrow(columnColour(), {0, 1});
}

void HeatScene::drawRowLabels(QPainter& painter) const {
    const CellGrid& grid = layout.cells;
    QFont plain = font;
    if (layout.rowLabelScale < 1)
        plain.setPixelSize(static_cast<int>(std::max(smallestRowLabel, std::floor(layout.rowLabelScale * font.pixelSize()))));
    const double line = QFontMetricsF(plain).height();
    for (const Index p : labelsShown(rows, layout.rowStep, markedRows(), layout.rowStep)) {
        const bool marked = std::binary_search(markedRows().begin(), markedRows().end(), static_cast<int>(p));
        const QFont face = marked ? bold(plain) : plain;
        const QRectF row = grid.rowRect(p - rows.first);
        const QRectF box(layout.rowLabels.left(), row.center().y() - line / 2, layout.rowLabels.width() - 6, line);
        const QString label = m_rowLabels.fitted(p, face, box.width());
        if (marked) {
            const double width = QFontMetricsF(face).horizontalAdvance(label);
            const double height = std::min(line, static_cast<double>(layout.rowStep) * row.height()); // not over its neighbours' names
            painter.fillRect(QRectF(box.right() - width - 4, row.center().y() - height / 2, width + 8, height),
                             blend(theme.paper, rowColour(), 0.2));
        }
        painter.setFont(face);
        painter.setPen(turned && hidden(p) ? theme.faint : theme.ink(rowColour()));
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine | Qt::TextDontClip, label);
    }
}

/// Brackets and points are hard to tell apart aslant: among slanted names they stay level where they do not touch those.
bool HeatScene::staysLevel(Index column) const {
    const QString& word = m_columnLabels.words[static_cast<int>(column)];
    const double room = layout.cells.cellWidth() * static_cast<double>(layout.columnStep);
    return room >= 1.6 * QFontMetricsF(font).height() && m_columnLabels.width[static_cast<std::size_t>(column)] <= room - 4 &&
           std::none_of(word.begin(), word.end(), [](QChar c) { return c.isLetter() || c.isDigit(); });
}

void HeatScene::drawColumnLabels(QPainter& painter) const {
    const CellGrid& grid = layout.cells;
    const double line = QFontMetricsF(font).height();
    const double room = layout.slanted ? layout.slantedLength : grid.cellWidth() * static_cast<double>(layout.columnStep) - 4;
    for (const Index p : labelsShown(columns, layout.columnStep, markedColumns(), layout.columnStep)) {
        const bool marked = std::binary_search(markedColumns().begin(), markedColumns().end(), static_cast<int>(p));
        QFont face = marked ? bold(font) : font;
        const bool slanted = layout.slanted && !staysLevel(p);
        if (slanted) face.setHintingPreference(QFont::PreferNoHinting); // hints are for level letters
        const QString label = m_columnLabels.fitted(p, face, room + 1);
        const double width = QFontMetricsF(face).horizontalAdvance(label);
        painter.save();
        painter.translate(grid.columnRect(p - columns.first).center().x(), layout.columnLabels.bottom() - 3);
        if (slanted) painter.rotate(-45);
        // Aslant, the lowest corner is where the first letter ends below: it stays above the cells.
        const QRectF box(slanted ? 0.35 * line : -width / 2, slanted ? -0.7 * line : -line, width + 1, line);
        if (marked) painter.fillRect(box.adjusted(-3, 0, 3, 0), blend(theme.paper, columnColour(), 0.2));
        painter.setFont(face);
        painter.setPen(!turned && hidden(p) ? theme.faint : theme.ink(columnColour()));
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine | Qt::TextDontClip, label);
        painter.restore();
    }
}

/// The sum whose bar is the longest: of queries, which should have 1, at least that.
double HeatScene::rowTop(const HeatCells& cells) const { return turned ? top(cells.rowSums) : std::max(1.0, top(cells.rowSums)); }

double HeatScene::columnTop(const HeatCells& cells) const {
    return turned ? std::max(1.0, top(cells.columnSums)) : top(cells.columnSums);
}

void HeatScene::drawPlot(QPainter& painter, const HeatCells& cells) const {
    const ViewState& state = selection.state();
    HeadPlotContent content;
    content.rowSums = thinned(cells.rowSums, rows, layout.cells.rect.height());
    content.columnSums = thinned(cells.columnSums, columns, layout.cells.rect.width());
    content.rowTop = rowTop(cells);
    content.columnTop = columnTop(cells);
    content.rowColour = rowColour();
    content.columnColour = columnColour();
    content.colours = state.colours;
    content.top = cells.top > 0 ? cells.top : 1;
    content.title = colourScale(&cells).meaning;
    m_plot.draw(painter, size.toSize(), layout, content, theme);
}

void HeatScene::drawNumbers(QPainter& painter, const HeatCells& cells) const {
    painter.setFont(small);
    const bool roomy = layout.cells.cellWidth() >= QFontMetricsF(small).horizontalAdvance(shortNumber(0.88)) + 4;
    const Matrix shades = cells.shades.pooled(cells.shades.rows(), cells.shades.columns());
    for (Index i = 0; i < shades.rows(); ++i) {
        for (Index j = 0; j < shades.cols(); ++j) {
            const Scalar weight = cells.shades.weight(i, j);
            if (weight < 0 || (weight == 0 && isDropped(i, j))) continue; // hidden, masked, or marked
            const QColor ground = QColor::fromRgb(
                colourAt(selection.state().colours, theme.dark, static_cast<double>(shades(i, j))));
            const QString text =
                roomy ? shortNumber(static_cast<double>(weight)) : tightNumber(static_cast<double>(weight));
            // Zeros are there to be seen when looked for, not to be in the way.
            painter.setPen(text == QLatin1String("0") ? blend(ground, theme.on(ground), 0.55) : theme.on(ground));
            painter.drawText(layout.cells.cell(i, j), Qt::AlignCenter, text);
        }
    }
}

/// A row's sum on its bar; both begin at the left, so that no number reaches what stands right of the bars. Where the bar
/// ends within the number, both parts keep to what reads well on their ground.
void HeatScene::drawOverBar(QPainter& painter, const QRectF& bar, const QString& text) const {
    const QColor ground = blend(theme.paper, rowColour(), 0.8);
    const double width = QFontMetricsF(small).horizontalAdvance(text) + 4;
    const QRectF place(bar.left() + 3, bar.top(), width, bar.height());
    const auto write = [&](const QRectF& part, const QColor& colour) {
        painter.save();
        if (!part.contains(place)) painter.setClipRect(part, Qt::IntersectClip);
        painter.setPen(colour);
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
        painter.restore();
    };
    const bool beside = contrast(theme.text, ground) >= 4.5 || bar.right() <= place.left();
    if (bar.right() >= place.right() - 4) return write(place, theme.on(ground));
    if (beside) return write(place, theme.text);
    write({place.topLeft(), QPointF(bar.right(), place.bottom())}, theme.on(ground));
    write({QPointF(bar.right(), place.top()), place.bottomRight()}, theme.text);
}

void HeatScene::drawSums(QPainter& painter, const HeatCells& cells) const {
    painter.setFont(small);
    const double line = QFontMetricsF(small).height();
    const QString sum = Words::tr("Σ");
    const QString received = Words::tr("received");
    const CellGrid& grid = layout.cells;
    if (!layout.rowBars.isEmpty()) {
        const QRectF below(layout.rowBars.left() - 8, layout.rowBars.bottom() + 4, layout.rowBars.width() + 16, line);
        painter.setPen(theme.ink(rowColour()));
        if (layout.caption.isEmpty() || !layout.columnBars.isEmpty())
            painter.drawText(below, Qt::AlignHCenter | Qt::AlignTop, turned ? received : Words::tr("row Σ"));
        for (Index p = rows.first; p < rows.first + rows.count; ++p) {
            const QRectF row = grid.rowRect(p - rows.first);
            const bool nothing = !turned && forbidden(p);
            if (p % layout.rowStep != 0 && !(nothing && row.height() >= 6)) continue;
            const double value = cells.rowSums[static_cast<std::size_t>(p)];
            const double length = layout.rowBars.width() * value / std::max(1e-9, rowTop(cells));
            const QString text = nothing ? QStringLiteral("0 ⊘") : shortNumber(value);
            if (layout.rowStep == 1 || nothing)
                drawOverBar(painter, {layout.rowBars.left(), row.center().y() - line / 2, length, line}, text);
        }
    }
    if (layout.columnBars.isEmpty()) return;
    painter.setPen(theme.ink(columnColour()));
    painter.drawText(QRectF(layout.rowLabels.left(), layout.columnBars.top(), layout.rowLabels.width() - 6, line),
                     Qt::AlignRight | Qt::AlignTop, turned ? Words::tr("column Σ") : received);
    const double needed = QFontMetricsF(small).horizontalAdvance(shortNumber(0.88)) + 2;
    if (grid.cellWidth() < needed) return;
    painter.setPen(theme.faint);
    // Close below the bars: of a zoomed part's all may be short.
    const auto first = cells.columnSums.begin() + columns.first;
    const double longest = *std::max_element(first, first + columns.count) / std::max(1e-9, columnTop(cells));
    const double below = layout.columnBars.top() + longest * layout.columnBars.height() + 1;
    for (Index p = columns.first; p < columns.first + columns.count; ++p) {
        const QRectF column = grid.columnRect(p - columns.first);
        const bool nothing = turned && forbidden(p);
        painter.drawText(QRectF(column.left(), below, column.width(), line),
                         Qt::AlignHCenter | Qt::AlignTop,
                         nothing ? QStringLiteral("0 ⊘") : shortNumber(cells.columnSums[static_cast<std::size_t>(p)]));
    }
}

void HeatScene::drawMarks(QPainter& painter) const {
    const CellGrid& grid = layout.cells;
    painter.setBrush(Qt::NoBrush);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const double width = std::min(layout.cells.cellWidth(), layout.cells.cellHeight()) < 18 ? 1.5 : 2;
    const auto outline = [&](const QRectF& band, const QColor& colour) {
        // Around the band, whose cells stay as they are however thin it is; a halo of paper beyond keeps the line
        // visible on every colour of the map.
        const double halo = width + 0.5;
        painter.setPen(QPen(theme.paper, 1, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(band.adjusted(-halo, -halo, halo, halo));
        painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(band.adjusted(-width / 2, -width / 2, width / 2, width / 2));
    };
    const auto each = [&](const std::vector<int>& marked, const HeatWindow& window, auto&& draw) {
        for (const int p : marked)
            if (p >= window.first && p < window.first + window.count) draw(p - window.first);
    };
    each(markedRows(), rows, [&](Index i) { outline(grid.rowRect(i), rowColour()); });
    each(markedColumns(), columns, [&](Index j) { outline(grid.columnRect(j), columnColour()); });
    each(markedRows(), rows,
         [&](Index i) { each(markedColumns(), columns, [&](Index j) { outline(grid.cell(i, j), theme.text); }); });
}

} // namespace headscope
