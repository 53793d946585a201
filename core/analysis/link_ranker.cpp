// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/link_ranker.h"

#include <algorithm>
#include <functional>

namespace headscope {
namespace {

constexpr auto stronger = [](const Link& a, const Link& b) {
    return a.weight > b.weight || (a.weight == b.weight && a.key < b.key);
};

} // namespace

void LinkRanker::rank(std::span<const Scalar> row, Index firstKey, std::span<Link> strongest) {
    if (row.size() > strongest.size()) {
        gatherCandidates(row, firstKey, strongest.size());
        std::partial_sort_copy(m_candidates.begin(), m_candidates.end(), strongest.begin(), strongest.end(), stronger);
        return;
    }
    for (std::size_t j = 0; j < row.size(); ++j)
        strongest[j] = {static_cast<std::int32_t>(firstKey + static_cast<Index>(j)), row[j]};
    const auto end = strongest.begin() + static_cast<Index>(row.size());
    std::sort(strongest.begin(), end, stronger);
    std::fill(end, strongest.end(), Link{});
}

/// Keys j, j + groups, j + 2 · groups … are a group. The wanted-th greatest of the groups' maxima is at most the
/// wanted-th greatest of the row, so nothing below it can be among the strongest, and most groups need no second look.
void LinkRanker::gatherCandidates(std::span<const Scalar> row, Index firstKey, std::size_t wanted) {
    const std::size_t groups = std::min(row.size(), 4 * wanted);
    m_greatest.assign(row.begin(), row.begin() + static_cast<Index>(groups));
    for (std::size_t begin = groups; begin < row.size(); begin += groups) {
        const std::size_t count = std::min(groups, row.size() - begin);
        const Scalar* from = row.data() + begin;
        Scalar* greatest = m_greatest.data();
        for (std::size_t g = 0; g < count; ++g) greatest[g] = from[g] > greatest[g] ? from[g] : greatest[g];
    }
    m_ordered = m_greatest;
    const auto bound = m_ordered.begin() + static_cast<Index>(wanted) - 1;
    std::nth_element(m_ordered.begin(), bound, m_ordered.end(), std::greater<>());
    m_candidates.clear();
    for (std::size_t g = 0; g < groups; ++g) {
        if (m_greatest[g] < *bound) continue;
        for (std::size_t j = g; j < row.size(); j += groups)
            if (row[j] >= *bound)
                m_candidates.push_back({static_cast<std::int32_t>(firstKey + static_cast<Index>(j)), row[j]});
    }
}

} // namespace headscope
