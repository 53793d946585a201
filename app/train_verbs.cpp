// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train_verbs.h"

#include "app/model_verbs.h"
#include "app/process.h"
#include "app/terminal_line.h"
#include "app/train_log.h"
#include "core/sources/model_folder.h"
#include "core/train/finish.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace headscope {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// Accuracy of a run is that on these examples.
constexpr std::int64_t unseenSentences = 200;
constexpr std::uint64_t unseenSeed = 1;
constexpr std::int64_t stepsBetweenMeasures = 25; ///< for --until
constexpr std::chrono::seconds saveEvery{30};     ///< what a crash can cost

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string folderOf(const Command& command) {
    const fs::path path = fs::path(command.output).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).string();
}

/// A new run needs a new place, and a resumed one its own.
Status checkFolder(const std::string& folder, bool resume) {
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    const auto refuse = [&](const std::string& why) { return Status(Error{ErrorCode::Io, folder, why}); };
    if (!fs::exists(status))
        return resume ? refuse("there is no such folder; leave --resume out to begin a new run there") : Status();
    if (!fs::is_directory(status)) return refuse("is a file, and a model is a folder; give -o another name");
    const bool ours = isTrainedFolder(folder);
    if (resume)
        return ours ? Status()
                    : refuse("holds no run of headscope train; leave --resume out, and give -o a new folder");
    if (ours) return refuse("holds a run already; go on with it by --resume, or give -o another folder");
    if (fs::is_empty(folder, error)) return {};
    return refuse("is a folder with other things in it; give -o a new one");
}

TrainOptions chosenOptions(const TrainRequest& asked) {
    TrainOptions options = defaultOptions(*findTask(asked.task));
    options.seed = asked.seed.value_or(options.seed);
    options.layers = asked.layers.value_or(options.layers);
    options.heads = asked.heads.value_or(options.heads);
    options.dModel = asked.dModel.value_or(options.dModel);
    options.batch = asked.batch.value_or(options.batch);
    options.length = asked.length.value_or(options.length);
    options.rate = asked.rate.value_or(options.rate);
    return options;
}

/// A run's sizes cannot change under way; saying again what they are is no harm.
Status checkSame(const TrainRequest& asked, const TrainOptions& run, const std::string& folder) {
    const auto differs = [&](const std::string& option, const std::string& value) {
        return Status(Error{ErrorCode::Usage, option,
                            "the run in " + folder + " has " + value + "; leave it out, or begin another run"});
    };
    if (!asked.task.empty() && asked.task != run.task)
        return Error{ErrorCode::Usage, asked.task,
                     "the run in " + folder + " has the task " + run.task + "; give that one or none"};
    if (asked.seed && *asked.seed != run.seed) return differs("--seed", std::to_string(run.seed));
    const struct {
        const char* option;
        std::optional<int> asked;
        int value;
    } sizes[] = {{"--layers", asked.layers, run.layers},
                 {"--heads", asked.heads, run.heads},
                 {"--d-model", asked.dModel, run.dModel},
                 {"--batch", asked.batch, run.batch},
                 {"--length", asked.length, run.length}};
    for (const auto& size : sizes)
        if (size.asked && *size.asked != size.value) return differs(size.option, std::to_string(size.value));
    if (asked.rate && *asked.rate != run.rate) return differs("--rate", Json(run.rate).dump());
    return {};
}

Result<Trainer> startOrResume(const TrainRequest& asked, const std::string& folder) {
    if (!asked.resume) return Trainer::begin(chosenOptions(asked));
    Result<Trainer> trainer = Trainer::resume(folder);
    if (!trainer.ok()) return trainer;
    if (Status same = checkSame(asked, trainer->options(), folder); !same.ok()) return same.error();
    return trainer;
}

/// One run of `headscope train`.
class Run {
public:
    Run(const Command& command, std::string folder, Trainer trainer, TrainLog log)
        : m_asked(command.train), m_quiet(command.quiet), m_folder(std::move(folder)), m_trainer(std::move(trainer)),
          m_log(std::move(log)), m_line(command.quiet),
          m_steps(m_asked.steps.value_or(m_trainer.task().defaults().steps)), m_first(m_trainer.steps()) {}

    /// The end is reached, or it was stopped: both are saved and told.
    Status go(std::stop_token stop) {
        if (m_first >= m_steps && !m_quiet)
            remark(m_folder + ": the run is at step " + std::to_string(m_first) + " and " + std::to_string(m_steps) +
                   " steps in all were asked for, so nothing is left to do; give --steps a larger number");
        if (m_first == 0) // a place that cannot be written to is known before the work, not behind it
            if (Status saved = save(); !saved.ok()) return saved;
        const Status learned = learn(stop);
        const bool stopped = !learned.ok() && learned.error().code == ErrorCode::Cancelled;
        if (!learned.ok() && !stopped) return keepsLast(learned.error());
        if (Status saved = m_asked.finish && !stopped ? finishRun(stop) : save(); !saved.ok()) return saved;
        if (Status told = tell(); !told.ok()) return told;
        return learned;
    }

private:
    Status learn(const std::stop_token& stop) {
        while (m_trainer.steps() < m_steps) {
            const Result<TrainStep> step = m_trainer.step(stop);
            if (!step.ok()) return step.error();
            if (Status logged = m_log.add(*step, secondsSince(m_start)); !logged.ok()) return logged;
            show(*step);
            if (Status kept = keep(); !kept.ok()) return kept;
            const bool measured = m_asked.until && step->step % stepsBetweenMeasures == 0;
            if (!measured) continue;
            const Result<double> accuracy = measure(stop);
            if (!accuracy.ok()) return accuracy.error();
            if (*accuracy >= *m_asked.until) return {};
        }
        return {};
    }

