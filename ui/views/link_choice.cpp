// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/link_choice.h"

#include "core/base/parallel.h"
#include "ui/selection.h"
#include "ui/views/shown.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace headscope {

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Of the weights above 0 the strongest first, equally strong ones by place, until their sum reaches the share of all
/// (then the rest stands behind them in any order). Link::key is the position in `weights`.
std::pair<std::vector<Link>, std::size_t> rankedToShare(const std::vector<Scalar>& weights, double total, double share) {
    std::vector<Link> links;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] > 0) links.push_back({static_cast<std::int32_t>(i), weights[i]});
    const auto stronger = [](const Link& a, const Link& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.key < b.key;
    };
    // Most rows reach their share with a few of thousands: no more are put in order than it takes.
    for (std::size_t ordered = 64;; ordered *= 8) {
        const auto end = links.begin() + static_cast<std::ptrdiff_t>(std::min(ordered, links.size()));
        std::partial_sort(links.begin(), end, links.end(), stronger);
        const ShareCount known = countToShare({links.begin(), end}, total, share);
        if (known.reached || end == links.end()) return {std::move(links), known.count};
    }
}

double sum(const std::vector<Scalar>& weights) { return std::accumulate(weights.begin(), weights.end(), 0.0); }

} // namespace

LinkFocus focusOf(const Selection& selection) {
    LinkFocus focus{selection.shownQueries(), selection.shownKeys(), false};
    focus.incoming =
        !focus.keys.empty() && (focus.queries.empty() || selection.state().direction == Direction::IsReadBy);
    return focus;
}

bool forbiddenQuery(const Analysis& analysis, std::span<const int> heads, const LinkFocus& focus, int query) {
    return std::all_of(heads.begin(), heads.end(), [&](int head) {
        if (!mayReadAny(analysis, head, query)) return true;
        return focus.incoming && std::none_of(focus.keys.begin(), focus.keys.end(),
                                              [&](int key) { return mayRead(analysis, head, query, key); });
    });
}

bool forbiddenKey(const Analysis& analysis, std::span<const int> heads, const LinkFocus& focus, int key) {
    const std::vector<int>& padding = analysis.mask.padding;
    if (std::find(padding.begin(), padding.end(), key) != padding.end()) return true;
    if (focus.empty() || focus.incoming) return false;
    return std::all_of(heads.begin(), heads.end(), [&](int head) {
        return std::none_of(focus.queries.begin(), focus.queries.end(),
                            [&](int query) { return mayRead(analysis, head, query, key); });
    });
}

ShareCount countToShare(std::span<const Link> strongestFirst, double total, double share) {
    const double wanted = share * total - 1e-6 * total; // rounding must not ask for one key more
    double reached = 0;
    std::size_t count = 0;
    while (count < strongestFirst.size() && strongestFirst[count].weight > 0) {
        reached += static_cast<double>(strongestFirst[count++].weight);
        if (reached < wanted) continue;
        // All of those that nobody can tell from the last one, or the choice between them would be chance.
        const Scalar last = strongestFirst[count - 1].weight * Scalar(1 - sameWeight);
        while (count < strongestFirst.size() && strongestFirst[count].weight > 0 && strongestFirst[count].weight >= last) ++count;
        return {count, true};
    }
    return {count, total <= 0};
}

LinkChoice strongestLinks(const Analysis& analysis, const ViewState& state, std::span<const int> heads, int firstQuery,
                          int lastQuery) {
    LinkChoice choice;
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    std::vector<Link> row;
    for (std::size_t lane = 0; lane < heads.size(); ++lane) {
        const std::size_t head = at(heads[lane]);
        const RankedLinks& links = analysis.links[head];
        const std::vector<Scalar>& kept = keptMass(analysis, state, heads[lane]);
        const std::vector<Scalar>& mass = hidden.empty() ? analysis.pictures[head].rowSum : kept;
        for (int query = firstQuery; query < lastQuery; ++query) {
            std::span<const Link> ranking = links.row(query);
            if (!hidden.empty()) {
                row.clear();
                for (const Link& link : ranking)
                    if (!hidden[at(link.key)]) row.push_back(link);
                ranking = row;
            }
            const Scalar total = mass[at(query)];
            const ShareCount share = countToShare(ranking, static_cast<double>(total), state.mass);
            const Scalar scale = !hidden.empty() && state.renormalise && total > 0 ? 1 / total : 1;
            for (std::size_t r = 0; r < share.count; ++r)
                choice.links.push_back({static_cast<int>(lane), query, ranking[r].key, scale * ranking[r].weight});
            // A list that ends among equals may have lost some of them.
            const bool equalsLost = share.count == ranking.size() && share.count > 0 && links.row(query).back().weight > 0 &&
                                    links.perRow < static_cast<Index>(analysis.keys.size());
            if (!share.reached || equalsLost) choice.cutAt = static_cast<int>(links.perRow);
        }
    }
    return choice;
}

