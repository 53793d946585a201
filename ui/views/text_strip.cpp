// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/text_strip.h"

#include <QPainter>

namespace headscope {

TextStrip::TextStrip(Selection& selection, QWidget* parent) : View(selection, parent) {}

void TextStrip::render(QPainter& painter, const QRectF& rect, const Theme& theme) const { painter.fillRect(rect, theme.paper); }

QString TextStrip::hint() const { return tr("Click a word to follow it; double-click forbids reading it."); }

} // namespace headscope
