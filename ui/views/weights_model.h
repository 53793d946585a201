// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <QAbstractTableModel>

namespace headscope {

/// One head's weights as a table for screen readers and for copying numbers: a row per query, a column per key, the
/// tokens as headers. Rows are asked of the analysis when somebody looks at them.
class WeightsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    /// Null, or a head that is not there: an empty table.
    void show(AnalysisPtr analysis, const ViewState& state, int head);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    /// Display: percent, or "masked"; accessible text: the cell as a sentence; user role: the weight as a number.
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    double weight(int query, int key) const;

    AnalysisPtr m_analysis;
    ViewState m_state;
    int m_head = 0;
    mutable int m_query = -1;              ///< whose row is kept
    mutable std::vector<Scalar> m_weights; ///< [n_k] of that row
};

} // namespace headscope
