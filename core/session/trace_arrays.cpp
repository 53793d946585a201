// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/trace_arrays.h"

#include "core/session/names.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace headscope {

namespace {

constexpr Index logitRows = 64; ///< at once: a large vocabulary makes long rows
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

std::vector<int> kvHeads(const AttentionConfig& c, const TraceRequest& request, const std::vector<int>& heads) {
    std::vector<int> kv;
    if (request.heads.empty()) {
        kv.resize(static_cast<std::size_t>(c.kvHeads));
        std::iota(kv.begin(), kv.end(), 0);
    } else {
        for (const int head : heads) kv.push_back(c.kvHeadOf(head));
    }
    return kv;
}

/// Whether the request asks for the array, by the last part of its name.
bool isWanted(const TraceRequest& request, const char* name) {
    static const std::vector<std::string> usual{"weights", "scores", "context", "output", "q", "k", "v"};
    const std::vector<std::string>& names = request.what.empty() ? usual : request.what;
    return std::find(names.begin(), names.end(), name) != names.end();
}

void addLayer(std::vector<ArraySource>& out, const TracedLayer& layer, const TraceRequest& request) {
    const LayerTrace& t = *layer.trace;
    const AttentionConfig& c = t.config;
    const std::vector<int> heads = chosenHeads(layer, request);
    const std::vector<int> kv = kvHeads(c, request, heads);
    const std::string prefix = std::string(wordFor(layer.site)) + "." + std::to_string(layer.layer) + ".";
    const auto wanted = [&](const char* name) { return isWanted(request, name); };
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
}

/// hidden.L, or encoder.hidden.L and decoder.hidden.L.
void addHidden(std::vector<ArraySource>& out, const Analysis& a, const TraceRequest& request) {
    if (!a.run) {
        out.push_back(matrixArray("hidden.0", *a.trace->input));
        out.push_back(matrixArray("hidden.1", a.following ? *a.following : a.trace->output));
        return;
    }
    for (const SiteTrace& site : a.run->trace->sites) {
        if (!request.site.empty() && request.site != wordFor(site.site)) continue;
        const std::string prefix = site.site == Site::Self ? "" : std::string(wordFor(site.site)) + ".";
        for (std::size_t layer = 0; layer < site.hidden.size(); ++layer)
            out.push_back(matrixArray(prefix + "hidden." + std::to_string(layer), *site.hidden[layer]));
    }
}

/// [n, vocabulary], computed a few rows at a time while they are written.
ArraySource logitsArray(const ModelTrace& trace) {
    const Index n = trace.last().rows();
    return {"logits", {n, trace.model->config.vocabulary}, DType::F32, [&trace, n](const Sink& sink) {
                std::vector<float> scratch;
                for (Index first = 0; first < n; first += logitRows) {
                    std::vector<Index> rows(static_cast<std::size_t>(std::min(logitRows, n - first)));
                    std::iota(rows.begin(), rows.end(), first);
                    const Result<Matrix> part = logits(trace, rows);
                    assert(part); // checkRequest has asked for the output head
                    for (Index r = 0; r < part->rows(); ++r)
                        if (!sendRow(part->row(r), scratch, sink)) return;
                }
            }};
}

} // namespace

std::vector<TracedLayer> tracedLayers(const Analysis& a) {
    if (!a.run) return {{a.cross ? Site::Cross : Site::Self, 0, a.trace.get(), &a.queries, &a.keys}};
    std::vector<TracedLayer> all;
    for (const SiteTrace& site : a.run->trace->sites) {
        const bool decoderAsks = site.site == Site::Decoder || site.site == Site::Cross;
        const std::vector<Token>& queries = decoderAsks ? a.run->tokens2 : a.run->tokens;
        const std::vector<Token>& keys = site.site == Site::Decoder ? a.run->tokens2 : a.run->tokens;
        for (std::size_t layer = 0; layer < site.layers.size(); ++layer)
            all.push_back({site.site, static_cast<int>(layer), site.layers[layer].get(), &queries, &keys});
    }
    return all;
}

std::vector<TracedLayer> chosenLayers(const Analysis& analysis, const TraceRequest& request) {
    std::vector<TracedLayer> chosen = tracedLayers(analysis);
    std::erase_if(chosen, [&](const TracedLayer& layer) {
        return (!request.site.empty() && request.site != wordFor(layer.site)) ||
               (request.layer >= 0 && request.layer != layer.layer);
    });
    return chosen;
}

std::vector<int> chosenHeads(const TracedLayer& layer, const TraceRequest& request) {
    if (!request.heads.empty()) return request.heads;
    std::vector<int> all(static_cast<std::size_t>(layer.trace->config.heads));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

const std::vector<Token>& writtenTokens(const Analysis& a) {
    return a.run ? a.run->tokens : a.queries;
}

const std::vector<Token>* writtenTokens2(const Analysis& a) {
    if (!a.run) return a.cross ? &a.keys : nullptr;
    return a.run->tokens2.empty() ? nullptr : &a.run->tokens2;
}

std::vector<ArraySource> traceArrays(const Analysis& a, const TraceRequest& request) {
    std::vector<ArraySource> out;
    addTokens(out, writtenTokens(a), "");
    if (const std::vector<Token>* second = writtenTokens2(a)) addTokens(out, *second, "2");
    const std::vector<TracedLayer> layers = chosenLayers(a, request);
    for (const TracedLayer& layer : layers) addLayer(out, layer, request);
    if (isWanted(request, "hidden")) addHidden(out, a, request);
    if (isWanted(request, "logits")) out.push_back(logitsArray(*a.run->trace));
    if (isWanted(request, "mask"))
        for (const TracedLayer& layer : layers)
            out.push_back(maskArray(std::string(wordFor(layer.site)) + "." + std::to_string(layer.layer) + ".mask",
                                    *layer.trace, chosenHeads(layer, request)));
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
