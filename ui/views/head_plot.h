// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "ui/style/theme.h"
#include "ui/views/heat_layout.h"

#include <QFont>
#include <QPicture>
#include <optional>

class QPainter;

namespace headscope {

/// What the axes around a large heatmap show.
struct HeadPlotContent {
    std::vector<double> rowSums; ///< one per visible row
    std::vector<double> columnSums;
    double rowTop = 1; ///< the bars' full length
    double columnTop = 1;
    QColor rowColour;
    QColor columnColour;
    ColourMapName colours = ColourMapName::Viridis;
    double top = 1;      ///< weight at the colours' upper end
    bool shares = false; ///< each row has its own upper end: the bar counts in shares of it
    QString title;       ///< of the colour bar
    friend bool operator==(const HeadPlotContent&, const HeadPlotContent&) = default;
};

/// The plot around the cells: frame, the two margins of bars and the colour bar. QCustomPlot is the engine; nobody sees
/// the widget. What it drew last is kept: while a pointer moves over the cells, the plot around them stays.
class HeadPlot {
public:
    void draw(QPainter& painter, const QSize& size, const HeatLayout& layout, const HeadPlotContent& content,
              const Theme& theme);

private:
    /// What the picture was made from.
    struct Made {
        QSize size;
        QRectF cells, rowBars, columnBars, colourBar;
        HeadPlotContent content;
        bool dark = false;
        QFont font;
        friend bool operator==(const Made&, const Made&) = default;
    };
    static QPicture record(const Made& made, const Theme& theme);

    std::optional<Made> m_made;
    QPicture m_picture;
};

} // namespace headscope
