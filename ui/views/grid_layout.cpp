// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/grid_layout.h"

#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

// Pictures at least that wide have words above them, or a number. Those without grow no further until there is room for
// it: then no picture becomes smaller when the room grows.
constexpr double worthWords = 40;
constexpr double worthNumber = 30;
constexpr double roomy = 80; ///< smaller pictures stand closer together

BoxLayout noWider(BoxLayout boxes, double width, const GridRequest& r, double extra) {
    if (boxes.box.width() > width) boxes.box = QSizeF(width, width / r.aspect + extra);
    return boxes;
}

/// Row labels stand beside the first column only where every row has one and the pictures stay nearly as large.
void addRowLabels(GridLayout& l, const GridRequest& r) {
    const double letters = r.line - 6;
    if (l.boxes.box.height() < 0.75 * r.rows * letters || r.rowLabel >= r.room.width() / 5) return;
    const BoxLayout beside = bestBoxes(r.heads, {r.room.width() - r.rowLabel, r.room.height()}, r.aspect, l.gap, r.line);
    if (beside.box.height() < r.rows * letters || 4 * beside.box.width() < 3 * l.boxes.box.width()) return;
    l.boxes = beside;
    l.labels = r.rowLabel;
}

GridLayout withWords(const GridRequest& r, double gap) {
    GridLayout l;
    l.gap = gap;
    l.line = l.tag = r.line;
    l.boxes = bestBoxes(r.heads, r.room.size(), r.aspect, gap, r.line);
    addRowLabels(l, r);
    const QSizeF area = r.room.size() - QSizeF(l.labels, 0);
    // Where the height keeps the pictures narrow, tags get what is left of the width.
    const auto spread = [&](const BoxLayout& boxes) {
        const double each = (area.width() + gap) / boxes.columns - gap - boxes.box.width();
        return std::clamp(std::floor(each), 0.0, std::max(0.0, r.fullTag - boxes.box.width()));
    };
    l.spread = spread(l.boxes);
    if (l.boxes.box.width() + l.spread >= r.fullTag) return l;
    // Share and name stand under each other where that costs the pictures nothing.
    const double twoLines = 2 * r.line - 6;
    const BoxLayout lower = bestBoxes(r.heads, area, r.aspect, gap, twoLines);
    if (lower.box.width() < 0.98 * l.boxes.box.width()) return l;
    l.boxes = lower;
    l.tag = twoLines;
    l.spread = spread(lower);
    return l;
}

GridLayout withNumbers(const GridRequest& r, double extra) {
    GridLayout l;
    l.kind = extra > 0 ? GridTag::Number : GridTag::None;
    l.gap = std::min(r.gap, 4.0);
    l.line = l.tag = extra;
    l.boxes = bestBoxes(r.heads, r.room.size(), r.aspect, l.gap, extra);
    return l;
}

GridLayout chosen(const GridRequest& r) {
    GridLayout l = withWords(r, r.gap);
    if (l.boxes.box.width() >= roomy) return l;
    l = withWords(r, r.gap / 2);
    if (l.boxes.box.width() >= worthWords) {
        l.boxes = noWider(l.boxes, roomy, r, l.tag);
        return l;
    }
    l = withNumbers(r, r.numberLine);
    if (l.boxes.box.width() >= worthNumber) {
        l.boxes = noWider(l.boxes, worthWords, r, l.tag);
        return l;
    }
    l = withNumbers(r, 0);
    l.boxes = noWider(l.boxes, worthNumber, r, 0);
    return l;
}

} // namespace

GridLayout gridLayout(const GridRequest& r) {
    GridLayout l = chosen(r);
    const QRectF area = r.room.adjusted(l.labels, 0, 0, 0);
    const QSizeF used(l.boxes.columns * (l.boxes.box.width() + l.spread + l.gap) - l.gap,
                      l.boxes.rows * (l.boxes.box.height() + l.gap) - l.gap);
    l.origin = {std::round(area.center().x() - used.width() / 2), std::round(area.center().y() - used.height() / 2)};
    return l;
}

} // namespace headscope
