// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory.h"

#include <QCoreApplication>
#include <QEvent>
#include <QObject>
#include <concepts>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace headscope {

/// One worker thread for one kind of job. Starting a job asks the one before it to stop; only the newest one's value is
/// delivered, in the thread that made this object. The destructor stops and joins.
///
/// The value waits behind our own mutex and the posted event only says that it is there: ThreadSanitizer cannot see the
/// locks inside Qt's event queue.
template <class Value> class LatestJob : public QObject {
public:
    using Work = std::function<Value(std::stop_token)>;
    using Done = std::function<void(Value)>;

    explicit LatestJob(Done done) : m_done(std::move(done)), m_worker([this](std::stop_token stop) { run(stop); }) {}
    ~LatestJob() override {
        cancel();
        m_worker.request_stop();
        m_wake.notify_all();
        m_worker.join();
    }
    LatestJob(const LatestJob&) = delete;
    LatestJob& operator=(const LatestJob&) = delete;

    void start(Work work) {
        {
            const std::lock_guard lock(m_mutex);
            m_stop.request_stop();
            m_stop = std::stop_source();
            m_next = Job{std::move(work), m_stop.get_token(), ++m_newest};
            m_value.reset();
            m_busy = true;
        }
        m_wake.notify_all();
    }
    /// Nothing of what was started will be delivered.
    void cancel() {
        const std::lock_guard lock(m_mutex);
        m_stop.request_stop();
        m_next.reset();
        m_value.reset();
        ++m_newest;
        m_busy = false;
    }
    /// Whether a value is still to come.
    bool busy() const {
        const std::lock_guard lock(m_mutex);
        return m_busy;
    }

protected:
    bool event(QEvent* event) override {
        if (event->type() != QEvent::User) return QObject::event(event);
        std::optional<Value> value;
        {
            const std::lock_guard lock(m_mutex);
            value.swap(m_value);
            if (value) m_busy = false;
        }
        if (value) m_done(std::move(*value));
        return true;
    }

private:
    struct Job {
        Work work;
        std::stop_token stop;
        unsigned long long number = 0;
    };

    /// A job that runs out of memory is an error like any other, for every kind of value that can hold one.
    static Value result(const Job& job) {
        if constexpr (std::constructible_from<Value, Error>) {
            try {
                return job.work(job.stop);
            } catch (const std::bad_alloc&) {
                return Value(outOfMemory());
            }
        } else {
            return job.work(job.stop);
        }
    }

    void run(const std::stop_token& end) {
        for (;;) {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, end, [this] { return m_next.has_value(); });
            if (end.stop_requested()) return;
            Job job = std::move(*m_next);
            m_next.reset();
            lock.unlock();
            Value value = result(job);
            lock.lock();
            if (job.number != m_newest) continue;
            m_value = std::move(value);
            lock.unlock();
            QCoreApplication::postEvent(this, new QEvent(QEvent::User));
        }
    }

    Done m_done;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::stop_source m_stop;
    std::optional<Job> m_next;
    std::optional<Value> m_value;
    unsigned long long m_newest = 0;
    bool m_busy = false;
    std::jthread m_worker; ///< last: it uses all of the above
};

} // namespace headscope
