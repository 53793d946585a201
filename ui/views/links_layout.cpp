// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/links_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headscope {

namespace {

constexpr double pad = 8; ///< between a name and its box's ends

double greatest(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

/// A token's width in lines: its name with room around, and never a sliver to point at.
double naturalWidth(double name, double line) { return std::max(name + pad, 1.2 * line); }

double pick(const LinksZoom& zoom, double whole, double readable, double roomy) {
    const double least = std::min(whole, roomy);
    if (zoom.whole) return least;
    return zoom.scale ? std::clamp(*zoom.scale, least, std::max(least, 2 * roomy)) : std::clamp(whole, readable, roomy);
}

} // namespace

LinksLayout::LinksLayout(const LinksSpec& spec) : m_horizontal(spec.horizontal), m_line(spec.line), m_stripes(spec.stripes) {
    for (std::size_t s : {0U, 1U}) m_sides[s].leads = (s == 0) != spec.swapped;
    if (m_horizontal) placeLines(spec);
    else placeColumns(spec);
}

void LinksLayout::placeColumns(const LinksSpec& spec) {
    const std::size_t rows = std::max<std::size_t>({1, spec.widths[0].size(), spec.widths[1].size()});
    const double title = m_line * 1.3;
    const double room = std::max(1.0, spec.area.height() - title);
    const double wholeScale = room / (static_cast<double>(rows) * m_line);
    m_scale = pick(spec.zoom, wholeScale, 0.95, 2.4);
    m_nameScale = m_scale >= 1.9 ? 1.25 : m_scale >= 0.95 ? 1 : 0.82;
    const double pitch = m_scale * m_line;
    for (std::size_t s : {0U, 1U}) {
        m_sides[s].edges.resize(spec.widths[s].size() + 1);
        for (std::size_t i = 0; i < m_sides[s].edges.size(); ++i) m_sides[s].edges[i] = static_cast<double>(i) * pitch;
    }
    const double height = std::min(room, static_cast<double>(rows) * pitch);
    // Few tokens: the block in the middle, and no wider than curves can be followed.
    const double top = spec.area.top() + (room - height) / 2 + title;
    const double most = spec.area.width() * (spec.area.width() < 700 ? 0.36 : 0.3); // a small picture is for its words
    std::array<double, 2> column{};
    for (std::size_t s : {0U, 1U}) column[s] = std::min(most, m_nameScale * greatest(spec.widths[s]) + 2 * pad + spec.number + m_stripes);
    const double gap = std::min(spec.area.width() - column[0] - column[1], std::max(360.0, 1.5 * height));
    const std::size_t lead = spec.swapped ? 1 : 0;
    const double left = spec.area.center().x() - (column[0] + column[1] + gap) / 2;
    m_sides[lead].far = left;
    m_sides[lead].near = left + column[lead];
    m_sides[1 - lead].near = left + column[lead] + gap;
    m_sides[1 - lead].far = left + column[lead] + gap + column[1 - lead];
    m_field = QRectF(left, top, column[0] + column[1] + gap, height);
    placeAlong(spec, top, height);
}

void LinksLayout::placeLines(const LinksSpec& spec) {
    double longest = 1;
    for (std::size_t s : {0U, 1U}) {
        double length = 0;
        for (const double w : spec.widths[s]) length += naturalWidth(w, m_line);
        longest = std::max(longest, length);
    }
    const double wholeScale = spec.area.width() / longest;
    m_scale = pick(spec.zoom, wholeScale, 1, 1.5);
    m_nameScale = m_scale >= 1.3 ? 1.25 : m_scale >= 1 ? 1 : 0.82;
    for (std::size_t s : {0U, 1U}) {
        m_sides[s].edges = {0};
        for (const double w : spec.widths[s])
            m_sides[s].edges.push_back(m_sides[s].edges.back() + m_scale * naturalWidth(w, m_line));
        m_sides[s].mirrored = spec.rightToLeft[s];
    }
    const double title = m_line * 1.3;
    m_nameRows = m_scale < 1 ? 2 : 1;
    const double box = m_nameRows * nameRowHeight() + 1.15 * m_line + m_stripes; // names, a number and stripes
    const double room = std::max(2 * box + 1, spec.area.height() - 2 * title);
    const double height = std::min(room, 2 * box + std::max(320.0, 0.45 * spec.area.width()));
    const double top = spec.area.top() + title + std::max(0.0, (spec.area.height() - 2 * title - height) / 2);
    const std::size_t lead = spec.swapped ? 1 : 0;
    m_sides[lead].far = top;
    m_sides[lead].near = top + box;
    m_sides[1 - lead].near = top + height - box;
    m_sides[1 - lead].far = top + height;
    m_field = QRectF(spec.area.left(), top, spec.area.width(), height);
    placeAlong(spec, spec.area.left(), spec.area.width());
}

void LinksLayout::placeAlong(const LinksSpec& spec, double begin, double extent) {
    const double longest = std::max(m_sides[0].length(), m_sides[1].length());
    // Rounding must not make a picture that fits scroll.
    m_hiddenLength = longest > extent + 0.5 ? longest - extent : 0;
    m_share = m_hiddenLength > 0 ? extent / longest : 1;
    const double scroll = std::clamp(spec.zoom.scroll, 0.0, 1.0);
    for (Side& side : m_sides) {
        // A side that fits stands in the middle; both sides reach their ends together.
        const double beyond = side.length() - extent;
        const double from = beyond > 0.5 ? -scroll * beyond : -beyond / 2;
        side.begin = side.mirrored ? begin + extent - from : begin + from;
        const auto end = side.edges.end() - 1;
        side.first = static_cast<int>(std::upper_bound(side.edges.begin(), end, -from) - side.edges.begin()) - 1;
        side.first = std::max(0, side.first);
        side.last = static_cast<int>(std::lower_bound(side.edges.begin(), end, extent - from) - side.edges.begin());
    }
}

std::array<double, 2> LinksLayout::along(const Side& side, int index) const {
    const double a = side.edges[static_cast<std::size_t>(index)];
    const double b = side.edges[static_cast<std::size_t>(index) + 1];
    if (side.mirrored) return {side.begin - b, side.begin - a};
    return {side.begin + a, side.begin + b};
}

QRectF LinksLayout::rectOf(double along0, double along1, double across0, double across1) const {
    const QPointF a = m_horizontal ? QPointF(along0, across0) : QPointF(across0, along0);
    const QPointF b = m_horizontal ? QPointF(along1, across1) : QPointF(across1, along1);
    return QRectF(a, b).normalized();
}

QRectF LinksLayout::box(TokenSide side, int index) const {
    const Side& s = of(side);
    const auto [a, b] = along(s, index);
    return rectOf(a, b, s.near, s.far);
}

QRectF LinksLayout::stripes(TokenSide side, int index) const {
    const Side& s = of(side);
    const auto [a, b] = along(s, index);
    return rectOf(a, b, s.near, s.near + (s.far > s.near ? m_stripes : -m_stripes));
}

QRectF LinksLayout::nameBox(TokenSide side, int index) const {
    const Side& s = of(side);
    const auto [a, b] = along(s, index);
    return rectOf(a, b, s.near + (s.far > s.near ? m_stripes : -m_stripes), s.far);
}

QRectF LinksLayout::band(TokenSide side) const {
    const Side& s = of(side);
    const double a = s.mirrored ? s.begin - s.length() : s.begin;
    return rectOf(a, a + s.length(), s.near, s.far).intersected(m_field);
}

QRectF LinksLayout::title(TokenSide side) const {
    const Side& s = of(side);
    const double height = m_line * 1.3;
    if (!m_horizontal) return {std::min(s.near, s.far), m_field.top() - height, std::abs(s.far - s.near), height};
    const double top = s.leads ? m_field.top() - height : m_field.bottom();
    return {m_field.left(), top, m_field.width(), height};
}

QPointF LinksLayout::port(TokenSide side, int index, int lane, int lanes, double width) const {
    const Side& s = of(side);
    const auto [a, b] = along(s, index);
    const double spread = std::min(0.7 * (b - a), width * 1.1 * (lanes - 1));
    const double at = (a + b) / 2 + (lanes > 1 ? spread * (static_cast<double>(lane) / (lanes - 1) - 0.5) : 0);
    return m_horizontal ? QPointF(at, s.near) : QPointF(s.near, at);
}

std::optional<TokenPlace> LinksLayout::at(const QPointF& point) const {
    if (!m_field.contains(point)) return std::nullopt;
    for (const TokenSide side : {TokenSide::Query, TokenSide::Key}) {
        const Side& s = of(side);
        const double across = m_horizontal ? point.y() : point.x();
        if (across < std::min(s.near, s.far) || across > std::max(s.near, s.far)) continue;
        const double on = m_horizontal ? point.x() : point.y();
        const double content = s.mirrored ? s.begin - on : on - s.begin;
        if (content < 0 || content >= s.length()) continue;
        const auto above = std::upper_bound(s.edges.begin(), s.edges.end(), content);
        return TokenPlace{side, static_cast<int>(above - s.edges.begin()) - 1};
    }
    return std::nullopt;
}

double LinksLayout::scrollTo(TokenSide side, int index, double scroll) const {
    const Side& s = of(side);
    const double extent = m_horizontal ? m_field.width() : m_field.height();
    const double beyond = s.length() - extent;
    if (beyond <= 0.5 || index < 0 || index >= count(side)) return scroll;
    const double a = s.edges[static_cast<std::size_t>(index)];
    const double b = s.edges[static_cast<std::size_t>(index) + 1];
    const double from = std::clamp(scroll, 0.0, 1.0) * beyond;
    const double margin = std::min(extent / 4, 2 * (b - a)); // its neighbours in sight too
    if (a - margin < from) return std::clamp((a - margin) / beyond, 0.0, 1.0);
    if (b + margin > from + extent) return std::clamp((b + margin - extent) / beyond, 0.0, 1.0);
    return scroll;
}

} // namespace headscope
