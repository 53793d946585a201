// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/overview_view.h"

#include "ui/views/describe.h"
#include "ui/views/shown.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace headscope {

static_assert(forbiddenCell == maskedCell && hiddenPixel == hiddenCell, "the overview's pixels are shades as they come");

namespace {

constexpr double besideWords = 72; ///< about what numbers and margins take of either side

/// The head's weights as shown: without what is hidden, its rows scaled up again where that is asked for.
Matrix shownPixels(const HeadThumb& thumb, const ViewState& state) {
    if (state.hidden == HiddenTokens::Nothing) return thumb.pixels;
    const ThumbRemainder& left = thumb.without[static_cast<std::size_t>(state.hidden) - 1];
    if (left.pixels.empty()) return thumb.pixels;
    Matrix pixels = left.pixels;
    for (Index i = 0; state.renormalise && i < pixels.rows(); ++i) {
        const Scalar kept = left.kept[static_cast<std::size_t>(i)];
        for (Scalar& w : pixels.row(i))
            if (w > 0 && kept > 0) w = std::min(Scalar(1), w / kept);
    }
    return pixels;
}

} // namespace

struct OverviewView::Layout {
    HeatWindow layers; ///< in sight
    HeatWindow heads;
    CellGrid grid;  ///< [layers, heads] in sight, a box with its gap in each cell
    double gap = 4; ///< between pictures
    QFont font;
    QRectF legend; ///< below the pictures; empty: no room

    QRectF picture(int layer, int head) const {
        const QRectF box = grid.cell(layer - layers.first, head - heads.first).adjusted(gap / 2, gap / 2, -gap / 2, -gap / 2);
        // On whole pixels, so that frames are sharp.
        return {std::round(box.left()), std::round(box.top()), std::max(1.0, std::floor(box.width())),
                std::max(1.0, std::floor(box.height()))};
    }
};

OverviewView::OverviewView(Selection& selection, QWidget* parent) : View(selection, parent) {
    setAccessibleName(tr("All layers"));
    connect(&selection, &Selection::changed, this, &OverviewView::keepInSight);
}

void OverviewView::setOverview(OverviewPtr overview) {
    const bool another = !m_overview || !overview || m_overview->layers != overview->layers || m_overview->heads != overview->heads;
    m_overview = std::move(overview);
    m_hovered.reset();
    m_shades.clear();
    if (another) fit();
    update();
}

QString OverviewView::hint() const {
    return tr("Click a picture to open its layer and head; arrows step, wheel zooms");
}

double OverviewView::aspect() const {
    // Pictures as they are in the other views: square for square matrices, never flatter than 2 to 1.
    const Matrix& first = m_overview->thumbs.front().pixels;
    const auto rows = static_cast<double>(first.rows());
    const auto columns = static_cast<double>(first.cols());
    return std::clamp(selection().state().transposed ? rows / columns : columns / rows, 0.5, 2.0);
}

OverviewView::Part OverviewView::partIn(const QRectF& rect) const {
    Part part{heatWindow(m_overview->layers, m_zoom, m_layerCentre, 1), heatWindow(m_overview->heads, m_zoom, m_headCentre, 1)};
    if (m_zoom <= 1) return part;
    const double width = std::max(1.0, rect.width() - besideWords);
    const double height = std::max(1.0, rect.height() - besideWords);
    const double side = std::min(height / static_cast<double>(part.layers.count), width / static_cast<double>(part.heads.count) / aspect());
    const auto widen = [](HeatWindow& window, Index count, double room, double centre) {
        window.count = std::clamp(static_cast<Index>(room + 1e-6), window.count, count);
        window.first = std::clamp<Index>(static_cast<Index>(std::lround(centre - static_cast<double>(window.count) / 2)), 0, count - window.count);
    };
    widen(part.layers, m_overview->layers, height / side, m_layerCentre);
    widen(part.heads, m_overview->heads, width / side / aspect(), m_headCentre);
    return part;
}

