// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/predict.h"

#include "core/session/apply_rules.h"
#include "core/session/finite_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace headscope {
namespace {

Error noHead(const OpenedModel& opened) {
    return {ErrorCode::Usage, opened.folder,
            "the model has no output head, so it predicts no tokens; take one that was saved with it"};
}

/// Output heads often have more rows than the vocabulary has entries.
std::string nameOf(std::int64_t id, const Tokenizer& tokenizer) {
    return tokenizer.entry(id) ? tokenizer.decode({&id, 1}, false) : "id " + std::to_string(id);
}

/// The `top` largest of row [vocabulary], largest first, equal ones by id, with their softmax.
std::vector<Prediction> strongest(std::span<const Scalar> row, int top, const Tokenizer& tokenizer) {
    std::vector<std::int64_t> ids(row.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto logit = [&](std::int64_t id) { return row[static_cast<std::size_t>(id)]; };
    const auto kept = ids.begin() + std::min<std::ptrdiff_t>(top, std::ssize(ids));
    std::partial_sort(ids.begin(), kept, ids.end(), [&](std::int64_t a, std::int64_t b) {
        return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
    });
    const double greatest = static_cast<double>(logit(ids.front()));
    double sum = 0;
    for (const Scalar x : row) sum += std::exp(static_cast<double>(x) - greatest);
    std::vector<Prediction> predictions;
    for (auto id = ids.begin(); id != kept; ++id)
        predictions.push_back(
            {*id, nameOf(*id, tokenizer), std::exp(static_cast<double>(logit(*id)) - greatest) / sum});
    return predictions;
}

/// The tokens that the output head speaks of.
const std::vector<Token>& spoken(const ModelRun& run) {
    return run.tokens2.empty() ? run.tokens : run.tokens2;
}

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

/// The token as it continues those up to `last`, with the space that the vocabulary wants before it.
std::string continuation(const ModelRun& run, Index last, std::int64_t id) {
    const Tokenizer& tokenizer = *run.opened->tokenizer;
    std::vector<std::int64_t> ids;
    for (Index i = 0; i <= last; ++i) ids.push_back(spoken(run)[static_cast<std::size_t>(i)].id);
    const std::string before = tokenizer.decode(ids, true);
    ids.push_back(id);
    const std::string after = tokenizer.decode(ids, true);
    return after.starts_with(before) ? after.substr(before.size()) : tokenizer.decode({&id, 1}, true);
}

/// The text with the token's range replaced by a vocabulary's entry.
std::string replaced(const std::string& text, const Token& token, const Tokenizer& tokenizer, std::int64_t id) {
    std::string head = text.substr(0, static_cast<std::size_t>(token.begin));
    std::string piece = tokenizer.readable(id);
    const std::string entry = tokenizer.entry(id).value_or(piece);
    if (entry.starts_with("##") && entry.size() > 2) {
        // WordPiece: the rest of the word before it.
        piece = entry.substr(2);
        while (!head.empty() && isSpace(head.back())) head.pop_back();
    } else if (tokenizer.entry(token.id).value_or("").starts_with("##") && !head.empty() && !isSpace(head.back())) {
        piece.insert(0, 1, ' '); // a word of its own where the rest of one was
    } else if (!piece.empty() && isSpace(piece.front()) && (head.empty() || isSpace(head.back()))) {
        piece.erase(0, 1);
    }
    return head + piece + text.substr(static_cast<std::size_t>(token.end));
}

/// The run with one more token behind the ones that the head speaks of.
Result<ModelRunPtr> appended(const ModelRun& run, std::int64_t id, const std::stop_token& stop) {
    auto longer = std::make_shared<ModelRun>(run);
    Token token;
    token.id = id;
    token.text = run.opened->tokenizer->entry(id).value_or(std::to_string(id));
    token.sequence = -1;
    ModelInput input = run.trace->input;
    const bool decoder = !run.tokens2.empty();
    (decoder ? longer->tokens2 : longer->tokens).push_back(token);
    (decoder ? input.decoderIds : input.ids).push_back(static_cast<int>(id));
    if (!decoder && !input.tokenTypes.empty()) input.tokenTypes.push_back(0);
    ForwardOptions options;
    options.previous = run.trace;
    options.stop = stop;
    Result<ModelTracePtr> trace = forward(run.opened->model, std::move(input), options);
    if (!trace) return trace.error();
    if (Status status = checkFinite(*run.opened, **trace, stop); !status) return status.error();
    longer->trace = *std::move(trace);
    return ModelRunPtr(std::move(longer));
}

} // namespace

Result<std::vector<Index>> predictedPositions(const ModelRun& run) {
    const OpenedModel& opened = *run.opened;
    if (!opened.model->hasHead()) return noHead(opened);
    const auto& tokens = spoken(run);
    std::vector<Index> positions;
    if (opened.model->config.kind != ModelKind::Encoder) {
        if (!tokens.empty()) positions.push_back(std::ssize(tokens) - 1);
        return positions;
    }
    const std::optional<std::int64_t> mask = opened.tokenizer->special().mask;
    if (!mask)
        return Error{ErrorCode::Input, opened.folder, "its tokenizer has no mask token, so nothing can be left open"};
    for (std::size_t i = 0; i < tokens.size(); ++i)
        if (tokens[i].id == *mask) positions.push_back(static_cast<Index>(i));
    if (positions.empty())
        return Error{ErrorCode::Input, "--text",
                     "nothing is left open; put " + opened.tokenizer->entry(*mask).value_or("the mask token") +
                         " where a word is to be predicted"};
    return positions;
}

std::vector<Index> positionsOf(const Analysis& a, std::span<const int> queries) {
    std::vector<Index> positions;
    if (!a.run || a.site == Site::Encoder) return positions;
    const bool encoder = a.run->opened->model->config.kind == ModelKind::Encoder;
    for (const int query : queries) {
        if (query < 0 || query >= std::ssize(a.queries)) continue;
        const Mask::Span group =
            a.groups ? a.groups->queries[static_cast<std::size_t>(query)] : Mask::Span{query, query + 1};
        const Index position = encoder ? group.begin : group.end - 1;
        if (!encoder || canFillIn(*a.run, position)) positions.push_back(position);
    }
    return positions;
}

Result<std::vector<PositionPrediction>> predict(const ModelRun& run, std::span<const Index> positions, int top,
                                                std::stop_token stop) {
    if (!run.opened->model->hasHead()) return noHead(*run.opened);
    if (positions.empty()) return std::vector<PositionPrediction>();
    const Result<Matrix> rows = finiteLogits(run, positions, stop);
    if (!rows) return rows.error();
    std::vector<PositionPrediction> predictions;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
        predictions.push_back({positions[i], strongest(rows->row(static_cast<Index>(i)), top, *run.opened->tokenizer)});
    }
    return predictions;
}

