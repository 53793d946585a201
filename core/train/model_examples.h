// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/examples.h"
#include "core/sources/opened_model.h"

namespace headscope {

/// Sentences that fit the model: those of its task where we have trained it; else for an encoder pairs and, where it
/// fills them in, sentences with words left open as its tokenizer spells its mask; for a decoder beginnings to
/// continue; for an encoder–decoder something to translate or to restore. Behind them those of examples() that its
/// vocabulary knows. None is longer than the model can read.
std::vector<Example> examplesFor(const OpenedModel& opened);

} // namespace headscope
