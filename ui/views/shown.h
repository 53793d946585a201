// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <QString>
#include <QStringList>

namespace headscope {

// What a picture shows of the weights when tokens are hidden: hidden keys leave it (the rows of hidden tokens stay,
// each row stands for itself), and with ViewState::renormalise every row sums to 1 again over what is left.

/// [n_k] 1 = left out; empty when nothing is.
std::vector<std::uint8_t> hiddenKeys(const Analysis& analysis, const ViewState& state);
/// [n_q] what each row keeps of its mass; empty when nothing is hidden.
const std::vector<Scalar>& keptMass(const Analysis& analysis, const ViewState& state, int head);
/// [n_k] one query's weights as shown.
std::vector<Scalar> shownRow(const Analysis& analysis, const ViewState& state, int head, Index query);
/// [n_q] one key's weights as shown.
std::vector<Scalar> shownColumn(const Analysis& analysis, const ViewState& state, int head, Index key);
/// "first token hidden; rows renormalised"; empty when nothing is hidden.
QString hiddenCaption(const Analysis& analysis, const ViewState& state);
/// What dropout does to the picture, in pieces: that of its mark, or of what stands for it, and that of the others'
/// size, which renormalising takes back. Empty without dropout.
QStringList dropoutNotes(const Analysis& analysis, const ViewState& state, const QString& shownAs);
/// What one dot of a picture stands for.
enum class Dots {
    Cells,  ///< one weight
    Pooled, ///< several, as shown
    Coarse, ///< several of the head's coarse picture, whose rows are scaled by the mean of those they stand for
};
/// "each dot: the greatest of several weights", and how coarse rows are renormalised; empty for single ones.
QStringList dotsCaption(const Analysis& analysis, const ViewState& state, Dots dots);
/// Whether dropout made this weight 0.
bool wasDropped(const Analysis& analysis, int head, Index query, Index key);
/// Whether this query may read this key in this head.
bool mayRead(const Analysis& analysis, int head, Index query, Index key);
/// Whether this query may read anything in this head.
bool mayReadAny(const Analysis& analysis, int head, Index query);

} // namespace headscope
