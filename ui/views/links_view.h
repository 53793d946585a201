// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/view.h"

namespace headscope {

/// Queries on one side, keys on the other, a curve from each query to the keys it reads.
class LinksView : public View {
    Q_OBJECT
public:
    explicit LinksView(Selection& selection, QWidget* parent = nullptr);

    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;
};

} // namespace headscope
