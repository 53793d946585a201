// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/task.h"

namespace headscope {

using TaskPtr = std::unique_ptr<const Task>;

TaskPtr makeCopyTask();
TaskPtr makeReverseTask();
TaskPtr makeSortTask();
TaskPtr makePreviousTask();
TaskPtr makeInductionTask();
TaskPtr makeBracketTask();
TaskPtr makeAgreementTask();
TaskPtr makePronounTask();
TaskPtr makeTranslationTask();
TaskPtr makeQaTask();
TaskPtr makeSummaryTask();
TaskPtr makeCausalTask();
TaskPtr makeMaskedTask();

} // namespace headscope
