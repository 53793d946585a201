// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "core/session/model_run.h"
#include "core/sources/model_places.h"

#include <stop_token>

namespace headscope {

/// Where this program finds models: its own beside it (installed or in a checkout), the downloads, the cache.
ModelPlaces programPlaces();

/// Finds and opens the command's model and runs its texts through it.
Result<ModelRunPtr> askModel(const Command& command, std::stop_token stop);
/// Prints what a model predicts for the text, or how it goes on. Needs no Qt.
Status runPredict(const Command& command, std::stop_token stop);
/// Lists the models on this computer on standard output. Needs no Qt.
Status runModels(const Command& command, std::stop_token stop);
/// Fetches a model. Stopped, it leaves what has come, and the next one goes on from there.
Status runDownload(const Command& command, std::stop_token stop);

} // namespace headscope
