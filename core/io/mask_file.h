// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/mask.h"

#include <string>

namespace headscope {

/// A free mask from an .npy file: bool or any number type holding only 0 and 1 (1 = may attend), [n_q, n_k] or
/// [heads, n_q, n_k]. Whether it fits the text is checked by Mask::make. Input or Io error with the path.
Result<MaskGrid> readMask(const std::string& path);

} // namespace headscope
