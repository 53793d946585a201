// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <string>
#include <vector>

namespace headscope {

enum class TraceFormat { Npz, Safetensors, Json, Csv };

/// What `headscope trace` writes; the names are those of the trace format.
struct TraceRequest {
    std::vector<std::string> what; ///< weights, softmax, scores, mask, q, k, v, context, output, input, hidden; empty: the default set
    std::vector<int> heads;        ///< in this order; empty: all
    std::string site;              ///< "self", "cross", or empty: what there is
    int layer = -1;                ///< −1: all
};

/// Usage error for a name, head, site or layer that this analysis does not have.
Status checkRequest(const Analysis& analysis, const TraceRequest& request);

/// Writes the numbers beside `path` and renames; nothing half-written stays. "-" is standard output; devices and pipes
/// are written to. Io error with the path; Cancelled.
Status writeTrace(const Analysis& analysis, const TraceRequest& request, TraceFormat format, const std::string& path,
                  std::stop_token stop = {});

} // namespace headscope
