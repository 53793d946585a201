// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/matrix_image.h"

#include "ui/style/colour_map.h"
#include "ui/views/geometry.h"

#include <QPaintEngine>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

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

QImage shadeImage(const Matrix& shades, const Theme& theme, ColourMapName colours) {
    QImage image(static_cast<int>(shades.cols()), static_cast<int>(shades.rows()), QImage::Format_ARGB32);
    for (Index i = 0; i < shades.rows(); ++i) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(i)));
        for (const Scalar shade : shades.row(i)) *line++ = shadeColour(shade, theme, colours);
    }
    return image;
}

void drawShades(QPainter& painter, const QRectF& rect, const HeadShades& shades, const Theme& theme,
                ColourMapName colours, ShadeCache* cache) {
    if (shades.empty() || rect.isEmpty()) return;
    ShadeCache once;
    ShadeCache& kept = cache ? *cache : once;
    if (!kept.masked) kept.masked = shades.anyMasked();
    if (*kept.masked) drawHatch(painter, rect, theme);
    const auto [rows, columns] = cellsShown(painter, rect, shades.rows(), shades.columns());
    if (drawsShapes(painter)) {
        const Matrix cells = shades.pooled(rows, columns);
        if (cells.size() <= 64 * 64) return drawRuns(painter, rect, cells, theme, colours);
        // Viewers smooth an enlarged image; one that is large already stays exact.
        const QImage image = shadeImage(cells, theme, colours);
        const int times = std::max(1, 1024 / std::max(image.width(), image.height()));
        painter.drawImage(rect, image.scaled(image.width() * times, image.height() * times));
        return;
    }
    if (kept.image.width() != columns || kept.image.height() != rows || kept.dark != theme.dark ||
        kept.colours != colours)
        kept = {shadeImage(shades.pooled(rows, columns), theme, colours), theme.dark, colours, kept.masked};
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

ShownCells cellsShown(const QPainter& painter, const QRectF& rect, Index rows, Index columns) {
    constexpr double marksPerPixel = 1.5; // 96 pixels and 144 half points to the inch
    const QTransform device = painter.deviceTransform();
    const bool shapes = drawsShapes(painter);
    const double across = shapes ? marksPerPixel : std::hypot(device.m11(), device.m12());
    const double down = shapes ? marksPerPixel : std::hypot(device.m21(), device.m22());
    const auto most = [](double length, Index cells) {
        return std::min(cells, static_cast<Index>(std::max(1.0, std::floor(length + 0.01))));
    };
    return {most(rect.height() * down, rows), most(rect.width() * across, columns)};
}

bool drawsShapes(const QPainter& painter) {
    const QPaintEngine* engine = painter.paintEngine();
    if (!engine) return false;
    const QPaintEngine::Type type = engine->type();
    return type == QPaintEngine::SVG || type == QPaintEngine::Pdf || type == QPaintEngine::Picture;
}

} // namespace headscope
