// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/view.h"

#include <cstdint>
#include <vector>

namespace headscope {

/// What a model that learns made of the sentence after so many steps.
struct Moment {
    std::int64_t step = 0;
    AnalysisPtr analysis;
};

/// The birth of heads on paper: the moments of a run side by side, the heads that are switched on below one another,
/// all on one scale of colours.
class RunStrip : public View {
    Q_OBJECT
public:
    /// `name`: of the task.
    RunStrip(Selection& selection, QString name, std::vector<Moment> moments, QWidget* parent = nullptr);

    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override { return {}; }
    /// With pictures large enough to read.
    QSize sizeHint() const override;

private:
    /// Of the heads that are on.
    std::vector<int> rows() const;

    QString m_name;
    std::vector<Moment> m_moments;
};

} // namespace headscope
