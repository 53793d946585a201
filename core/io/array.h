// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace headscope {

/// Other: known to the file's format but not a number that is computed with here (8-bit floats, complex …).
enum class DType { F16, BF16, F32, F64, I8, U8, I16, U16, I32, U32, I64, U64, Bool, Other };

/// A tensor as a file holds it, converted to Scalar where it is a number of any kind. C order.
struct Array {
    std::vector<Index> shape;
    DType dtype = DType::F32; ///< as the file had it
    std::vector<Scalar> values;
    Index size() const { return static_cast<Index>(values.size()); }
};
using Arrays = std::map<std::string, Array>;

/// An array of nothing but 0 and 1. C order.
struct Flags {
    std::vector<Index> shape;
    std::vector<std::uint8_t> values;
};

/// Every reader checks what the header claims against the file's size before it allocates. Errors: Io when the file
/// cannot be read, Input with "file: tensor" for what is wrong in it; NaN and Inf are accepted here. To read some
/// tensors of a large file only, see tensor_file.h.
Result<Array> readNpy(const std::string& path);
/// The same for an array of bool, or of any number type that holds exactly 0 and 1 and nothing near them; other values
/// are an Input error with their place.
Result<Flags> readNpyFlags(const std::string& path);
Result<Arrays> readNpz(const std::string& path);
Result<Arrays> readSafetensors(const std::string& path);

/// One array to be written, made some rows at a time so that no n × n matrix has to be held.
struct ArraySource {
    /// Takes the next `count` bytes, little-endian, always whole numbers of elements. False: stop, nobody wants more.
    using Sink = std::function<bool(const void* bytes, std::size_t count)>;

    std::string name;
    std::vector<Index> shape;
    DType dtype = DType::F32; ///< F32, I64 or U8; in safetensors files F16, too
    std::function<void(const Sink&)> produce;
};

/// "[3, 64]", as Python writes it.
std::string showShape(const std::vector<Index>& shape);
/// The place of number `at` in an array of that shape, in the same way.
std::string showIndex(std::size_t at, const std::vector<Index>& shape);
/// A tensor's name for messages: control characters escaped, long ones shortened.
std::string showName(const std::string& name);

} // namespace headscope
