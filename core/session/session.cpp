// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

#include <algorithm>
#include <utility>

namespace headscope {

bool ViewState::isActive(int h) const {
    return activeHeads.empty() || std::binary_search(activeHeads.begin(), activeHeads.end(), h);
}

bool Session::sameAnalysis(const Session& other) const {
    if (text != other.text || text2 != other.text2 || model != other.model) return false;
    if (model.empty()) return sandbox == other.sandbox;
    const ViewState& a = view;
    const ViewState& b = other.view;
    return a.site == b.site && a.layer == b.layer && a.pairs == b.pairs && a.words == b.words;
}

void turnTo(ViewState& view, Direction direction, bool cross) {
    if (view.direction == direction) return;
    view.direction = direction;
    if (!cross && view.pinnedQueries.empty() != view.pinnedKeys.empty()) std::swap(view.pinnedQueries, view.pinnedKeys);
}

} // namespace headscope
