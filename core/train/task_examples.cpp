// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/task_examples.h"

#include "core/train/checkpoint.h"

#include <algorithm>
#include <utility>

namespace headscope {
namespace {

constexpr int shown = 6;
constexpr int drawnForOne = 4; ///< so many are drawn for each that is shown, to have short and long ones
constexpr std::size_t longestTitle = 56;

/// Ends where something is asked, with two thirds of the answers given: the beginning of an answer says which way the
/// model goes, and the end leaves nothing to say. What an encoder is asked stands in the text as its masks.
TaskExample begun(const Task& task, TaskExample example) {
    if (task.kind() == ModelKind::Encoder) return example;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < example.targets.size(); ++i)
        if (example.targets[i] >= 0) asked.push_back(i);
    if (asked.empty()) return example;
    const std::size_t last = asked[asked.size() * 2 / 3];
    (task.kind() == ModelKind::Decoder ? example.ids : example.decoderIds).resize(last + 1);
    return example;
}

std::string titleOf(const Example& example) {
    const std::string all = example.text2 ? example.text + " → " + *example.text2 : example.text;
    if (all.size() <= longestTitle) return all;
    return all.substr(0, all.rfind(' ', longestTitle)) + " …";
}

} // namespace

const Task* taskOf(const OpenedModel& opened) {
    if (!opened.learning.empty()) return findTask(opened.learning);
    if (!isTrainedFolder(opened.folder)) return nullptr;
    const Result<TrainRecord> record = readTrainRecord(opened.folder);
    return record ? findTask(record->options.task) : nullptr;
}

std::vector<Example> taskExamples(const Task& task, int length) {
    Rng rng(hashBytes("examples"));
    std::vector<TaskExample> drawn;
    for (int i = 0; i < shown * drawnForOne; ++i) drawn.push_back(task.example(rng, length, TaskPart::Unseen));
    std::ranges::stable_sort(drawn, {}, [](const TaskExample& e) { return e.ids.size() + e.decoderIds.size(); });
    std::vector<Example> examples;
    for (std::size_t i = drawnForOne - 1; i < drawn.size(); i += drawnForOne) { // the very shortest have little to show
        const TaskExample example = begun(task, std::move(drawn[i]));
        Example made{{}, task.text(example), task.text2(example)};
        made.title = titleOf(made);
        if (std::ranges::find(examples, made.title, &Example::title) == examples.end())
            examples.push_back(std::move(made));
    }
    return examples;
}

} // namespace headscope
