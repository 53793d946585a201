// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/head_collector.h"
#include "core/session/analyze.h"

namespace headscope {

/// What gathers the pictures, links and measures of an analysis' heads while their rows are made. The analysis has its
/// config, tokens and `allowed`; promised [heads] is what each designed head promises, null for the others. Io error
/// when that much memory is not there.
Result<HeadCollector> beginCollecting(const Analysis& a, std::vector<std::shared_ptr<const KeySets>> promised);
/// Every row was read: moves what was gathered into the analysis.
void takeCollected(HeadCollector& collector, Analysis& a);

} // namespace headscope
