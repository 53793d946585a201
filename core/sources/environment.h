// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

namespace headscope {

/// A variable of the environment; empty where it is not set. Handed in, so that tests have one of their own.
using Environment = std::function<std::string(const char* name)>;

inline std::string processEnvironment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

} // namespace headscope
