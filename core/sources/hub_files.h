// SPDX-License-Identifier: GPL-3.0-or-later
// What the Hugging Face Hub says of a model's files, and which of them are of use here.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

struct HubFile {
    std::string path; ///< below the model's folder, with /
    std::optional<std::uint64_t> size;
    std::string sha256;  ///< 64 hex digits, of large files; else empty
    std::string gitSha1; ///< 40 hex digits: SHA-1 of "blob SIZE", a NUL and the contents; of small files, else empty

    friend bool operator==(const HubFile&, const HubFile&) = default;
};

struct HubListing {
    std::string commit; ///< 40 hex digits; empty: the server does not say
    std::vector<HubFile> files;
};

bool isHex(std::string_view text, std::size_t digits);

/// The answer to GET /api/models/NAME/revision/REVISION?blobs=true. Input error for what is no such list. Files whose
/// names would lead out of the model's folder are an error, too: no honest server sends them.
Result<HubListing> parseHubListing(std::string_view json);

/// config.json, the tokenizer's files and the weights as safetensors: one file, or all shards with their index. Input
/// error where there are none, naming the formats that are there instead.
Result<std::vector<HubFile>> filesToFetch(const HubListing& listing);

} // namespace headscope
