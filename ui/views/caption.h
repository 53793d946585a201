// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "ui/style/theme.h"

#include <QString>
#include <vector>

class QPainter;
class QRectF;

namespace headscope {

/// What the colours of a picture stand for.
struct ColourScale {
    QString upper;   ///< what the colours' upper end means; the lower one is 0
    QString meaning; ///< "weight, per head"
    ColourMapName colours = ColourMapName::Viridis;
};

/// Where every query has its own upper end.
ColourScale shareScale(const ViewState& state);
/// Of many heads' small pictures. tops: each head's greatest weight, not empty.
ColourScale headsScale(const ViewState& state, const std::vector<Scalar>& tops);

/// The words under a picture: pieces in order of importance, as many to a line as fit, centred. A piece is never cut in
/// the middle unless it is wider than the whole line; what finds no line is left out from the end.
class Caption {
public:
    /// width: of a line, in logical pixels.
    Caption(const QFont& font, double width);

    void add(const QString& text, const QColor& colour);
    /// A square of a colour before its name.
    void addSwatch(const QColor& swatch, const QString& name, const QColor& colour);
    void add(const ColourScale& scale, const Theme& theme);
    /// Which side of the matrices is the query, which the key.
    void addAxes(bool turned, const Theme& theme);

    double lineHeight() const { return m_line; }
    int lines() const;
    double height() const { return lines() * m_line; }
    /// From the top of `rect`, as many lines as it has room for.
    void draw(QPainter& painter, const QRectF& rect, const Theme& theme) const;

private:
    struct Piece {
        QString text; ///< of a scale: its meaning
        QColor colour;
        double width = 0;
        QColor swatch; ///< valid: a square of it stands before the text
        QString upper; ///< not empty: a strip of colours from 0 to this stands before the text
        ColourMapName colours = ColourMapName::Viridis;
    };
    struct Line {
        std::size_t begin = 0;
        std::size_t end = 0;
        double width = 0;
    };
    std::vector<Line> broken() const;
    void drawPiece(QPainter& painter, const Piece& piece, const QRectF& place) const;
    void drawScale(QPainter& painter, const Piece& piece, const QRectF& place, const Theme& theme) const;

    QFont m_font;
    double m_width;
    double m_line;
    std::vector<Piece> m_pieces;
};

} // namespace headscope
