// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/ablation.h"
#include "core/train/task.h"

#include <cstdint>
#include <string>
#include <vector>

namespace headscope {

/// What a run is made of; the same options give the same bits on the same machine.
struct TrainOptions {
    std::string task;
    std::uint64_t seed = 0;
    int layers = 0; ///< of each stack
    int heads = 0;
    int dModel = 0;
    int batch = 0;   ///< examples of a step
    int length = 0;  ///< tokens of an example at most
    double rate = 0; ///< learning rate after warm-up
    std::vector<HeadPlace> without = {}; ///< heads whose rows of W_O stay 0
    friend bool operator==(const TrainOptions&, const TrainOptions&) = default;
};
/// With the task's own sizes.
TrainOptions defaultOptions(const Task& task);

/// Usage error listing the known ones.
Result<const Task*> taskOf(const std::string& name);
/// Usage error naming the option for sizes that cannot work, Io error for those that do not fit the memory.
Status checkOptions(const Task& task, const TrainOptions& options);
/// The shape of the model that learns: GPT-2's, BERT's or BART's, as their folders are read. The options have been
/// checked.
ModelConfig trainedShape(const Task& task, const TrainOptions& options);

} // namespace headscope
