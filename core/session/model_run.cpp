// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/model_run.h"

#include "core/session/finite_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace headscope {
namespace {

std::vector<int> idsOf(const std::vector<Token>& tokens) {
    std::vector<int> ids;
    ids.reserve(tokens.size());
    for (const Token& token : tokens) ids.push_back(static_cast<int>(token.id));
    return ids;
}

/// Token types are fed only to models that have vectors for both of them: RoBERTa has one for all.
std::vector<int> typesOf(const std::vector<Token>& tokens, const ModelConfig& config) {
    if (config.tokenTypes < 2) return {};
    std::vector<int> types;
    types.reserve(tokens.size());
    for (const Token& token : tokens) types.push_back(std::min(token.segment, config.tokenTypes - 1));
    return types;
}

/// A tokenizer of another model knows ids that this one has no vectors for.
Status checkIds(const std::vector<Token>& tokens, const OpenedModel& opened) {
    for (const Token& token : tokens)
        if (token.id < 0 || token.id >= opened.model->config.vocabulary)
            return Error{ErrorCode::Input, opened.folder,
                         "its tokenizer makes token " + std::to_string(token.id) + ", but the model has only " +
                             std::to_string(opened.model->config.vocabulary) +
                             "; tokenizer and weights do not belong together"};
    return {};
}

/// What a decoder reads: its start token, then the text as the tokenizer encodes it but for the end that the template
/// put in (the decoder is to say it).
Result<std::vector<Token>> decoderTokens(const OpenedModel& opened, const std::optional<std::string>& text) {
    const Tokenizer& tokenizer = *opened.tokenizer;
    const std::int64_t start = opened.model->config.decoderStart;
    std::vector<Token> tokens(1);
    tokens.front().id = start;
    tokens.front().text = tokenizer.entry(start).value_or(std::to_string(start));
    tokens.front().special = true;
    tokens.front().sequence = -1;
    if (!text || text->empty()) return tokens;
    Result<std::vector<Token>> encoded = tokenizer.encode(*text);
    if (!encoded) return encoded.error();
    if (!encoded->empty() && encoded->back().begin < 0) encoded->pop_back();
    tokens.insert(tokens.end(), std::make_move_iterator(encoded->begin()), std::make_move_iterator(encoded->end()));
    return tokens;
}

/// Both texts as tokens, as the model's kind reads them.
Status tokenizeFor(ModelRun& run, const std::string& text, const std::optional<std::string>& text2) {
    const OpenedModel& opened = *run.opened;
    const ModelConfig& config = opened.model->config;
    const bool second = text2 && !text2->empty();
    if (config.kind == ModelKind::Decoder && second)
        return Error{ErrorCode::Usage, "--text2",
                     config.familyName + " continues one text and takes no second; leave it out"};
    run.pair = config.kind == ModelKind::Encoder && text2.has_value();
    Result<std::vector<Token>> tokens =
        run.pair ? opened.tokenizer->encodePair(text, *text2) : opened.tokenizer->encode(text);
    if (!tokens) return tokens.error();
    run.tokens = *std::move(tokens);
    if (config.kind == ModelKind::EncoderDecoder) {
        Result<std::vector<Token>> decoder = decoderTokens(opened, text2);
        if (!decoder) return decoder.error();
        run.tokens2 = *std::move(decoder);
    }
    if (Status status = checkIds(run.tokens, opened); !status) return status;
    return checkIds(run.tokens2, opened);
}

} // namespace

Result<ModelRunPtr> runModel(const OpenedModelPtr& opened, const std::string& text,
                             const std::optional<std::string>& text2, const ModelRunPtr& previous,
                             std::stop_token stop) {
    const auto begin = std::chrono::steady_clock::now();
    auto run = std::make_shared<ModelRun>();
    run->opened = opened;
    run->text = text;
    run->text2 = text2;
    if (Status status = tokenizeFor(*run, text, text2); !status) return status.error();
    if (run->tokens.empty()) return ModelRunPtr(std::move(run));
    ModelInput input{idsOf(run->tokens), typesOf(run->tokens, opened->model->config), idsOf(run->tokens2)};
    ForwardOptions options;
    if (previous && previous->opened == opened) options.previous = previous->trace;
    options.stop = stop;
    Result<ModelTracePtr> trace = forward(opened->model, std::move(input), options);
    if (!trace) return trace.error();
    if (Status status = checkFinite(*opened, **trace, stop); !status) return status.error();
    run->trace = *std::move(trace);
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    run->milliseconds = spent.count();
    return ModelRunPtr(std::move(run));
}

std::optional<std::string> secondTextFor(const ModelConfig& config, const std::optional<std::string>& text2) {
    return config.kind == ModelKind::Decoder ? std::nullopt : text2;
}

std::vector<Site> sitesOf(const ModelConfig& config) {
    if (config.kind != ModelKind::EncoderDecoder) return {Site::Self};
    return {Site::Cross, Site::Encoder, Site::Decoder};
}

} // namespace headscope
