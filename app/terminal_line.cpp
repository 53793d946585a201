// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal_line.h"

#include "core/io/descriptor.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace headscope {

namespace {

constexpr std::chrono::milliseconds leastPause{100};
constexpr const char* wipe = "\r\x1B[K";

} // namespace

TerminalLine::TerminalLine(bool quiet) {
    if (!quiet && ::isatty(STDERR_FILENO)) m_file = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
}

TerminalLine::~TerminalLine() {
    if (m_dirty) write(wipe);
    if (m_file >= 0) ::close(m_file);
}

void TerminalLine::show(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (m_file < 0 || now - m_last < leastPause) return;
    m_last = now;
    m_dirty = true;
    winsize size{};
    // A line that wraps could not be written over.
    const std::size_t width = ::ioctl(m_file, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
    write(wipe + text.substr(0, std::min(text.size(), width)));
}

void TerminalLine::finish(const std::string& text) {
    if (m_file >= 0) write(wipe + text + "\n");
    m_dirty = false;
}

void TerminalLine::write(const std::string& bytes) const {
    writeAll(m_file, bytes.data(), bytes.size()); // a terminal that has gone is no reason to stop
}

} // namespace headscope
