// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/token.h"
#include "core/text/unicode.h"

#include <algorithm>

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

/// How many bytes from `at` on belong together: a whole character (negative: its length), or the longest part that
/// could begin one, at least one byte.
int sequenceAt(std::string_view bytes, std::size_t at) {
    const Lead lead = leadOf(static_cast<unsigned char>(bytes[at]));
    for (int k = 1; k < lead.length; ++k) {
        const std::size_t next = at + static_cast<std::size_t>(k);
        if (next == bytes.size() ||
            !within(bytes[next], k == 1 ? lead.low : std::uint8_t{0x80}, k == 1 ? lead.high : std::uint8_t{0xBF}))
            return k;
    }
    return lead.length == 0 ? 1 : -lead.length;
}

} // namespace

std::int64_t firstInvalidUtf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const int length = sequenceAt(bytes, i);
        if (length > 0) return static_cast<std::int64_t>(i);
        i += static_cast<std::size_t>(-length);
    }
    return -1;
}

std::string replaceInvalidUtf8(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size();) {
        const int length = sequenceAt(bytes, i);
        const auto count = static_cast<std::size_t>(length < 0 ? -length : length);
        if (length < 0)
            text += bytes.substr(i, count);
        else
            text += "\uFFFD";
        i += count;
    }
    return text;
}

char32_t nextCodePoint(std::string_view utf8, std::size_t& at) {
    const auto byte = [&](std::size_t k) {
        return at + k < utf8.size() ? static_cast<char32_t>(static_cast<unsigned char>(utf8[at + k])) : char32_t{0};
    };
    const char32_t first = byte(0);
    if (first < 0x80) return ++at, first;
    char32_t c = 0;
    std::size_t length = 4;
    if (first < 0xE0)
        length = 2, c = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    else if (first < 0xF0)
        length = 3, c = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    else
        c = (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    at = std::min(at + length, utf8.size());
    return c;
}

std::size_t codePointBefore(std::string_view utf8, std::size_t end) {
    do --end;
    while (end > 0 && within(utf8[end], 0x80, 0xBF));
    return end;
}

std::size_t codePointCount(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return !within(c, 0x80, 0xBF); }));
}

std::size_t utf8Length(char32_t c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

void appendUtf8(std::string& to, char32_t c) {
    const auto add = [&](char32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) return add(c);
    if (c < 0x800) {
        add(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        add(0xE0 | c >> 12);
        add(0x80 | (c >> 6 & 0x3F));
    } else {
        add(0xF0 | c >> 18);
        add(0x80 | (c >> 12 & 0x3F));
        add(0x80 | (c >> 6 & 0x3F));
    }
    add(0x80 | (c & 0x3F));
}

} // namespace headscope
