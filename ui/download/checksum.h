// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <stop_token>
#include <string>

namespace headscope {

/// A checksum as the Hub gives it: "sha256:" and 64 hex digits, or "git:" and 40 (SHA-1 of "blob SIZE", a NUL and the
/// contents). Empty: `hex` is neither.
std::string checksumFromHex(const std::string& hex);

/// The same of a file, of the kind that `like` is. Reads the whole file: for a worker thread. Io error; Cancelled.
Result<std::string> checksumOfFile(const std::string& path, const std::string& like, std::stop_token stop);

} // namespace headscope
