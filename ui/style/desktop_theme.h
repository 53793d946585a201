// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme_choice.h"
#include "ui/style/theme.h"

namespace headscope {

/// Gives the application the palette of the chosen theme; for System, the one that the desktop's own palette is nearer
/// to. Returns what was chosen.
Theme applyTheme(ThemeChoice choice);

} // namespace headscope
