// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ablation.h"
#include "core/sources/model_folder.h"
#include "core/text/tokenizer.h"

#include <memory>
#include <string>
#include <vector>

namespace headscope {

/// A model ready to be asked: its weights and its way from text to tokens, from one folder.
struct OpenedModel {
    std::string folder; ///< as it was opened
    ModelPtr model;
    TokenizerPtr tokenizer;
    std::string learning = {}; ///< the task of a model that learns right now: its folder may have other weights, or none
    std::vector<HeadPlace> takenAway = {}; ///< heads whose rows of W_O somebody has made 0, for the pictures to say so
};
using OpenedModelPtr = std::shared_ptr<const OpenedModel>;

/// Reads the tokenizer, then the weights. Errors: those of readTokenizer and openModel; Input error for a tokenizer
/// with ids that the model has no vectors for.
Result<OpenedModelPtr> openWithTokenizer(const std::string& folder, std::stop_token stop = {},
                                         const LoadProgress& progress = {});

} // namespace headscope
