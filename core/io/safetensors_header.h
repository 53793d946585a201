// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

namespace headscope {

/// One tensor's entry in the header.
struct SafetensorsEntry {
    TensorInfo info;
    std::uint64_t begin = 0; ///< bytes from the end of the header
    std::uint64_t end = 0;
};

/// The header's JSON text and the number of bytes behind it: every rule of the format is checked, duplicate names
/// are refused. Input error with the tensor's name as its place, without the file's.
Result<std::map<std::string, SafetensorsEntry>> parseSafetensorsHeader(std::string_view json, std::uint64_t dataSize);

} // namespace headscope
