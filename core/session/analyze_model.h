// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

namespace headscope {

/// analyze() of a session with a model: one layer at one site of the run, as the session's view asks.
Result<AnalysisPtr> analyzeModel(const Session& session, const ModelRunPtr& run, std::stop_token stop, Depth depth);

/// Gathers what the views draw of the layer that `analysis` shows: measures, pictures and links. Its weights are
/// computed again from Q and K, the same bits. Io error where memory is too short; Cancelled.
Status collectLayer(Analysis& analysis, const std::stop_token& stop);

} // namespace headscope
