// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's folder also holds when it was made in the window: the way it came, so that it can be shown again.
#pragma once

#include "core/model/model.h"
#include "core/train/checkpoint.h"

#include <cstdint>
#include <string>
#include <vector>

namespace headscope {

/// The model as it was after a step.
struct Checkpoint {
    std::int64_t step = 0;
    ModelPtr model;
};

struct RunHistory {
    std::vector<TrainStep> steps;    ///< ascending
    std::vector<Checkpoint> moments; ///< ascending
};

/// What there is of a run that has come to step `last`, in the shape of `like`. Nothing here is an error: what is
/// missing or damaged is left out.
RunHistory readHistory(const std::string& folder, const Model& like, std::int64_t last);

/// Puts the history into its place in a run's folder, which is there, in place of the one before. Of many steps and
/// moments some are left out evenly, so that it stays below 64 moments and about 100 MB; a moment is written once. Io
/// error.
Status writeHistory(const std::string& folder, const std::vector<TrainStep>& steps,
                    const std::vector<Checkpoint>& moments);

} // namespace headscope
