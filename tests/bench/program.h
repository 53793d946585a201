// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace headscope::bench {

class Clock {
public:
    double ms() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_start).count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

/// The processor time that the calling thread has used, milliseconds: what a frame costs, however busy the machine is.
double threadTime();

/// Median, 99th percentile, least and worst of some milliseconds.
nlohmann::json toJson(std::vector<double> milliseconds);
/// The machine's load average of the last minute.
double load();

struct Ran {
    int status = -1;
    double milliseconds = 0; ///< from before it was started to its end
    double firstLine = 0;    ///< the same to the first thing it said on stderr; 0: it said nothing
    double peakMegabytes = 0;
};
/// Runs the real program to its end.
Ran runProgram(const std::vector<std::string>& arguments);

} // namespace headscope::bench
