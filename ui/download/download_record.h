// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace headscope {

/// What has to be known of a file to go on with it on another day.
struct FileRecord {
    std::string checksum; ///< as checksumFromHex(); empty: the server gives none
    std::string etag;     ///< of the server that sent the bytes, with its quotes; empty: none, or a weak one
    std::optional<std::uint64_t> size;
    bool done = false; ///< whole and checked
};

/// Lies in a download's folder, while it grows and afterwards.
struct DownloadRecord {
    static constexpr const char* fileName = "headscope-download.json";

    std::string name;   ///< ORG/NAME; empty: there is no record
    std::string commit; ///< 40 hex digits, or empty
    std::map<std::string, FileRecord> files;

    /// What lies in the folder; empty when nothing does, or nothing that can be read.
    static DownloadRecord read(const std::string& folder);
    /// Io error with the path.
    Status write(const std::string& folder) const;
};

} // namespace headscope
