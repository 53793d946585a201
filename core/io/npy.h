// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/number_format.h"

#include <string_view>

namespace headscope {

/// Magic, version, length and dictionary never need more; NumPy refuses longer ones too.
inline constexpr std::size_t kNpyHeaderLimit = 10'000 + 12;

struct NpyHeader {
    NumberFormat format;
    std::string descr; ///< as the file spells the number type
    bool fortran = false;
    std::vector<Index> shape;
    std::uint64_t elements = 0;
    std::size_t dataBegin = 0; ///< bytes before the numbers
};

/// Reads the header of an .npy file (format versions 1 to 3) of `size` bytes from its first bytes, at least
/// min(size, kNpyHeaderLimit) of them. Input error without a place when it is damaged, holds no numbers, or claims
/// more or fewer bytes than there are.
Result<NpyHeader> parseNpyHeader(std::string_view start, std::uint64_t size);

/// The bytes before the numbers of an .npy file (version 1), padded so that the numbers begin at a multiple of 64.
std::string makeNpyHeader(DType dtype, const std::vector<Index>& shape);

/// Column-major values into row-major ones. T is Scalar or std::uint8_t.
template <class T> std::vector<T> toRowMajor(const std::vector<T>& values, const std::vector<Index>& shape);
extern template std::vector<Scalar> toRowMajor(const std::vector<Scalar>&, const std::vector<Index>&);
extern template std::vector<std::uint8_t> toRowMajor(const std::vector<std::uint8_t>&, const std::vector<Index>&);

} // namespace headscope
