// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/program.h"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace headscope::bench {

nlohmann::json toJson(std::vector<double> all) {
    if (all.empty()) return {{"runs", 0}};
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
        return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1) + 0.5)];
    };
    return {{"ms", at(0.5)},
            {"ms_p99", at(0.99)},
            {"ms_least", all.front()},
            {"ms_worst", all.back()},
            {"runs", all.size()}};
}

double threadTime() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return 1e3 * static_cast<double>(used.tv_sec) + 1e-6 * static_cast<double>(used.tv_nsec);
}

double load() {
    double minutes[1] = {-1};
    getloadavg(minutes, 1);
    return minutes[0];
}

Ran runProgram(const std::vector<std::string>& arguments) {
    std::string program = HEADSCOPE_PROGRAM;
    std::vector<std::string> words = arguments;
    std::vector<char*> argv{program.data()};
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    int said[2];
    if (pipe(said) != 0) return {};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, said[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, said[0]);
    posix_spawn_file_actions_addclose(&actions, said[1]);
    Ran ran;
    pid_t child = 0;
    const Clock clock;
    const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(said[1]);
    char buffer[256];
    while (!failed && read(said[0], buffer, sizeof buffer) > 0)
        if (ran.firstLine == 0) ran.firstLine = clock.ms();
    close(said[0]);
    rusage used{};
    int status = -1;
    if (failed || wait4(child, &status, 0, &used) != child) return ran;
    ran.milliseconds = clock.ms();
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ran.peakMegabytes = static_cast<double>(used.ru_maxrss) / 1024;
    return ran;
}

} // namespace headscope::bench
