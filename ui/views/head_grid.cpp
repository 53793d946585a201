// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/head_grid.h"

#include "core/base/parallel.h"
#include "ui/views/describe.h"
#include "ui/views/dropped.h"
#include "ui/views/shown.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace headscope {

namespace {

/// The smallest that can be read.
QFont smaller(QFont font) {
    font.setPixelSize(std::max(9, font.pixelSize() * 85 / 100));
    return font;
}

struct FittedWord {
    QString text;
    QFont font;
};

/// The first of the forms, from the longest to the shortest, that has room, if need be in smaller letters; where none
/// has, what is left of the last.
FittedWord fitted(const QStringList& forms, const QFont& font, double room) {
    for (const QString& form : forms)
        for (const QFont& face : {font, smaller(font)})
            if (QFontMetricsF(face).horizontalAdvance(form) <= room) return {form, face};
    return {room > 24 ? QFontMetricsF(smaller(font)).elidedText(forms.back(), Qt::ElideRight, room) : QString(), smaller(font)};
}

} // namespace

struct HeadGrid::Layout : GridLayout {
    QFont font;
    QRectF legend; ///< what stands below: which side is the query, what the colours mean; empty: no room
};

/// The last layout and what it follows from: pointing asks for it as often as painting does, and words are slow to
/// measure.
struct HeadGrid::KeptLayout {
    Layout layout;
    QRectF rect;
    QFont font;
    ViewState state;
};

struct HeadGrid::HeadFrame {
    int head = 0;
    QRectF box;
    QRectF tag; ///< empty: no room
    GridTag kind = GridTag::Words;
    double line = 0; ///< the tag has one such line, or two
    QFont font;
    CellGrid cells;
    QColor colour;
    bool active = true;
    bool current = false;
    double care = -1;
};

HeadGrid::HeadGrid(Selection& selection, QWidget* parent) : View(selection, parent), m_delay(selection) {
    setAccessibleName(tr("All heads"));
}

HeadGrid::~HeadGrid() = default;

void HeadGrid::setAnalysis(AnalysisPtr analysis) {
    m_layout.reset();
    m_shades.clear();
    m_pressed.reset();
    m_clicked.reset();
    View::setAnalysis(std::move(analysis));
}

QString HeadGrid::hint() const {
    return tr("Click a head to switch it, double-click to see it alone");
}

const HeadGrid::Layout& HeadGrid::layoutOf(const QRectF& rect) const {
    const ViewState& state = selection().state();
    if (!m_layout || m_layout->rect != rect || m_layout->font != theme().font || m_layout->state != state)
        m_layout = std::make_unique<KeptLayout>(KeptLayout{newLayout(rect), rect, theme().font, state});
    return m_layout->layout;
}

HeadGrid::Layout HeadGrid::newLayout(const QRectF& rect) const {
    Layout layout;
    const bool small = rect.width() < 420;
    const double margin = small ? 8 : std::min(16.0, rect.width() / 20);
    layout.font = theme().font;
    layout.font.setPixelSize(std::max(10, layout.font.pixelSize() * 9 / 10));
    const GridRequest request = requestFor(rect.adjusted(margin, margin, -margin, -margin), layout.font);
    const bool captioned = rect.height() >= 10 * request.line;
    // Words under the pictures take room from them, and only small ones need to say that they are pooled.
    for (const Dots dots : {Dots::Cells, Dots::Pooled}) {
        const Caption words = caption(layout, rect, theme(), dots);
        GridRequest above = request;
        if (captioned) above.room.adjust(0, 0, 0, -words.height() - 6);
        static_cast<GridLayout&>(layout) = gridLayout(above);
        // The words keep to the pictures: both stand in the middle of the room together.
        if (captioned) layout.legend = QRectF(request.room.left(), layout.bottom() + 6, request.room.width(), words.height());
        const QRectF cells = matrixIn(layout, 0).rect;
        if (static_cast<double>(analysis()->queries.size()) <= cells.height() &&
            static_cast<double>(analysis()->keys.size()) <= cells.width())
            break;
    }
    return layout;
}