bool isText(const ModelRun& run, std::int64_t id) {
    const Tokenizer& tokenizer = *run.opened->tokenizer;
    // U+FFFD is how a decoder writes bytes that are no whole character.
    return tokenizer.entry(id) && !tokenizer.isSpecial(id) &&
           tokenizer.decode({&id, 1}, true).find("\xEF\xBF\xBD") == std::string::npos;
}

bool canFillIn(const ModelRun& run, Index position) {
    const auto& tokens = spoken(run);
    const auto at = static_cast<std::size_t>(position);
    if (run.opened->model->config.kind == ModelKind::Encoder)
        return tokens[at].begin >= 0 && tokens[at].end > tokens[at].begin;
    if (at + 1 == tokens.size()) return true;
    // Pieces of one character share its range.
    const Token& next = tokens[at + 1];
    return next.begin >= std::max<std::int64_t>(tokens[at].end, 0) && next.end > next.begin;
}

std::optional<FilledText> fillIn(const ModelRun& run, Index position, std::int64_t id) {
    if (!isText(run, id) || !canFillIn(run, position)) return std::nullopt;
    const auto& tokens = spoken(run);
    const auto at = static_cast<std::size_t>(position);
    if (run.opened->model->config.kind == ModelKind::Encoder) {
        const bool second = tokens[at].sequence == 1;
        return FilledText{second,
                          replaced(second ? run.text2.value_or("") : run.text, tokens[at], *run.opened->tokenizer, id)};
    }
    const bool second = !run.tokens2.empty();
    const std::string text = second ? run.text2.value_or("") : run.text;
    const std::string piece = continuation(run, position, id);
    if (at + 1 == tokens.size()) return FilledText{second, text + piece};
    return FilledText{second, text.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(tokens[at].end, 0))) +
                                  piece + text.substr(static_cast<std::size_t>(tokens[at + 1].end))};
}

Result<Continuation> continueText(const ModelRunPtr& run, int most, std::stop_token stop,
                                  const std::function<void(int)>& step) {
    const ModelConfig& config = run->opened->model->config;
    if (config.kind == ModelKind::Encoder)
        return Error{ErrorCode::Usage, "--generate",
                     config.familyName + " fills in masks and continues no text; leave it out"};
    if (!run->opened->model->hasHead()) return noHead(*run->opened);
    const Tokenizer& tokenizer = *run->opened->tokenizer;
    std::vector<int> ends = config.special.eos;
    if (ends.empty() && tokenizer.special().eos) ends.push_back(static_cast<int>(*tokenizer.special().eos));
    std::vector<std::int64_t> ids;
    for (const Token& token : spoken(*run)) ids.push_back(token.id);
    const std::size_t prompt = ids.size();
    Continuation made;
    made.run = run;
    while (std::ssize(made.ids) < most) {
        const Index last = std::ssize(ids) - 1;
        Result<Matrix> rows = finiteLogits(*made.run, {&last, 1}, stop);
        if (!rows) return rows.error();
        const auto row = rows->row(0);
        applyRules(config.generation, {ids, prompt, most, ends}, row);
        const std::int64_t id = std::ranges::max_element(row) - row.begin();
        if (std::ranges::find(ends, id) != ends.end()) break;
        ids.push_back(id);
        made.ids.push_back(id);
        if (step) step(static_cast<int>(made.ids.size()));
        const bool full = config.maxPositions > 0 && last + 1 >= config.maxPositions;
        made.full = full && std::ssize(made.ids) < most;
        if (full || std::ssize(made.ids) == most) break;
        Result<ModelRunPtr> longer = appended(*made.run, id, stop);
        if (!longer) return longer.error();
        made.run = *std::move(longer);
    }
    made.text = tokenizer.decode(made.ids, true);
    return made;
}

} // namespace headscope
