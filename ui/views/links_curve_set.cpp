// SPDX-License-Identifier: GPL-3.0-or-later
// From the chosen links to the curves that are drawn.
#include "ui/views/links_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headscope {

namespace {

constexpr double mostInk = 1.6e6;    ///< logical pixels under curves; more would come late …
constexpr double inkPerPixel = 5;    ///< … or be soup

/// Of the links that would fall on nearly the same pixels the strongest stays. `grain` is how near, in pixels.
class Sieve {
public:
    Sieve(double begin, double extent, double grain, std::size_t lanes)
        : m_begin(begin), m_grain(grain), m_bins(static_cast<std::size_t>(std::max(1.0, std::ceil(extent / grain)))),
          m_taken(m_bins * m_bins * lanes) {}

    bool passes(std::size_t lane, double from, double to) {
        const double i = std::floor((from - m_begin) / m_grain);
        const double j = std::floor((to - m_begin) / m_grain);
        const auto bins = static_cast<double>(m_bins);
        // Those that leave the picture are few and told apart by their end in sight.
        if (i < 0 || j < 0 || i >= bins || j >= bins) return true;
        std::vector<bool>::reference taken =
            m_taken[(lane * m_bins + static_cast<std::size_t>(i)) * m_bins + static_cast<std::size_t>(j)];
        const bool was = taken;
        taken = true;
        return !was;
    }

private:
    double m_begin;
    double m_grain;
    std::size_t m_bins;
    std::vector<bool> m_taken;
};

/// Strong before weak, in 256 classes: exact order matters only for the few that are drawn.
std::vector<std::uint32_t> strongFirst(const LinkChoice& choice, double greatest) {
    const auto classOf = [&](const ShownLink& link) {
        return 255 - static_cast<std::size_t>(std::clamp(static_cast<double>(link.weight) / greatest, 0.0, 1.0) * 255);
    };
    std::array<std::size_t, 257> begin{};
    for (const ShownLink& link : choice.links) ++begin[classOf(link) + 1];
    for (std::size_t c = 1; c < begin.size(); ++c) begin[c] += begin[c - 1];
    std::vector<std::uint32_t> order(choice.links.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[begin[classOf(choice.links[i])]++] = i;
    return order;
}

struct Candidate {
    const ShownLink* link = nullptr;
    double from = 0;
    double to = 0;
    double strength = 0;
};

} // namespace

CurveSet curvesOf(const LinksInput& in, const LinksLayout& layout, const LinkChoice& choice, double greatest) {
    const bool lines = layout.horizontal();
    const QRectF field = curveField(layout);
    const double begin = lines ? field.left() : field.top();
    const double extent = lines ? field.width() : field.height();
    const double across = lines ? field.height() : field.width();
    const bool queriesLead = layout.leads(TokenSide::Query);
    const int lanes = static_cast<int>(in.heads.size());
    const double budget = std::min(mostInk, inkPerPixel * extent * across);
    // Where tokens are thinner than a line, so are the lines of all of them.
    const int rows = layout.last(TokenSide::Query) - layout.first(TokenSide::Query);
    const double widest = in.focus.empty() ? std::clamp(0.45 * extent / std::max(1, rows), 0.8, std::max(0.8, in.state.width))
                                           : in.state.width;
    const std::vector<std::uint32_t> order = strongFirst(choice, greatest);
    // No curve is cheaper than one straight across: with far more links than that the fine sieves need no trial.
    const double rush = static_cast<double>(order.size()) * across / budget;
    std::vector<Candidate> kept;
    bool all = false;
    for (double grain = rush > 50 ? 8 : rush > 15 ? 4 : 2; grain <= 16 && !all; grain *= 2) {
        Sieve sieve(begin, extent, grain, in.heads.size());
        kept.clear();
        all = true;
        double ink = 0;
        for (const std::uint32_t i : order) {
            const ShownLink& link = choice.links[i];
            const double strength = linkStrength(static_cast<double>(link.weight), greatest, in.state.gamma);
            if (strength < faintestLink) break;
            const QPointF q = layout.port(TokenSide::Query, link.query, link.lane, lanes, in.state.width);
            const QPointF k = layout.port(TokenSide::Key, link.key, link.lane, lanes, in.state.width);
            const QPointF from = queriesLead ? q : k;
            const QPointF to = queriesLead ? k : q;
            const Candidate c{&link, lines ? from.x() : from.y(), lines ? to.x() : to.y(), strength};
            if (!sieve.passes(static_cast<std::size_t>(link.lane), c.from, c.to)) continue;
            if (all = ink <= budget; !all) break;
            ink += std::hypot(across, std::min(extent, std::abs(c.from - c.to))) * (1 + widest * strength);
            kept.push_back(c);
        }
    }
    std::stable_sort(kept.begin(), kept.end(),
                     [](const Candidate& a, const Candidate& b) { return a.strength < b.strength; });
    // What leads out of sight steps back behind what can be followed to its end.
    const auto inSight = [&](const ShownLink& l) {
        return l.query >= layout.first(TokenSide::Query) && l.query < layout.last(TokenSide::Query) &&
               l.key >= layout.first(TokenSide::Key) && l.key < layout.last(TokenSide::Key);
    };
    CurveSet set;
    set.of = all && kept.size() * 4 > order.size() ? 0 : static_cast<int>(order.size());
    for (const Candidate& c : kept) {
        QColor colour = in.theme.head(in.heads[static_cast<std::size_t>(c.link->lane)], in.analysis.heads());
        colour.setAlphaF(static_cast<float>((inSight(*c.link) ? 0.95 : 0.4) * c.strength));
        set.curves.push_back({c.from, c.to, std::max(0.7, widest * (0.3 + 0.7 * c.strength)), colour});
    }
    return set;
}

} // namespace headscope
