// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/trainer.h"

#include "core/sources/model_folder.h"
#include "core/sources/model_writer.h"
#include "core/train/batch.h"

#include <algorithm>
#include <cassert>
#include <filesystem>

namespace headscope {

struct TrainerState {
    const Task* task = nullptr;
    TrainOptions options;
    TrainState state;
    Gradients gradients;
    ModelPtr model;
    TrainStep reached;
};

namespace {

/// Every step has a generator of its own, so nothing of it has to be saved.
std::vector<TaskExample> batchOf(const Task& task, const TrainOptions& o, std::int64_t step) {
    Rng rng(Rng::mix(o.seed ^ hashBytes("batch")) ^ Rng::mix(static_cast<std::uint64_t>(step)));
    std::vector<TaskExample> examples;
    for (int i = 0; i < o.batch; ++i) examples.push_back(task.example(rng, o.length, TaskPart::Train));
    return examples;
}

OptimizerOptions optimizerOf(const TrainOptions& o) {
    OptimizerOptions options;
    options.rate = o.rate;
    return options;
}

std::unique_ptr<TrainerState> makeState(const Task& task, const TrainOptions& options) {
    auto made = std::make_unique<TrainerState>();
    made->task = &task;
    made->options = options;
    made->state.weights = randomParameters(trainedShape(task, options), options.seed);
    made->state.optimizer = beginOptimizer(made->state.weights);
    return made;
}

void packModel(TrainerState& t) {
    t.model = pack(trainedShape(*t.task, t.options), t.state.weights);
}

double shareOf(std::int64_t correct, std::int64_t asked) {
    return asked > 0 ? static_cast<double>(correct) / static_cast<double>(asked) : 0;
}

/// Weights of an earlier step: the optimizer remembers nothing yet.
TrainState stateAt(std::int64_t step, const Model& model) {
    TrainState state{unpack(model), {}};
    state.optimizer = beginOptimizer(state.weights);
    state.optimizer.step = state.optimizer.begun = step;
    return state;
}

/// Forgets those that have something to say in these weights.
void keepCleared(TrainOptions& options, Parameters& weights, const ModelConfig& config) {
    std::erase_if(options.without, [&](const HeadPlace& place) { return !isCleared(weights, config, place); });
}

Status write(const std::string& folder, const TrainRecord& record, const TrainState& state, const Model& model) {
    Result<FileGroup> files = FileGroup::begin(folder);
    if (!files) return files.error();
    if (Status s = addCheckpoint(record, state, *files); !s) return s;
    const Task& task = *findTask(record.options.task);
    const ModelToWrite written{&model, task.tokenizerJson(), task.tokenizerConfigJson(), WeightPrecision::Float32};
    if (Status s = addModel(written, *files); !s) return s;
    return files->commit();
}

/// The model beside the checkpoint, of the shape that it must have: somebody may have put another one there.
Result<ModelPtr> modelBeside(const std::string& folder, const ModelConfig& expected) {
    Result<ModelPtr> model = openModel(folder);
    if (!model) return model;
    if ((*model)->config != expected)
        return Error{ErrorCode::Input, folder,
                     "config.json does not describe the model of train.json; they belong to different runs"};
    if (Status s = canTrain(**model); !s) return s.error();
    return model;
}

/// Whether model.safetensors was written after the checkpoint: by somebody who wants to go on from other weights. One
/// that a process left behind when it ended while it saved is older.
bool isNewerThanCheckpoint(const std::string& folder) {
    std::error_code error;
    const auto model = std::filesystem::last_write_time(std::filesystem::path(folder) / "model.safetensors", error);
    if (error) return false;
    return model >= std::filesystem::last_write_time(checkpointFile(folder), error) && !error;
}

} // namespace

Trainer::Trainer(std::unique_ptr<TrainerState> state) : m_state(std::move(state)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Result<Trainer> Trainer::begin(const TrainOptions& options) {
    const Result<const Task*> task = taskOf(options.task);
    if (!task) return task.error();
    if (Status s = checkOptions(**task, options); !s) return s.error();
    auto state = makeState(**task, options);
    packModel(*state);
    return Trainer(std::move(state));
}

Result<Trainer> Trainer::resume(const std::string& folder) {
    const Result<TrainRecord> record = readTrainRecord(folder);
    if (!record) return record.error();
    const auto ofRecord = [&](const Error& error) { // what no option of the command line has said
        const std::string path = (std::filesystem::path(folder) / "train.json").string();
        return Error{ErrorCode::Input, path + ": " + error.place, error.detail};
    };
    const Result<const Task*> task = taskOf(record->options.task);
    if (!task) return ofRecord(task.error());
    if (Status s = checkOptions(**task, record->options); !s) return ofRecord(s.error());
    const Result<ModelPtr> model = modelBeside(folder, trainedShape(**task, record->options));
    if (!model) return model.error();
    auto state = makeState(**task, record->options);
    if (Status s = readCheckpoint(folder, state->state); !s) return s.error();
    if (isNewerThanCheckpoint(folder)) state->state.weights = unpack(**model); // the same numbers unless edited
    keepCleared(state->options, state->state.weights, (*model)->config);
    state->reached = record->reached;
    state->reached.step = state->state.optimizer.step;
    packModel(*state);
    return Trainer(std::move(state));
}

Result<TrainStep> Trainer::step(std::stop_token stop) {
    TrainerState& t = *m_state;
    const std::vector<TaskExample> examples = batchOf(*t.task, t.options, t.state.optimizer.step);
    const Result<BatchResult> result = gradients(t.model, examples, t.gradients, stop);
    if (!result) return result.error();
    const Result<double> length = optimize(optimizerOf(t.options), t.gradients.sum, t.state.weights, t.state.optimizer);
    if (!length) return length.error();
    for (const HeadPlace& place : t.options.without) clearHead(t.state.weights, t.model->config, place);
    packModel(t);
    t.reached = {t.state.optimizer.step, result->loss, shareOf(result->correct, result->asked)};
    return t.reached;
}

void Trainer::setRate(double rate) {
    assert(rate > 0);
    m_state->options.rate = rate;
}

void Trainer::replace(const Model& model) {
    assert(model.config == m_state->model->config);
    m_state->state.weights = unpack(model);
    keepCleared(m_state->options, m_state->state.weights, model.config);
    packModel(*m_state);
}

void Trainer::goBack(const TrainStep& reached, const Model& model) {
    assert(model.config == m_state->model->config);
    m_state->state = stateAt(reached.step, model);
    m_state->reached = reached;
    keepCleared(m_state->options, m_state->state.weights, model.config);
    packModel(*m_state);
}

void Trainer::keepOut(const HeadPlace& place) {
    TrainerState& t = *m_state;
    clearHead(t.state.weights, t.model->config, place);
    if (std::ranges::find(t.options.without, place) == t.options.without.end()) t.options.without.push_back(place);
    packModel(t);
}

std::int64_t Trainer::steps() const {
    return m_state->state.optimizer.step;
}
const TrainStep& Trainer::reached() const {
    return m_state->reached;
}
const TrainOptions& Trainer::options() const {
    return m_state->options;
}
const Task& Trainer::task() const {
    return *m_state->task;
}
const ModelPtr& Trainer::model() const {
    return m_state->model;
}

Status Trainer::save(const std::string& folder) const {
    const TrainerState& t = *m_state;
    return write(folder, {t.options, t.reached}, t.state, *t.model);
}

Status Trainer::saveAt(const std::string& folder, const TrainStep& reached, const Model& model,
                       const std::optional<HeadPlace>& without) const {
    TrainState state = stateAt(reached.step, model);
    TrainOptions options = m_state->options;
    keepCleared(options, state.weights, model.config);
    if (without && std::ranges::find(options.without, *without) == options.without.end())
        options.without.push_back(*without);
    return write(folder, {options, reached}, state, model);
}

Result<Evaluation> evaluate(const ModelPtr& model, const Task& task, int length, std::int64_t sentences,
                            std::uint64_t seed, std::stop_token stop) {
    const ModelConfig& c = model->config;
    const auto refuse = [&](const std::string& detail) {
        return Error{ErrorCode::Usage, "model", detail + " and cannot do the task " + std::string(task.name())};
    };
    if (c.kind != task.kind()) return refuse("is of another kind (" + c.familyName + ")");
    if (!model->hasHead()) return refuse("has no output head");
    if (c.vocabulary != std::ssize(task.vocabulary()))
        return refuse("knows " + std::to_string(c.vocabulary) + " tokens, not " +
                      std::to_string(task.vocabulary().size()));
    if (c.maxPositions < task.positions(length) || length < task.shortest())
        return refuse("reads " + std::to_string(c.maxPositions) + " tokens, not examples of " + std::to_string(length));

    constexpr std::int64_t atOnce = 256;
    Rng rng(Rng::mix(seed ^ hashBytes("unseen")));
    std::vector<TaskExample> all;
    std::int64_t asked = 0, correct = 0;
    while (std::ssize(all) < sentences) {
        const std::size_t first = all.size();
        for (std::int64_t i = std::min(atOnce, sentences - std::ssize(all)); i > 0; --i)
            all.push_back(task.example(rng, length, TaskPart::Unseen));
        const Result<BatchResult> result = loss(model, std::span(all).subspan(first), stop);
        if (!result && result.error().code == ErrorCode::Input) // nothing is learned here: no rate would help
            return Error{ErrorCode::Input, "model",
                         "its loss on the task's examples is no number; the weights are damaged, or training has "
                         "ruined them"};
        if (!result) return result.error();
        asked += result->asked;
        correct += result->correct;
    }
    return Evaluation{sentences, shareOf(correct, asked), task.best(all)};
}

} // namespace headscope
