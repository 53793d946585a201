// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/position_kernel.h"

#include "core/sources/positions.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace headscope {
namespace {

constexpr Index farthest = 512;
constexpr Index mostCandidates = 16;
constexpr double greatestGain = 2000;

/// [d] how far below its peak Σ cos(ω d) is, d tokens away; d = 0 … farthest.
using Gaps = std::vector<double>;

class Search {
public:
    Search(Index dModel, const std::vector<Index>& candidates) : m_candidates(candidates) {
        for (const Index pair : candidates) {
            Gaps& gaps = m_gaps.emplace_back();
            for (Index d = 0; d <= farthest; ++d)
                gaps.push_back(1 - std::cos(static_cast<double>(d) * frequency(pair, dModel)));
        }
    }

    /// From an even choice, exchanges one candidate for another as long as that makes the places differ more.
    void improve(std::vector<std::size_t>& chosen, Index reach) const {
        double best = contrast(chosen, reach);
        for (bool better = true; better;) {
            better = false;
            for (std::size_t& place : chosen)
                for (std::size_t other = 0; other < m_candidates.size(); ++other) {
                    if (std::ranges::find(chosen, other) != chosen.end()) continue;
                    const std::size_t before = std::exchange(place, other);
                    const double now = contrast(chosen, reach);
                    if (now > best + 1e-9)
                        best = now, better = true;
                    else
                        place = before;
                }
        }
    }

    Gaps sum(const std::vector<std::size_t>& chosen) const {
        Gaps total(m_gaps.front().size(), 0.0);
        for (const std::size_t c : chosen)
            for (std::size_t d = 0; d < total.size(); ++d) total[d] += m_gaps[c][d];
        return total;
    }

    /// By how much the wanted place leads at least, also where the text ends and the nearest place is one off.
    double contrast(const std::vector<std::size_t>& chosen, Index reach) const {
        const Gaps gaps = sum(chosen);
        double least = gaps[1];
        for (Index d = 2; d < reach; ++d) least = std::min(least, gaps[static_cast<std::size_t>(d)] - gaps[1]);
        return least;
    }

private:
    const std::vector<Index>& m_candidates;
    std::vector<Gaps> m_gaps;
};

/// The smallest gain that leaves 3 % to all places but the wanted one, and 4 % where the nearest is one off.
double gainFor(Gaps gaps, Index reach, ScoreKind score) {
    gaps.resize(static_cast<std::size_t>(reach));
    if (score == ScoreKind::Euclidean)
        for (double& gap : gaps) gap = std::sqrt(2 * gap);
    const auto leaks = [&](double gain) {
        double within = 0;
        double atEnd = 0;
        for (std::size_t d = 1; d < gaps.size(); ++d) {
            within += 2 * std::exp(-gain * gaps[d]);
            if (d > 1) atEnd += std::exp(-gain * (gaps[d] - gaps[1]));
        }
        return within > 0.03 || atEnd > 0.04;
    };
    double low = 0;
    double high = greatestGain;
    for (int step = 0; step < 20; ++step) {
        const double middle = (low + high) / 2;
        (leaks(middle) ? low : high) = middle;
    }
    return high;
}

} // namespace

PositionKernel choosePairs(const AttentionConfig& config, Index available, Index count) {
    std::vector<Index> candidates;
    const Index offered = std::min(available, std::max(count, mostCandidates));
    for (Index c = 0; c < offered; ++c) candidates.push_back(offered == 1 ? 0 : c * (available - 1) / (offered - 1));
    const Search search(config.dModel, candidates);

    std::vector<std::size_t> chosen;
    Index reach = farthest;
    for (;; reach /= 2) {
        chosen.clear();
        for (Index p = 0; p < count; ++p)
            chosen.push_back(static_cast<std::size_t>(count == 1 ? offered / 2 : p * (offered - 1) / (count - 1)));
        search.improve(chosen, reach);
        if (reach <= 64 || search.contrast(chosen, reach) * greatestGain > 2 * std::log(farthest)) break;
    }
    std::ranges::sort(chosen);
    PositionKernel kernel;
    for (const std::size_t c : chosen) kernel.pairs.push_back(candidates[c]);
    kernel.gain = gainFor(search.sum(chosen), reach, config.score);
    return kernel;
}

} // namespace headscope
