// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

namespace headscope {

/// [n, m] from [m, n].
Matrix transposed(const Matrix& m);

} // namespace headscope
