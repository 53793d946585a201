// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace headscope {

/// Python's json writes NaN, Infinity and -Infinity, which JSON does not know: outside of strings they become null, so
/// that a reader takes the key for one that is not there.
void replaceNotNumbers(std::string& json);

} // namespace headscope
