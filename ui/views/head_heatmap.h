// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/view.h"

namespace headscope {

/// One head large: queries down, keys across, with names, numbers where they fit, margins and the colour bar.
class HeadHeatmap : public View {
    Q_OBJECT
public:
    explicit HeadHeatmap(Selection& selection, QWidget* parent = nullptr);

    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;
};

} // namespace headscope
