// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QIcon>

namespace headscope {

/// Our own line drawing of this name in the theme's text colour, paler where it is off, sharp at every scale.
QIcon themeIcon(const QString& name, const Theme& theme);

} // namespace headscope
