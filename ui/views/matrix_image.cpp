// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/matrix_image.h"

#include "ui/style/colour_map.h"
#include "ui/views/geometry.h"
#include "ui/views/shown.h"

#include <QPaintEngine>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

/// A coarse pixel column that holds hidden keys: the greatest of what it still shows, from the weights themselves.
void remakeColumn(Matrix& cells, const Analysis& a, int head, const std::vector<std::uint8_t>& hidden, Index column) {
    const Index factor = a.pictures[static_cast<std::size_t>(head)].factor;
    for (Index i = 0; i < cells.rows(); ++i)
        if (cells(i, column) >= 0) cells(i, column) = hiddenCell;
    const Index last = std::min((column + 1) * factor, static_cast<Index>(hidden.size()));
    for (Index key = column * factor; key < last; ++key) {
        if (hidden[static_cast<std::size_t>(key)]) continue;
        const std::vector<Scalar> weights = a.column(head, key);
        for (std::size_t q = 0; q < weights.size(); ++q) {
            Scalar& cell = cells(static_cast<Index>(q) / factor, column);
            if (cell != maskedCell) cell = std::max(cell, weights[q]);
        }
    }
}

/// Coarse rows are scaled by the mean of what the rows they stand for keep.
void renormaliseRows(Matrix& cells, const std::vector<Scalar>& kept, Index factor) {
    for (Index i = 0; i < cells.rows(); ++i) {
        const Index begin = i * factor;
        const Index end = std::min(begin + factor, static_cast<Index>(kept.size()));
        Scalar sum = 0;
        for (Index q = begin; q < end; ++q) sum += kept[static_cast<std::size_t>(q)];
        if (sum <= 0) continue;
        for (Scalar& w : cells.row(i))
            if (w > 0) w = std::min(Scalar(1), w * static_cast<Scalar>(end - begin) / sum);
    }
}

bool anyMasked(const Matrix& cells) {
    return std::find(cells.data(), cells.data() + cells.size(), maskedCell) != cells.data() + cells.size();
}

QRgb shadeColour(Scalar shade, const Theme& theme, ColourMapName colours) {
    if (shade == maskedCell) return 0;
    if (shade == hiddenCell) return theme.paper.rgb();
    return colourAt(colours, theme.dark, static_cast<double>(shade));
}

/// Runs of equal colour as rectangles, each reaching a pixel under what is drawn later, so that no seam shows.
void drawRuns(QPainter& painter, const QRectF& rect, const Matrix& shades, const Theme& theme, ColourMapName colours) {
    const CellGrid grid{rect, shades.rows(), shades.cols()};
    for (Index i = 0; i < shades.rows(); ++i) {
        for (Index j = 0; j < shades.cols();) {
            const QRgb colour = shadeColour(shades(i, j), theme, colours);
            const Index begin = j;
            bool masksBelow = i + 1 == shades.rows();
            for (; j < shades.cols() && shadeColour(shades(i, j), theme, colours) == colour; ++j)
                masksBelow = masksBelow || shades(i + 1, j) == maskedCell;
            if (colour == 0) continue;
            const bool masksBeside = j == shades.cols() || shades(i, j) == maskedCell;
            QRectF run = grid.cell(i, begin).united(grid.cell(i, j - 1));
            run.adjust(0, 0, masksBeside ? 0 : std::min(1.0, grid.cellWidth()),
                       masksBelow ? 0 : std::min(1.0, grid.cellHeight()));
            painter.fillRect(run, QColor::fromRgb(colour));
        }
    }
}

} // namespace

Matrix shownPicture(const Analysis& a, const ViewState& state, int head) {
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    Matrix cells = picture.pixels;
    if (!picture.allowed.empty())
        for (Index c = 0; c < cells.size(); ++c)
            if (!picture.allowed.data()[c]) cells.data()[c] = maskedCell;
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    if (hidden.empty()) return cells;
    for (Index j = 0; j < cells.cols(); ++j) {
        const auto first = hidden.begin() + j * picture.factor;
        const auto last = hidden.begin() + std::min((j + 1) * picture.factor, static_cast<Index>(hidden.size()));
        if (std::find(first, last, 1) != last) remakeColumn(cells, a, head, hidden, j);
    }
    if (state.renormalise) renormaliseRows(cells, keptMass(a, state, head), picture.factor);
    return cells;
}

Matrix shownCells(const Analysis& a, const ViewState& state, int head, Index firstQuery, Index lastQuery) {
    const LayerTrace& trace = *a.trace;
    Matrix cells(lastQuery - firstQuery, trace.keys());
    Matrix block;
    const Index size = LayerTrace::blockRows();
    for (Index b = firstQuery / size; b * size < lastQuery; ++b) {
        trace.weightsBlock(head, b, block);
        for (Index q = std::max(firstQuery, b * size); q < std::min(lastQuery, b * size + block.rows()); ++q)
            std::copy_n(block.row(q - b * size).begin(), cells.cols(), cells.row(q - firstQuery).begin());
    }
    const Mask& mask = trace.mask;
    for (Index q = firstQuery; q < lastQuery && !mask.empty(); ++q) {
        const Mask::Span span = mask.span(q);
        for (Index k = 0; k < cells.cols(); ++k)
            if (k < span.begin || k >= span.end || (mask.hasHoles() && !mask.allowed(head, q, k)))
                cells(q - firstQuery, k) = maskedCell;
    }
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    if (hidden.empty()) return cells;
    for (Index i = 0; i < cells.rows(); ++i) {
        double kept = 0;
        for (Index k = 0; k < cells.cols(); ++k) {
            Scalar& cell = cells(i, k);
            if (hidden[static_cast<std::size_t>(k)] && cell >= 0) cell = hiddenCell;
            kept += std::max(0.0, static_cast<double>(cell));
        }
        if (!state.renormalise || kept <= 0) continue;
        for (Scalar& cell : cells.row(i))
            if (cell > 0) cell = static_cast<Scalar>(static_cast<double>(cell) / kept);
    }
    return cells;
}