OverviewView::Layout OverviewView::layoutOf(const QRectF& rect) const {
    Layout layout;
    const Part part = partIn(rect);
    layout.layers = part.layers;
    layout.heads = part.heads;
    const Index layers = layout.layers.count;
    const Index heads = layout.heads.count;
    layout.font = theme().font;
    layout.font.setPixelSize(std::max(10, layout.font.pixelSize() * 8 / 10));
    const QFontMetricsF metrics(layout.font);
    const double left = metrics.horizontalAdvance(tr("layer %1").arg(m_overview->layers)) + 12;
    const double top = std::ceil(metrics.height()) + 6;
    const double margin = std::min(8.0, rect.width() / 40);
    const QRectF below = rect.height() < 10 * top ? QRectF() : QRectF(0, 0, rect.width() - 2 * margin, caption(layout.font, rect, theme()).height() + 6);
    const QRectF room = rect.adjusted(margin + left, margin + top, -margin, -margin - below.height());
    const double height = std::min(room.height() / static_cast<double>(layers),
                                   room.width() / static_cast<double>(heads) / aspect());
    const double width = height * aspect();
    layout.gap = std::clamp(height / 10, 1.0, 8.0);
    const QSizeF size(width * static_cast<double>(heads), height * static_cast<double>(layers));
    // Pictures, names and words together stand in the middle.
    const QSizeF rest = (room.size() - size).expandedTo(QSizeF(0, 0)) / 2;
    layout.grid = {QRectF(room.topLeft() + QPointF(rest.width(), rest.height()), size), layers, heads};
    if (!below.isEmpty()) layout.legend = below.translated(rect.left() + margin, layout.grid.rect.bottom() + 6);
    return layout;
}

QRectF OverviewView::pictureOf(int layer, int head, const QRectF& rect) const {
    if (nothing()) return {};
    return layoutOf(rect).picture(layer, head);
}

const std::vector<HeadShades>& OverviewView::shades() const {
    const ViewState& s = selection().state();
    const ViewState& m = m_shadesState;
    const bool same = s.range == m.range && s.transposed == m.transposed && s.hidden == m.hidden && s.renormalise == m.renormalise;
    if (!m_shades.empty() && same) return m_shades;
    m_shadesState = s;
    m_shades.clear();
    m_images.assign(m_overview->thumbs.size(), {});
    m_tops.clear();
    for (const HeadThumb& thumb : m_overview->thumbs) m_tops.push_back(m_shades.emplace_back(shownPixels(thumb, s)).greatest());
    const Scalar all = *std::max_element(m_tops.begin(), m_tops.end());
    for (std::size_t i = 0; i < m_shades.size(); ++i) {
        if (s.range != ColourRange::Row) m_shades[i].setTop(s.range == ColourRange::Head ? m_tops[i] : all);
        m_shades[i].setTransposed(s.transposed);
    }
    return m_shades;
}

void OverviewView::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    if (nothing()) {
        painter.setPen(theme.faint);
        painter.setFont(theme.font);
        painter.drawText(rect, Qt::AlignCenter | Qt::TextWordWrap, tr("The layers of a model appear here"));
        return;
    }
    const Layout layout = layoutOf(rect);
    const std::vector<HeadShades>& cells = shades();
    const int shown = m_overview->of->layer;
    const bool framed = framesChoice(painter);
    for (int l = static_cast<int>(layout.layers.first); l < layout.layers.first + layout.layers.count; ++l) {
        for (int h = static_cast<int>(layout.heads.first); h < layout.heads.first + layout.heads.count; ++h) {
            const auto at = static_cast<std::size_t>(l * m_overview->heads + h);
            const QRectF picture = layout.picture(l, h);
            drawShades(painter, picture, cells[at], theme, selection().state().colours, &m_images[at]);
            const bool hovered = m_hovered == Place{l, h};
            const bool current = l == shown && h == selection().shownHead();
            if (!framed || (!hovered && !current && !(l == shown && selection().state().isActive(h)))) continue;
            const double width = std::min(current ? 3.0 : 1.5, layout.gap);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(hovered && !current ? theme.text : theme.head(h, m_overview->heads), width, Qt::SolidLine,
                                Qt::SquareCap, Qt::MiterJoin));
            painter.drawRect(picture.adjusted(-width / 2, -width / 2, width / 2, width / 2));
        }
    }
    drawLabels(painter, layout, theme);
    if (!layout.legend.isEmpty()) caption(layout.font, rect, theme).draw(painter, layout.legend, theme);
}

