// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/parameters.h"
#include "core/train/task.h"

#include <span>
#include <stop_token>

namespace headscope {

struct BatchResult {
    double loss = 0;          ///< mean cross-entropy of the targets, in nats
    std::int64_t asked = 0;   ///< targets
    std::int64_t correct = 0; ///< of them, those that were the most probable token
};

/// The gradients of a batch's loss; kept from step to step, so that no memory is asked for anew.
struct Gradients {
    Parameters sum;
    std::vector<Parameters> groups; ///< of every group of examples
};

/// Loss of the examples and its gradients with respect to every weight, in `gradients.sum`. Examples go in a fixed
/// number of groups over the cores, each example by itself through forward() and backward(); groups are added in order,
/// so the result has the same bits however many cores there are. The model is one that canTrain(). Input error for an
/// example that the model cannot read and for a loss that is no number or above all bounds; Cancelled when stopped.
Result<BatchResult> gradients(const ModelPtr& model, std::span<const TaskExample> examples, Gradients& gradients,
                              std::stop_token stop = {});
/// The same without gradients.
Result<BatchResult> loss(const ModelPtr& model, std::span<const TaskExample> examples, std::stop_token stop = {});

} // namespace headscope
