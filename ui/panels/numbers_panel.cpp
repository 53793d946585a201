// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/numbers_panel.h"

#include <QHeaderView>
#include <QTabBar>

namespace headscope {

NumbersPanel::NumbersPanel(Selection& selection, QWidget* parent) : QTabWidget(parent), m_selection(selection) {
    setDocumentMode(true);
    setAccessibleName(tr("Numbers"));
    tabBar()->setAccessibleName(tr("Tables"));
    m_sorted.setSourceModel(&m_heads);
    m_sorted.setSortRole(Qt::UserRole);
    m_headsTable = addTable(tr("Heads"), &m_sorted);
    m_headsTable->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_headsTable->setSelectionMode(QAbstractItemView::SingleSelection);
    m_headsTable->setSortingEnabled(true);
    m_headsTable->sortByColumn(-1, Qt::DescendingOrder); // the heads' own order until somebody asks
    m_headsTable->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents); // few rows: no measure's name is cut
    m_weightsTable = addTable(tr("Weights"), &m_weights);
    connect(m_headsTable, &QTableView::clicked, this, [this](const QModelIndex& index) {
        const int head = m_sorted.mapToSource(index).row();
        m_selection.edit(tr("show head %1").arg(head + 1), [head](ViewState& s) { s.head = head; });
    });
    connect(m_weightsTable, &QTableView::clicked, this, [this](const QModelIndex& index) {
        m_selection.pinCell(m_selection.shownHead(), index.row(), index.column());
    });
    connect(&m_selection, &Selection::changed, this, &NumbersPanel::follow);
}

QTableView* NumbersPanel::addTable(const QString& title, QAbstractItemModel* model) {
    auto* table = new QTableView(this);
    table->setModel(model);
    table->setAccessibleName(title);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setFrameShape(QFrame::NoFrame);
    table->setWordWrap(false);
    table->horizontalHeader()->setTextElideMode(Qt::ElideRight);
    table->horizontalHeader()->setDefaultSectionSize(fontMetrics().averageCharWidth() * 14);
    addTab(table, title);
    return table;
}

void NumbersPanel::setAnalysis(AnalysisPtr analysis) {
    m_analysis = std::move(analysis);
    if (isVisible()) {
        m_heads.show(m_analysis);
        follow();
    }
}

void NumbersPanel::showEvent(QShowEvent* event) {
    QTabWidget::showEvent(event);
    m_heads.show(m_analysis); // hidden, it did not keep up
    follow();
}

void NumbersPanel::follow() {
    if (!isVisible()) return;
    m_weights.show(m_analysis, m_selection.state(), m_selection.shownHead());
    setTabText(1, tr("Weights of head %1").arg(m_selection.shownHead() + 1));
}

} // namespace headscope
