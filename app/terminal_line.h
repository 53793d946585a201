// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace headscope {

/// One line on standard error that is written over as work goes on; only on a terminal, and not when `quiet`. It has a
/// descriptor of its own, so that QuietLibraries does not silence it.
class TerminalLine {
public:
    explicit TerminalLine(bool quiet);
    ~TerminalLine(); ///< wipes the line
    TerminalLine(const TerminalLine&) = delete;
    TerminalLine& operator=(const TerminalLine&) = delete;

    /// At most ten times a second; what comes in between is dropped.
    void show(const std::string& text);
    /// The last word: stays, and the cursor goes below it.
    void finish(const std::string& text);

private:
    void write(const std::string& bytes) const;

    int m_file = -1; ///< -1: nothing is shown
    bool m_dirty = false;
    std::chrono::steady_clock::time_point m_last;
};

} // namespace headscope
