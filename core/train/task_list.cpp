// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/task_list.h"

#include <algorithm>

namespace headscope {
namespace {

std::vector<TaskPtr> makeTasks() {
    std::vector<TaskPtr> made;
    for (const auto make : {makeCopyTask, makeReverseTask, makeSortTask, makePreviousTask, makeInductionTask,
                            makeBracketTask, makeAgreementTask, makePronounTask, makeTranslationTask, makeQaTask,
                            makeSummaryTask, makeCausalTask, makeMaskedTask})
        made.push_back(make());
    return made;
}

} // namespace

std::span<const Task* const> tasks() {
    static const std::vector<TaskPtr> owned = makeTasks();
    static const std::vector<const Task*> seen = [] {
        std::vector<const Task*> list;
        for (const TaskPtr& task : owned) list.push_back(task.get());
        return list;
    }();
    return seen;
}

const Task* findTask(std::string_view name) {
    const auto all = tasks();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Task* task) { return task->name() == name; });
    return found == all.end() ? nullptr : *found;
}

} // namespace headscope
