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
/// The session as it should stand in a file at `path`: what lies below the file's folder is named from there, so that
/// folder can be moved and handed on; everything else by its absolute name.
Session forFile(Session session, const std::string& path);
/// Reads and parses; Io or Input error with the path. Files are looked for beside the session first, then from the
/// current folder.
Result<Session> readSession(const std::string& path);

} // namespace headscope
