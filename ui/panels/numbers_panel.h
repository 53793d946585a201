// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"
#include "ui/selection.h"
#include "ui/views/heads_model.h"
#include "ui/views/weights_model.h"

#include <QSortFilterProxyModel>
#include <QTabWidget>
#include <QTableView>

namespace headscope {

/// The pictures' numbers as tables, for screen readers, for sorting heads by a measure and for copying: what each head
/// does, and the weights of the head shown large.
class NumbersPanel : public QTabWidget {
    Q_OBJECT
public:
    explicit NumbersPanel(Selection& selection, QWidget* parent = nullptr);

    void setAnalysis(AnalysisPtr analysis);

    QTableView& headsTable() { return *m_headsTable; }
    QTableView& weightsTable() { return *m_weightsTable; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    QTableView* addTable(const QString& title, QAbstractItemModel* model);
    void follow();

    Selection& m_selection;
    AnalysisPtr m_analysis;
    HeadsModel m_heads;
    QSortFilterProxyModel m_sorted;
    WeightsModel m_weights;
    QTableView* m_headsTable = nullptr;
    QTableView* m_weightsTable = nullptr;
};

} // namespace headscope
