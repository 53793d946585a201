// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

namespace headscope {

/// What one head does, averaged over the rows that have any allowed key. Shares are parts of the attention's mass, 0
/// … 1.
struct HeadMeasures {
    double entropy = 0;      ///< mean row entropy as a share of ln(allowed keys): 0 = one key, 1 = uniform
    double confidence = 0;   ///< mean of the row maxima (Voita et al. 2019)
    double meanDistance = 0; ///< mean |i − j|, weighted, in tokens
    double previous = 0;     ///< share on j = i − 1, over the rows that have such a key
    double next = 0;         ///< share on j = i + 1, over the rows that have such a key
    double self = 0;         ///< share on j = i
    double first = 0;        ///< share on j = 0 (the sink)
    double sameToken = 0;    ///< share on keys with the query's own text, itself included
    /// Share on the keys right behind an earlier token with the query's own text: what an induction head reads (Olsson
    /// et al. 2022). Over the rows that have such a key.
    double induction = 0;
    double kept = -1; ///< share on what the head's design promises, over rows with a promise; −1 where there is none
    Index promisedRows = 0; ///< how many rows kept is the mean of
    Index rows = 0;         ///< how many rows the others are means of
    Index previousRows = 0; ///< of these, rows with a key at i − 1
    Index nextRows = 0;     ///< of these, rows with a key at i + 1
    Index inductionRows = 0; ///< of these, rows with a key behind an earlier token like the query's
    Index maskedRows = 0;   ///< rows with nothing to read
};

} // namespace headscope
