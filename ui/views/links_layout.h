// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <array>
#include <optional>
#include <vector>

namespace headscope {

// Where tokens and curves of the link picture stand: pure functions. "Along" runs with the tokens (down in two columns,
// across in two lines), "across" from one side's tokens to the other's. Lengths in logical pixels.

enum class TokenSide { Query, Key };

/// One token of one side.
struct TokenPlace {
    TokenSide side = TokenSide::Query;
    int index = 0;
    friend bool operator==(const TokenPlace&, const TokenPlace&) = default;
};

/// What the picture shows along its tokens.
struct LinksZoom {
    std::optional<double> scale; ///< token pitch in line heights (columns) or natural widths (lines); unset: readable
    bool whole = false;          ///< all tokens at once, however thin
    double scroll = 0;           ///< 0 the beginning … 1 the end
};

struct LinksSpec {
    QRectF area; ///< for both sides' tokens, their titles and the curves
    bool horizontal = false;
    bool swapped = false; ///< keys first (left, above)
    double line = 18;     ///< height of a line of text
    double number = 36;   ///< room beside a name for a percentage
    double stripes = 0;   ///< room between names and curves for what each head weighs
    std::array<std::vector<double>, 2> widths; ///< of every token's name, queries and keys
    std::array<bool, 2> rightToLeft = {};      ///< only in lines: reading starts at the right
    LinksZoom zoom;
};

class LinksLayout {
public:
    LinksLayout() = default;
    explicit LinksLayout(const LinksSpec& spec);

    bool horizontal() const { return m_horizontal; }
    /// Token names fit into it; nothing is drawn beyond.
    const QRectF& field() const { return m_field; }
    double scale() const { return m_scale; }
    /// The size of names, of three: 0.82, 1 or 1.25 times the font that the widths were measured in.
    double nameScale() const { return m_nameScale; }
    /// In lines: how many rows of names a side has. Two where one has no room for all, so that neighbours' names stand
    /// above and below each other.
    int nameRows() const { return m_nameRows; }
    double nameRowHeight() const { return 1.15 * m_nameScale * m_line; }
    /// How much of the longer side is in sight, 0 … 1.
    double share() const { return m_share; }
    int count(TokenSide side) const { return static_cast<int>(of(side).edges.size()) - 1; }
    int first(TokenSide side) const { return of(side).first; } ///< the first token in sight
    int last(TokenSide side) const { return of(side).last; }   ///< one past the last in sight

    /// The token's box, also for one out of sight (it lies beyond the field then).
    QRectF box(TokenSide side, int index) const;
    /// Its two parts: next to the curves the stripes', beyond them the name's.
    QRectF stripes(TokenSide side, int index) const;
    QRectF nameBox(TokenSide side, int index) const;
    /// The box of a whole side in sight.
    QRectF band(TokenSide side) const;
    /// Where this side's title stands: a line above or below its band.
    QRectF title(TokenSide side) const;
    /// Whether this side stands first: left, or above.
    bool leads(TokenSide side) const { return of(side).leads; }
    /// Where a curve of lane `lane` of `lanes` meets the token: heads side by side within the box.
    QPointF port(TokenSide side, int index, int lane, int lanes, double width) const;
    /// The token under the point.
    std::optional<TokenPlace> at(const QPointF& point) const;
    /// The scroll value that brings the token into sight, or the present one when it is.
    double scrollTo(TokenSide side, int index, double scroll) const;
    /// How much `scroll` changes for one logical pixel.
    double scrollPerPixel() const { return m_hiddenLength > 0 ? 1 / m_hiddenLength : 0; }

private:
    struct Side {
        std::vector<double> edges{0}; ///< [n + 1] ascending from 0, in reading order
        bool mirrored = false;
        bool leads = false;
        double begin = 0;  ///< along: where content 0 stands (of a mirrored side: its right end)
        double near = 0;   ///< across: the box's end next to the curves
        double far = 0;    ///< across: the other end
        int first = 0;
        int last = 0;
        double length() const { return edges.back(); }
    };
    const Side& of(TokenSide side) const { return m_sides[side == TokenSide::Query ? 0 : 1]; }
    std::array<double, 2> along(const Side& side, int index) const;
    QRectF rectOf(double along0, double along1, double across0, double across1) const;
    void placeColumns(const LinksSpec& spec);
    void placeLines(const LinksSpec& spec);
    void placeAlong(const LinksSpec& spec, double begin, double extent);

    bool m_horizontal = false;
    QRectF m_field;
    double m_line = 18;
    double m_stripes = 0;
    double m_scale = 1;
    double m_nameScale = 1;
    int m_nameRows = 1;
    double m_share = 1;
    double m_hiddenLength = 0; ///< of the longer side
    std::array<Side, 2> m_sides;
};

} // namespace headscope