    Status save() {
        m_saved = Clock::now();
        return m_trainer.save(m_folder);
    }

    Status finishRun(const std::stop_token& stop) {
        const Result<Evaluation> found = finish(m_trainer, m_folder, stop);
        if (found.ok()) {
            m_measuredAt = m_trainer.steps();
            m_accuracy = found->accuracy;
            return {};
        }
        // The folder is still that of the run, so that the work is not lost.
        if (found.error().code == ErrorCode::Cancelled)
            if (Status saved = save(); !saved.ok()) return saved;
        return found.error();
    }

    /// What --checkpoints asks for, and what a crash leaves.
    Status keep() {
        const std::int64_t step = m_trainer.steps();
        if (m_asked.checkpoints && step % *m_asked.checkpoints == 0) {
            const fs::path place = fs::path(m_folder) / "checkpoints" / std::to_string(step);
            std::error_code error;
            fs::create_directories(place.parent_path(), error);
            if (error) return Error{ErrorCode::Io, place.parent_path().string(), describeSystemError(error.value())};
            if (Status saved = m_trainer.save(place.string()); !saved.ok()) return saved;
        }
        return Clock::now() - m_saved < saveEvery ? Status() : save();
    }

    /// On unseen examples, once for every state of the weights.
    Result<double> measure(std::stop_token stop) {
        if (m_measuredAt == m_trainer.steps()) return m_accuracy;
        const Result<Evaluation> found = evaluate(m_trainer.model(), m_trainer.task(), m_trainer.options().length,
                                                  unseenSentences, unseenSeed, std::move(stop));
        if (!found.ok()) return found.error();
        m_measuredAt = m_trainer.steps();
        return m_accuracy = found->accuracy;
    }

    void show(const TrainStep& step) {
        constexpr std::int64_t cells = 24;
        const auto full = static_cast<std::size_t>(cells * step.step / m_steps);
        const double each = secondsSince(m_start) / static_cast<double>(step.step - m_first);
        char numbers[96];
        std::snprintf(numbers, sizeof numbers, "  loss %.3f  accuracy %.1f %%  %.0f s left", step.loss,
                      100 * step.accuracy, each * static_cast<double>(m_steps - step.step));
        m_shown = std::string(m_trainer.task().name()) + " [" + std::string(full, '#') +
                  std::string(static_cast<std::size_t>(cells) - full, '.') + "] " + std::to_string(step.step) + "/" +
                  std::to_string(m_steps) + numbers;
        m_line.show(m_shown);
    }

    Status tell() {
        const double seconds = secondsSince(m_start);
        const Result<double> accuracy = measure({});
        if (!accuracy.ok()) return accuracy.error();
        if (!m_shown.empty()) m_line.finish(m_shown); // what follows has a line of its own
        Json line = {{"steps", m_trainer.steps()},
                     {"seconds", seconds},
                     {"loss", m_trainer.reached().loss},
                     {"accuracy", *accuracy},
                     {"folder", m_folder}};
        return print(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    }

    Status keepsLast(Error error) const {
        error.detail += "; what was saved before is still in " + m_folder;
        return error;
    }

    TrainRequest m_asked;
    bool m_quiet;
    std::string m_folder;
    Trainer m_trainer;
    TrainLog m_log;
    TerminalLine m_line;
    std::int64_t m_steps;
    std::int64_t m_first;
    Clock::time_point m_start = Clock::now();
    Clock::time_point m_saved = m_start;
    std::int64_t m_measuredAt = -1;
    double m_accuracy = 0;
    std::string m_shown; ///< the progress, as it stands on a terminal
};

} // namespace

Status runTrain(const Command& command, std::stop_token stop) {
    const std::string folder = folderOf(command);
    if (Status fits = checkFolder(folder, command.train.resume); !fits.ok()) return fits;
    Result<Trainer> trainer = startOrResume(command.train, folder);
    if (!trainer.ok()) return trainer.error();
    Result<TrainLog> log =
        command.train.resume ? TrainLog::goOn(command.train.log, trainer->steps()) : TrainLog::begin(command.train.log);
    if (!log.ok()) return log.error();
    return Run(command, folder, std::move(*trainer), std::move(*log)).go(std::move(stop));
}

Status runEvaluate(const Command& command, std::stop_token stop) {
    const Result<std::string> folder = findModel(programPlaces(), command.modelName);
    if (!folder.ok()) return folder.error();
    const Result<TrainRecord> record = readTrainRecord(*folder);
    if (!record.ok()) return record.error();
    const TrainOptions& options = record->options;
    const Result<const Task*> task = taskOf(options.task);
    if (!task.ok()) return Error{ErrorCode::Input, *folder, task.error().detail};
    const Result<ModelPtr> model = openModel(*folder, stop);
    if (!model.ok()) return model.error();
    const Result<Evaluation> found = evaluate(*model, **task, options.length, command.train.sentences.value_or(1000),
                                              command.train.seed.value_or(unseenSeed), stop);
    if (!found.ok() && found.error().code == ErrorCode::Usage) // nobody has given an option that could be wrong
        return Error{ErrorCode::Input, *folder,
                     found.error().detail + "; its train.json belongs to another model"};
    if (!found.ok() && found.error().code == ErrorCode::Input)
        return Error{ErrorCode::Input, *folder, found.error().detail};
    if (!found.ok()) return found.error();
    Json line = {{"task", options.task}, {"sentences", found->sentences}, {"accuracy", found->accuracy}};
    if (found->best) line["best"] = *found->best;
    return print(line.dump() + "\n");
}

} // namespace headscope
