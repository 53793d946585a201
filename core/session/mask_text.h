// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// One row of a free mask as people read and edit it: "11010", or for long rows with few changes "1x900 0x100".
std::string formatMaskRow(std::span<const std::uint8_t> row);
/// Appends the row's cells (0 or 1); false, leaving `cells` as it was, when the text is something else or does not have
/// exactly `cols` cells.
bool parseMaskRow(std::string_view text, Index cols, std::vector<std::uint8_t>& cells);

} // namespace headscope
