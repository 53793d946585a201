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
/// wanted-th greatest of the row, so nothing below it can be among the strongest.
void LinkRanker::gatherCandidates(std::span<const Scalar> row, Index firstKey, std::size_t wanted) {
    const std::size_t groups = std::min(row.size(), 2 * wanted);
    m_greatest.assign(row.begin(), row.begin() + static_cast<Index>(groups));
    for (std::size_t begin = groups; begin < row.size(); begin += groups) {
        const std::size_t count = std::min(groups, row.size() - begin);
        const Scalar* from = row.data() + begin;
        Scalar* greatest = m_greatest.data();
        for (std::size_t g = 0; g < count; ++g) greatest[g] = from[g] > greatest[g] ? from[g] : greatest[g];
    }
    const auto place = m_greatest.begin() + static_cast<Index>(wanted) - 1;
    std::nth_element(m_greatest.begin(), place, m_greatest.end(), std::greater<>());
    const Scalar bound = *place;
    m_candidates.clear();
    constexpr std::size_t stretch = 16; // passed over at once where nothing reaches the bound
    for (std::size_t begin = 0; begin < row.size(); begin += stretch) {
        const std::size_t end = std::min(begin + stretch, row.size());
        int reached = 0;
        for (std::size_t j = begin; j < end; ++j) reached |= row[j] >= bound;
        if (!reached) continue;
        for (std::size_t j = begin; j < end; ++j)
            if (row[j] >= bound)
                m_candidates.push_back({static_cast<std::int32_t>(firstKey + static_cast<Index>(j)), row[j]});
    }
}

} // namespace headscope
