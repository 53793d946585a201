// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_trace.h"

#include <functional>
#include <span>
#include <stop_token>

namespace headscope {

/// Who looks at a layer's weights while they are made; an empty reader: nobody.
using LayerWatcher = std::function<WeightsReader(Site site, int layer)>;

struct ForwardOptions {
    /// Of the same model: causal stacks take over every row before the first changed token, and an encoder that reads
    /// the same takes over all. The result has the same bits with and without. May be null. A watcher sees all rows of
    /// layers that are computed, and only the computed rows of those taken over in part.
    ModelTracePtr previous;
    std::stop_token stop;
    LayerWatcher watcher;
    /// The trace keeps the inside of MLPs, for backward(). Without `previous`, and for models that canTrain().
    bool forTraining = false;
};

/// The whole model. Input error naming the token for an id that is outside the vocabulary, for more tokens than the
/// model has positions and for none at all; Cancelled when stopped (looked at between layers and inside them).
Result<ModelTracePtr> forward(const ModelPtr& model, ModelInput input, const ForwardOptions& options = {});

/// [rows, vocabulary] what the output head says at some positions of the decoder, or of the encoder where there is no
/// decoder. Usage error for a model without a head.
Result<Matrix> logits(const ModelTrace& trace, std::span<const Index> rows, std::stop_token stop = {});

} // namespace headscope
