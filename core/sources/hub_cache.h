// SPDX-License-Identifier: GPL-3.0-or-later
// The cache that Hugging Face's own programs keep. It belongs to them: here it is only read.
#pragma once

#include "core/sources/environment.h"

#include <stop_token>
#include <string>
#include <vector>

namespace headscope {

struct CachedModel {
    std::string name;    ///< ORG/NAME, or NAME
    std::string folder;  ///< the snapshot to open; the model's own folder in the cache when there is a problem
    std::string problem; ///< why it cannot be opened; empty: nothing known against it
};

/// $HF_HUB_CACHE, $HUGGINGFACE_HUB_CACHE, or hub/ below hubHome(). Empty where there is no home.
std::string hubCacheFolder(const Environment& environment);

/// All models--ORG--NAME below `cache`, sorted by name. Nothing for a cache that is not there; a cache that cannot be
/// read is one entry that says so.
std::vector<CachedModel> cachedModels(const std::string& cache, std::stop_token stop);

/// What a model in this folder is called: ORG/NAME of one in a cache, else the folder's last two parts.
std::string modelNameOf(const std::string& folder);

/// `folder` itself, or the snapshot to open when it is one model's folder of a cache. Never recurses.
std::string openableFolder(const std::string& folder);

} // namespace headscope
