// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string_view>

namespace headscope {

/// What a parser does not say in words for the person who gave the file: "ends in the middle", or the line and column
/// of the byte, counted from 1, at which it stopped.
Error jsonSyntaxError(std::string_view text, std::size_t byte);

/// Input error for an empty text and for a NUL byte, which the JSON library takes for the end of the text.
Status checkJsonStart(std::string_view text);

} // namespace headscope
