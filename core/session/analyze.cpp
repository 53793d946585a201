// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/analyze.h"

#include "core/model/blocks.h"
#include "core/session/analyze_model.h"
#include "core/session/collect.h"
#include "core/sources/designs.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace headscope {
namespace {

/// A text's tokens; vectors from a file without a text are called 0, 1, 2 …
std::vector<Token> tokensOf(const std::string& text, TokenUnit unit, const std::shared_ptr<const Matrix>& file) {
    if (!text.empty() || !file) return tokenize(text, unit);
    std::vector<Token> tokens;
    for (Index i = 0; i < file->rows(); ++i) tokens.push_back({i, std::to_string(i), -1, -1, false});
    return tokens;
}

/// What each designed head promises; heads of the same design share it.
std::vector<std::shared_ptr<const KeySets>> promisesOf(const Analysis& a) {
    std::map<Design, std::shared_ptr<const KeySets>> known;
    std::vector<std::shared_ptr<const KeySets>> promised;
    for (const auto& design : a.designs) {
        if (!design) {
            promised.push_back(nullptr);
            continue;
        }
        auto& sets = known[*design];
        if (!sets) sets = std::make_shared<const KeySets>(promisedKeys(*design, a.queries, a.keys));
        promised.push_back(sets);
    }
    return promised;
}

/// Says of every designed head that falls short in some row how far it gets, and whether the mask is why; heads of
/// which the same is to be said share a sentence.
void addShortfalls(Analysis& a, const std::vector<DesignCheck>& checks) {
    std::vector<std::pair<std::string, std::vector<std::size_t>>> said; // what, of which heads
    for (std::size_t h = 0; h < checks.size(); ++h) {
        const DesignCheck& check = checks[h];
        const Index missing = check.promised - check.kept;
        if (!a.designs[h] || missing == 0) continue;
        std::string what = std::string(" (") + name(*a.designs[h]) + "): less than 90 % where promised in " +
                           std::to_string(missing) + " of " + std::to_string(check.promised) + " rows";
        if (check.forbidden == missing)
            what += ", the mask forbids what is looked for";
        else if (check.forbidden > 0)
            what += "; in " + std::to_string(check.forbidden) + " of them the mask forbids what is looked for";
        const auto known = std::ranges::find(said, what, [](const auto& one) { return one.first; });
        if (known != said.end())
            known->second.push_back(h);
        else
            said.push_back({std::move(what), {h}});
    }
    for (const auto& [what, heads] : said) {
        std::string note = heads.size() == 1 ? "Head " : "Heads ";
        for (std::size_t i = 0; i < heads.size(); ++i)
            note += (i == 0 ? "" : i + 1 < heads.size() ? ", " : " and ") + std::to_string(heads[i] + 1);
        a.notes.push_back(note + what + ".");
    }
}

std::shared_ptr<const Matrix> followingOf(const Sandbox& sandbox, const LayerTrace& trace, const std::stop_token& stop) {
    switch (sandbox.after) {
    case After::Nothing:
        break;
    case After::Mlp:
        return std::make_shared<Matrix>(residualMlp(*trace.input, trace.output, sandbox.seed, stop));
    case After::Rnn:
        return std::make_shared<Matrix>(recurrent(trace.output, sandbox.seed, stop));
    }
    return nullptr;
}

KnownWeights knownFrom(const AnalysisPtr& before) {
    if (!before || before->empty() || before->run) return {};
    const LayerTrace& trace = *before->trace;
    return {before->sandbox.weights, trace.config, before->positions, trace.seed, before->designs, trace.weightsUsed};
}

/// Runs the layer and gathers what the views draw, in one pass.
Status computeAll(Analysis& a, AttentionInput input, std::stop_token stop) {
    a.allowed = input.mask;
    Result<HeadCollector> collector = beginCollecting(a, promisesOf(a));
    if (!collector) return collector.error();
    auto trace = attend(std::move(input), stop, [&](const WeightsBlock& block) { collector->read(block); });
    if (!trace) return trace.error();
    a.trace = *trace;
    takeCollected(*collector, a);
    addShortfalls(a, collector->checks);
    return {};
}

Status computeTrace(Analysis& a, AttentionInput input, std::stop_token stop) {
    a.allowed = input.mask;
    auto trace = attend(std::move(input), stop);
    if (!trace) return trace.error();
    a.trace = *trace;
    return {};
}

Status compute(Analysis& a, SandboxLayer layer, std::stop_token stop, Depth depth) {
    a.config = layer.attention.config;
    a.positions = layer.positions;
    a.designs = std::move(layer.designs);
    a.notes = std::move(layer.notes);
    const auto run = depth == Depth::Full ? computeAll : computeTrace;
    if (Status status = run(a, std::move(layer.attention), stop); !status) return status;
    a.following = followingOf(a.sandbox, *a.trace, stop);
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    return {};
}

Result<AnalysisPtr> analyzeSandbox(const Session& session, const SandboxFiles& given, std::stop_token stop, Depth depth,
                                   const AnalysisPtr& before) {
    const auto begin = std::chrono::steady_clock::now();
    auto a = std::make_shared<Analysis>();
    a->text = session.text;
    a->text2 = session.text2.value_or(std::string());
    a->cross = session.text2.has_value() || given.input2;
    a->sandbox = session.sandbox;
    a->mask = session.sandbox.mask;
    const TokenUnit unit = session.sandbox.unit;
    a->queries = tokensOf(a->text, unit, given.input);
    a->keys = a->cross ? tokensOf(a->text2, unit, given.input2) : a->queries;

    const auto config = resolveConfig(session.sandbox, given);
    if (!config) return config.error();
    a->config = *config;
    if (!a->queries.empty() && !a->keys.empty()) {
        auto layer = buildSandbox(session.sandbox, given, a->queries, a->cross ? &a->keys : nullptr,
                                  knownFrom(before));
        if (!layer) return layer.error();
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
        if (Status status = compute(*a, std::move(*layer), stop, depth); !status) return status.error();
    }
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    a->milliseconds = spent.count();
    return AnalysisPtr(std::move(a));
}

} // namespace

