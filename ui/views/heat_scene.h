// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"
#include "ui/style/theme.h"
#include "ui/views/caption.h"
#include "ui/views/head_plot.h"
#include "ui/views/heat_layout.h"
#include "ui/views/matrix_image.h"
#include "ui/views/shown.h"

#include <QFontMetricsF>
#include <QHash>
#include <QStringList>

class QPainter;

namespace headscope {

class Selection;

/// The visible cells of one head, in rows and columns as drawn (turned when transposed).
struct HeatCells {
    HeadShades shades;           ///< of the visible cells; coarse ones are the greatest of their squares
    double top = 0;              ///< weight at the colours' upper end; 0: each row has its own
    Index factor = 1;            ///< cells per pixel of a coarse picture
    std::vector<double> rowSums; ///< of every position, not only the visible ones
    std::vector<double> columnSums;
};
/// `most`: how many weights may be computed for this; beyond it, the head's coarse picture serves.
HeatCells heatCells(const Analysis& analysis, const ViewState& state, int head, const HeatWindow& rows,
                    const HeatWindow& columns, Index most);

/// The labels of one axis, measured once per text and size of font; what was measured of a word is kept while somebody
/// types on.
struct HeatLabels {
    QStringList words;         ///< repeated ones carry a small number
    std::vector<double> width; ///< in bold
    int pixelSize = 0;
    bool tall = false; ///< some are of a script whose letters fill the whole em
    QHash<QString, double> measured; ///< words' widths at that size
    void measure(const std::vector<Token>& tokens, const QFont& font);
    /// Another text is coming.
    void forget() { words.clear(); }
    double widest(const HeatWindow& window) const;
    /// What the letters fill of a line, from the lowest to the highest, and a gap.
    double letters(double line) const { return tall ? pixelSize + 1 : 0.7 * line; }
    /// The word, elided where it is wider than `room` in this font, which is the measured one or the same not bold.
    QString fitted(Index position, const QFont& font, double room) const;
};

/// What the large heatmap keeps from one drawing to the next.
struct HeatKept {
    HeatLabels queries;
    HeatLabels keys;
    HeadPlot plot;
};

/// Everything one drawing of the large heatmap needs. Coordinates begin at 0, 0.
struct HeatScene {
    const Analysis& analysis;
    const Selection& selection;
    const Theme& theme;
    QSizeF size;
    HeatWindow rows;
    HeatWindow columns;

    int head = 0;
    bool turned = false;
    QFont font;
    QFont small;
    HeatLayout layout;

    struct Part {
        HeatWindow rows;
        HeatWindow columns;
    };
    HeatScene(const Analysis& analysis, const Selection& selection, const Theme& theme, const QSizeF& size,
              const Part& part, HeatKept& kept);
    void draw(QPainter& painter, const HeatCells& cells, ShadeCache* image) const;

private:
    const std::vector<int>& markedRows() const { return turned ? m_keys : m_queries; }
    const std::vector<int>& markedColumns() const { return turned ? m_queries : m_keys; }
    QColor rowColour() const { return turned ? theme.key : theme.query; }
    QColor columnColour() const { return turned ? theme.query : theme.key; }
    bool forbidden(Index query) const;
    bool hidden(Index key) const;
    bool isDropped(Index row, Index column) const;

    QString title() const;
    QString fittedTitle(const QFontMetricsF& metrics, double room) const;
    QStringList notes(Dots dots) const;
    /// What does not stand in the header and beside the cells. `cells`: null while there are none yet.
    Caption caption(const HeatCells* cells, Dots dots) const;
    Dots dots(const QPainter& painter, const HeatCells& cells) const;
    QString headerNotes(Dots dots) const;
    ColourScale colourScale(const HeatCells* cells) const;
    void drawHeader(QPainter& painter, Dots dots) const;
    void drawTitles(QPainter& painter) const;
    void drawRowLabels(QPainter& painter) const;
    bool staysLevel(Index column) const;
    void drawColumnLabels(QPainter& painter) const;
    double rowTop(const HeatCells& cells) const;
    double columnTop(const HeatCells& cells) const;
    void drawPlot(QPainter& painter, const HeatCells& cells) const;
    void drawNumbers(QPainter& painter, const HeatCells& cells) const;
    void drawOverBar(QPainter& painter, const QRectF& bar, const QString& text) const;
    void drawSums(QPainter& painter, const HeatCells& cells) const;
    void drawMarks(QPainter& painter) const;

    HeadPlot& m_plot;
    const HeatLabels& m_rowLabels;
    const HeatLabels& m_columnLabels;
    std::vector<int> m_queries; ///< chosen
    std::vector<int> m_keys;
    std::vector<std::uint8_t> m_hidden;
};

} // namespace headscope
