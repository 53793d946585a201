// SPDX-License-Identifier: GPL-3.0-or-later
// Small models of every family that is trained, with examples.
#pragma once

#include "core/train/batch.h"

#include <string>

namespace headscope::testing {

/// d_model 12, heads 3, vocabulary 11; the norms, positions and head of GPT-2, BERT and BART.
inline ModelConfig trainedConfig(ModelKind kind) {
    ModelConfig c;
    c.kind = kind;
    c.dModel = c.embeddingWidth = 12;
    c.vocabulary = 11;
    StackConfig s;
    s.layers = 2;
    s.attention = {.dModel = 12, .heads = 3, .kvHeads = 3, .dK = 4, .dV = 4, .bias = true};
    s.feedForward = 20;
    if (kind != ModelKind::Decoder) c.encoder = s;
    s.causal = true;
    if (kind != ModelKind::Encoder) c.decoder = s;
    c.normEps = 1e-5;
    c.maxPositions = 9;
    if (kind == ModelKind::Decoder) {
        c.normPlace = NormPlace::Before;
        c.finalNorm = true;
        c.activation = Activation::GeluTanh;
    } else {
        c.embeddingNorm = true;
    }
    if (kind == ModelKind::Encoder) c.tokenTypes = 2;
    if (kind == ModelKind::EncoderDecoder) c.positionOffset = 2;
    return c;
}

/// Random weights of such sizes that nothing is small: a gradient that is forgotten shows.
inline Parameters largeWeights(const ModelConfig& config, std::uint64_t seed) {
    Parameters p = randomParameters(config, seed);
    Rng rng(seed);
    for (const auto& entry : list(p))
        for (Index i = 0; i < entry.values->size(); ++i) {
            Scalar& x = entry.values->data()[i];
            x = static_cast<Scalar>((entry.name.ends_with("orm.weight") ? 1 : 0) + rng.uniform(-0.4, 0.4));
        }
    return p;
}

/// Examples of several lengths with some positions that nothing is asked of.
inline std::vector<TaskExample> someExamples(const ModelConfig& config, int count, std::uint64_t seed) {
    Rng rng(seed);
    const auto draw = [&](int below) { return static_cast<int>(rng.next() % static_cast<std::uint64_t>(below)); };
    const auto sentence = [&] {
        std::vector<int> ids(static_cast<std::size_t>(2 + draw(config.maxPositions - 1)));
        for (int& id : ids) id = draw(config.vocabulary);
        return ids;
    };
    std::vector<TaskExample> examples;
    for (int i = 0; i < count; ++i) {
        TaskExample e;
        e.ids = sentence();
        if (config.kind == ModelKind::EncoderDecoder) e.decoderIds = sentence();
        e.targets.resize(config.kind == ModelKind::EncoderDecoder ? e.decoderIds.size() : e.ids.size());
        for (int& target : e.targets) target = draw(3) == 0 ? -1 : draw(config.vocabulary);
        e.targets.back() = 1;
        examples.push_back(std::move(e));
    }
    return examples;
}

} // namespace headscope::testing
