// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/model_summary.h"

#include "core/sources/model_folder.h"

namespace headscope {

ModelSummary summarizeModel(const std::string& folder) {
    const Result<ModelDescription> found = describeModel(folder);
    if (!found) return {{}, 0, 0, 0, found.error().message()};
    return {found->family, found->layers, found->heads, found->parameters, found->supported ? "" : found->reason};
}

} // namespace headscope
