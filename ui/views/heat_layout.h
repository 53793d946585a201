// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry.h"

namespace headscope {

/// What the large heatmap has to place; lengths in logical pixels.
struct HeatRequest {
    QSizeF size;
    Index rows = 0; ///< of the visible part
    Index columns = 0;
    double rowLabel = 0; ///< widest label
    double columnLabel = 0;
    double rowTitle = 0;     ///< the row axis' title needs this much width
    double line = 16;        ///< height of a line of text
    double letters = 11;     ///< of it, what the letters of row labels fill
    double smallest = 0.75;  ///< row labels may shrink to this share so that every row has one
    double number = 30;      ///< width of a number in a cell
    double sum = 26;         ///< width of a row's sum
    double caption = 0;      ///< height of the words below everything
    double largestCell = 56; ///< so that three tokens do not make giant boxes
};

/// Where everything of the large heatmap stands; an empty rectangle: no room for it.
struct HeatLayout {
    QRectF header;
    QRectF columnTitle;
    QRectF corner; ///< left of the column labels, above the row labels
    QRectF rowLabels;
    QRectF columnLabels;
    bool slanted = false;      ///< column labels rise by 45°
    double slantedLength = 0;  ///< of the longest label; longer ones are cut
    double rowLabelScale = 1;  ///< row labels' size
    CellGrid cells;       ///< on whole pixels
    QRectF rowBars;
    QRectF columnBars;
    QRectF colourBar; ///< with its numbers and title
    QRectF caption;
    Index rowStep = 1;
    Index columnStep = 1;
    bool numbers = false;
};
HeatLayout layoutHeat(const HeatRequest& request);
/// Whether a picture is so low that the cells need all of it.
bool isLow(const QSizeF& size);
// What a picture of this size has room for around the cells; the caption says the rest.
bool hasColourBar(const QSizeF& size);
bool hasRowBars(const QSizeF& size);
bool hasColumnBars(const QSizeF& size);

/// The part of a long matrix that is visible: whole cells.
struct HeatWindow {
    Index first = 0;
    Index count = 0;
    double middle() const { return static_cast<double>(first) + static_cast<double>(count) / 2; }
    friend bool operator==(const HeatWindow&, const HeatWindow&) = default;
};
/// `count` positions seen at this zoom around `centre` (in positions); borders on multiples of `align`.
HeatWindow heatWindow(Index count, double zoom, double centre, Index align);
/// A zoom that can be: from all of `count` positions to four of them.
double possibleZoom(double zoom, Index count);
/// Where the centre of the window goes when the zoom changes from one to the other and `still` stays in its place.
double centreAfter(const HeatWindow& window, double still, double from, double to);

/// Which labels are drawn: every step-th, and the marked ones in place of those they would touch (`reach` positions).
std::vector<Index> labelsShown(const HeatWindow& window, Index step, const std::vector<int>& marked, Index reach);

} // namespace headscope
