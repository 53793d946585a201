// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

#include <algorithm>
#include <utility>

namespace headscope {

bool ViewState::isActive(int h) const {
    return activeHeads.empty() || std::binary_search(activeHeads.begin(), activeHeads.end(), h);
}

void turnTo(ViewState& view, Direction direction, bool cross) {
    if (view.direction == direction) return;
    view.direction = direction;
    if (!cross && view.pinnedQueries.empty() != view.pinnedKeys.empty()) std::swap(view.pinnedQueries, view.pinnedKeys);
}

} // namespace headscope