GridRequest HeadGrid::requestFor(const QRectF& room, const QFont& font) const {
    GridRequest request;
    request.room = room;
    request.heads = analysis()->heads();
    const bool turned = selection().state().transposed;
    const auto queries = static_cast<double>(analysis()->queries.size());
    const auto keys = static_cast<double>(analysis()->keys.size());
    request.aspect = std::clamp(turned ? queries / keys : keys / queries, 0.5, 2.0);
    request.gap = request.heads > 100 ? 4 : request.heads > 36 || room.width() < 404 ? 8 : 16;
    request.line = std::ceil(QFontMetricsF(font).height()) + 6;
    request.numberLine = std::ceil(QFontMetricsF(smaller(font)).height());
    QStringList tags;
    for (int h = 0; h < request.heads; ++h) tags << headTag(*analysis(), h);
    request.fullTag = 2 * request.line + labelWidth(tags, font);
    request.rows = turned ? keys : queries;
    // A long text's many words are slow to measure, and have no room anyway.
    const bool few = request.rows * QFontMetricsF(font).height() <= room.height();
    request.rowLabel = few ? labelWidth(rowLabels(), font) + 8 : room.width();
    return request;
}

QStringList HeadGrid::rowLabels() const {
    QStringList labels;
    for (const Token& token : selection().state().transposed ? analysis()->keys : analysis()->queries)
        labels << tokenLabel(token);
    return labels;
}

double HeadGrid::labelWidth(const QStringList& labels, const QFont& font) const {
    const QFontMetricsF metrics(font);
    double width = 0;
    for (const QString& label : labels) width = std::max(width, metrics.horizontalAdvance(label));
    return std::ceil(width);
}

Caption HeadGrid::caption(const Layout& layout, const QRectF& rect, const Theme& theme, Dots dots) const {
    const ViewState& state = selection().state();
    const bool turned = state.transposed;
    Caption caption(layout.font, rect.width() - (rect.width() < 420 ? 16 : 32));
    caption.add(layerName(*analysis()), theme.text);
    caption.addAxes(turned, theme);
    shades(0); // makes the tops
    caption.add(headsScale(state, m_tops), theme);
    caption.add(pairNote(*analysis()), theme.faint);
    const std::vector<HeadMeasures>& all = analysis()->measures;
    if (std::any_of(all.begin(), all.end(), [](const HeadMeasures& m) { return m.maskedRows > 0; }))
        caption.add(turned ? tr("struck columns may read nothing") : tr("struck rows may read nothing"), theme.faint);
    for (const QString& part : hiddenCaption(*analysis(), state).split(QStringLiteral("; "))) caption.add(part, theme.faint);
    for (const QString& part : dropoutNotes(*analysis(), state, droppedWords(layout.boxes.columns > 0 ? matrixIn(layout, 0) : CellGrid{}))) caption.add(part, theme.faint);
    caption.add(modelLabel(*analysis()), theme.faint);
    if (analysis()->pictures.front().factor > 1) dots = Dots::Coarse;
    for (const QString& part : dotsCaption(*analysis(), state, dots)) caption.add(part, theme.faint);
    return caption;
}

/// The rows' words, where there is room for them.
void HeadGrid::drawRowLabels(QPainter& painter, const Layout& layout, const Theme& theme) const {
    if (layout.labels == 0) return;
    painter.setFont(layout.font);
    painter.setPen(theme.ink(selection().state().transposed ? theme.key : theme.query));
    const QStringList names = rowLabels();
    for (int first = 0; first < analysis()->heads(); first += layout.boxes.columns) {
        const CellGrid cells = matrixIn(layout, first);
        for (Index i = 0; i < cells.rows; ++i) {
            const QRectF row = cells.rowRect(i);
            painter.drawText(QRectF(row.left() - layout.labels, row.top(), layout.labels - 8, row.height()),
                             Qt::AlignRight | Qt::AlignVCenter, names[static_cast<qsizetype>(i)]);
        }
    }
}

CellGrid HeadGrid::matrixOf(int head, const QRectF& rect) const {
    if (!analysis() || analysis()->empty()) return {};
    return matrixIn(layoutOf(rect), head);
}

CellGrid HeadGrid::matrixIn(const Layout& layout, int head) const {
    const QRectF box = layout.picture(head);
    const double frame = std::min(3.0, box.width() / 8);
    // On whole pixels, so that the frame is a sharp line.
    const QRectF inside(std::round(box.left() + frame), std::round(box.top() + frame),
                        std::floor(box.width() - 2 * frame), std::floor(box.height() - 2 * frame));
    const auto queries = static_cast<Index>(analysis()->queries.size());
    const auto keys = static_cast<Index>(analysis()->keys.size());
    return selection().state().transposed ? CellGrid{inside, keys, queries} : CellGrid{inside, queries, keys};
}