Caption OverviewView::caption(const QFont& font, const QRectF& rect, const Theme& theme) const {
    const ViewState& state = selection().state();
    Caption caption(font, rect.width() - 16);
    caption.add(siteTitle(*m_overview->of), theme.text);
    caption.add(pairTitle(*m_overview->of), theme.text);
    const auto inSight = [&](const HeatWindow& window, int count, const QString& of) {
        if (window.count < count)
            caption.add(tr("%1 %2–%3 of %4").arg(of).arg(window.first + 1).arg(window.first + window.count).arg(count), theme.text);
    };
    const Part part = partIn(rect);
    inSight(part.layers, m_overview->layers, tr("layers"));
    inSight(part.heads, m_overview->heads, tr("heads"));
    caption.add(tr("rows: layers, columns: heads; in each picture"), theme.text);
    caption.addAxes(state.transposed, theme);
    shades(); // makes the tops
    caption.add(headsScale(state, m_tops), theme);
    caption.add(pairNote(*m_overview->of), theme.faint);
    for (const QString& hidden : hiddenCaption(*m_overview->of, state).split(QStringLiteral("; "))) caption.add(hidden, theme.faint);
    caption.add(modelLabel(*m_overview->of), theme.faint);
    return caption;
}

void OverviewView::drawLabels(QPainter& painter, const Layout& layout, const Theme& theme) const {
    painter.setFont(layout.font);
    const QFontMetricsF metrics(layout.font);
    const CellGrid& grid = layout.grid;
    const int shown = m_overview->of->layer;
    const Index rowStep = labelStep(grid.cellHeight(), metrics.height());
    for (Index row = 0; row < grid.rows; ++row) {
        const Index l = layout.layers.first + row;
        if (l % rowStep != 0 && l != shown) continue;
        if (l != shown && std::abs(static_cast<double>(l - shown)) * grid.cellHeight() < metrics.height()) continue;
        const double middle = grid.rowRect(row).center().y();
        painter.setPen(l == shown ? theme.text : theme.faint);
        const QRectF place(grid.rect.left() - 200, middle - metrics.height() / 2, 194, metrics.height());
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, l == shown ? tr("layer %1").arg(l + 1) : QString::number(l + 1));
    }
    const Index columnStep = labelStep(grid.cellWidth(), metrics.horizontalAdvance(QString::number(m_overview->heads)) + 6);
    for (Index column = 0; column < grid.columns; ++column) {
        const Index h = layout.heads.first + column;
        if (h % columnStep != 0) continue;
        painter.setPen(theme.ink(theme.head(static_cast<int>(h), m_overview->heads)));
        const QRectF place(grid.columnRect(column).center().x() - 30, grid.rect.top() - metrics.height() - 4, 60, metrics.height());
        painter.drawText(place, Qt::AlignCenter, QString::number(h + 1));
    }
}

std::optional<OverviewView::Place> OverviewView::placeAt(const QPointF& point) const {
    if (nothing()) return std::nullopt;
    const Layout layout = layoutOf(rect());
    const std::optional<CellPlace> cell = layout.grid.at(point);
    if (!cell) return std::nullopt;
    return Place{static_cast<int>(layout.layers.first + cell->row), static_cast<int>(layout.heads.first + cell->column)};
}

QString OverviewView::sentenceOf(int layer, int head) const {
    return tr("%1: %2").arg(headPlace(*m_overview->of, layer, head), measuredTag(m_overview->at(layer, head).measures, m_overview->of->cross));
}

bool OverviewView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto place = placeAt(help->pos())) QToolTip::showText(help->globalPos(), sentenceOf(place->layer, place->head), this);
        else QToolTip::hideText();
        return true;
    }
    return View::event(event);
}

