// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <QAbstractTableModel>

namespace headscope {

/// The heads and what each does, a row per head: the accessible twin of the small multiples.
class HeadsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Pattern, Entropy, Confidence, Distance, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void show(AnalysisPtr analysis);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    /// User role: the measure as a number.
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    AnalysisPtr m_analysis;
};

} // namespace headscope