const HeadShades& HeadGrid::shades(int head) const {
    const ViewState& s = selection().state();
    const ViewState& m = m_shadesState;
    const auto same =
        s.range == m.range && s.hidden == m.hidden && s.renormalise == m.renormalise && s.transposed == m.transposed;
    if (!same || m_shades.empty()) {
        m_shades.assign(static_cast<std::size_t>(analysis()->heads()), {});
        m_images.assign(m_shades.size(), {});
        // Side by side: with hidden tokens some of the weights are computed again.
        parallelFor(analysis()->heads(), [&](Index h) {
            m_shades[static_cast<std::size_t>(h)] = HeadShades(*analysis(), s, static_cast<int>(h));
        });
        m_tops.clear();
        for (const HeadShades& shades : m_shades) m_tops.push_back(s.range == ColourRange::Row ? 0 : shades.greatest());
        if (s.range == ColourRange::All) m_tops.assign(m_tops.size(), *std::max_element(m_tops.begin(), m_tops.end()));
        for (std::size_t h = 0; h < m_shades.size(); ++h) {
            if (s.range != ColourRange::Row) m_shades[h].setTop(m_tops[h]);
            m_shades[h].setTransposed(s.transposed);
        }
        m_shadesState = s;
    }
    return m_shades[static_cast<std::size_t>(head)];
}

std::vector<double> HeadGrid::cares() const {
    const Analysis& a = *analysis();
    std::vector<double> cares(static_cast<std::size_t>(a.heads()), -1);
    const std::vector<int> queries = selection().shownQueries();
    const std::vector<int> keys = selection().shownKeys();
    if (queries.empty() && keys.empty()) return cares;
    std::vector<int> heads(cares.size());
    std::iota(heads.begin(), heads.end(), 0);
    const LinkFocus focus{queries, queries.empty() ? keys : std::vector<int>{}, queries.empty()};
    const std::vector<std::vector<double>> together = togetherOf(m_followed.of(analysis(), selection().state(), heads, focus), focus);
    for (std::size_t h = 0; h < cares.size(); ++h) {
        const std::vector<double>& shares = together[h];
        if (queries.empty() || keys.empty()) {
            cares[h] = *std::max_element(shares.begin(), shares.end());
            continue;
        }
        cares[h] = 0;
        for (const int k : keys) cares[h] += shares[static_cast<std::size_t>(k)];
    }
    return cares;
}

void HeadGrid::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    if (!analysis() || analysis()->empty()) {
        painter.setPen(theme.faint);
        painter.setFont(theme.font);
        painter.drawText(rect, Qt::AlignCenter, tr("The heads appear here"));
        return;
    }
    const Layout& layout = layoutOf(rect);
    const std::vector<double> care = cares();
    const bool framed = framesChoice(painter);
    Dots dots = Dots::Cells;
    for (int h = 0; h < analysis()->heads(); ++h) {
        HeadFrame frame;
        frame.head = h;
        frame.box = layout.picture(h);
        frame.tag = layout.kind == GridTag::None ? QRectF() : layout.tagRect(h);
        frame.kind = layout.kind;
        frame.line = layout.line;
        frame.font = layout.font;
        frame.cells = matrixIn(layout, h);
        frame.colour = theme.head(h, analysis()->heads());
        frame.active = selection().state().isActive(h);
        frame.current = framed && selection().shownHead() == h;
        frame.care = care[static_cast<std::size_t>(h)];
        drawHead(painter, frame, theme);
        const ShownCells shown = cellsShown(painter, frame.cells.rect, frame.cells.rows, frame.cells.columns);
        if (shown.rows < frame.cells.rows || shown.columns < frame.cells.columns) dots = Dots::Pooled;
    }
    drawRowLabels(painter, layout, theme);
    if (!layout.legend.isEmpty()) caption(layout, rect, theme, dots).draw(painter, layout.legend, theme);
}

