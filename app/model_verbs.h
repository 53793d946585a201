// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "core/sources/model_places.h"

#include <stop_token>

namespace headscope {

/// Where this program finds models: its own beside it (installed or in a checkout), the downloads, the cache.
ModelPlaces programPlaces();

/// Lists the models on this computer on standard output. Needs no Qt.
Status runModels(const Command& command, std::stop_token stop);
/// Fetches a model. Stopped, it leaves what has come, and the next one goes on from there.
Status runDownload(const Command& command, std::stop_token stop);

} // namespace headscope
