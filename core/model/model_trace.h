// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"
#include "core/model/model.h"

#include <array>
#include <string_view>

namespace headscope {

/// Which attention of a model.
enum class Site {
    Self,    ///< the only one of an encoder or a decoder
    Encoder, ///< the next three: of an encoder–decoder
    Decoder,
    Cross, ///< queries from the decoder, keys and values from the encoder
};
/// "self", "encoder", "decoder", "cross".
std::string_view siteName(Site site);

/// What a model is asked.
struct ModelInput {
    std::vector<int> ids;        ///< [n]; of the encoder where there are two stacks
    std::vector<int> tokenTypes; ///< [n]; empty: all 0
    std::vector<int> decoderIds; ///< [n_decoder] with the start token; empty: that one alone. Encoder–decoders only
    friend bool operator==(const ModelInput&, const ModelInput&) = default;
};

/// The inside of one layer's MLP, down(act(up(input))).
struct MlpTrace {
    Matrix input; ///< [n, d_model]
    Matrix wide;  ///< [n, feed_forward] behind the activation
    Matrix slope; ///< [n, feed_forward] of the activation
};

/// What one attention did in every layer.
struct SiteTrace {
    Site site = Site::Self;
    std::vector<std::shared_ptr<const LayerTrace>> layers;
    /// [layers + 1] of [n, d_model], as transformers' hidden_states: what enters layer 0, what leaves each layer, the
    /// last one after the final norm. Empty for Cross.
    std::vector<std::shared_ptr<const Matrix>> hidden;
    /// [layers] behind Self, Encoder or Decoder where ForwardOptions::forTraining asks for it, else empty.
    std::vector<std::shared_ptr<const MlpTrace>> mlps;
};

/// One pass through a model. Everything that grows with n² is computed when somebody looks (LayerTrace).
struct ModelTrace {
    ModelPtr model;
    ModelInput input;             ///< with what was empty filled in
    std::vector<SiteTrace> sites; ///< {Self}, or {Encoder, Decoder, Cross}
    Index reused = 0;             ///< first tokens whose rows were taken from the previous trace

    const SiteTrace* site(Site site) const;
    /// [n, d_model] what the output head reads.
    const Matrix& last() const;
};
using ModelTracePtr = std::shared_ptr<const ModelTrace>;

} // namespace headscope
