// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace headscope {

/// What of a file is wanted and what the file cannot know.
struct LayerRequest {
    std::string prefix;       ///< of the layer's tensor names, where the file holds several layers
    std::optional<int> heads; ///< PyTorch files do not say; 4 when nobody does
    Combine combine = Combine::Concat;
};

/// One attention layer out of a file. The config's shape and bias are the file's.
struct LayerFromFile {
    AttentionConfig config;
    AttentionWeights weights;
    std::vector<std::string> notes; ///< what was assumed, whole sentences
};

/// A PyTorch nn.MultiheadAttention state (fused or separate projections) or the kernels of a Keras MultiHeadAttention
/// or GroupQueryAttention from a .safetensors or .npz file; the names are listed in the README. Input or Io error with
/// "file: tensor", found and expected shapes; Usage error where --heads does not fit; Cancelled.
/// The attribute add_zero_attn of PyTorch leaves no trace in a state and is taken to be off.
Result<LayerFromFile> readLayer(const std::string& path, const LayerRequest& request, std::stop_token stop = {});

/// FILE[:PREFIX] of the command line. A colon may be part of the file's name: the longest part that is an existing file
/// is the file. When there is none, the split is behind ".safetensors" or ".npz", else there is no prefix.
struct LayerPlace {
    std::string file;
    std::string prefix;
};
LayerPlace splitLayerPlace(const std::string& argument);

} // namespace headscope
