// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/trainer.h"

namespace headscope {

/// The command that makes the trainer's model from nothing: every size is in it, so it stays true when defaults change.
std::string commandOf(const Trainer& trainer, const std::string& folder);

/// Writes a model that is done, for others to look at: float16, without what going on needs. train.json also holds the
/// command, the accuracy of these very weights on unseen examples and a self-test (texts and what every head reads
/// most strongly in them). Returns that accuracy. Errors are those of save() and evaluate().
Result<Evaluation> finish(const Trainer& trainer, const std::string& folder, std::stop_token stop = {});

} // namespace headscope
