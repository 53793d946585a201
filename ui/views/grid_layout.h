// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry.h"

namespace headscope {

/// What the picture of all heads has to place; lengths in logical pixels.
struct GridRequest {
    QRectF room; ///< for boxes and row labels
    int heads = 1;
    double aspect = 1; ///< width : height of a picture
    double gap = 16;   ///< between boxes that are not small
    double line = 20;  ///< height of a line of words above a picture
    double numberLine = 13; ///< of a number alone
    double fullTag = 120;   ///< width of number, name and share in one line
    double rows = 1;        ///< of a matrix
    double rowLabel = 60;   ///< widest, with the gap to its row
};

/// What stands above a picture.
enum class GridTag { None, Number, Words };

/// Boxes for all heads, each a tag with its picture below.
struct GridLayout {
    BoxLayout boxes;
    QPointF origin;
    GridTag kind = GridTag::Words;
    double gap = 8;
    double line = 0;   ///< height of a line of the tag
    double tag = 0;    ///< height of the tag: one line or two
    double labels = 0; ///< width of the row labels left of the first column of boxes; 0: they do not fit
    double spread = 0; ///< further room right of every box, for its tag
    QRectF box(int head) const { return boxes.boxRect(head, origin, gap).translated(head % boxes.columns * spread, 0); }
    QRectF tagRect(int head) const { return {box(head).topLeft(), QSizeF(boxes.box.width() + spread, tag)}; }
    QRectF picture(int head) const { return box(head).adjusted(0, tag, 0, 0); }
    double bottom() const { return box(boxes.columns * (boxes.rows - 1)).bottom(); }
};

/// The boxes as large as they can be. Words above them where the pictures stay large beside them, else a number, else
/// nothing; a larger room never has smaller pictures for the words' sake.
GridLayout gridLayout(const GridRequest& request);

} // namespace headscope
