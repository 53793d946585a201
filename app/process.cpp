// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/process.h"

#include "core/base/memory.h"

#include <QCoreApplication>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <new>
#include <pthread.h>
#include <string>
#include <unistd.h>

namespace headscope {

namespace {

/// All of it, or false with errno.
bool writeAll(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Where people read, also while libraries are kept quiet.
std::atomic<int> errorStream = STDERR_FILENO;

/// Qt and the C++ library let no exception out of some of their functions: what it could not allocate ends here.
void endProgram() {
    try {
        if (std::current_exception()) throw;
    } catch (const std::bad_alloc&) {
        writeAll(errorStream, "headscope: " + outOfMemory().message() + "\n");
        ::_exit(1);
    } catch (...) {
    }
    std::abort();
}

void dropMessage(QtMsgType type, const QMessageLogContext&, const QString& message) {
    if (type != QtFatalMsg) return;
    std::string line = "headscope: drawing: " + message.toStdString();
    for (char& c : line)
        if (c == '\n') c = ' ';
    writeAll(errorStream, line + "\n");
    ::_exit(1);
}

void explainMessage(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (type == QtFatalMsg && (!QCoreApplication::instance() || QCoreApplication::startingUp())) {
        writeAll(STDERR_FILENO,
                 "headscope: display: no window can be opened on it. Check DISPLAY, or write a picture without one: "
                 "headscope export --text 'The cat sat' -o heads.png\n");
        ::_exit(2);
    }
    if (QCoreApplication::startingUp()) return;
    writeAll(STDERR_FILENO, qFormatLogMessage(type, context, message).toStdString() + "\n");
}

sigset_t endingSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

void keepStandardStreams() {
    // The wrong way round on purpose: reading from 0 and writing to 1 and 2 fail as they would on a closed descriptor.
    for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(file, F_GETFD) == -1) ::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void explainEndOfMemory() {
    std::set_terminate(endProgram);
}

void remark(std::string_view sentence) {
    std::string line = "headscope: ";
    for (const char c : sentence) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7F) {
            line += c;
            continue;
        }
        // A control character of a file's name or of the text must neither break the line nor reach the terminal.
        constexpr char digits[] = "0123456789abcdef";
        line += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    writeAll(STDERR_FILENO, line + "\n");
}

int report(const Error& error) {
    remark(error.message());
    return error.code == ErrorCode::Usage ? 2 : 1;
}

Status print(std::string_view text) {
    if (writeAll(STDOUT_FILENO, text)) return {};
    return Error{ErrorCode::Io, "standard output", std::string("cannot be written to (") + std::strerror(errno) + ")"};
}

QuietLibraries::QuietLibraries() {
    qInstallMessageHandler(dropMessage);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // their reports must be seen
    m_stderr = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (m_stderr >= 0) errorStream = m_stderr;
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) {
        ::dup2(nowhere, STDERR_FILENO);
        ::close(nowhere);
    }
#endif
}

QuietLibraries::~QuietLibraries() {
    if (m_stderr >= 0) {
        errorStream = STDERR_FILENO;
        ::dup2(m_stderr, STDERR_FILENO);
        ::close(m_stderr);
    }
    qInstallMessageHandler(nullptr);
}

void explainMissingDisplay() {
    qInstallMessageHandler(explainMessage);
}

Interrupts::Interrupts() {
    // Blocked here, and so in every thread made from now on: only the waiter takes them.
    const sigset_t set = endingSignals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_waiter = std::jthread([this, set] {
        for (int signal = 0; !m_done;) {
            if (::sigwait(&set, &signal) != 0 || m_done) continue;
            if (m_signal != 0) ::_exit(128 + signal); // asked twice: now
            m_signal = signal;
            m_stop.request_stop();
        }
    });
}

Interrupts::~Interrupts() {
    m_done = true;
    ::pthread_kill(m_waiter.native_handle(), SIGTERM);
}

ProgressLine::ProgressLine(bool quiet)
    : m_wanted(!quiet && ::isatty(STDERR_FILENO) != 0),
      m_next(std::chrono::steady_clock::now() + std::chrono::seconds(1)) {}

ProgressLine::~ProgressLine() {
    if (m_shown) writeAll(STDERR_FILENO, "\r\x1b[K");
}

void ProgressLine::show(std::string_view what) {
    const auto now = std::chrono::steady_clock::now();
    if (!m_wanted || now < m_next) return;
    m_next = now + std::chrono::milliseconds(250);
    m_shown = true;
    writeAll(STDERR_FILENO, "\r\x1b[Kheadscope: " + std::string(what));
}

} // namespace headscope
