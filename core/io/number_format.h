// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/array.h"

#include <optional>

namespace headscope {

/// How numbers lie in a file.
struct NumberFormat {
    DType dtype = DType::F32;
    bool bigEndian = false;
};

/// Bytes of one number; 0 for DType::Other.
std::size_t byteSize(DType dtype);
/// Python's name: "float32".
const char* name(DType dtype);
bool isFloat(DType dtype);

/// `count` numbers from bytes that need not be aligned. T is float or double.
template <class T> void decode(const char* bytes, NumberFormat format, std::size_t count, T* out);
extern template void decode(const char*, NumberFormat, std::size_t, float*);
extern template void decode(const char*, NumberFormat, std::size_t, double*);

/// The nearest IEEE float16, of two equally near ones the even one; too large ones become infinite.
std::uint16_t toHalf(float value);

/// The product, or nothing when it does not fit 63 bits on the way from left to right (as safetensors' own reader does
/// it: a 0 in front makes all of it 0).
std::optional<std::uint64_t> elementCount(const std::vector<Index>& shape);

} // namespace headscope
