// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace headscope {

/// Light or dark, or what the desktop says.
enum class ThemeChoice { System, Light, Dark };

} // namespace headscope