void OverviewView::point(std::optional<Place> place) {
    if (place == m_hovered) return;
    m_hovered = place;
    setCursor(place ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
    emit pointedAt(place ? sentenceOf(place->layer, place->head) : QString());
}

void OverviewView::zoomAround(double factor, double layer, double head) {
    const HeatWindow layers = layerWindow(), heads = headWindow();
    const double zoom = possibleZoom(m_zoom * factor, std::max(m_overview->layers, m_overview->heads));
    m_layerCentre = centreAfter(layers, layer, m_zoom, zoom);
    m_headCentre = centreAfter(heads, head, m_zoom, zoom);
    m_zoom = zoom;
    update();
}

void OverviewView::zoomBy(double factor) {
    if (!nothing()) zoomAround(factor, selection().state().layer + 0.5, selection().shownHead() + 0.5);
}

void OverviewView::fit() {
    m_zoom = 1;
    update();
}

void OverviewView::wheelEvent(QWheelEvent* event) {
    if (nothing() || event->angleDelta().y() == 0) return event->ignore();
    const Layout layout = layoutOf(rect());
    const QPointF in = event->position() - layout.grid.rect.topLeft();
    const auto place = [](double offset, double cell, const HeatWindow& window) {
        return static_cast<double>(window.first) + std::clamp(offset / cell, 0.0, static_cast<double>(window.count));
    };
    zoomAround(std::pow(1.25, event->angleDelta().y() / 120.0), place(in.y(), layout.grid.cellHeight(), layout.layers),
               place(in.x(), layout.grid.cellWidth(), layout.heads));
    event->accept();
}

void OverviewView::keepInSight() {
    const Place now{selection().state().layer, selection().shownHead()};
    if (m_zoom <= 1 || nothing() || now == m_seen || selection().hover() != Hover{}) return;
    m_seen = now;
    const auto outside = [](int at, const HeatWindow& window) { return at < window.first || at >= window.first + window.count; };
    if (outside(now.layer, layerWindow())) m_layerCentre = now.layer + 0.5;
    if (outside(now.head, headWindow())) m_headCentre = now.head + 0.5;
    update();
}

void OverviewView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF moved = m_press ? event->position() - *m_press : QPointF();
    if (!m_press || nothing() || (!m_dragging && moved.manhattanLength() < QApplication::startDragDistance()))
        return point(placeAt(event->position()));
    m_dragging = true;
    const CellGrid grid = layoutOf(rect()).grid;
    const double layers = std::round(moved.y() / grid.cellHeight());
    const double heads = std::round(moved.x() / grid.cellWidth());
    if (m_zoom <= 1 || (layers == 0 && heads == 0)) return;
    zoomAround(1, 0, 0); // centres to where the part in sight really is
    m_layerCentre -= layers;
    m_headCentre -= heads;
    *m_press += QPointF(heads * grid.cellWidth(), layers * grid.cellHeight());
}

void OverviewView::open(const Place& place, bool merges) {
    selection().edit(tr("layer and head"), [&](ViewState& s) {
        s.layer = place.layer;
        s.head = place.head;
        // A head that is switched off would not be seen.
        if (!s.isActive(place.head)) s.activeHeads.clear();
    }, merges);
}

void OverviewView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return View::mousePressEvent(event);
    m_press = event->position();
    m_dragging = false;
}

void OverviewView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_press) return View::mouseReleaseEvent(event);
    m_press.reset();
    if (std::exchange(m_dragging, false)) return;
    if (const std::optional<Place> place = placeAt(event->position())) open(*place, false);
}

void OverviewView::keyPressEvent(QKeyEvent* event) {
    if (nothing() || event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return View::keyPressEvent(event);
    // From where the session is, which may be ahead of the picture.
    Place place{std::clamp(selection().state().layer, 0, m_overview->layers - 1), selection().shownHead()};
    switch (event->key()) {
    case Qt::Key_Up: --place.layer; break;
    case Qt::Key_Down: ++place.layer; break;
    case Qt::Key_Left: --place.head; break;
    case Qt::Key_Right: ++place.head; break;
    default: return View::keyPressEvent(event);
    }
    if (place.layer < 0 || place.layer >= m_overview->layers || place.head < 0 || place.head >= m_overview->heads) return;
    open(place, true);
    emit pointedAt(sentenceOf(place.layer, place.head));
}

void OverviewView::leaveEvent(QEvent* event) {
    View::leaveEvent(event);
    point(std::nullopt);
}

} // namespace headscope
