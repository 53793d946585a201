// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_run.h"

#include "core/base/memory.h"
#include "core/text/tokenizer_texts.h"

#include <QCoreApplication>
#include <QEvent>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <new>
#include <utility>

namespace headscope {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds tellEvery{50};
constexpr std::chrono::milliseconds countEvery{500}; ///< for steps per second
constexpr std::chrono::seconds keepEvery{10};
constexpr std::size_t mostKept = 100;
constexpr std::size_t fewestKept = 10;
constexpr std::uint64_t keptBytes = 256U << 20U; ///< of checkpoints in memory, if ten of them take no more

/// What a step or a beginning throws for want of memory is an error like any other.
template <class Made> Made orOutOfMemory(const std::function<Made()>& make) {
    try {
        return make();
    } catch (const std::bad_alloc&) {
        return outOfMemory();
    }
}

} // namespace

struct TrainingRun::Worker {
    std::optional<Trainer> trainer;
    std::string folder;
    TokenizerPtr tokenizer;
    int run = 0;
    int answered = 0;        ///< the last beginning
    int refused = 0;         ///< the last one that failed
    std::int64_t stride = 1; ///< steps between checkpoints
    bool unkept = false;     ///< steps were made since the folder was written
    Clock::time_point told, kept, counted;
    std::int64_t countedStep = 0;
    double stepsPerSecond = 0;
    std::optional<Error> error, saveError;
    std::optional<std::string> saved;
};

TrainingRun::TrainingRun(std::string runs, QObject* parent)
    : QObject(parent), m_runs(std::move(runs)), m_at(std::make_unique<Worker>()),
      m_thread([this](std::stop_token end) { run(end); }) {}

TrainingRun::~TrainingRun() {
    {
        const std::lock_guard lock(m_mutex);
        m_interrupt.request_stop();
    }
    m_thread.request_stop();
    m_wake.notify_all();
    m_thread.join();
}

std::string TrainingRun::folderOf(std::string_view task) const {
    return m_runs + "/" + std::string(task);
}

void TrainingRun::post(Command command, bool interrupts) {
    {
        const std::lock_guard lock(m_mutex);
        if (interrupts) {
            m_interrupt.request_stop();
            m_playing = false;
            m_stepsLeft = 0;
        }
        m_commands.push_back(std::move(command));
    }
    m_wake.notify_all();
}

void TrainingRun::begin(const TrainOptions& options) {
    post(
        [this, options, asked = ++m_asked] {
            adopt(orOutOfMemory<Result<Trainer>>([&] { return Trainer::begin(options); }), folderOf(options.task),
                  asked);
        },
        true);
}

void TrainingRun::resume(const std::string& folder) {
    post(
        [this, folder, asked = ++m_asked] {
            Result<Trainer> trainer = orOutOfMemory<Result<Trainer>>([&] { return Trainer::resume(folder); });
            const std::string kept = trainer ? folderOf(trainer->options().task) : folder;
            adopt(std::move(trainer), kept, asked);
        },
        true);
}

void TrainingRun::play() {
    post(
        [this, asked = unanswered()] {
            if (asked && asked == m_at->refused) return; // its error stays
            m_at->error.reset();
            m_at->counted = Clock::now();
            m_at->countedStep = m_at->trainer ? m_at->trainer->steps() : 0;
            {
                const std::lock_guard lock(m_mutex);
                m_playing = m_at->trainer.has_value();
            }
            publish();
        },
        false);
}

void TrainingRun::pause() {
    post([this] { rest(std::nullopt); }, false);
}

void TrainingRun::step(int steps) {
    post(
        [this, steps, asked = unanswered()] {
            if (asked && asked == m_at->refused) return;
            m_at->error.reset();
            const std::lock_guard lock(m_mutex);
            m_playing = false;
            m_stepsLeft = m_at->trainer ? m_stepsLeft + steps : 0;
        },
        false);
}

void TrainingRun::replace(const ModelPtr& model) {
    post(
        [this, model] {
            m_at->error.reset();
            m_at->trainer->replace(*model);
            m_at->unkept = true;
            publish();
        },
        false);
}

void TrainingRun::setRate(double rate) {
    post(
        [this, rate] {
            if (!m_at->trainer) return;
            m_at->trainer->setRate(rate);
            publish();
        },
        false);
}

void TrainingRun::saveTo(const std::string& folder) {
    post(
        [this, folder] {
            if (!m_at->trainer) return;
            const Status written = m_at->trainer->save(folder);
            m_at->saveError = written ? std::nullopt : std::optional(written.error());
            m_at->saved = written ? std::optional(folder) : std::nullopt;
            publish();
        },
        false);
}

void TrainingRun::run(const std::stop_token& end) {
    for (;;) {
        std::unique_lock lock(m_mutex);
        const auto wanted = [this] { return !m_commands.empty() || m_playing || m_stepsLeft > 0; };
        if (!wanted() && m_at->unkept && !end.stop_requested()) {
            lock.unlock();
            keep();
            publish();
            continue;
        }
        m_wake.wait(lock, end, wanted);
        if (end.stop_requested()) break;
        if (!m_commands.empty()) {
            const Command command = std::move(m_commands.front());
            m_commands.pop_front();
            lock.unlock();
            command();
        } else {
            lock.unlock();
            makeStep();
        }
    }
    if (m_at->unkept) keep();
}

