// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

#include <algorithm>

namespace headscope {

bool ViewState::isActive(int h) const {
    return activeHeads.empty() || std::binary_search(activeHeads.begin(), activeHeads.end(), h);
}

} // namespace headscope
