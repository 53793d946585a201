// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ablation.h"

#include <algorithm>

namespace headscope {
namespace {

bool inDecoder(const ModelConfig& config, Site site) {
    return site == Site::Decoder || site == Site::Cross || (site == Site::Self && config.kind == ModelKind::Decoder);
}

bool hasSite(const ModelConfig& config, Site site) {
    return (config.kind == ModelKind::EncoderDecoder) == (site != Site::Self);
}

} // namespace

const StackConfig& stackOf(const ModelConfig& config, Site site) {
    return inDecoder(config, site) ? config.decoder : config.encoder;
}

AttentionParameters& attentionOf(Parameters& weights, const ModelConfig& config, const HeadPlace& place) {
    StackParameters& stack = inDecoder(config, place.site) ? weights.decoder : weights.encoder;
    BlockParameters& block = stack.blocks[static_cast<std::size_t>(place.layer)];
    return place.site == Site::Cross ? block.cross : block.self;
}

Status checkHead(const ModelConfig& config, const HeadPlace& place) {
    const StackConfig& stack = stackOf(config, place.site);
    if (hasSite(config, place.site) && place.layer >= 0 && place.layer < stack.layers && place.head >= 0 &&
        place.head < stack.attention.heads)
        return {};
    return Error{ErrorCode::Usage, "head",
                 "the model has no head " + std::to_string(place.head) + " in layer " + std::to_string(place.layer) +
                     " there; both count from 0"};
}

void clearHead(Parameters& weights, const ModelConfig& config, const HeadPlace& place) {
    Matrix& o = attentionOf(weights, config, place).o.w; // [heads · d_v, d_model]
    const Index rows = stackOf(config, place.site).attention.dV;
    for (Index r = place.head * rows; r < (place.head + 1) * rows; ++r) std::ranges::fill(o.row(r), Scalar{0});
}

bool isCleared(Parameters& weights, const ModelConfig& config, const HeadPlace& place) {
    const Matrix& o = attentionOf(weights, config, place).o.w;
    const Index rows = stackOf(config, place.site).attention.dV;
    for (Index r = place.head * rows; r < (place.head + 1) * rows; ++r)
        if (std::ranges::any_of(o.row(r), [](Scalar x) { return x != 0; })) return false;
    return true;
}

Result<ModelPtr> withoutHead(const ModelPtr& model, const HeadPlace& place) {
    if (Status status = canTrain(*model); !status) return status.error();
    if (Status status = checkHead(model->config, place); !status) return status.error();
    Parameters weights = unpack(*model);
    clearHead(weights, model->config, place);
    return pack(model->config, weights);
}

} // namespace headscope
