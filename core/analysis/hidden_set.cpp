// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/hidden_set.h"

#include <algorithm>
#include <array>

namespace headscope {

HiddenSet::HiddenSet(std::vector<std::uint8_t> hidden, Index factor) : m_factor(factor), m_hidden(std::move(hidden)) {
    const auto count = static_cast<std::int32_t>(m_hidden.size());
    for (std::int32_t key = 0; key < count; ++key)
        if (m_hidden[static_cast<std::size_t>(key)]) m_keys.push_back(key);
    if (factor == 1) return; // a pixel is one cell: hidden or not
    const auto step = static_cast<std::int32_t>(factor);
    for (const std::int32_t key : m_keys)
        if (m_columns.empty() || m_columns.back() != key / step) m_columns.push_back(key / step);
    for (std::size_t c = 0; c < m_columns.size(); ++c)
        for (std::int32_t key = m_columns[c] * step; key < std::min(count, (m_columns[c] + 1) * step); ++key)
            if (!m_hidden[static_cast<std::size_t>(key)]) m_others.emplace_back(key, static_cast<std::int32_t>(c));
}

HeadRemainder HiddenSet::emptyRemainder(Index queries) const {
    if (m_keys.empty()) return {};
    const Index rows = (queries + m_factor - 1) / m_factor;
    return {std::vector<Scalar>(static_cast<std::size_t>(queries)), std::vector<Scalar>(m_hidden.size()), m_columns,
            Matrix(m_columns.empty() ? 0 : rows, static_cast<Index>(m_columns.size()))};
}

double HiddenSet::sumOfOthers(std::span<const Scalar> row, Index firstKey) const {
    // Several sums side by side, which compilers turn into vector instructions.
    std::array<double, 8> sums{};
    const std::uint8_t* hidden = m_hidden.data() + firstKey;
    std::size_t j = 0;
    for (; j + sums.size() <= row.size(); j += sums.size())
        for (std::size_t s = 0; s < sums.size(); ++s)
            sums[s] += hidden[j + s] ? 0.0 : static_cast<double>(row[j + s]);
    for (; j < row.size(); ++j) sums[0] += hidden[j] ? 0.0 : static_cast<double>(row[j]);
    double sum = 0;
    for (const double part : sums) sum += part;
    return sum;
}

void HiddenSet::read(std::span<const Scalar> row, Index firstKey, Index query, double sum, HeadRemainder& into) const {
    if (m_keys.empty()) return;
    const auto weight = [&](std::int32_t key) {
        const Index at = key - firstKey;
        return at >= 0 && at < std::ssize(row) ? row[static_cast<std::size_t>(at)] : Scalar(0);
    };
    double kept = sum;
    for (const std::int32_t key : m_keys) kept -= static_cast<double>(weight(key));
    // What subtracting nearly everything leaves is mostly rounding: such rows are summed instead.
    if (kept < sum / 64) kept = sumOfOthers(row, firstKey);
    into.kept[static_cast<std::size_t>(query)] = static_cast<Scalar>(kept);
    for (const auto& [key, column] : m_others) {
        Scalar& pixel = into.pixels(query / m_factor, column);
        pixel = std::max(pixel, weight(key));
    }
}

} // namespace headscope
