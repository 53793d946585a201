// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/spelling.h"

#include "core/base/rng.h"

#include <algorithm>
#include <cmath>

namespace headscope {
namespace {

constexpr std::size_t longestBeginning = 6;

} // namespace

std::vector<std::uint64_t> spellingParts(std::string_view word) {
    const std::u32string letters = folded(word);
    std::vector<std::uint64_t> parts;
    std::uint64_t beginning = hashBytes("beginning");
    for (std::size_t i = 0; i < std::min(letters.size(), longestBeginning); ++i) {
        beginning = Rng::mix(beginning ^ letters[i]);
        parts.push_back(beginning);
    }
    const std::uint64_t pair = hashBytes("pair");
    for (std::size_t i = 0; i + 1 < letters.size(); ++i)
        parts.push_back(Rng::mix(Rng::mix(pair ^ letters[i]) ^ letters[i + 1]));
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    return parts;
}

double alikeness(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
    std::size_t shared = 0;
    for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
        if (*i == *j)
            ++shared, ++i, ++j;
        else if (*i < *j)
            ++i;
        else
            ++j;
    }
    return static_cast<double>(shared) / std::sqrt(static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

} // namespace headscope
