// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <sys/resource.h>
#include <unistd.h>

namespace headscope {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();
constexpr double worthALook = 0x1p26; ///< 64 MiB: asking the system costs more than making less than that

/// The number in a file that holds one, as control groups write them; unlimited where there is none ("max").
double numberIn(const char* path) {
    double number = 0;
    return std::ifstream(path) >> number ? number : unlimited;
}

/// What is free without pushing anything out but caches, and the swap space.
double leftOnMachine() {
    std::ifstream file("/proc/meminfo");
    double total = 0;
    double kilobytes = 0;
    bool known = false;
    for (std::string name, unit; file >> name >> kilobytes && std::getline(file, unit);) {
        if (name != "MemAvailable:" && name != "SwapFree:") continue;
        total += kilobytes * 1024;
        known = true;
    }
    return known ? total : unlimited;
}

double leftInGroup() {
    const double limit = numberIn("/sys/fs/cgroup/memory.max");
    return limit < unlimited ? limit - numberIn("/sys/fs/cgroup/memory.current") : unlimited;
}

double leftToProcess() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
    const double pages = numberIn("/proc/self/statm");
    return static_cast<double>(limit.rlim_cur) - pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

} // namespace

double availableMemory() {
    return std::min({leftOnMachine(), leftInGroup(), leftToProcess()});
}

Status checkMemory(double bytes, const std::string& where, const std::string& what, const std::string& advice) {
    if (bytes < worthALook) return {};
    const double available = availableMemory();
    if (bytes <= available) return {};
    return Error{ErrorCode::Io, where,
                 what + " needs " + showBytes(bytes) + ", but only " + showBytes(available) + " of memory are free; " +
                     advice};
}

std::string showBytes(double bytes) {
    const bool large = bytes >= 1e9;
    const double shown = std::max(bytes, 0.0) / (large ? 1e9 : 1e6);
    char text[400]; // a double has at most 309 digits before the point
    const auto [end, error] =
        std::to_chars(std::begin(text), std::end(text), shown, std::chars_format::fixed, large ? 1 : 0);
    return std::string(text, end) + (large ? " GB" : " MB");
}

Error outOfMemory() {
    return {ErrorCode::Io, "memory",
            "there is not enough for this; take a shorter text, fewer heads or a smaller file"};
}

} // namespace headscope