void TrainingRun::adopt(Result<Trainer> trainer, const std::string& folder, int asked) {
    Worker& at = *m_at;
    at.answered = asked;
    if (trainer) {
        if (at.unkept) keep();
        TokenizerTexts texts;
        texts.tokenizerJson = trainer->task().tokenizerJson();
        Result<TokenizerPtr> tokenizer = makeTokenizer(texts);
        if (!tokenizer) {
            at.refused = asked;
            return rest(tokenizer.error());
        }
        const int before = at.run;
        at = Worker{};
        at.answered = asked;
        at.run = before + 1;
        at.trainer = std::move(*trainer);
        at.tokenizer = *tokenizer;
        at.folder = folder;
        at.kept = at.counted = Clock::now();
        at.countedStep = at.trainer->steps();
        const std::lock_guard lock(m_mutex);
        m_interrupt = std::stop_source();
        m_fresh.clear();
        m_kept = {{at.trainer->steps(), at.trainer->model()}};
    } else {
        const std::lock_guard lock(m_mutex);
        m_interrupt = std::stop_source();
        at.refused = asked;
    }
    rest(trainer ? std::nullopt : std::optional(trainer.error()));
}

void TrainingRun::makeStep() {
    std::stop_token stop;
    {
        const std::lock_guard lock(m_mutex);
        stop = m_interrupt.get_token();
    }
    const Result<TrainStep> made = orOutOfMemory<Result<TrainStep>>([&] { return m_at->trainer->step(stop); });
    if (!made) {
        if (made.error().code != ErrorCode::Cancelled) rest(made.error());
        return;
    }
    note(*made);
    const Clock::time_point now = Clock::now();
    if (now - m_at->counted >= countEvery) {
        const double seconds = std::chrono::duration<double>(now - m_at->counted).count();
        m_at->stepsPerSecond = static_cast<double>(made->step - m_at->countedStep) / seconds;
        m_at->counted = now;
        m_at->countedStep = made->step;
    }
    if (now - m_at->kept >= keepEvery) keep();
    bool last = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_stepsLeft > 0) last = --m_stepsLeft == 0;
    }
    if (last || now - m_at->told >= tellEvery) publish();
}

void TrainingRun::note(const TrainStep& step) {
    m_at->unkept = true;
    const std::lock_guard lock(m_mutex);
    m_fresh.push_back(step);
    if (step.step % m_at->stride != 0) return;
    m_kept.push_back({step.step, m_at->trainer->model()});
    if (m_kept.size() <= mostCheckpoints()) return;
    // Every other one goes: they stay evenly apart.
    m_at->stride *= 2;
    const std::int64_t stride = m_at->stride;
    std::erase_if(m_kept, [&, first = m_kept.front().step](const Checkpoint& c) {
        return c.step != first && c.step % stride != 0;
    });
}

std::size_t TrainingRun::mostCheckpoints() const {
    const std::uint64_t bytes = std::max<std::uint64_t>(1, m_at->trainer->model()->bytes);
    return std::clamp<std::size_t>(keptBytes / bytes, fewestKept, mostKept);
}

void TrainingRun::keep() {
    m_at->unkept = false;
    m_at->kept = Clock::now();
    std::error_code ignored; // save() says what is wrong with the folder
    std::filesystem::create_directories(m_runs, ignored);
    const Status written = m_at->trainer->save(m_at->folder);
    m_at->saveError = written ? std::nullopt : std::optional(written.error());
}

void TrainingRun::rest(std::optional<Error> error) {
    m_at->error = std::move(error);
    {
        const std::lock_guard lock(m_mutex);
        m_playing = false;
        m_stepsLeft = 0;
    }
    publish();
}

void TrainingRun::publish() {
    m_at->told = Clock::now();
    const std::lock_guard lock(m_mutex);
    m_next = RunState{};
    if (m_at->trainer) {
        m_next.task = &m_at->trainer->task();
        m_next.options = m_at->trainer->options();
        m_next.folder = m_at->folder;
        m_next.tokenizer = m_at->tokenizer;
        m_next.step = m_at->trainer->steps();
        m_next.model = m_at->trainer->model();
    }
    m_next.playing = m_playing;
    m_next.stepsPerSecond = m_at->stepsPerSecond;
    m_next.answered = m_at->answered;
    m_next.run = m_at->run;
    m_next.error = m_at->error;
    m_next.saveError = m_at->saveError;
    m_next.saved = m_at->saved;
    if (std::exchange(m_posted, true)) return;
    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

bool TrainingRun::event(QEvent* event) {
    if (event->type() != QEvent::User) return QObject::event(event);
    {
        const std::lock_guard lock(m_mutex);
        m_posted = false;
        if (m_next.run != m_state.run) m_history.clear();
        m_state = m_next;
        m_history.insert(m_history.end(), m_fresh.begin(), m_fresh.end());
        m_fresh.clear();
        m_checkpoints = m_kept;
    }
    emit changed();
    return true;
}

} // namespace headscope
