// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace headscope {

/// Does what the words after the program's name ask for, and returns the exit code.
int runProgram(const std::vector<std::string>& words, char* programName);

} // namespace headscope