Scalar greatestOf(const Matrix& cells) {
    const Scalar greatest = cells.empty() ? Scalar(0) : *std::max_element(cells.data(), cells.data() + cells.size());
    return std::max(Scalar(0), greatest);
}

Scalar rangeTop(const Analysis& a, const ViewState& state, int head) {
    if (state.range == ColourRange::Row) return 0;
    const bool whole = hiddenKeys(a, state).empty();
    const auto top = [&](int h) {
        return whole ? a.pictures[static_cast<std::size_t>(h)].greatest : greatestOf(shownPicture(a, state, h));
    };
    if (state.range == ColourRange::Head) return top(head);
    Scalar greatest = 0;
    for (int h = 0; h < a.heads(); ++h) greatest = std::max(greatest, top(h));
    return greatest;
}

void toShades(Matrix& cells, Scalar top) {
    for (Index i = 0; i < cells.rows(); ++i) {
        const auto row = cells.row(i);
        const Scalar greatest = top > 0 || row.empty() ? top : *std::max_element(row.begin(), row.end());
        if (greatest <= 0) continue;
        for (Scalar& w : row)
            if (w > 0) w = std::min(Scalar(1), w / greatest);
    }
}

Matrix transposed(const Matrix& cells) {
    Matrix turned(cells.cols(), cells.rows());
    for (Index i = 0; i < cells.rows(); ++i)
        for (Index j = 0; j < cells.cols(); ++j) turned(j, i) = cells(i, j);
    return turned;
}

Matrix pooled(const Matrix& cells, Index rows, Index columns) {
    rows = std::clamp<Index>(rows, 1, std::max<Index>(1, cells.rows()));
    columns = std::clamp<Index>(columns, 1, std::max<Index>(1, cells.cols()));
    if (rows == cells.rows() && columns == cells.cols()) return cells;
    Matrix small(rows, columns, hiddenCell);
    for (Index i = 0; i < cells.rows(); ++i) {
        const auto from = cells.row(i);
        const auto to = small.row(i * rows / cells.rows());
        for (Index j = 0; j < cells.cols(); ++j) {
            Scalar& cell = to[static_cast<std::size_t>(j * columns / cells.cols())];
            cell = std::max(cell, from[static_cast<std::size_t>(j)]);
        }
    }
    return small;
}

QImage shadeImage(const Matrix& shades, const Theme& theme, ColourMapName colours) {
    QImage image(static_cast<int>(shades.cols()), static_cast<int>(shades.rows()), QImage::Format_ARGB32);
    for (Index i = 0; i < shades.rows(); ++i) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(i)));
        for (const Scalar shade : shades.row(i)) *line++ = shadeColour(shade, theme, colours);
    }
    return image;
}

void drawShades(QPainter& painter, const QRectF& rect, const Matrix& shades, const Theme& theme, ColourMapName colours,
                ShadeCache* cache) {
    if (shades.empty() || rect.isEmpty()) return;
    if (anyMasked(shades)) drawHatch(painter, rect, theme);
    if (drawsShapes(painter)) {
        if (shades.size() <= 64 * 64) return drawRuns(painter, rect, shades, theme, colours);
        // Viewers smooth an enlarged image; one that is large already stays exact.
        const QImage image = shadeImage(shades, theme, colours);
        const int times = std::max(1, 1024 / std::max(image.width(), image.height()));
        painter.drawImage(rect, image.scaled(image.width() * times, image.height() * times));
        return;
    }
    const QTransform device = painter.deviceTransform();
    const auto pixels = [](double length, Index cells) {
        return std::min(cells, static_cast<Index>(std::max(1.0, std::floor(length + 0.01))));
    };
    const Index rows = pixels(rect.height() * std::hypot(device.m21(), device.m22()), shades.rows());
    const Index columns = pixels(rect.width() * std::hypot(device.m11(), device.m12()), shades.cols());
    ShadeCache once;
    ShadeCache& kept = cache ? *cache : once;
    if (kept.image.width() != columns || kept.image.height() != rows || kept.dark != theme.dark ||
        kept.colours != colours)
        kept = {shadeImage(pooled(shades, rows, columns), theme, colours), theme.dark, colours};
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(rect, kept.image);
    painter.restore();
}

void drawHatch(QPainter& painter, const QRectF& rect, const Theme& theme) {
    painter.save();
    painter.fillRect(rect, theme.masked);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.hatch, 1));
    // x + y = c, clipped to the rectangle by arithmetic: not every device clips.
    constexpr double spacing = 6;
    QVector<QLineF> lines;
    for (double c = rect.left() + rect.top() + spacing / 2; c < rect.right() + rect.bottom(); c += spacing) {
        const double left = std::max(rect.left(), c - rect.bottom());
        const double right = std::min(rect.right(), c - rect.top());
        if (right - left > 0.5) lines << QLineF(left, c - left, right, c - right);
    }
    painter.drawLines(lines);
    painter.restore();
}

bool drawsShapes(const QPainter& painter) {
    const QPaintEngine* engine = painter.paintEngine();
    if (!engine) return false;
    const QPaintEngine::Type type = engine->type();
    return type == QPaintEngine::SVG || type == QPaintEngine::Pdf || type == QPaintEngine::Picture;
}

} // namespace headscope
