// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

namespace headscope {

/// The bytes this process may still use: the least of what the machine has left, what its control group has left and
/// what the process's own limit (ulimit -v) leaves. In double, as what is asked for may overflow any integer.
double availableMemory();

/// Io error with both numbers when `bytes` are more than there is: "where: what needs 12.3 GB, but only 1.5 GB of
/// memory are free; what to do".
Status checkMemory(double bytes, const std::string& where, const std::string& what,
                   const std::string& advice = "take a shorter text, fewer heads or smaller sizes");

/// "12.3 GB", "67 MB".
std::string showBytes(double bytes);

/// What std::bad_alloc means, in a sentence.
Error outOfMemory();

} // namespace headscope
