// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <functional>
#include <string>
#include <vector>

namespace headscope {

enum class TraceFormat { Npz, Safetensors, Json, Csv };

/// What `headscope trace` writes; the names are those of the trace format.
struct TraceRequest {
    /// weights, softmax, scores, mask, q, k, v, context, output, input, hidden, logits; empty: weights, scores, context,
    /// output, q, k, v. ids, spans, tokens and config are always written. A CSV file has one row per cell with score,
    /// weight and mask, whatever is asked.
    std::vector<std::string> what;
    /// In this order; empty: all. Of a chosen head its own k and v are written, so that k[i] and v[i] belong to q[i];
    /// without a choice k and v hold every kv head once.
    std::vector<int> heads;
    std::string site; ///< "self", "encoder", "decoder", "cross", or empty: all that there are
    int layer = -1;   ///< −1: all
    std::vector<std::string> maskFiles = {}; ///< where a free mask came from, for config; may be empty
};

/// Usage error for a name, head, site or layer that this analysis does not have; Input error for one without tokens.
Status checkRequest(const Analysis& analysis, const TraceRequest& request);

/// Told now and then how many bytes are written, and how many there will be at least.
using WriteProgress = std::function<void(double written, double least)>;

/// Writes the numbers beside `path` and renames; nothing half-written stays. "-" is standard output; devices and pipes
/// are written to. No more than one head's n_q × n_k numbers are held at a time. Errors: those of checkRequest, Io
/// with the path, Cancelled.
Status writeTrace(const Analysis& analysis, const TraceRequest& request, TraceFormat format, const std::string& path,
                  std::stop_token stop = {}, const WriteProgress& progress = {});

} // namespace headscope
