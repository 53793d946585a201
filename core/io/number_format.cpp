// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/number_format.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace headscope {

namespace {

static_assert(std::endian::native == std::endian::little, "files are read and written as the processor stores numbers");

float fromHalf(std::uint16_t h) {
    const int exponent = (h >> 10) & 31;
    const int fraction = h & 1023;
    const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000) << 16;
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | static_cast<std::uint32_t>(fraction) << 13);
    const float size = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                     : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
    return sign ? -size : size;
}

float fromBfloat(std::uint16_t b) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16);
}

template <class Raw> Raw load(const char* p, bool bigEndian) {
    unsigned char bytes[sizeof(Raw)];
    std::memcpy(bytes, p, sizeof(Raw));
    if (bigEndian)
        for (std::size_t i = 0; i < sizeof(Raw) / 2; ++i) std::swap(bytes[i], bytes[sizeof(Raw) - 1 - i]);
    Raw raw;
    std::memcpy(&raw, bytes, sizeof(Raw));
    return raw;
}

template <class Raw, class T, class Convert>
void decodeAs(const char* bytes, bool bigEndian, std::size_t count, T* out, Convert convert) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<T>(convert(load<Raw>(bytes + i * sizeof(Raw), bigEndian)));
}

} // namespace

std::size_t byteSize(DType dtype) {
    switch (dtype) {
    case DType::I8:
    case DType::U8:
    case DType::Bool:
        return 1;
    case DType::F16:
    case DType::BF16:
    case DType::I16:
    case DType::U16:
        return 2;
    case DType::F32:
    case DType::I32:
    case DType::U32:
        return 4;
    case DType::F64:
    case DType::I64:
    case DType::U64:
        return 8;
    case DType::Other:
        break;
    }
    return 0;
}

const char* name(DType dtype) {
    switch (dtype) {
    case DType::F16:
        return "float16";
    case DType::BF16:
        return "bfloat16";
    case DType::F32:
        return "float32";
    case DType::F64:
        return "float64";
    case DType::I8:
        return "int8";
    case DType::U8:
        return "uint8";
    case DType::I16:
        return "int16";
    case DType::U16:
        return "uint16";
    case DType::I32:
        return "int32";
    case DType::U32:
        return "uint32";
    case DType::I64:
        return "int64";
    case DType::U64:
        return "uint64";
    case DType::Bool:
        return "bool";
    case DType::Other:
        break;
    }
    return "another type";
}

bool isFloat(DType dtype) {
    return dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F32 || dtype == DType::F64;
}

template <class T> void decode(const char* bytes, NumberFormat format, std::size_t count, T* out) {
    const bool big = format.bigEndian;
    const auto same = [](auto x) { return x; };
    switch (format.dtype) {
    case DType::F16:
        return decodeAs<std::uint16_t>(bytes, big, count, out, fromHalf);
    case DType::BF16:
        return decodeAs<std::uint16_t>(bytes, big, count, out, fromBfloat);
    case DType::F32:
        return decodeAs<float>(bytes, big, count, out, same);
    case DType::F64:
        return decodeAs<double>(bytes, big, count, out, same);
    case DType::I8:
        return decodeAs<std::int8_t>(bytes, big, count, out, same);
    case DType::U8:
        return decodeAs<std::uint8_t>(bytes, big, count, out, same);
    case DType::I16:
        return decodeAs<std::int16_t>(bytes, big, count, out, same);
    case DType::U16:
        return decodeAs<std::uint16_t>(bytes, big, count, out, same);
    case DType::I32:
        return decodeAs<std::int32_t>(bytes, big, count, out, same);
    case DType::U32:
        return decodeAs<std::uint32_t>(bytes, big, count, out, same);
    case DType::I64:
        return decodeAs<std::int64_t>(bytes, big, count, out, same);
    case DType::U64:
        return decodeAs<std::uint64_t>(bytes, big, count, out, same);
    case DType::Bool:
        return decodeAs<std::uint8_t>(bytes, big, count, out, [](std::uint8_t b) { return b != 0; });
    case DType::Other:
        break;
    }
    assert(false && "numbers of this type are not decoded");
}

template void decode(const char*, NumberFormat, std::size_t, float*);
template void decode(const char*, NumberFormat, std::size_t, double*);

std::uint16_t toHalf(float value) {
    constexpr std::uint32_t infinity = 0x7F800000, tooLarge = 0x477FF000 /* 65520 */, least = 0x38800000 /* 2^-14 */;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7FFFFFFF;
    std::uint32_t half = 0;
    if (size > infinity) {
        half = 0x7E00;
    } else if (size >= tooLarge) {
        half = 0x7C00;
    } else if (size < least) { // multiples of 2^-24; 1024 of them are the first number with an exponent
        half = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(std::bit_cast<float>(size), 24)));
    } else {
        half = (size - (112U << 23) + 0xFFF + (size >> 13 & 1)) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

std::optional<std::uint64_t> elementCount(const std::vector<Index>& shape) {
    std::uint64_t count = 1;
    for (const Index dimension : shape)
        if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(dimension), &count) || count > INT64_MAX)
            return std::nullopt;
    return count;
}

std::string showShape(const std::vector<Index>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text.append(i ? ", " : "").append(std::to_string(shape[i]));
    return text + "]";
}

std::string showIndex(std::size_t at, const std::vector<Index>& shape) {
    std::vector<Index> index(shape.size());
    for (std::size_t d = shape.size(); d-- > 0; at /= static_cast<std::size_t>(shape[d]))
        index[d] = static_cast<Index>(at % static_cast<std::size_t>(shape[d]));
    return showShape(index);
}

std::string showName(const std::string& name) {
    std::string shown;
    for (std::size_t i = 0; i < name.size() && i < 80; ++i) {
        const unsigned char c = static_cast<unsigned char>(name[i]);
        static constexpr char kHex[] = "0123456789abcdef";
        if (c < 0x20 || c == 0x7F) {
            shown += {'\\', 'x', kHex[c >> 4], kHex[c & 15]};
        } else {
            shown += name[i];
        }
    }
    if (name.size() <= 80) return name.empty() ? "\"\"" : shown;
    // Not in the middle of a character.
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80) shown.pop_back();
    if (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0x80)) shown.pop_back();
    return shown + "...";
}

} // namespace headscope
