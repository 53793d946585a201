// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/forward.h"

#include "core/model/stack.h"

#include <algorithm>
#include <string>
#include <utility>

namespace headscope {
namespace {

using std::to_string;

Status checkIds(const ModelConfig& config, const std::vector<int>& ids, const char* place) {
    if (ids.empty()) return Error{ErrorCode::Input, place, "the text has no tokens; the model needs at least one"};
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids[i] < 0 || ids[i] >= config.vocabulary)
            return Error{ErrorCode::Input, place,
                         "token " + to_string(i) + " has the id " + to_string(ids[i]) +
                             ", but the model knows ids from 0 to " + to_string(config.vocabulary - 1) +
                             "; the tokenizer belongs to another model"};
    if (config.maxPositions > 0 && std::ssize(ids) > config.maxPositions)
        return Error{ErrorCode::Input, place,
                     "the text has " + to_string(ids.size()) + " tokens, more than the " +
                         to_string(config.maxPositions) + " that the model can read; shorten it"};
    return {};
}

Status checkInput(const ModelConfig& config, ModelInput& input) {
    if (config.kind == ModelKind::EncoderDecoder && input.decoderIds.empty()) input.decoderIds = {config.decoderStart};
    if (Status s = checkIds(config, input.ids, "text"); !s) return s;
    if (config.kind == ModelKind::EncoderDecoder)
        if (Status s = checkIds(config, input.decoderIds, "second text"); !s) return s;
    input.tokenTypes.resize(input.ids.size(), 0);
    for (const int type : input.tokenTypes)
        if (type < 0 || (type > 0 && type >= config.tokenTypes))
            return Error{ErrorCode::Input, "text",
                         "a token has the type " + to_string(type) + ", but the model knows " +
                             to_string(config.tokenTypes)};
    return {};
}

Index commonPrefix(const std::vector<int>& a, const std::vector<int>& b) {
    return std::mismatch(a.begin(), a.begin() + static_cast<Index>(std::min(a.size(), b.size())), b.begin()).first -
           a.begin();
}

StackPass makePass(const ModelTrace& trace, const ForwardOptions& options, bool decoder, SiteTrace& out) {
    StackPass pass;
    pass.model = trace.model.get();
    pass.config = decoder ? &trace.model->config.decoder : &trace.model->config.encoder;
    pass.weights = decoder ? &trace.model->weights.decoder : &trace.model->weights.encoder;
    pass.options = &options;
    pass.self = &out;
    return pass;
}

/// The only stack of an encoder or a decoder.
Status runSingle(ModelTrace& trace, const ForwardOptions& options) {
    const bool decoder = trace.model->config.kind == ModelKind::Decoder;
    trace.sites = {{Site::Self, {}, {}, {}}};
    StackPass pass = makePass(trace, options, decoder, trace.sites[0]);
    pass.ids = trace.input.ids;
    pass.tokenTypes = trace.input.tokenTypes;
    if (const ModelTrace* p = options.previous.get()) {
        const bool same = p->input == trace.input;
        pass.firstRow = decoder ? commonPrefix(trace.input.ids, p->input.ids) : same ? std::ssize(pass.ids) : 0;
        pass.previous = &p->sites[0];
    }
    trace.reused = pass.firstRow;
    return run(pass);
}

Status runBoth(ModelTrace& trace, const ForwardOptions& options) {
    trace.sites = {{Site::Encoder, {}, {}, {}}, {Site::Decoder, {}, {}, {}}, {Site::Cross, {}, {}, {}}};
    const ModelTrace* p = options.previous.get();
    const bool sameText = p && p->input.ids == trace.input.ids && p->input.tokenTypes == trace.input.tokenTypes;
    StackPass encoder = makePass(trace, options, false, trace.sites[0]);
    encoder.ids = trace.input.ids;
    encoder.tokenTypes = trace.input.tokenTypes;
    encoder.firstRow = sameText ? std::ssize(encoder.ids) : 0;
    encoder.previous = p ? &p->sites[0] : nullptr;
    if (Status s = run(encoder); !s) return s;

    StackPass decoder = makePass(trace, options, true, trace.sites[1]);
    decoder.ids = trace.input.decoderIds;
    decoder.firstRow = sameText ? commonPrefix(trace.input.decoderIds, p->input.decoderIds) : 0;
    decoder.previous = p ? &p->sites[1] : nullptr;
    decoder.encoded = trace.sites[0].hidden.back();
    decoder.previousCross = sameText ? &p->sites[2] : nullptr;
    decoder.cross = &trace.sites[2];
    trace.reused = decoder.firstRow;
    return run(decoder);
}

} // namespace

std::string_view siteName(Site site) {
    constexpr std::string_view names[] = {"self", "encoder", "decoder", "cross"};
    return names[static_cast<std::size_t>(site)];
}

const SiteTrace* ModelTrace::site(Site wanted) const {
    const auto at = std::find_if(sites.begin(), sites.end(), [&](const SiteTrace& s) { return s.site == wanted; });
    return at == sites.end() ? nullptr : &*at;
}

const Matrix& ModelTrace::last() const {
    return *sites[sites.size() > 1 ? 1 : 0].hidden.back();
}

Result<ModelTracePtr> forward(const ModelPtr& model, ModelInput input, const ForwardOptions& options) {
    assert(!options.previous || options.previous->model == model);
    if (Status s = checkInput(model->config, input); !s) return s.error();
    auto trace = std::make_shared<ModelTrace>();
    trace->model = model;
    trace->input = std::move(input);
    const bool both = model->config.kind == ModelKind::EncoderDecoder;
    if (Status s = both ? runBoth(*trace, options) : runSingle(*trace, options); !s) return s.error();
    return ModelTracePtr(std::move(trace));
}

} // namespace headscope
