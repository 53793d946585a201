// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_config.h"

#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// A family whose config.json can be written.
struct ConfigWriter {
    std::string_view type;         ///< model_type
    std::string_view architecture; ///< transformers' class with the output head
};
/// Sorted by type.
std::vector<ConfigWriter> configWriters();

/// What sources/family_configs.h reads as this config. The family is one of configWriters().
std::string configJson(const ModelConfig& config, bool tied);

} // namespace headscope
