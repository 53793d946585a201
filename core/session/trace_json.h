// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <string>
#include <vector>

namespace headscope {

/// [{"id", "text", "begin", "end", "special", "segment"} …]
std::string tokensJson(const std::vector<Token>& tokens);
/// The dials that made the analysis, as the command line calls them; heads is a list of one object per head, with
/// "design" where the head was designed. Of a model: its shape. First comes the version of Headscope, last what has to
/// be said of the numbers. maskFiles: the files of a free mask.
std::string configJson(const Analysis& analysis, const std::vector<std::string>& maskFiles);

} // namespace headscope
