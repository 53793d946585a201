// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/mask.h"

#include <algorithm>
#include <string>

namespace headscope {
namespace {

using std::to_string;

Status checkPadding(const std::vector<int>& padding, Index keys) {
    for (const int p : padding) {
        if (p >= 0 && p < keys) continue;
        const std::string range = keys > 0 ? "give positions from 0 to " + to_string(keys - 1) : "there are no keys";
        return Error{ErrorCode::Usage, "--mask padding",
                     "position " + to_string(p) + " is not among the " + to_string(keys) + " keys; " + range};
    }
    return {};
}

Status checkGrid(const MaskSpec& spec, Index queries, Index keys, int heads) {
    const MaskGrid& g = *spec.grid;
    const bool cellsFit = g.heads > 0 && g.rows >= 0 && g.cols >= 0 &&
                          g.cells.size() == static_cast<std::size_t>(g.heads * g.rows * g.cols);
    const bool headsFit = g.heads == 1 || g.heads == heads;
    if (cellsFit && (spec.gridFollowsText || (headsFit && g.rows == queries && g.cols == keys))) return {};
    const auto shape = [](int h, Index r, Index c) {
        return "[" + (h == 1 ? "" : to_string(h) + ", ") + to_string(r) + ", " + to_string(c) + "]";
    };
    return Error{ErrorCode::Input, "mask",
                 "expected the shape " + shape(1, queries, keys) + " (queries, keys)" +
                     (heads == 1 ? "" : " or " + shape(heads, queries, keys) + " (heads, queries, keys)") + ", found " +
                     shape(g.heads, g.rows, g.cols) +
                     (cellsFit ? "" : " with " + to_string(g.cells.size()) + " cells") +
                     "; make the mask for this text and these heads"};
}

} // namespace

Result<Mask> Mask::make(const MaskSpec& spec, Index queries, Index keys, int heads) {
    if (spec.window && *spec.window < 0)
        return Error{ErrorCode::Usage, "--mask window",
                     "a width of " + to_string(*spec.window) + " cannot be; give 0 or more tokens"};
    if (spec.prefix && *spec.prefix < 0)
        return Error{ErrorCode::Usage, "--mask prefix",
                     "a length of " + to_string(*spec.prefix) + " cannot be; give 0 or more tokens"};
    if (Status s = checkPadding(spec.padding, keys); !s) return s.error();
    if (spec.grid)
        if (Status s = checkGrid(spec, queries, keys, heads); !s) return s.error();

    Mask mask;
    mask.m_queries = queries;
    mask.m_keys = keys;
    mask.m_causal = spec.causal;
    if (spec.window) mask.m_window = *spec.window;
    if (spec.prefix) mask.m_prefix = *spec.prefix;
    if (!spec.padding.empty()) {
        mask.m_padded.assign(static_cast<std::size_t>(keys), 0);
        for (const int p : spec.padding) mask.m_padded[static_cast<std::size_t>(p)] = 1;
    }
    mask.m_grid = spec.grid;
    return mask;
}

Mask::Span Mask::span(Index query) const {
    Index begin = 0;
    Index end = m_keys;
    if (m_causal) end = std::min(end, query + 1);
    if (m_prefix) end = std::min(end, query < *m_prefix ? std::max(query + 1, *m_prefix) : query + 1);
    if (m_window) {
        begin = std::max<Index>(begin, query - *m_window);
        end = std::min(end, query + *m_window + 1);
    }
    return begin < end ? Span{begin, end} : Span{};
}

bool Mask::allowed(int head, Index query, Index key) const {
    const Span s = span(query);
    if (key < s.begin || key >= s.end) return false;
    if (!m_padded.empty() && m_padded[static_cast<std::size_t>(key)]) return false;
    const std::span<const std::uint8_t> cells = gridRow(head, query);
    return key >= std::ssize(cells) || cells[static_cast<std::size_t>(key)];
}

void Mask::allowedRow(int head, Index query, std::span<std::uint8_t> out) const {
    assert(std::ssize(out) == m_keys);
    const Span s = span(query);
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    std::fill(out.begin() + s.begin, out.begin() + s.end, std::uint8_t{1});
    for (std::size_t j = 0; j < m_padded.size(); ++j) out[j] = out[j] && !m_padded[j];
    const std::span<const std::uint8_t> cells = gridRow(head, query);
    for (std::size_t j = 0; j < std::min(out.size(), cells.size()); ++j) out[j] = out[j] && cells[j];
}

bool Mask::any(int head, Index query) const {
    const Span s = span(query);
    if (!hasHoles()) return s.begin < s.end;
    for (Index key = s.begin; key < s.end; ++key)
        if (allowed(head, query, key)) return true;
    return false;
}

std::span<const std::uint8_t> Mask::gridRow(int head, Index query) const {
    if (!m_grid) return {};
    const MaskGrid& g = *m_grid;
    const Index layer = g.heads == 1 ? 0 : head;
    if (layer >= g.heads || query >= g.rows) return {};
    return {g.cells.data() + (layer * g.rows + query) * g.cols, static_cast<std::size_t>(g.cols)};
}

} // namespace headscope
