// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace headscope {

/// Bytes that can still be asked for: what the system calls available, no more than the limits of this process and of
/// its control group leave. UINT64_MAX where nobody says.
std::uint64_t availableMemory();

/// "1.2 GB", in powers of ten.
std::string showBytes(std::uint64_t bytes);

} // namespace headscope
