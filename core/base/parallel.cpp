// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>
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

/// One call of parallelFor: whoever has hands free takes the next index. Everything here is guarded by Pool::m_mutex.
struct Job {
    const std::function<void(Index)>* body = nullptr;
    Index next = 0;
    Index count = 0;
    Index running = 0;          ///< indices taken and not yet done
    std::exception_ptr failure; ///< the first that a body threw; no further index is taken then
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
        Job job{&body, 0, count, 0, nullptr};
        std::unique_lock lock(m_mutex);
        m_jobs.push_back(&job);
        m_wake.notify_all();
        while (job.next < job.count) work(job, lock);
        m_done.wait(lock, [&] { return job.running == 0; });
        if (job.failure) std::rethrow_exception(job.failure);
    }

private:
    /// Takes one index of the job and does it; the lock is let go meanwhile.
    void work(Job& job, std::unique_lock<std::mutex>& lock) {
        const Index i = job.next++;
        if (job.next == job.count) std::erase(m_jobs, &job);
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
            std::erase(m_jobs, &job);
        }
        if (--job.running == 0 && job.next == job.count) m_done.notify_all();
    }

    void serve(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (m_wake.wait(lock, stop, [this] { return !m_jobs.empty(); })) work(*m_jobs.front(), lock);
    }

    std::mutex m_mutex;
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
