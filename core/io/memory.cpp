// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/memory.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string_view>
#include <sys/resource.h>

namespace headscope {
namespace {

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

/// The number behind a key in a table like /proc/meminfo, in its unit of 1,024 bytes.
std::uint64_t kibibytes(const char* path, std::string_view key) {
    std::ifstream table(path);
    std::string word;
    while (table >> word) {
        if (word != key) continue;
        std::uint64_t count = 0;
        return table >> count ? count * 1024 : unknown;
    }
    return unknown;
}

std::uint64_t oneNumber(const char* path) {
    std::ifstream file(path);
    std::uint64_t number = 0;
    return file >> number ? number : unknown; // "max" is no number
}

std::uint64_t leftOf(std::uint64_t limit, std::uint64_t used) {
    if (limit == unknown || used == unknown) return unknown;
    return limit > used ? limit - used : 0;
}

} // namespace

std::uint64_t availableMemory() {
    std::uint64_t left = kibibytes("/proc/meminfo", "MemAvailable:");
    left = std::min(left, leftOf(oneNumber("/sys/fs/cgroup/memory.max"), oneNumber("/sys/fs/cgroup/memory.current")));
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        left = std::min(left, leftOf(limit.rlim_cur, kibibytes("/proc/self/status", "VmSize:")));
    return left;
}

std::string showBytes(std::uint64_t bytes) {
    static constexpr struct {
        double size;
        const char* name;
    } units[] = {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}};
    const auto count = static_cast<double>(bytes);
    for (const auto& unit : units) {
        if (count < unit.size) continue;
        char text[32];
        std::snprintf(text, sizeof text, "%.1f %s", count / unit.size, unit.name);
        return text;
    }
    return std::to_string(bytes) + " bytes";
}

} // namespace headscope
