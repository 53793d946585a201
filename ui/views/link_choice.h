// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <span>
#include <vector>

namespace headscope {

class Selection;

// Which of the weights become curves.

/// One curve. `lane` is the head's place among the shown heads.
struct ShownLink {
    std::int32_t lane = 0;
    std::int32_t query = 0;
    std::int32_t key = 0;
    Scalar weight = 0;
    friend bool operator==(const ShownLink&, const ShownLink&) = default;
};

/// The tokens whose links alone are shown; both empty: everything.
struct LinkFocus {
    std::vector<int> queries;
    std::vector<int> keys;
    bool incoming = false; ///< who reads the keys, instead of what the queries read
    bool empty() const { return queries.empty() && keys.empty(); }
    friend bool operator==(const LinkFocus&, const LinkFocus&) = default;
};

/// hovered ?? pinned. With queries and keys chosen, the state's direction says which of them is followed.
LinkFocus focusOf(const Selection& selection);

/// Whether the mask forbids this token to all of the heads: to be read by the followed queries, or to read the followed
/// keys; with nothing followed, whether it cannot be read at all, or cannot read anything.
bool forbiddenQuery(const Analysis& analysis, std::span<const int> heads, const LinkFocus& focus, int query);
bool forbiddenKey(const Analysis& analysis, std::span<const int> heads, const LinkFocus& focus, int key);

/// Weights that differ by less than this share are the same to the eye: they are shown together or not at all.
inline constexpr double sameWeight = 0.01;

/// How many of the weights, strongest first, it takes until their sum reaches share · total, and all that are the same
/// as the last of them; all that are above 0 when the sum does not reach it (then `reached` is false).
struct ShareCount {
    std::size_t count = 0;
    bool reached = true;
};
ShareCount countToShare(std::span<const Link> strongestFirst, double total, double share);

struct LinkChoice {
    std::vector<ShownLink> links; ///< row by row (column by column), strongest first in each
    int cutAt = 0; ///< > 0: some row's ranked list ended here before the share was reached
};

/// Of the given heads' rows firstQuery … lastQuery − 1 the strongest keys until their sum reaches the state's share of
/// the row's mass (of what it keeps when tokens are hidden).
LinkChoice strongestLinks(const Analysis& analysis, const ViewState& state, std::span<const int> heads, int firstQuery,
                          int lastQuery);
/// The greatest weight that the given heads show.
double greatestShown(const Analysis& analysis, const ViewState& state, std::span<const int> heads);

/// The rows of the followed queries or, incoming, the columns of the followed keys, as shown: [heads][followed][n of the
/// other side]. A column of a long text costs as much as the whole matrix, so views keep them while nothing changes.
class FollowedWeights {
public:
    using Rows = std::vector<std::vector<Scalar>>;
    const std::vector<Rows>& of(const AnalysisPtr& analysis, const ViewState& state, std::span<const int> heads,
                                const LinkFocus& focus);

private:
    AnalysisPtr m_analysis; ///< held, so that no other can take its place in memory
    HiddenTokens m_hidden = HiddenTokens::Nothing;
    bool m_renormalise = false;
    std::vector<int> m_heads;
    LinkFocus m_focus;
    std::vector<Rows> m_weights;
};

/// Of every followed row (column) the strongest weights until their sum reaches the state's share of it.
LinkChoice linksOf(const std::vector<FollowedWeights::Rows>& followed, const ViewState& state, const LinkFocus& focus);
/// [heads][n of the other side] the followed tokens together: the mean of several queries' rows, the sum of several
/// keys' columns; either way a share of one row.
std::vector<std::vector<double>> togetherOf(const std::vector<FollowedWeights::Rows>& followed, const LinkFocus& focus);
/// [heads][n_k] the mean that each key receives.
std::vector<std::vector<double>> receivedMeans(const Analysis& analysis, const ViewState& state, std::span<const int> heads);

/// Opacity of a weight: (weight ÷ greatest)^gamma, 0 … 1.
double linkStrength(double weight, double greatest, double gamma);

} // namespace headscope