std::vector<std::uint8_t> hiddenKeys(const std::vector<Token>& keys, HiddenTokens which) {
    if (which == HiddenTokens::Nothing || keys.empty()) return {};
    std::vector<std::uint8_t> hidden;
    for (const Token& key : keys) hidden.push_back(key.special);
    if (which == HiddenTokens::SpecialAndFirst) hidden[0] = 1;
    return std::ranges::find(hidden, 1) == hidden.end() ? std::vector<std::uint8_t>{} : hidden;
}

const HeadRemainder& Analysis::without(int head, HiddenTokens which) const {
    static const HeadRemainder all;
    if (which == HiddenTokens::Nothing) return all;
    return pictures[static_cast<std::size_t>(head)].without[static_cast<std::size_t>(which) - 1];
}

Result<AnalysisPtr> analyze(const Session& session, const Sources& sources, std::stop_token stop, Depth depth,
                            const AnalysisPtr& before) {
    assert(session.model.empty() == !sources.run);
    if (sources.run) return analyzeModel(session, sources.run, stop, depth);
    static const SandboxFiles noFiles;
    return analyzeSandbox(session, sources.files ? *sources.files : noFiles, stop, depth, before);
}

int Analysis::layers() const {
    if (!run) return 1;
    const ModelConfig& model = run->opened->model->config;
    return site == Site::Decoder || site == Site::Cross ? model.decoder.layers : model.stack().layers;
}

Matrix Analysis::rows(int head, Index block) const {
    Matrix out;
    if (!groups) {
        trace->weightsBlock(head, block, out);
        return out;
    }
    const Index first = block * LayerTrace::blockRows();
    const Index last = std::min(first + LayerTrace::blockRows(), std::ssize(groups->queries));
    return groupedWeights(*trace, head,
                          {{groups->queries.begin() + first, groups->queries.begin() + last}, groups->keys});
}

Scalar Analysis::weight(int head, Index query, Index key) const {
    const HeadPicture& picture = pictures[static_cast<std::size_t>(head)];
    if (picture.factor == 1) return picture.pixels(query, key);
    return row(head, query)[static_cast<std::size_t>(key)];
}

std::vector<Scalar> Analysis::row(int head, Index query) const {
    const HeadPicture& picture = pictures[static_cast<std::size_t>(head)];
    if (picture.factor == 1) {
        const auto weights = picture.pixels.row(query);
        return {weights.begin(), weights.end()};
    }
    return *lines->get({LineCache::Kind::Row, head, query}, [&] {
        return groups ? groupedRow(*trace, head, *groups, query) : trace->weightsRow(head, query);
    });
}

std::vector<Scalar> Analysis::column(int head, Index key) const {
    const HeadPicture& picture = pictures[static_cast<std::size_t>(head)];
    if (picture.factor > 1)
        return *lines->get({LineCache::Kind::Column, head, key}, [&] {
            return groups ? groupedColumn(*trace, head, *groups, key) : trace->weightsColumn(head, key);
        });
    std::vector<Scalar> weights;
    for (Index i = 0; i < picture.pixels.rows(); ++i) weights.push_back(picture.pixels(i, key));
    return weights;
}

} // namespace headscope
