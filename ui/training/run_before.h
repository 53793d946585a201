// SPDX-License-Identifier: GPL-3.0-or-later
// The run that another one has replaced is kept beside it, so that it can be brought back.
#pragma once

#include "core/base/result.h"

#include <string>

namespace headscope {

/// Whether there is a run that the one in `folder` has replaced.
bool hasRunBefore(const std::string& folder);
/// The run in `folder`, if there is one, becomes the run before; the one before that is removed. Io error.
Status setRunAside(const std::string& folder);
/// The same for a run that goes back to an earlier step of itself: of its steps and those in the run before, the ones
/// that have come further are kept. What stays in `folder` then has no history any more. Io error.
Status setStepsAside(const std::string& folder);
/// The run in `folder` and the run before change places. Io error; both are still there then.
Status swapRunBefore(const std::string& folder);

} // namespace headscope
