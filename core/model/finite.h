// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_trace.h"

#include <optional>
#include <span>
#include <string>

namespace headscope {

/// Whether none of them is NaN, infinite, or the greatest number there is, which products write in place of those.
bool allFinite(std::span<const Scalar> numbers);

/// Where a pass has the first hidden states, queries, keys or scores that are no finite numbers: "layer 3 (from 0) of
/// the encoder"; nothing where all are finite. NaN scores would otherwise be drawn as equal weights. Rows that were
/// taken from an earlier pass have been looked at then.
std::optional<std::string> firstNotFinite(const ModelTrace& trace);

} // namespace headscope
