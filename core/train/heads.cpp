// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/heads.h"

#include "core/train/parameters.h"

#include <algorithm>
#include <cassert>

namespace headscope {
namespace {

/// Columns first … first + count − 1 of w and of the bias.
void copyColumns(const LinearParameters& from, LinearParameters& to, Index first, Index count) {
    for (Index i = 0; i < to.w.rows(); ++i)
        std::ranges::copy_n(from.w.row(i).begin() + first, count, to.w.row(i).begin() + first);
    if (!to.bias.empty()) std::ranges::copy_n(from.bias.row(0).begin() + first, count, to.bias.row(0).begin() + first);
}

} // namespace

ModelPtr withNewHead(const ModelPtr& model, const HeadPlace& place, std::uint64_t seed) {
    Parameters p = unpack(*model);
    Parameters drawn = randomParameters(model->config, seed);
    const AttentionConfig& c = stackOf(model->config, place.site).attention;
    assert(place.head >= 0 && place.head < c.heads);
    AttentionParameters& to = attentionOf(p, model->config, place);
    const AttentionParameters& from = attentionOf(drawn, model->config, place);
    copyColumns(from.q, to.q, Index{place.head} * c.dK, c.dK);
    if (c.kvHeads == c.heads) {
        copyColumns(from.k, to.k, Index{place.head} * c.dK, c.dK);
        copyColumns(from.v, to.v, Index{place.head} * c.dV, c.dV);
    }
    for (Index row = Index{place.head} * c.dV; row < (Index{place.head} + 1) * c.dV; ++row)
        std::ranges::copy(from.o.w.row(row), to.o.w.row(row).begin());
    return pack(model->config, p);
}

std::vector<HeadPlace> headsOf(const ModelConfig& config) {
    std::vector<HeadPlace> heads;
    const auto add = [&](Site site, const StackConfig& stack) {
        for (int layer = 0; layer < stack.layers; ++layer)
            for (int head = 0; head < stack.attention.heads; ++head) heads.push_back({site, layer, head});
    };
    if (config.kind != ModelKind::EncoderDecoder) {
        add(Site::Self, config.stack());
        return heads;
    }
    add(Site::Encoder, config.encoder);
    add(Site::Decoder, config.decoder);
    add(Site::Cross, config.decoder);
    return heads;
}

} // namespace headscope
