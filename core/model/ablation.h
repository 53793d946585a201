// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_trace.h"
#include "core/model/parameters.h"

namespace headscope {

/// A head's place in a model.
struct HeadPlace {
    Site site = Site::Self;
    int layer = 0;
    int head = 0;
    friend bool operator==(const HeadPlace&, const HeadPlace&) = default;
};

/// The stack that the heads of a site belong to; cross-attention is the decoder's.
const StackConfig& stackOf(const ModelConfig& config, Site site);
/// The projections of the layer that the head is one of; the model has that place.
AttentionParameters& attentionOf(Parameters& weights, const ModelConfig& config, const HeadPlace& place);

/// Usage error for a head that the model does not have.
Status checkHead(const ModelConfig& config, const HeadPlace& place);
/// Its rows of W_O, [d_v, d_model], become 0.
void clearHead(Parameters& weights, const ModelConfig& config, const HeadPlace& place);
/// Whether they are.
bool isCleared(Parameters& weights, const ModelConfig& config, const HeadPlace& place);

/// The model without what this head says: the rows of W_O that it owns are 0, so that it still attends, as one can see,
/// but nothing of it reaches the stream (Michel et al. 2019). Usage error for a head that the model does not have and
/// for models that cannot be trained.
Result<ModelPtr> withoutHead(const ModelPtr& model, const HeadPlace& place);

} // namespace headscope
