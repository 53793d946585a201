// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/examples.h"
#include "core/train/task.h"

namespace headscope {

/// What the model of a folder was trained to do, where train.json says so and we know the task; else null.
const Task* taskOfFolder(const std::string& folder);

/// Texts of the task that no training has seen, the same ones each time, short ones first: as a person types them, up
/// to a place where the task asks something. So a decoder is to go on, an encoder–decoder has said a part, and an
/// encoder has masks. Titles are the texts' beginnings. `length` as for Task::example().
std::vector<Example> taskExamples(const Task& task, int length);

} // namespace headscope