void HeadGrid::drawHead(QPainter& painter, const HeadFrame& frame, const Theme& theme) const {
    painter.save();
    const HeadShades& cells = shades(frame.head); // before the images, which it may make anew
    drawShades(painter, frame.cells.rect, cells, theme, selection().state().colours,
               &m_images[static_cast<std::size_t>(frame.head)]);
    drawDropped(painter, DroppedPlace{*analysis(), frame.head, frame.cells, 0, 0}, selection().state(), theme);
    drawMarks(painter, frame, theme);
    const double care = frame.care < 0 || frame.current ? 1 : 0.2 + 0.8 * std::clamp(frame.care, 0.0, 1.0);
    const double width = frame.current ? 3 : 1.5;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(blend(theme.paper, frame.colour, care), width, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(frame.cells.rect.adjusted(-width / 2, -width / 2, width / 2, width / 2));
    if (!frame.active) {
        // Lightened, not hidden.
        QColor veil = theme.paper;
        veil.setAlphaF(0.62F);
        painter.fillRect(frame.box, veil);
    }
    if (!frame.tag.isEmpty()) drawTag(painter, frame, theme);
    painter.restore();
}

void HeadGrid::drawTag(QPainter& painter, const HeadFrame& frame, const Theme& theme) const {
    const bool named = frame.kind == GridTag::Words;
    const bool twoLines = frame.tag.height() > frame.line;
    const bool tight = !named || (!twoLines && frame.tag.width() < 4 * frame.line); // the number leaves its room to the name
    const double height = named ? frame.line - 5 : frame.line - 2;
    QFont bold = tight ? smaller(frame.font) : frame.font;
    bold.setBold(true);
    const QString number = QString::number(frame.head + 1);
    const double chip = std::max(tight ? 0 : height, QFontMetricsF(bold).horizontalAdvance(number) + (tight ? 6 : 8));
    const QRectF chipRect(frame.cells.rect.left() - 1.5, frame.tag.top(), chip, height);
    const QColor ground = frame.active ? frame.colour : blend(theme.paper, frame.colour, 0.35);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(chipRect, 3, 3);
    painter.setFont(bold);
    painter.setPen(theme.on(ground));
    painter.drawText(chipRect, Qt::AlignCenter, number);

    // Beside the number what the head does and, at the right, how much of the mass that is, or what the chosen tokens
    // read instead; where there are two lines, the name has the second.
    const double right = frame.tag.right() - (frame.box.right() - frame.cells.rect.right());
    const double gap = tight ? 3 : 5;
    const QRectF share(chipRect.right() + gap, chipRect.top(), right - chipRect.right() - gap, height);
    painter.setPen(frame.active ? theme.text : theme.faint);
    if (frame.care >= 0) return drawCare(painter, frame, share, theme);
    if (!named) return;
    const QRectF name = twoLines ? QRectF(frame.cells.rect.left(), frame.tag.bottom() - height - 1, right - frame.cells.rect.left() + 4, height)
                                 : share;
    const HeadCharacter character = headCharacter(*analysis(), frame.head);
    const bool gone = isTakenAway(*analysis(), analysis()->layer, frame.head);
    const auto [word, font] = fitted(gone ? QStringList(tr("taken away")) : headWords(character), frame.font, name.width());
    painter.setFont(frame.font);
    // A share of some rows is not that of all: without their number it says nothing.
    const bool whole = character.rows.isEmpty() || (word != character.tag && !character.shortTags.contains(word));
    const QString amount = gone || character.name.isEmpty() || !whole ? QString() : percent(character.share);
    const double width = QFontMetricsF(frame.font).horizontalAdvance(amount);
    const double taken = twoLines ? 0 : QFontMetricsF(font).horizontalAdvance(word) + 8;
    if (taken + width <= share.width()) painter.drawText(share, Qt::AlignRight | Qt::AlignVCenter, amount);
    painter.setFont(font);
    painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter, word);
}

/// What the chosen tokens read with this head, or how much of one row they are read with: in words where they have room.
void HeadGrid::drawCare(QPainter& painter, const HeadFrame& frame, const QRectF& place, const Theme& theme) const {
    painter.setFont(frame.kind == GridTag::Words ? frame.font : smaller(frame.font));
    const QFontMetricsF metrics(painter.font());
    const QString amount = percent(frame.care);
    QString words = selection().shownQueries().empty() ? tr("is read %1").arg(amount) : tr("reads %1").arg(amount);
    if (metrics.horizontalAdvance(words) > place.width()) words = amount;
    if (metrics.horizontalAdvance(words) <= place.width() + 5)
        painter.drawText(place.adjusted(-5, 0, 0, 0), Qt::AlignRight | Qt::AlignVCenter, words);
    // As a bar too, to compare heads at a glance.
    const QRectF whole(std::round(place.left()), std::round(place.bottom()) - 2, std::floor(place.width()), 3);
    painter.fillRect(whole, theme.hairline);
    painter.fillRect(QRectF(whole.topLeft(), QSizeF(whole.width() * std::clamp(frame.care, 0.0, 1.0), 3)),
                     frame.colour);
}

