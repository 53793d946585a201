// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/token.h"

namespace headscope {
namespace {

/// What may follow a lead byte: how many bytes, and the range of the first of them (which shuts out overlong forms,
/// surrogates and what lies above U+10FFFF; Unicode 15, table 3-7). length 0: no lead byte.
struct Lead {
    int length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
};

Lead leadOf(unsigned char byte) {
    if (byte < 0x80) return {1};
    if (byte < 0xC2) return {};
    if (byte < 0xE0) return {2};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {};
}

bool within(char c, unsigned char low, unsigned char high) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= low && byte <= high;
}

} // namespace

std::int64_t firstInvalidUtf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const Lead lead = leadOf(static_cast<unsigned char>(bytes[i]));
        const auto length = static_cast<std::size_t>(lead.length);
        const std::string_view sequence = bytes.substr(i, length);
        if (length == 0 || sequence.size() < length) return static_cast<std::int64_t>(i);
        if (length > 1 && !within(sequence[1], lead.low, lead.high)) return static_cast<std::int64_t>(i);
        for (std::size_t k = 2; k < length; ++k)
            if (!within(sequence[k], 0x80, 0xBF)) return static_cast<std::int64_t>(i);
        i += length;
    }
    return -1;
}

} // namespace headscope
