// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/array_writer.h"
#include "core/session/trace_file.h"

namespace headscope {

/// One row per head, query and key with its score, weight and mask. False as the writers of array_writer.h.
bool writeTraceCsv(SafeFile& file, const Analysis& analysis, const TraceRequest& request, const GoOn& goOn);

/// A field of RFC 4180: in quotes where it holds a comma, a quote or a line end.
std::string csvField(const std::string& text);

} // namespace headscope
