// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

namespace headscope {

/// The JSON text of a .headscope file; parseSession(formatSession(s)) == s.
std::string formatSession(const Session& session);
/// Input error naming the key that is wrong, and for a file of a newer version both versions. Missing keys take
/// their defaults, so that older files open.
Result<Session> parseSession(std::string_view json);
/// Reads and parses; Io or Input error with the path.
Result<Session> readSession(const std::string& path);

} // namespace headscope
