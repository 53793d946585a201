// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/mask_text.h"

#include <algorithm>
#include <charconv>

namespace headscope {

std::string formatMaskRow(std::span<const std::uint8_t> row) {
    std::string runs;
    for (auto at = row.begin(); at != row.end();) {
        const bool allowed = *at != 0;
        const auto end = std::find_if(at, row.end(), [&](std::uint8_t cell) { return (cell != 0) != allowed; });
        if (!runs.empty()) runs += ' ';
        runs.append(allowed ? "1x" : "0x").append(std::to_string(end - at));
        at = end;
    }
    // Short rows are drawn cell by cell: a person sees the pattern.
    if (row.size() > 64 && runs.size() < row.size()) return runs;
    std::string cells;
    for (const std::uint8_t cell : row) cells += cell ? '1' : '0';
    return cells;
}

bool parseMaskRow(std::string_view text, Index cols, std::vector<std::uint8_t>& cells) {
    const std::size_t before = cells.size();
    const std::size_t full = before + static_cast<std::size_t>(cols);
    const auto fail = [&] {
        cells.resize(before);
        return false;
    };
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
        if (*p == ' ') {
            ++p;
            continue;
        }
        if (*p != '0' && *p != '1') return fail();
        const std::uint8_t cell = *p++ == '1';
        std::size_t count = 1;
        if (p != end && *p == 'x') {
            const auto [next, error] = std::from_chars(p + 1, end, count);
            if (error != std::errc{}) return fail();
            p = next;
        }
        // Before anything is stored: a count may lie.
        if (count > full - cells.size()) return fail();
        cells.insert(cells.end(), count, cell);
    }
    return cells.size() == full || fail();
}

} // namespace headscope
