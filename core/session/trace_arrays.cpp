// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/trace_arrays.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace headscope {

namespace {

constexpr Index kSmall = Index{1} << 24; ///< cells: 64 MiB, all processors compute them at once

using Sink = ArraySource::Sink;

/// Rows as float32, whatever the computation's number type.
bool sendRow(std::span<const Scalar> row, std::vector<float>& scratch, const Sink& sink) {
    scratch.assign(row.begin(), row.end());
    return sink(scratch.data(), scratch.size() * sizeof(float));
}

void sendMatrix(const Matrix& m, const Sink& sink) {
    std::vector<float> scratch;
    for (Index r = 0; r < m.rows(); ++r)
        if (!sendRow(m.row(r), scratch, sink)) return;
}

ArraySource matrixArray(const std::string& name, const Matrix& m) {
    return {name, {m.rows(), m.cols()}, DType::F32, [&m](const Sink& sink) { sendMatrix(m, sink); }};
}

/// [heads, n, d] out of [n, all heads · d].
ArraySource splitArray(const std::string& name, const Matrix& m, Index d, std::vector<int> heads) {
    const std::vector<Index> shape{static_cast<Index>(heads.size()), m.rows(), d};
    return {name, shape, DType::F32, [&m, d, heads = std::move(heads)](const Sink& sink) {
                std::vector<float> scratch;
                for (const int head : heads)
                    for (Index r = 0; r < m.rows(); ++r) {
                        const auto part =
                            m.row(r).subspan(static_cast<std::size_t>(head * d), static_cast<std::size_t>(d));
                        if (!sendRow(part, scratch, sink)) return;
                    }
            }};
}

ArraySource squareArray(const std::string& name, const LayerTrace& trace, HeadMatrix::Kind kind,
                        std::vector<int> heads) {
    const std::vector<Index> shape{static_cast<Index>(heads.size()), trace.queries(), trace.keys()};
    return {name, shape, DType::F32, [&trace, kind, heads = std::move(heads)](const Sink& sink) {
                std::vector<float> scratch;
                for (const int head : heads) {
                    const HeadMatrix matrix(trace, kind, head);
                    for (Index p = 0; p < matrix.pieces(); ++p) {
                        const Matrix rows = matrix.piece(p);
                        for (Index r = 0; r < rows.rows(); ++r)
                            if (!sendRow(rows.row(r), scratch, sink)) return;
                    }
                }
            }};
}

ArraySource maskArray(const std::string& name, const LayerTrace& trace, std::vector<int> heads) {
    if (!trace.mask.differsByHead()) heads.resize(1);
    const std::vector<Index> shape{static_cast<Index>(heads.size()), trace.queries(), trace.keys()};
    return {name, shape, DType::U8, [&trace, heads = std::move(heads)](const Sink& sink) {
                std::vector<std::uint8_t> row(static_cast<std::size_t>(trace.keys()));
                for (const int head : heads)
                    for (Index i = 0; i < trace.queries(); ++i) {
                        for (Index j = 0; j < trace.keys(); ++j)
                            row[static_cast<std::size_t>(j)] = trace.mask.allowed(head, i, j);
                        if (!sink(row.data(), row.size())) return;
                    }
            }};
}

void addTokens(std::vector<ArraySource>& out, const std::vector<Token>& tokens, const std::string& suffix) {
    const Index n = static_cast<Index>(tokens.size());
    const auto send = [&tokens](const Sink& sink, auto numbers) {
        for (const Token& token : tokens) {
            const auto values = numbers(token);
            if (!sink(values.data(), sizeof values)) return;
        }
    };
    out.push_back({"ids" + suffix, {n}, DType::I64, [send](const Sink& sink) {
                       send(sink, [](const Token& t) { return std::array<std::int64_t, 1>{t.id}; });
                   }});
    out.push_back({"spans" + suffix, {n, 2}, DType::I64, [send](const Sink& sink) {
                       send(sink, [](const Token& t) { return std::array<std::int64_t, 2>{t.begin, t.end}; });
                   }});
}

std::vector<int> kvHeads(const Analysis& a, const TraceRequest& request, const std::vector<int>& heads) {
    std::vector<int> kv;
    if (request.heads.empty()) {
        kv.resize(static_cast<std::size_t>(a.config.kvHeads));
        std::iota(kv.begin(), kv.end(), 0);
    } else {
        for (const int head : heads) kv.push_back(a.config.kvHeadOf(head));
    }
    return kv;
}

} // namespace

const char* siteOf(const Analysis& analysis) {
    return analysis.cross ? "cross" : "self";
}

std::vector<int> chosenHeads(const Analysis& analysis, const TraceRequest& request) {
    if (!request.heads.empty()) return request.heads;
    std::vector<int> all(static_cast<std::size_t>(analysis.config.heads));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

std::vector<ArraySource> traceArrays(const Analysis& a, const TraceRequest& request) {
    const LayerTrace& t = *a.trace;
    const AttentionConfig& c = a.config;
    const std::vector<int> heads = chosenHeads(a, request);
    const std::vector<int> kv = kvHeads(a, request, heads);
    const std::string prefix = std::string(siteOf(a)) + ".0.";
    const auto wanted = [&](const char* name) {
        static const std::vector<std::string> usual{"weights", "scores", "context", "output", "q", "k", "v"};
        const std::vector<std::string>& names = request.what.empty() ? usual : request.what;
        return std::find(names.begin(), names.end(), name) != names.end();
    };

    std::vector<ArraySource> out;
    addTokens(out, a.queries, "");
    if (a.cross) addTokens(out, a.keys, "2");
    using Kind = HeadMatrix::Kind;
    if (wanted("weights")) out.push_back(squareArray(prefix + "weights", t, Kind::Weights, heads));
    if (wanted("softmax")) out.push_back(squareArray(prefix + "softmax", t, Kind::Softmax, heads));
    if (wanted("scores")) out.push_back(squareArray(prefix + "scores", t, Kind::Scores, heads));
    if (wanted("q")) out.push_back(splitArray(prefix + "q", t.q, c.dK, heads));
    if (wanted("k")) out.push_back(splitArray(prefix + "k", t.k, c.dK, kv));
    if (wanted("v")) out.push_back(splitArray(prefix + "v", t.v, c.dV, kv));
    if (wanted("context")) out.push_back(splitArray(prefix + "context", t.context, c.dV, heads));
    if (wanted("output")) out.push_back(matrixArray(prefix + "output", t.output));
    if (wanted("input")) out.push_back(matrixArray(prefix + "input", *t.input));
    if (wanted("hidden")) {
        out.push_back(matrixArray("hidden.0", *t.input));
        out.push_back(matrixArray("hidden.1", a.following ? *a.following : t.output));
    }
    if (wanted("mask")) out.push_back(maskArray(prefix + "mask", t, heads));
    return out;
}

bool HeadMatrix::small() const {
    return m_trace.queries() <= kSmall / std::max<Index>(1, m_trace.keys());
}

Index HeadMatrix::pieces() const {
    return small() ? 1 : m_trace.blocks();
}

Matrix HeadMatrix::piece(Index piece) const {
    Matrix block;
    switch (m_kind) {
    case Kind::Scores:
        if (small()) return m_trace.scores(m_head);
        m_trace.scoresBlock(m_head, piece, block);
        break;
    case Kind::Softmax:
        if (small()) return m_trace.softmax(m_head);
        m_trace.softmaxBlock(m_head, piece, block);
        break;
    case Kind::Weights:
        if (small()) return m_trace.weights(m_head);
        m_trace.weightsBlock(m_head, piece, block);
        break;
    }
    return block;
}

} // namespace headscope