double greatestShown(const Analysis& analysis, const ViewState& state, std::span<const int> heads) {
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    Scalar greatest = 0;
    for (const int head : heads) {
        if (hidden.empty()) {
            greatest = std::max(greatest, analysis.pictures[at(head)].greatest);
            continue;
        }
        const std::vector<Scalar>& kept = keptMass(analysis, state, head);
        for (std::size_t query = 0; query < kept.size(); ++query) {
            const std::span<const Link> row = analysis.links[at(head)].row(static_cast<Index>(query));
            const auto top = std::find_if(row.begin(), row.end(), [&](const Link& l) { return !hidden[at(l.key)]; });
            if (top == row.end()) continue;
            greatest = std::max(greatest, state.renormalise && kept[query] > 0 ? top->weight / kept[query] : top->weight);
        }
    }
    return static_cast<double>(greatest);
}

const std::vector<FollowedWeights::Rows>& FollowedWeights::of(const AnalysisPtr& analysis, const ViewState& state,
                                                              std::span<const int> heads, const LinkFocus& focus) {
    if (m_analysis == analysis && m_hidden == state.hidden && m_renormalise == state.renormalise && m_focus == focus &&
        std::equal(m_heads.begin(), m_heads.end(), heads.begin(), heads.end()))
        return m_weights;
    m_analysis = analysis;
    m_hidden = state.hidden;
    m_renormalise = state.renormalise;
    m_heads.assign(heads.begin(), heads.end());
    m_focus = focus;
    const std::vector<int>& tokens = focus.incoming ? focus.keys : focus.queries;
    m_weights.assign(heads.size(), Rows(tokens.size()));
    parallelFor(static_cast<Index>(heads.size()), [&](Index lane) {
        for (std::size_t t = 0; t < tokens.size(); ++t)
            m_weights[at(lane)][t] = focus.incoming ? shownColumn(*analysis, state, m_heads[at(lane)], tokens[t])
                                                    : shownRow(*analysis, state, m_heads[at(lane)], tokens[t]);
    });
    return m_weights;
}

LinkChoice linksOf(const std::vector<FollowedWeights::Rows>& followed, const ViewState& state, const LinkFocus& focus) {
    LinkChoice choice;
    const std::vector<int>& tokens = focus.incoming ? focus.keys : focus.queries;
    for (std::size_t lane = 0; lane < followed.size(); ++lane) {
        for (std::size_t t = 0; t < tokens.size(); ++t) {
            const auto [links, count] = rankedToShare(followed[lane][t], sum(followed[lane][t]), state.mass);
            for (std::size_t r = 0; r < count; ++r)
                choice.links.push_back({static_cast<int>(lane), focus.incoming ? links[r].key : tokens[t],
                                        focus.incoming ? tokens[t] : links[r].key, links[r].weight});
        }
    }
    return choice;
}

std::vector<std::vector<double>> togetherOf(const std::vector<FollowedWeights::Rows>& followed, const LinkFocus& focus) {
    std::vector<std::vector<double>> all;
    for (const FollowedWeights::Rows& rows : followed) {
        std::vector<double> head(rows.empty() ? 0 : rows.front().size(), 0);
        const double parts = focus.incoming ? 1 : static_cast<double>(rows.size());
        for (const std::vector<Scalar>& row : rows)
            for (std::size_t i = 0; i < head.size(); ++i) head[i] += static_cast<double>(row[i]) / parts;
        all.push_back(std::move(head));
    }
    return all;
}

std::vector<std::vector<double>> receivedMeans(const Analysis& analysis, const ViewState& state, std::span<const int> heads) {
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    std::vector<std::vector<double>> all;
    for (const int head : heads) {
        const std::vector<Scalar>& received = analysis.pictures[at(head)].received;
        std::vector<double> mean(received.size(), 0);
        for (std::size_t j = 0; j < mean.size(); ++j)
            if (hidden.empty() || !hidden[j])
                mean[j] = static_cast<double>(received[j]) / static_cast<double>(analysis.queries.size());
        all.push_back(std::move(mean));
    }
    return all;
}

double linkStrength(double weight, double greatest, double gamma) {
    if (!(weight > 0) || !(greatest > 0)) return 0;
    return std::pow(std::min(1.0, weight / greatest), gamma);
}

} // namespace headscope
