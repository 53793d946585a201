// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/heat_layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headscope {

namespace {

constexpr double slope = std::numbers::sqrt2 / 2; ///< sine and cosine of 45°

/// How high a slanted label rises above the cells: its length and its thickness, which stands aslant too.
double risen(double length, double line) {
    return (length + 1.1 * line) * slope + 3;
}

/// One side of a cell: as large as there is room, whole pixels when it is more than a few.
double cellSide(double room, Index count, double largest) {
    const double side = std::min(room / static_cast<double>(std::max<Index>(1, count)), largest);
    return side >= 6 ? std::floor(side) : side;
}

} // namespace

HeatLayout layoutHeat(const HeatRequest& r) {
    HeatLayout l;
    const double width = r.size.width();
    const double height = r.size.height();
    const bool low = isLow(r.size);
    const double pad = low ? 4 : width < 420 || height < 320 ? 8 : 16;
    const double rowBars = hasRowBars(r.size) ? std::max(32.0, r.sum + 6) : 0;
    const double columnBars = hasColumnBars(r.size) ? 40 : 0;
    const double colourBar = hasColourBar(r.size) ? 64 : 0;
    const double gap = 8;
    l.header = {pad, pad / 2, width - 2 * pad, low ? r.line + 2 : r.line + 8};

    const double left =
        std::clamp(r.rowLabel + 8, std::min(r.rowTitle, 0.3 * width), std::max(r.rowTitle, 0.26 * width));
    double right = pad + (rowBars > 0 ? rowBars + gap : 0) + (colourBar > 0 ? colourBar + gap : 0);
    const double roomX = width - pad - left - right;
    double cellWidth = cellSide(roomX, r.columns, r.largestCell);

    // Level labels when all of them fit side by side, slanted ones otherwise.
    l.slanted = r.columnLabel + 8 > cellWidth;
    // One long word must not take the matrix's room: labels keep to a fifth of the height and are cut with dots.
    const double labelLength = l.slanted ? std::min(r.columnLabel, std::max(0.2 * height / slope, 4 * r.line)) : r.columnLabel;
    l.slantedLength = l.slanted ? labelLength : 0;
    const double labelHeight = l.slanted ? risen(labelLength, r.line) : r.line + 4;
    // The last slanted label hangs over what stands on the right.
    const double overhang = l.slanted ? labelHeight : 0;
    if (overhang > right) {
        right = std::min(overhang, 0.3 * width);
        cellWidth = cellSide(width - pad - left - right, r.columns, r.largestCell);
    }
    const double top = l.header.bottom() + r.line + labelHeight + 2;
    // Below the cells: the sums of the columns, or at least what the row sums are called.
    const double sums = columnBars > 0 ? columnBars + gap + r.line : rowBars > 0 && r.caption == 0 ? r.line + 4 : 0;
    const double bottom = sums + (r.caption > 0 ? r.caption + 4 : 0) + (r.caption > 0 || pad < 16 ? pad / 2 : pad);
    double cellHeight = cellSide(height - top - bottom, r.rows, r.largestCell);
    // Nearly square where both sides have room: a matrix should look like one.
    if (cellWidth > 12 && cellHeight > 12) {
        cellWidth = std::min(cellWidth, std::max(12.0, 2 * cellHeight));
        cellHeight = std::min(cellHeight, std::max(12.0, std::floor(1.25 * cellWidth)));
    }
    const double matrixWidth = std::max(1.0, std::floor(cellWidth * static_cast<double>(r.columns) + 1e-6));
    const double matrixHeight = std::max(1.0, std::floor(cellHeight * static_cast<double>(r.rows) + 1e-6));
    const double slack = std::max(0.0, width - pad - left - right - matrixWidth);
    const double x = std::round(pad + left + slack / 2);
    const double slackBelow = std::max(0.0, height - top - bottom - matrixHeight);
    const double y = std::round(top + slackBelow / 2);

    l.cells = {QRectF(x, y, matrixWidth, matrixHeight), r.rows, r.columns};
    l.rowLabels = {x - left, y, left, matrixHeight};
    l.columnLabels = {x, y - labelHeight, matrixWidth, labelHeight};
    l.columnTitle = {x, y - labelHeight - r.line, std::max(matrixWidth, width - x - pad), r.line};
    l.corner = {x - left, y - labelHeight - r.line, left, labelHeight + r.line};
    double next = x + matrixWidth + gap;
    if (rowBars > 0) {
        l.rowBars = {next, y, rowBars, matrixHeight};
        next += rowBars + gap;
    }
    if (colourBar > 0) l.colourBar = {next, y, colourBar, std::max(matrixHeight, std::min(120.0, height - y - pad))};
    if (r.caption > 0) l.caption = {pad, height - pad / 2 - r.caption, width - 2 * pad, r.caption};
    if (columnBars > 0) l.columnBars = {x, y + matrixHeight + gap, matrixWidth, columnBars};
    // Smaller names for all rows are better than names for every second one.
    if (cellHeight < r.letters && cellHeight >= r.smallest * r.letters) l.rowLabelScale = cellHeight / r.letters;
    l.rowStep = labelStep(cellHeight, l.rowLabelScale * r.letters);
    l.columnStep = labelStep(cellWidth, l.slanted ? 1.2 * r.line : r.columnLabel + 8);
    l.numbers = cellWidth >= r.number + 3 && cellHeight >= 0.85 * r.line;
    return l;
}

bool isLow(const QSizeF& size) {
    return size.height() < 180;
}

bool hasColourBar(const QSizeF& size) {
    return size.width() >= 440 && size.height() >= 200;
}

bool hasRowBars(const QSizeF& size) {
    return size.width() >= 320 && !isLow(size);
}

bool hasColumnBars(const QSizeF& size) {
    return size.height() >= 280;
}

HeatWindow heatWindow(Index count, double zoom, double centre, Index align) {
    Index seen = std::max<Index>(std::min<Index>(count, 2),
                                 static_cast<Index>(std::ceil(static_cast<double>(count) / std::max(1.0, zoom))));
    seen = std::min(count, (seen + align - 1) / align * align);
    const Index wanted = static_cast<Index>(std::lround(centre - static_cast<double>(seen) / 2));
    const Index first = std::clamp<Index>(wanted, 0, count - seen);
    return {first / align * align, std::min(seen, count - first / align * align)};
}

double possibleZoom(double zoom, Index count) {
    return std::clamp(zoom, 1.0, std::max(1.0, static_cast<double>(count) / 4));
}

double centreAfter(const HeatWindow& window, double still, double from, double to) {
    return still + (window.middle() - still) * from / to;
}

std::vector<Index> labelsShown(const HeatWindow& window, Index step, const std::vector<int>& marked, Index reach) {
    std::vector<Index> shown;
    const auto inside = [&](Index p) { return p >= window.first && p < window.first + window.count; };
    const auto touchesMarked = [&](Index p) {
        return std::any_of(marked.begin(), marked.end(),
                           [&](int m) { return inside(m) && m != p && std::abs(m - p) < reach; });
    };
    for (Index p = (window.first + step - 1) / step * step; inside(p); p += step)
        if (std::find(marked.begin(), marked.end(), static_cast<int>(p)) == marked.end() && !touchesMarked(p))
            shown.push_back(p);
    // Of marked ones that touch each other the first stays.
    Index last = -reach;
    for (const int m : marked) {
        if (!inside(m) || m - last < reach) continue;
        shown.push_back(m);
        last = m;
    }
    std::sort(shown.begin(), shown.end());
    return shown;
}

} // namespace headscope
