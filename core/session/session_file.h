// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <string>
#include <string_view>

namespace headscope {

/// The version of the format that is written. Readers take this one and all before it.
inline constexpr int kSessionVersion = 1;

/// The JSON text of a .headscope file; parseSession(formatSession(s)) == s for a session of valid UTF-8 texts and
/// finite numbers. File names keep every byte and are stored as they were given.
std::string formatSession(const Session& session);
/// Input error naming the key that is wrong, and for a file of a newer version both versions. Missing keys take
/// their defaults, so that older files open; unknown keys are ignored.
Result<Session> parseSession(std::string_view json);
/// Reads and parses; Io or Input error with the path.
Result<Session> readSession(const std::string& path);

} // namespace headscope
