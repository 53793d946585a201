// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/mask.h"
#include "core/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace headscope {

/// A free mask from .npy files of 0 and 1 (bool or any number type), [n_q, n_k] or [heads, n_q, n_k], 1 = may attend.
/// A cell of several files is allowed when all allow it. Io error for a file that cannot be read, Input error for
/// another shape, for other values, and for files that do not fit together. At least one path.
Result<std::shared_ptr<const MaskGrid>> readMasks(const std::vector<std::string>& paths);

} // namespace headscope
