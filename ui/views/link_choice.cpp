// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/link_choice.h"

#include "ui/selection.h"
#include "ui/views/shown.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headscope {

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// All weights above 0, strongest first; Link::key is the position in `weights`.
std::vector<Link> ranked(const std::vector<Scalar>& weights) {
    std::vector<Link> links;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] > 0) links.push_back({static_cast<std::int32_t>(i), weights[i]});
    std::stable_sort(links.begin(), links.end(), [](const Link& a, const Link& b) { return a.weight > b.weight; });
    return links;
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
        if (reached >= wanted) return {count, true};
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
        const std::vector<Scalar> kept = keptMass(analysis, state, heads[lane]);
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
            if (!share.reached) choice.cutAt = static_cast<int>(links.perRow);
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
        const std::vector<Scalar> kept = keptMass(analysis, state, head);
        for (std::size_t query = 0; query < kept.size(); ++query) {
            const std::span<const Link> row = analysis.links[at(head)].row(static_cast<Index>(query));
            const auto top = std::find_if(row.begin(), row.end(), [&](const Link& l) { return !hidden[at(l.key)]; });
            if (top == row.end()) continue;
            greatest = std::max(greatest, state.renormalise && kept[query] > 0 ? top->weight / kept[query] : top->weight);
        }
    }
    return static_cast<double>(greatest);
}

LinkChoice linksOf(const Analysis& analysis, const ViewState& state, std::span<const int> heads, const LinkFocus& focus) {
    LinkChoice choice;
    for (std::size_t lane = 0; lane < heads.size(); ++lane) {
        for (const int token : focus.incoming ? focus.keys : focus.queries) {
            const std::vector<Scalar> weights = focus.incoming ? shownColumn(analysis, state, heads[lane], token)
                                                               : shownRow(analysis, state, heads[lane], token);
            const std::vector<Link> links = ranked(weights);
            const std::size_t count = countToShare(links, sum(weights), state.mass).count;
            for (std::size_t r = 0; r < count; ++r)
                choice.links.push_back({static_cast<int>(lane), focus.incoming ? links[r].key : token,
                                        focus.incoming ? token : links[r].key, links[r].weight});
        }
    }
    return choice;
}

std::vector<std::vector<double>> oppositeWeights(const Analysis& analysis, const ViewState& state,
                                                 std::span<const int> heads, const LinkFocus& focus) {
    const std::size_t size = focus.empty() || !focus.incoming ? analysis.keys.size() : analysis.queries.size();
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    std::vector<std::vector<double>> all;
    for (const int head : heads) {
        std::vector<double> summed(size, 0);
        const auto add = [&](const std::vector<Scalar>& weights, double scale) {
            for (std::size_t i = 0; i < size; ++i) summed[i] += scale * static_cast<double>(weights[i]);
        };
        if (focus.empty()) {
            add(analysis.pictures[at(head)].received, 1.0 / static_cast<double>(analysis.queries.size()));
            for (std::size_t j = 0; j < hidden.size(); ++j) summed[j] = hidden[j] ? 0 : summed[j];
        } else {
            for (const int token : focus.incoming ? focus.keys : focus.queries)
                add(focus.incoming ? shownColumn(analysis, state, head, token) : shownRow(analysis, state, head, token), 1);
        }
        all.push_back(std::move(summed));
    }
    return all;
}

double linkStrength(double weight, double greatest, double gamma) {
    if (!(weight > 0) || !(greatest > 0)) return 0;
    return std::pow(std::min(1.0, weight / greatest), gamma);
}

} // namespace headscope
