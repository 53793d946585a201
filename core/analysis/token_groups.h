// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"

#include <memory>
#include <vector>

namespace headscope {

/// Which positions of a trace are one row, or one column, of what is shown: sub-tokens folded into words, or one text
/// of a pair. Groups are intervals in ascending order; positions in none of them are not shown.
struct TokenGroups {
    std::vector<Mask::Span> queries;
    std::vector<Mask::Span> keys;
};

/// A head's weights between groups: the rows of a group averaged, its columns summed, so that rows still add up to 1
/// when all keys are shown (Clark et al. 2019, §3). The three agree to the last bit.
Matrix groupedWeights(const LayerTrace& trace, int head, const TokenGroups& groups); ///< [query groups, key groups]
std::vector<Scalar> groupedRow(const LayerTrace& trace, int head, const TokenGroups& groups, Index query);
std::vector<Scalar> groupedColumn(const LayerTrace& trace, int head, const TokenGroups& groups, Index key);

/// [query groups, key groups] A cell may attend when any of the cells in it may.
Mask groupedMask(const LayerTrace& trace, const TokenGroups& groups);

} // namespace headscope
