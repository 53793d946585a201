// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"

#include <functional>
#include <stop_token>
#include <string>

namespace headscope {

/// What a Hugging Face folder holds, read from config.json and the tensor files' headers only.
struct ModelDescription {
    std::string folder;       ///< the one with config.json: that of the argument or its 0_Transformer
    std::string family;       ///< model_type: "bert"
    std::string familyName;   ///< "BERT"
    std::string architecture; ///< the class that saved it ("BertForMaskedLM"), or empty
    ModelKind kind = ModelKind::Encoder;
    int layers = 0;        ///< of the encoder where there are two stacks
    int decoderLayers = 0; ///< of encoder–decoders
    int heads = 0;
    int dModel = 0;
    int vocabulary = 0;
    int maxPositions = 0;         ///< 0: no fixed limit
    std::uint64_t parameters = 0; ///< as Model::parameters; 0: the tensor files cannot be read
    std::uint64_t bytes = 0;      ///< of the tensor files
    bool supported = false;
    std::string reason; ///< why not
};

/// Io error where there is no folder or no config.json, Input error for one that is not JSON. Everything else that
/// keeps the model from being opened is the description's `reason`.
Result<ModelDescription> describeModel(const std::string& folder);

/// The folder that holds config.json: older sentence-transformers keep the model in one of its own, 0_Transformer.
std::string innerFolder(const std::string& folder);

/// Done and all bytes; called from the calling thread.
using LoadProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Reads config.json and the weights. All wrong or missing tensors are named in one error. Refused before anything is
/// read: models of unknown families (the error lists the known ones), packed or remote-code ones, and those larger than
/// the free memory. Cancelled when stopped.
Result<ModelPtr> openModel(const std::string& folder, std::stop_token stop = {}, const LoadProgress& progress = {});

/// Whether all numbers of the tensors that the model needs are finite: an Input error naming the first that is not, with
/// its place. Reads all of them, which openModel() does not look at one by one. Errors: those of openModel().
Status checkTensors(const std::string& folder, std::stop_token stop = {});

/// transformers' model_type of everything that can be opened, sorted.
std::vector<std::string> knownFamilies();

} // namespace headscope
