// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/array.h"
#include "core/session/trace_file.h"

namespace headscope {

/// "self" or "cross": the sandbox's one site.
const char* siteOf(const Analysis& analysis);
/// The heads that the request names, or all.
std::vector<int> chosenHeads(const Analysis& analysis, const TraceRequest& request);

/// The arrays of a trace file, 8-byte numbers first and bytes last. They read from the analysis and the request while
/// they are written: both must live as long.
std::vector<ArraySource> traceArrays(const Analysis& analysis, const TraceRequest& request);

/// One head's matrix in pieces of whole rows: all of it when it is small, else block by block.
class HeadMatrix {
public:
    enum class Kind { Scores, Softmax, Weights };
    HeadMatrix(const LayerTrace& trace, Kind kind, int head) : m_trace(trace), m_kind(kind), m_head(head) {}

    Index pieces() const;
    Index firstRow(Index piece) const { return piece * LayerTrace::blockRows(); }
    /// [rows of the piece, n_k]
    Matrix piece(Index piece) const;

private:
    bool small() const;

    const LayerTrace& m_trace;
    Kind m_kind;
    int m_head;
};

} // namespace headscope
