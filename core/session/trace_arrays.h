// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/array.h"
#include "core/session/trace_file.h"

namespace headscope {

/// One layer of one site as it is written, whatever part of it is shown.
struct TracedLayer {
    Site site = Site::Self;
    int layer = 0;
    const LayerTrace* trace = nullptr;
    const std::vector<Token>* queries = nullptr;
    const std::vector<Token>* keys = nullptr;
};
/// All layers of all sites: the sandbox has one, self or cross.
std::vector<TracedLayer> tracedLayers(const Analysis& analysis);
/// Those that the request names.
std::vector<TracedLayer> chosenLayers(const Analysis& analysis, const TraceRequest& request);
/// The heads of a layer that the request names, or all.
std::vector<int> chosenHeads(const TracedLayer& layer, const TraceRequest& request);

/// The tokens that are written beside the arrays: of the first text, or of what the queries of the sandbox are …
const std::vector<Token>& writtenTokens(const Analysis& analysis);
/// … and of the second one where it has tokens of its own (cross-attention, a decoder), or null.
const std::vector<Token>* writtenTokens2(const Analysis& analysis);

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