void HeadGrid::drawMarks(QPainter& painter, const HeadFrame& frame, const Theme& theme) const {
    const CellGrid& cells = frame.cells;
    const bool turned = selection().state().transposed;
    const auto mark = [&](const QRectF& band, const QColor& colour) {
        // Around the band, whose cells stay as they are however thin it is; a halo of paper beyond keeps the line
        // visible on every colour of the map.
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.paper, 1, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(band.adjusted(-2, -2, 2, 2));
        painter.setPen(QPen(colour, 1.5, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(band.adjusted(-0.75, -0.75, 0.75, 0.75));
    };
    // A query that may read nothing is struck out.
    painter.setPen(QPen(theme.text, 1));
    const bool some = analysis()->measures[static_cast<std::size_t>(frame.head)].maskedRows > 0;
    for (Index q = 0; some && q < static_cast<Index>(analysis()->queries.size()); ++q) {
        const QRectF band = turned ? cells.columnRect(q) : cells.rowRect(q);
        if (std::min(band.width(), band.height()) < 3 || mayReadAny(*analysis(), frame.head, q)) continue;
        if (turned)
            painter.drawLine(QPointF(band.center().x(), band.top()), QPointF(band.center().x(), band.bottom()));
        else
            painter.drawLine(QPointF(band.left(), band.center().y()), QPointF(band.right(), band.center().y()));
    }
    for (const int q : selection().shownQueries()) mark(turned ? cells.columnRect(q) : cells.rowRect(q), theme.query);
    for (const int k : selection().shownKeys()) mark(turned ? cells.rowRect(k) : cells.columnRect(k), theme.key);
}

std::optional<int> HeadGrid::headAt(const QPointF& point) const {
    if (!analysis() || analysis()->empty()) return std::nullopt;
    const Layout& layout = layoutOf(rect());
    for (int h = 0; h < analysis()->heads(); ++h)
        if (layout.box(h).contains(point)) return h;
    return std::nullopt;
}

void HeadGrid::hoverAt(const QPointF& point) {
    const std::optional<int> head = headAt(point);
    if (!head) return m_delay.leave();
    m_delay.hover([&] {
        if (const std::optional<CellPlace> place = matrixOf(*head, rect()).at(point)) {
            const bool turned = selection().state().transposed;
            selection().hoverCell(*head, static_cast<int>(turned ? place->column : place->row),
                                  static_cast<int>(turned ? place->row : place->column));
        } else {
            selection().hoverQuery(std::nullopt);
            selection().hoverHead(*head);
        }
    });
}

bool HeadGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (headAt(help->pos()))
            QToolTip::showText(help->globalPos(), describe(*analysis(), selection()), this);
        else
            QToolTip::hideText();
        return true;
    }
    return View::event(event);
}

void HeadGrid::mouseMoveEvent(QMouseEvent* event) {
    hoverAt(event->position());
}

void HeadGrid::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return View::mousePressEvent(event);
    m_pressed = headAt(event->position());
    m_clicked.reset();
}

void HeadGrid::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const std::optional<int> head = std::exchange(m_pressed, std::nullopt);
    if (!head || headAt(event->position()) != head) return;
    const bool cell = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
    const Hover& hover = selection().hover();
    if (cell && hover.query && hover.key) return selection().pinCell(*head, *hover.query, *hover.key);
    selection().toggleHead(*head);
    m_clicked = head;
}

void HeadGrid::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const std::optional<int> clicked = std::exchange(m_clicked, std::nullopt);
    const std::optional<int> head = headAt(event->position());
    if (!head) return;
    if (clicked == head) selection().soloHeadInstead(*head);
    else selection().soloHead(*head);
}

void HeadGrid::leaveEvent(QEvent* event) {
    m_delay.leave();
    QWidget::leaveEvent(event); // not View's, which lets go at once
}

} // namespace headscope
