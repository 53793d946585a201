// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/mask.h"

#include <memory>
#include <string>
#include <vector>

namespace headscope {

/// A free mask from an .npy file: bool or any number type holding exactly 0 and 1 (1 = may attend), [n_q, n_k] or
/// [heads, n_q, n_k]. Whether it fits the text is checked by Mask::make. Input or Io error with the path.
Result<MaskGrid> readMask(const std::string& path);

/// One mask from several files: a cell is allowed when all allow it. Input error too for files that do not fit
/// together. At least one path.
Result<std::shared_ptr<const MaskGrid>> readMasks(const std::vector<std::string>& paths);

} // namespace headscope
