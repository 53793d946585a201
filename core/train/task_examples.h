// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/examples.h"
#include "core/sources/opened_model.h"
#include "core/train/task.h"

namespace headscope {

/// What a model was trained to do, where its folder's train.json says so and we know the task, or learns right now; else
/// null.
const Task* taskOf(const OpenedModel& opened);

/// Texts of the task that no training has seen, the same ones each time, short ones first: as a person types them, up
/// to a place where the task asks something. So a decoder is to go on, an encoder–decoder has said a part, and an
/// encoder has masks. Titles are the texts' beginnings. `length` as for Task::example().
std::vector<Example> taskExamples(const Task& task, int length);

} // namespace headscope
