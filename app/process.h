// SPDX-License-Identifier: GPL-3.0-or-later
// What the program asks of its process: streams, signals, and silence from libraries.
#pragma once

#include "core/base/result.h"

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string_view>
#include <thread>

namespace headscope {

/// Opens what the caller closed of descriptors 0, 1 and 2, so that no file of ours gets their number; reading and
/// writing there still fails. Writing to a pipe nobody reads and past the allowed size of files becomes an error instead
/// of a signal.
void keepStandardStreams();

/// Turns an end for want of memory where no error can be handed on (inside Qt) into the sentence and exit code 1.
void explainEndOfMemory();

/// "headscope: what, where, what to do" on standard error, on one line. Returns the exit code: 2 for wrong use, else 1.
int report(const Error& error);
/// A line on standard error that is no error; control characters in it are shown as in report().
void remark(std::string_view sentence);
/// Writes everything to standard output. Io error when that fails.
Status print(std::string_view text);

/// Nothing that Qt, fontconfig or the locale has to say reaches standard error while it lives.
class QuietLibraries {
public:
    QuietLibraries();
    ~QuietLibraries();
    QuietLibraries(const QuietLibraries&) = delete;
    QuietLibraries& operator=(const QuietLibraries&) = delete;

private:
    int m_stderr = -1;
};

/// A line on standard error about a work that takes longer than a moment, only if that is a terminal; gone afterwards.
class ProgressLine {
public:
    explicit ProgressLine(bool quiet);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// At most a few times a second, and not at once.
    void show(std::string_view what);

private:
    bool m_wanted = false;
    bool m_shown = false;
    std::chrono::steady_clock::time_point m_next;
};

/// Turns Qt's abort for want of a screen into one sentence and exit code 2. Until the application stands, Qt's other
/// messages are dropped.
void explainMissingDisplay();

/// Ctrl-C and SIGTERM as a stop token while it lives, so that half-written files are cleared away.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }
    /// The signal that came, or 0.
    int signal() const { return m_signal; }

private:
    std::stop_source m_stop;
    std::atomic<int> m_signal = 0;
    std::atomic<bool> m_done = false;
    std::jthread m_waiter;
};

} // namespace headscope
