// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/charsmap.h"

#include "core/text/token.h"

namespace headscope {
namespace {

int digitOf(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::optional<std::string> fromBase64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const int digit = digitOf(c);
        if (digit < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(static_cast<unsigned char>(bits >> count));
    }
    return bytes;
}

std::uint32_t littleEndian(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

// A unit of the array, https://github.com/s-yata/darts-clone: where its children are, its label, and its value.
constexpr std::uint32_t offsetOf(std::uint32_t unit) {
    return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}
constexpr std::uint32_t labelOf(std::uint32_t unit) {
    return unit & (1u << 31 | 0xFF);
}
constexpr bool hasLeaf(std::uint32_t unit) {
    return (unit >> 8 & 1) != 0;
}
constexpr std::uint32_t valueOf(std::uint32_t unit) {
    return unit & ~(1u << 31);
}

} // namespace

Result<Charsmap> Charsmap::decode(std::string_view base64) {
    const auto fail = [](const char* why) {
        return Error{ErrorCode::Input, "", std::string("this is no table of replacements: ") + why};
    };
    const std::optional<std::string> bytes = fromBase64(base64);
    if (!bytes) return fail("not base64");
    if (bytes->size() < 4) return fail("too short");
    const std::size_t size = littleEndian(*bytes, 0) / 4;
    if (size == 0) return fail("its trie is empty");
    if (size > (bytes->size() - 4) / 4) return fail("its trie is longer than the data");
    Charsmap map;
    map.m_units.reserve(size);
    for (std::size_t i = 0; i < size; ++i) map.m_units.push_back(littleEndian(*bytes, 4 + 4 * i));
    map.m_texts = bytes->substr(4 + 4 * size);
    if (firstInvalidUtf8(map.m_texts) >= 0) return fail("its texts are not UTF-8");
    return map;
}

std::optional<std::string_view> Charsmap::find(std::string_view text) const {
    std::size_t node = offsetOf(m_units[0]);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        node ^= byte;
        if (byte == 0 || node >= m_units.size() || labelOf(m_units[node]) != byte) return std::nullopt;
        const std::uint32_t unit = m_units[node];
        node ^= offsetOf(unit);
        if (!hasLeaf(unit)) continue;
        const std::size_t begin = node < m_units.size() ? valueOf(m_units[node]) : m_texts.size();
        if (begin > m_texts.size()) return std::nullopt;
        const std::string_view rest = std::string_view(m_texts).substr(begin);
        const std::string_view found = rest.substr(0, rest.find('\0'));
        if (firstInvalidUtf8(found) >= 0) return std::nullopt; // it points into the middle of a character
        return found;
    }
    return std::nullopt;
}

} // namespace headscope
