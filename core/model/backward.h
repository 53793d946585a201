// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_backward.h"
#include "core/model/model_trace.h"

namespace headscope {

/// One stack's way back, from the trace alone; what the trace does not keep (attention's weights, sums before norms) is
/// computed again.
struct StackBackward {
    const Model* model = nullptr;
    const StackConfig* config = nullptr;
    const StackWeights* weights = nullptr;
    const std::vector<TurnedBlock>* turned = nullptr;
    const SiteTrace* self = nullptr;
    const SiteTrace* cross = nullptr;    ///< or null
    StackParameters* gradient = nullptr; ///< added to
};
/// dx [n, d_model] is that of the last hidden state on the way in and that of the first on the way out.
/// dEncoded [n_encoder, d_model] is added to where there is cross-attention, else null.
void run(const StackBackward& pass, Matrix& dx, Matrix* dEncoded);

/// What forward() hands back: adds to `gradients` those of a number whose gradient with respect to trace.last() is
/// dLast [n, d_model]. The model is one that canTrain(), and the trace was made
/// forTraining. Works on the calling thread.
void backward(const ModelTrace& trace, const TurnedModel& turned, Matrix dLast, Parameters& gradients);

} // namespace headscope
