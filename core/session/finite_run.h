// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/model_run.h"

#include <span>

namespace headscope {

/// Input error where the run has numbers that are none, because a tensor of the model is damaged or does not fit it: it
/// names the first such tensor in the model's files, or else the layer. They are read again for that only.
Status checkFinite(const OpenedModel& opened, const ModelTrace& trace, std::stop_token stop = {});

/// logits() of the run, held to the same.
Result<Matrix> finiteLogits(const ModelRun& run, std::span<const Index> rows, std::stop_token stop = {});

} // namespace headscope
