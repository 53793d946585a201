// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/view.h"

namespace headscope {

/// The sentence as chips in running order, a barcode of heads under each word. Stands under the sentence box.
class TextStrip : public View {
    Q_OBJECT
public:
    explicit TextStrip(Selection& selection, QWidget* parent = nullptr);

    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;

signals:
    /// A key was double-clicked: whether it can be read is to change.
    void paddingToggled(int key);
};

} // namespace headscope
