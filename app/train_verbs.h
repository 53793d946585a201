// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"

#include <stop_token>

namespace headscope {

/// Trains a model on a task and writes its folder, now and then and at the end. Stopped, it leaves what was reached.
/// Needs no Qt.
Status runTrain(const Command& command, std::stop_token stop);
/// Measures a trained model on unseen examples and prints the result. Needs no Qt.
Status runEvaluate(const Command& command, std::stop_token stop);

} // namespace headscope
