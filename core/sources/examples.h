// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace headscope {

/// One sentence of the examples menu.
struct Example {
    std::string title; ///< English; the window translates it
    std::string text;
    std::optional<std::string> text2; ///< set: a pair for cross-attention
};

/// At least twelve; the first is what a new user sees.
const std::vector<Example>& examples();

} // namespace headscope
