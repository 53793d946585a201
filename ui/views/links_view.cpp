// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/links_view.h"

#include <QPainter>

namespace headscope {

LinksView::LinksView(Selection& selection, QWidget* parent) : View(selection, parent) {}

void LinksView::render(QPainter& painter, const QRectF& rect, const Theme& theme) const { painter.fillRect(rect, theme.paper); }

QString LinksView::hint() const { return tr("Point at a word to see what it reads; click keeps it."); }

} // namespace headscope
