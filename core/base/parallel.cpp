// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

namespace headscope {
namespace {

thread_local bool insideBody = false;

/// How often a thread looks for work, or whether its own is done, before it sleeps: some 20 µs. A model's layer is
/// several calls one after the other, each of which would otherwise wait for a thread to wake.
constexpr int looks = 500;

void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// One call of parallelFor: whoever has hands free takes the next index. Everything here but `done` is guarded by
/// Pool::m_mutex.
struct Job {
    const std::function<void(Index)>* body = nullptr;
    Index next = 0;
    Index count = 0;
    Index running = 0;          ///< indices taken and not yet done
    std::exception_ptr failure; ///< the first that a body threw; no further index is taken then
    std::atomic<bool> done = false;
};

/// The threads wait for work between calls: starting threads anew would cost more than a short layer takes.
/// Jobs of several callers stand in a queue; a caller always works on its own job, so it never waits for threads
/// that others keep busy.
class Pool {
public:
    explicit Pool(unsigned threads) {
        try {
            for (unsigned i = 0; i < threads; ++i)
                m_threads.emplace_back([this](std::stop_token stop) { serve(stop); });
        } catch (const std::system_error&) {
            // The system has no room for a further thread: those that there are, and the caller, do the work.
        }
    }

    void run(Index count, const std::function<void(Index)>& body) {
        Job job;
        job.body = &body;
        job.count = count;
        std::unique_lock lock(m_mutex);
        m_jobs.push_back(&job);
        m_waiting.store(true, std::memory_order_relaxed);
        m_wake.notify_all();
        while (job.next < job.count) work(job, lock);
        lock.unlock();
        for (int i = 0; i < looks && !job.done.load(std::memory_order_relaxed); ++i) pause();
        lock.lock(); // the thread that did the last index has let go of the job when it lets go of the mutex
        m_done.wait(lock, [&] { return job.running == 0; });
        if (job.failure) std::rethrow_exception(job.failure);
    }

private:
    void leaveQueue(Job& job) {
        std::erase(m_jobs, &job);
        m_waiting.store(!m_jobs.empty(), std::memory_order_relaxed);
    }

    /// Takes one index of the job and does it; the lock is let go meanwhile.
    void work(Job& job, std::unique_lock<std::mutex>& lock) {
        const Index i = job.next++;
        if (job.next == job.count) leaveQueue(job);
        ++job.running;
        lock.unlock();
        std::exception_ptr failure;
        insideBody = true;
        try {
            (*job.body)(i);
        } catch (...) {
            failure = std::current_exception();
        }
        insideBody = false;
        lock.lock();
        if (failure && !job.failure) job.failure = failure;
        if (failure && job.next < job.count) {
            job.next = job.count;
            leaveQueue(job);
        }
        if (--job.running > 0 || job.next < job.count) return;
        job.done.store(true, std::memory_order_relaxed);
        m_done.notify_all();
    }

    void serve(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (true) {
            while (!m_jobs.empty()) work(*m_jobs.front(), lock);
            lock.unlock();
            for (int i = 0; i < looks && !m_waiting.load(std::memory_order_relaxed); ++i) pause();
            lock.lock();
            if (!m_wake.wait(lock, stop, [this] { return !m_jobs.empty(); })) return;
        }
    }

    std::mutex m_mutex;
    std::atomic<bool> m_waiting = false; ///< whether there are jobs, to look at without the mutex
    std::condition_variable_any m_wake;  ///< there are jobs
    std::condition_variable_any m_done;  ///< some job is done
    std::deque<Job*> m_jobs;             ///< those with indices left to take
    std::vector<std::jthread> m_threads; ///< last, so that they end before what they use
};

} // namespace

void parallelFor(Index count, const std::function<void(Index)>& body) {
    static const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    if (count <= 1 || cores == 1 || insideBody) {
        for (Index i = 0; i < count; ++i) body(i);
        return;
    }
    static Pool pool(cores - 1);
    pool.run(count, body);
}

} // namespace headscope
