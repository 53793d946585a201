// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/result.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace headscope {

/// A free boolean matrix [heads or 1, rows = n_q, cols = n_k]; 1 = may attend.
struct MaskGrid {
    int heads = 1;
    Index rows = 0;
    Index cols = 0;
    std::vector<std::uint8_t> cells; ///< heads · rows · cols, C order
    friend bool operator==(const MaskGrid&, const MaskGrid&) = default;
};

/// The masks a person asked for; a cell must be allowed by all. Masks by position compare query i with key j, in
/// cross-attention too.
struct MaskSpec {
    bool causal = false;                   ///< j ≤ i
    std::optional<int> window;             ///< |i − j| ≤ window
    std::optional<int> prefix;             ///< causal, but the first P tokens see each other
    std::vector<int> padding;              ///< keys that cannot be read, from 0
    std::shared_ptr<const MaskGrid> grid;  ///< a free matrix, or null
    bool gridFollowsText = false;          ///< true (painted by hand): cells beyond the grid are allowed; false: must fit

    bool none() const { return !causal && !window && !prefix && padding.empty() && !grid; }
    friend bool operator==(const MaskSpec& a, const MaskSpec& b) {
        return a.causal == b.causal && a.window == b.window && a.prefix == b.prefix && a.padding == b.padding &&
               a.gridFollowsText == b.gridFollowsText && (a.grid == b.grid || (a.grid && b.grid && *a.grid == *b.grid));
    }
};

/// The masks for one n_q × n_k: an interval of keys per row, and only where needed a look at single cells.
class Mask {
public:
    struct Span {
        Index begin = 0;
        Index end = 0; ///< one past the last; begin == end: nothing
        friend bool operator==(const Span&, const Span&) = default;
    };

    Mask() = default;
    /// Usage error for a padding position outside the keys, a negative window or prefix; Input error for a grid of
    /// another shape.
    static Result<Mask> make(const MaskSpec& spec, Index queries, Index keys, int heads);

    Index queries() const { return m_queries; }
    Index keys() const { return m_keys; }
    /// Every allowed key of row i lies in here.
    Span span(Index query) const;
    /// False: every cell inside span() is allowed in every head, no need to ask allowed().
    bool hasHoles() const { return !m_padded.empty() || m_grid; }
    bool differsByHead() const { return m_grid && m_grid->heads > 1; }
    bool allowed(int head, Index query, Index key) const;
    /// The same for a whole row, faster: out [keys] becomes 1 or 0.
    void allowedRow(int head, Index query, std::span<std::uint8_t> out) const;
    /// Whether the row has any allowed key.
    bool any(int head, Index query) const;
    /// Whether nothing at all is forbidden.
    bool empty() const { return !m_causal && !m_window && !m_prefix && !hasHoles(); }

private:
    /// The free matrix's row; what lies beyond its end is allowed, since make() refuses matrices that do not fit unless
    /// they follow the text.
    std::span<const std::uint8_t> gridRow(int head, Index query) const;

    Index m_queries = 0;
    Index m_keys = 0;
    bool m_causal = false;
    std::optional<Index> m_window;
    std::optional<Index> m_prefix;
    std::vector<std::uint8_t> m_padded; ///< [keys], 1 = cannot be read; empty when there is none
    std::shared_ptr<const MaskGrid> m_grid;
};

} // namespace headscope
