// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/opened_model.h"

#include "core/sources/tokenizer_files.h"

#include <utility>

namespace headscope {

Result<OpenedModelPtr> openWithTokenizer(const std::string& folder, std::stop_token stop,
                                         const LoadProgress& progress) {
    // Its config.json says whether this is a model at all, and where an old sentence-transformers folder keeps it.
    const Result<ModelDescription> described = describeModel(folder);
    if (!described) return described.error();
    if (!described->supported) return Error{ErrorCode::Input, folder, described->reason};
    Result<TokenizerPtr> tokenizer = readTokenizer(described->folder);
    if (!tokenizer) return tokenizer.error();
    Result<ModelPtr> model = openModel(folder, stop, progress);
    if (!model) return model.error();
    return std::make_shared<const OpenedModel>(OpenedModel{folder, *std::move(model), *std::move(tokenizer)});
}

} // namespace headscope
