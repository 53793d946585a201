// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_run.h"

#include "core/base/memory.h"
#include "core/text/tokenizer_texts.h"
#include "ui/training/run_before.h"

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
    int goneBack = 0;
    bool unkept = false;    ///< steps were made since the folder was written
    bool unwritten = false; ///< the folder could not be written when it last should have been
    bool replaces = false;  ///< what is in the folder is to be kept as the run before
    bool ownSteps = false;  ///< what is in the folder are later steps of this very run
    bool mayFollow = false; ///< the run before may be later steps of this very run
    std::vector<TrainStep> steps;
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
            adopt({asked, {}, orOutOfMemory<Result<Trainer>>([&] { return Trainer::begin(options); })});
        },
        true);
}

void TrainingRun::resume(const std::string& folder) {
    post(
        [this, folder, asked = ++m_asked] {
            if (m_at->unkept) keep(); // it may be what is opened
            adopt({asked, folder, orOutOfMemory<Result<Trainer>>([&] { return Trainer::resume(folder); })});
        },
        true);
}

bool TrainingRun::hasBefore(std::string_view task) const {
    const std::string folder = folderOf(task);
    return hasRunBefore(folder) || (m_state.replaces && m_state.folder == folder && isTrainedFolder(folder));
}

void TrainingRun::bringBack(std::string_view task) {
    post(
        [this, folder = folderOf(task), asked = ++m_asked] {
            if (!isKept()) return adopt({asked, folder, *m_at->saveError});
            // What was begun and never made a step has replaced nothing yet.
            const bool stillThere = m_at->replaces && m_at->folder == folder && isTrainedFolder(folder);
            if (const Status swapped = stillThere ? Status() : swapRunBefore(folder); !swapped)
                return adopt({asked, folder, swapped.error()});
            adopt({asked, folder, orOutOfMemory<Result<Trainer>>([&] { return Trainer::resume(folder); })});
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

void TrainingRun::replace(const ModelPtr& model, const std::optional<HeadPlace>& without) {
    post(
        [this, model, without, of = m_state.run] {
            if (of != m_at->run) return;
            m_at->error.reset();
            m_at->trainer->replace(*model);
            if (without) m_at->trainer->keepOut(*without);
            m_at->unkept = true;
            publish();
        },
        false);
}

void TrainingRun::goBack(const Checkpoint& moment) {
    post(
        [this, moment, of = m_state.run, prior = unanswered(), asked = ++m_asked] {
            Worker& at = *m_at;
            at.answered = asked;
            // What is wanted next was wanted of this moment, or of the beginning that was refused before.
            if ((prior && prior == at.refused) || (of == at.run && !isKept())) {
                at.refused = asked;
                return rest(at.error);
            }
            if (of != at.run) return publish(); // another run has come: it goes on from where it is
            const auto later = [step = moment.step](const auto& one) { return one.step > step; };
            std::erase_if(at.steps, later);
            at.trainer->goBack(reachedAt(moment.step), *moment.model);
            if (!at.replaces) at.ownSteps = true;
            at.replaces = true;
            ++at.goneBack;
            at.error.reset();
            {
                const std::lock_guard lock(m_mutex);
                m_cut = std::min(m_cut.value_or(moment.step), moment.step);
                std::erase_if(m_fresh, later);
                std::erase_if(m_kept, later);
                if (!m_kept.empty() && m_kept.back().step == moment.step) m_kept.back().model = at.trainer->model();
                tell();
            }
        },
        false);
}

void TrainingRun::setPace(double stepsPerSecond) {
    post(
        [this, stepsPerSecond] {
            const std::chrono::duration<double> pause(stepsPerSecond > 0 ? 1 / stepsPerSecond : 0);
            m_pause = std::chrono::duration_cast<Clock::duration>(pause);
            m_due = Clock::now();
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

void TrainingRun::saveTo(const std::string& folder, const Checkpoint& moment, const std::optional<HeadPlace>& without) {
    post(
        [this, folder, moment, without, of = m_state.run] {
            if (!m_at->trainer || of != m_at->run) return;
            const Trainer& trainer = *m_at->trainer;
            const Status written = moment.model == trainer.model()
                                       ? trainer.save(folder)
                                       : trainer.saveAt(folder, reachedAt(moment.step), *moment.model, without);
            m_at->saveError = written ? std::nullopt : std::optional(written.error());
            m_at->saved = written ? std::optional(folder) : std::nullopt;
            publish();
        },
        false);
}

TrainStep TrainingRun::reachedAt(std::int64_t step) const {
    // The curve of an earlier day is thinned: the measure before this step is the nearest that this step had come to.
    const auto after = std::ranges::upper_bound(m_at->steps, step, {}, &TrainStep::step);
    if (after == m_at->steps.begin()) return {step, 0, 0};
    return {step, std::prev(after)->loss, std::prev(after)->accuracy};
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
        const bool plays = m_commands.empty() && m_stepsLeft == 0;
        if (plays) m_wake.wait_until(lock, end, m_due, [this] { return !m_commands.empty(); });
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

void TrainingRun::adopt(Beginning beginning) {
    Worker& at = *m_at;
    Result<Trainer>& trainer = beginning.trainer;
    at.answered = beginning.asked;
    if (trainer) {
        const std::optional<Error> lost = isKept() ? std::nullopt : at.saveError;
        TokenizerTexts texts;
        texts.tokenizerJson = trainer->task().tokenizerJson();
        Result<TokenizerPtr> tokenizer = makeTokenizer(texts);
        if (!tokenizer) {
            at.refused = beginning.asked;
            return rest(tokenizer.error());
        }
        const int before = at.run;
        at = Worker{};
        at.answered = beginning.asked;
        at.run = before + 1;
        at.folder = folderOf(trainer->options().task);
        at.replaces = beginning.source != at.folder;
        at.mayFollow = !at.replaces;
        at.saveError = lost;
        at.trainer = std::move(*trainer);
        at.tokenizer = *tokenizer;
        at.kept = at.counted = Clock::now();
        at.countedStep = at.trainer->steps();
    } else {
        at.refused = beginning.asked;
        at.error = trainer.error();
    }
    std::vector<Checkpoint> moments;
    if (trainer) moments = readBack(beginning.source);
    // Under one lock with the run's number: what is told in between would add this history to the run before.
    const std::lock_guard lock(m_mutex);
    m_interrupt = std::stop_source();
    m_playing = false;
    m_stepsLeft = 0;
    if (trainer) {
        m_cut.reset();
        m_fresh = at.steps;
        m_kept = std::move(moments);
    }
    tell();
}

/// The way that a run of an earlier day has come: its curve, and the moments that are handed back.
std::vector<Checkpoint> TrainingRun::readBack(const std::string& source) {
    Worker& at = *m_at;
    const std::int64_t last = at.trainer->steps();
    RunHistory history;
    if (!source.empty()) history = readHistory(source, *at.trainer->model(), last);
    at.steps = std::move(history.steps);
    if (last > 0 && (at.steps.empty() || at.steps.back().step < last)) at.steps.push_back(at.trainer->reached());
    std::vector<Checkpoint>& moments = history.moments;
    if (moments.empty()) moments.push_back({last, nullptr});
    if (moments.back().step == last) moments.back().model = at.trainer->model();
    if (moments.size() > 2) at.stride = last;
    for (std::size_t i = 2; i < moments.size(); ++i)
        at.stride = std::min(at.stride, moments[i].step - moments[i - 1].step);
    return std::move(history.moments);
}

void TrainingRun::makeStep() {
    std::stop_token stop;
    {
        const std::lock_guard lock(m_mutex);
        stop = m_interrupt.get_token();
    }
    m_due = std::max(m_due + m_pause, Clock::now()); // a slow step is not made up for
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
    m_at->steps.push_back(step);
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

bool TrainingRun::isKept() {
    if (m_at->unkept || m_at->unwritten) keep();
    return !m_at->unwritten;
}

void TrainingRun::keep() {
    m_at->unkept = false;
    m_at->kept = Clock::now();
    std::error_code ignored; // save() says what is wrong with the folder
    std::filesystem::create_directories(m_runs, ignored);
    Status written;
    if (m_at->replaces)
        written = m_at->ownSteps && m_at->mayFollow ? setStepsAside(m_at->folder) : setRunAside(m_at->folder);
    if (written) {
        m_at->mayFollow = m_at->ownSteps || (m_at->mayFollow && !m_at->replaces);
        m_at->replaces = m_at->ownSteps = false;
        written = m_at->trainer->save(m_at->folder);
    }
    if (written) {
        std::unique_lock lock(m_mutex);
        const std::vector<Checkpoint> moments = m_kept;
        lock.unlock();
        written = writeHistory(m_at->folder, m_at->steps, moments);
    }
    m_at->unwritten = !written;
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
    const std::lock_guard lock(m_mutex);
    tell();
}

void TrainingRun::tell() {
    m_at->told = Clock::now();
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
    m_next.goneBack = m_at->goneBack;
    m_next.replaces = m_at->replaces;
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
        if (m_cut) std::erase_if(m_history, [this](const TrainStep& made) { return made.step > *m_cut; });
        m_cut.reset();
        m_history.insert(m_history.end(), m_fresh.begin(), m_fresh.end());
        m_fresh.clear();
        m_checkpoints = m_kept;
    }
    emit changed();
    return true;
}

} // namespace headscope
