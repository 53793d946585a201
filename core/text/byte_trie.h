// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/number_table.h"

#include <limits>
#include <string_view>

namespace headscope {

/// Texts with a number each, as paths of bytes from a root, to find which of them a longer text has at a place.
class ByteTrie {
public:
    void add(std::string_view text, std::uint32_t value) {
        std::uint64_t node = 0;
        for (const char byte : text) {
            std::uint64_t& next = m_steps[key(node, byte)];
            if (next == NumberTable::none) {
                next = m_values.size();
                m_values.push_back(kNone);
            }
            node = next;
        }
        m_values[node] = value;
    }

    /// Calls visit(end, value) for each that the text has at `begin`, the shortest first.
    template <class Visit> void prefixes(std::string_view text, std::size_t begin, const Visit& visit) const {
        std::uint64_t node = 0;
        for (std::size_t at = begin; at < text.size(); ++at) {
            node = m_steps.find(key(node, text[at]));
            if (node == NumberTable::none) return;
            if (const std::uint32_t value = m_values[node]; value != kNone) visit(at + 1, value);
        }
    }

private:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    static std::uint64_t key(std::uint64_t node, char byte) { return node << 8 | static_cast<unsigned char>(byte); }

    NumberTable m_steps;                           ///< node and byte → node
    std::vector<std::uint32_t> m_values = {kNone}; ///< by node; 0 is the root
};

} // namespace headscope
