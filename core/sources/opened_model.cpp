// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/opened_model.h"

#include "core/sources/tokenizer_files.h"

#include <utility>

namespace headscope {

Result<OpenedModelPtr> openWithTokenizer(const std::string& folder, std::stop_token stop,
                                         const LoadProgress& progress) {
    const Result<ModelDescription> described = describeModel(folder);
    if (!described) return described.error();
    // Opening says in which file the reason lies; it is refused before anything is read.
    if (!described->supported)
        if (Result<ModelPtr> refused = openModel(folder, stop); !refused) return refused.error();
    Result<TokenizerPtr> tokenizer = readTokenizer(described->folder);
    if (!tokenizer) return tokenizer.error();
    Result<ModelPtr> model = openModel(folder, stop, progress);
    if (!model) return model.error();
    return std::make_shared<const OpenedModel>(OpenedModel{folder, *std::move(model), *std::move(tokenizer)});
}

} // namespace headscope
