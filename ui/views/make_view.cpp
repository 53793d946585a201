// SPDX-License-Identifier: GPL-3.0-or-later
// The one place that knows every view by name.
#include "ui/views/head_grid.h"
#include "ui/views/head_heatmap.h"
#include "ui/views/links_view.h"
#include "ui/views/overview_view.h"

namespace headscope {

View* makeView(ViewKind kind, Selection& selection, QWidget* parent) {
    switch (kind) {
    case ViewKind::Heads:
        return new HeadGrid(selection, parent);
    case ViewKind::Head:
        return new HeadHeatmap(selection, parent);
    case ViewKind::Links:
        return new LinksView(selection, parent);
    case ViewKind::Overview:
        return new OverviewView(selection, parent);
    }
    return nullptr;
}

} // namespace headscope
