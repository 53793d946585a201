// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace headscope {

/// What a model's folder says of itself, from config.json and the headers of its weights alone.
struct ModelSummary {
    std::string architecture; ///< empty where config.json does not say
    int layers = 0;           ///< 0 where unknown
    int heads = 0;
    std::uint64_t parameters = 0; ///< numbers in the tensors
    std::string problem;          ///< why it cannot be opened; empty: it can
};

ModelSummary summarizeModel(const std::string& folder);

} // namespace headscope
