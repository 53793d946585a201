// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <iterator>
#include <string>

namespace headscope {

/// A number as a person would write it: as few digits as tell it from every other double.
inline std::string plainNumber(double number) {
    char text[32]; // the longest, -2.2250738585072014e-308, has 24
    return {text, std::to_chars(std::begin(text), std::end(text), number).ptr};
}

} // namespace headscope
