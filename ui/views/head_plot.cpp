// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/head_plot.h"

#include "ui/style/colour_map.h"

#include <qcustomplot.h>

namespace headscope {

namespace {

/// Puts each element where the layout says. QCustomPlot's own grid sizes by content, and the labels here are ours.
class PlacedLayout : public QCPLayout {
public:
    void place(QCPLayoutElement* element, const QRectF& rect) {
        m_places.push_back({element, rect.toRect()});
        adoptElement(element);
    }
    int elementCount() const override { return static_cast<int>(m_places.size()); }
    QCPLayoutElement* elementAt(int index) const override { return m_places[static_cast<std::size_t>(index)].element; }
    QCPLayoutElement* takeAt(int index) override {
        QCPLayoutElement* element = elementAt(index);
        releaseElement(element);
        m_places.erase(m_places.begin() + index);
        return element;
    }
    bool take(QCPLayoutElement* element) override {
        for (int i = 0; i < elementCount(); ++i)
            if (elementAt(i) == element) return takeAt(i) != nullptr;
        return false;
    }

protected:
    void updateLayout() override {
        for (const Place& place : m_places) place.element->setOuterRect(place.rect);
    }

private:
    struct Place {
        QCPLayoutElement* element;
        QRect rect;
    };
    std::vector<Place> m_places;
};

QFont small(const Theme& theme) {
    QFont font = theme.font;
    font.setPixelSize(std::max(10, font.pixelSize() * 85 / 100));
    return font;
}

QCPAxisRect* emptyRect(QCustomPlot& plot, PlacedLayout& layout, const QRectF& rect) {
    auto* axes = new QCPAxisRect(&plot, true);
    axes->setAutoMargins(QCP::msNone);
    axes->setMargins({});
    for (QCPAxis* axis : axes->axes()) {
        axis->setVisible(true);
        axis->setTicks(false);
        axis->setTickLabels(false);
        axis->setBasePen(Qt::NoPen);
        axis->grid()->setVisible(false);
    }
    layout.place(axes, rect);
    return axes;
}

/// One margin's sums by position, `horizontal` beside rows.
struct Sums {
    const std::vector<double>& values;
    double top = 1;
    QColor colour;
    bool horizontal = false;
};

void addBars(QCustomPlot& plot, PlacedLayout& layout, const QRectF& rect, const Sums& sums, const Theme& theme) {
    QCPAxisRect& axes = *emptyRect(plot, layout, rect);
    QCPAxis* positions = axes.axis(sums.horizontal ? QCPAxis::atLeft : QCPAxis::atTop);
    QCPAxis* lengths = axes.axis(sums.horizontal ? QCPAxis::atBottom : QCPAxis::atLeft);
    const auto count = static_cast<double>(sums.values.size());
    positions->setRange(-0.5, count - 0.5);
    lengths->setRange(0, sums.top > 0 ? sums.top : 1);
    // Rows run downwards, and so do the column sums below their columns.
    axes.axis(QCPAxis::atLeft)->setRangeReversed(true);
    axes.axis(sums.horizontal ? QCPAxis::atLeft : QCPAxis::atTop)->setBasePen(QPen(theme.hairline, 1));
    auto* bars = new QCPBars(positions, lengths);
    bars->setPen(Qt::NoPen);
    bars->setBrush(blend(theme.paper, sums.colour, 0.8));
    bars->setAntialiased(false);
    // Gaps between bars of a few pixels would come and go with the rounding.
    bars->setWidth((sums.horizontal ? rect.height() : rect.width()) < 4 * count ? 1 : 0.72);
    QVector<double> places(static_cast<int>(sums.values.size()));
    for (int i = 0; i < places.size(); ++i) places[i] = i;
    bars->setData(places, QVector<double>(sums.values.begin(), sums.values.end()), true);
    plot.setNotAntialiasedElements(QCP::aePlottables);
}

/// A strip filled with the map, its axis on the right.
void addColourBar(QCustomPlot& plot, PlacedLayout& layout, const QRectF& rect, const HeadPlotContent& content,
                  const Theme& theme) {
    const QRectF strip(rect.left(), rect.top(), 12, rect.height());
    QCPAxisRect* axes = emptyRect(plot, layout, strip);
    axes->setBackground(colourGradient(content.colours, theme.dark, strip.bottomLeft(), strip.topLeft()));
    QCPAxis* axis = axes->axis(QCPAxis::atRight);
    axis->setRange(0, content.top > 0 ? content.top : 1);
    axis->setTicks(true);
    axis->setTickLabels(true);
    axis->setTickLength(0, 3);
    axis->setSubTicks(false);
    axis->setTickPen(QPen(theme.faint));
    axis->setTickLabelFont(small(theme));
    axis->setTickLabelColor(theme.faint);
    axis->setTickLabelPadding(2);
    axis->setNumberFormat(QStringLiteral("gb"));
    axis->setNumberPrecision(3);
    axis->ticker()->setTickCount(rect.height() < 160 ? 2 : 5);
    axis->setLabelFont(theme.font); // turned words are harder to read than level ones
    axis->setLabelColor(theme.text);
    axis->setLabelPadding(4);
    axis->setLabel(content.title);
}

} // namespace

/// By way of a QPicture, because QCustomPlot draws with a painter of its own: shapes stay shapes, words stay words.
QPicture HeadPlot::record(const Made& made, const Theme& theme) {
    const HeadPlotContent& content = made.content;
    QCustomPlot plot;
    plot.setPlottingHint(QCP::phCacheLabels, false); // a cached label is a picture, and words are to stay words
    plot.setBackground(Qt::NoBrush);
    plot.plotLayout()->clear();
    auto* layout = new PlacedLayout;
    plot.plotLayout()->addElement(0, 0, layout);

    QCPAxisRect* cells = emptyRect(plot, *layout, made.cells.adjusted(-1, -1, 1, 1));
    for (QCPAxis* axis : cells->axes()) axis->setBasePen(QPen(theme.hairline, 1));
    if (!made.rowBars.isEmpty())
        addBars(plot, *layout, made.rowBars, {content.rowSums, content.rowTop, content.rowColour, true}, theme);
    if (!made.columnBars.isEmpty())
        addBars(plot, *layout, made.columnBars, {content.columnSums, content.columnTop, content.columnColour, false}, theme);
    if (!made.colourBar.isEmpty()) addColourBar(plot, *layout, made.colourBar, content, theme);

    QPicture picture;
    QCPPainter recorder;
    recorder.begin(&picture);
    plot.toPainter(&recorder, made.size.width(), made.size.height());
    recorder.end();
    return picture;
}

void HeadPlot::draw(QPainter& painter, const QSize& size, const HeatLayout& at, const HeadPlotContent& content,
                    const Theme& theme) {
    const Made made{size, at.cells.rect, at.rowBars, at.columnBars, at.colourBar, content, theme.dark, theme.font};
    if (m_made != made) {
        m_picture = record(made, theme);
        m_made = made;
    }
    // A picture grows with the device's dots per inch; our lengths are the painter's already.
    painter.save();
    painter.scale(static_cast<double>(m_picture.logicalDpiX()) / painter.device()->logicalDpiX(),
                  static_cast<double>(m_picture.logicalDpiY()) / painter.device()->logicalDpiY());
    painter.drawPicture(0, 0, m_picture);
    painter.restore();
}

} // namespace headscope
