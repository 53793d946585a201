// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/input_file.h"

#include <functional>
#include <vector>

namespace headscope {

/// One file inside a ZIP archive, as its directory describes it.
struct ZipMember {
    std::string name;
    std::uint64_t offset = 0; ///< of the local header
    std::uint64_t compressed = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    bool deflated = false; ///< else stored
};

/// Takes the next bytes; false: enough.
using ByteSink = std::function<bool(const char* bytes, std::size_t count)>;

/// The archive's directory. Input error with the path for what is damaged, encrypted, packed in another way than
/// deflate, named twice or named to lie outside the archive. ZIP64 is read.
Result<std::vector<ZipMember>> readZipDirectory(const InputFile& file);

/// The first `count` bytes of a member, fewer when it is shorter.
Result<std::string> readZipHead(const InputFile& file, const ZipMember& member, std::size_t count);

/// All of a member, in pieces of bounded size. Input error when it is longer or shorter than the directory says or its
/// checksum differs; the sink may have seen bytes by then. A sink that says enough ends the reading without an error.
Status readZipMember(const InputFile& file, const ZipMember& member, const ByteSink& sink);

} // namespace headscope
