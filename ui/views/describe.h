// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <QString>

namespace headscope {

class Selection;

/// One sentence on what is chosen, from the trace: "Head 3: “it” reads 62 % from “animal”, 21 % from “street”." For
/// the status bar, tooltips and screen readers. Without a chosen token: what the head does as a whole.
QString describe(const Analysis& analysis, const Selection& selection);
/// A token as it is shown anywhere: white space and control characters made visible, bidi controls isolated.
QString tokenLabel(const Token& token);
/// Percent with no more digits than the eye can use, in the current locale.
QString percent(double share);

} // namespace headscope
