// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/opened_model.h"
#include "core/train/run_history.h"
#include "core/train/trainer.h"

#include <QObject>
#include <QString>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace headscope {

/// Where a run is.
struct RunState {
    const Task* task = nullptr; ///< null: nothing has begun
    TrainOptions options;
    std::string folder; ///< where it is kept, and what the session calls its model
    TokenizerPtr tokenizer;
    std::int64_t step = 0;
    ModelPtr model;
    bool playing = false;
    double stepsPerSecond = 0;
    int answered = 0;                 ///< how many beginnings and ways back have come to something
    int run = 0;                      ///< counts what was begun and opened: another number is another history
    int goneBack = 0;                 ///< counts the ways back, each of which cuts the history
    bool replaces = false;            ///< its folder still holds another run, or a later step of this one
    std::optional<Error> error;       ///< why it stopped, or why it could not begin
    std::optional<Error> saveError;   ///< why it could not be kept
    std::optional<std::string> saved; ///< the folder that saveTo() wrote last
};

/// A model that learns, on a thread of its own: steps are made while it plays, and what they come to is told at most
/// twenty times a second, in the thread that made this object. Where it has come to is written to its own folder every
/// few seconds and whenever it rests, so that a crash costs little, with the way it came. What it replaces there is
/// kept as the run before. The destructor ends within a step.
///
/// Like LatestJob, what is told waits behind our own mutex: ThreadSanitizer cannot see the locks inside Qt.
class TrainingRun : public QObject {
    Q_OBJECT
public:
    /// Runs are kept in `runs`/TASK.
    explicit TrainingRun(std::string runs, QObject* parent = nullptr);
    ~TrainingRun() override;

    const RunState& state() const { return m_state; }
    /// The steps of the run, ascending: all that were made here, and what was kept of those before.
    const std::vector<TrainStep>& history() const { return m_history; }
    /// Evenly apart, oldest first, from the one it began with; the newest model is not among them.
    const std::vector<Checkpoint>& checkpoints() const { return m_checkpoints; }
    std::string folderOf(std::string_view task) const;

    /// Random weights.
    void begin(const TrainOptions& options);
    /// Goes on from a folder that begin's run or `headscope train` wrote.
    void resume(const std::string& folder);
    void play();
    void pause();
    /// So many steps, then rests.
    void step(int steps = 1);
    /// Goes on with these weights in place of the newest, and keeps a head out of all that follows; they have its
    /// shape.
    void replace(const ModelPtr& model, const std::optional<HeadPlace>& without);
    /// Goes back to one of checkpoints(); later steps are dropped, and stay in the run before. Does nothing when they
    /// cannot be kept. This, replace() and saveTo() mean the run of state(): they do nothing to one that follows it.
    void goBack(const Checkpoint& moment);
    bool hasBefore(std::string_view task) const;
    /// The run that the task's newest has replaced; the two change places.
    void bringBack(std::string_view task);
    /// While it plays, no faster than so many steps per second; 0: as fast as it can.
    void setPace(double stepsPerSecond);
    /// The learning rate from the next step on.
    void setRate(double rate);
    /// Writes the model of a step with all that is needed to go on from there; without a head, if `without` says so.
    void saveTo(const std::string& folder, const Checkpoint& moment, const std::optional<HeadPlace>& without);

signals:
    /// state(), history() or checkpoints() changed.
    void changed();

protected:
    bool event(QEvent* event) override;

private:
    using Command = std::function<void()>;
    struct Worker;

    void post(Command command, bool interrupts);
    void run(const std::stop_token& end);
    // In the worker:
    struct Beginning {
        int asked = 0;
        std::string source; ///< the folder it comes from; empty: random weights
        Result<Trainer> trainer;
    };
    void adopt(Beginning beginning);
    std::vector<Checkpoint> readBack(const std::string& source);
    TrainStep reachedAt(std::int64_t step) const;
    void makeStep();
    void note(const TrainStep& step);
    /// Writes what is not in the folder yet; whether all of it is there now, else saveError says why.
    bool isKept();
    void keep();
    void rest(std::optional<Error> error);
    void publish();
    void tell(); ///< publish() for who holds m_mutex
    std::size_t mostCheckpoints() const;

    /// The beginning or way back whose outcome nobody has seen yet: what is wanted next is wanted of it. 0: there is
    /// none.
    int unanswered() const { return m_state.answered < m_asked ? m_asked : 0; }

    const std::string m_runs;
    int m_asked = 0; ///< beginnings and ways back
    RunState m_state;
    std::vector<TrainStep> m_history;
    std::vector<Checkpoint> m_checkpoints;

    std::mutex m_mutex; ///< of what both threads touch: down to m_posted
    std::condition_variable_any m_wake;
    std::stop_source m_interrupt; ///< of the step under way
    std::deque<Command> m_commands;
    bool m_playing = false;
    std::int64_t m_stepsLeft = 0; ///< while it does not play
    RunState m_next;
    std::vector<TrainStep> m_fresh; ///< steps that were not told yet
    std::vector<Checkpoint> m_kept;
    std::optional<std::int64_t> m_cut; ///< what was told of later steps is no longer true
    bool m_posted = false;

    std::unique_ptr<Worker> m_at;                  ///< the worker's own
    std::chrono::steady_clock::duration m_pause{}; ///< the worker's own: between the begins of two steps
    std::chrono::steady_clock::time_point m_due;   ///< the worker's own: when the next step may begin
    std::jthread m_thread;                         ///< last: it uses all of the above
};

} // namespace headscope
