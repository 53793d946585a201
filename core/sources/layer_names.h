// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <map>
#include <string>
#include <vector>

namespace headscope {

/// What a tensor is to its layer.
enum class LayerPart {
    InWeight,
    InBias, ///< PyTorch: queries, keys and values in one
    QWeight,
    KWeight,
    VWeight,
    QBias,
    KBias,
    VBias,
    OutWeight,
    OutBias,
    ExtraK,
    ExtraV, ///< PyTorch's add_bias_kv
    QueryKernel,
    QueryBias,
    KeyKernel,
    KeyBias,
    ValueKernel,
    ValueBias,
    OutputKernel,
    OutputBias, ///< Keras
};

/// The tensors of one layer: their names in the file.
struct LayerNames {
    std::string prefix; ///< as the file spells it, without the separator at its end
    std::map<LayerPart, std::string> parts;
    bool has(LayerPart part) const { return parts.contains(part); }
};

/// The one layer that the prefix picks among all tensor names; "." "/" and "_" count as the same. Input error, without
/// a place, listing the layers when it picks none or several.
Result<LayerNames> findLayer(const std::vector<std::string>& tensorNames, const std::string& prefix);

} // namespace headscope
