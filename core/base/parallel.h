// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <functional>

namespace headscope {

/// Runs body(0) … body(count − 1), spread over the processor's cores, and returns when all are done. The order is
/// free, so bodies write to places of their own. The only level of threads in core: a body calls no parallelFor.
/// What a body throws (want of memory) ends the work and is thrown again here, once nothing runs any more.
void parallelFor(Index count, const std::function<void(Index)>& body);

} // namespace headscope
