// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/weights_model.h"

#include "ui/views/describe.h"
#include "ui/views/shown.h"

namespace headscope {

void WeightsModel::show(AnalysisPtr analysis, const ViewState& state, int head) {
    const bool there = analysis && head >= 0 && head < analysis->heads();
    // What merely moves the pins leaves the table, and what is chosen in it, alone.
    if (m_analysis == (there ? analysis : nullptr) && m_head == head && m_state.hidden == state.hidden &&
        m_state.renormalise == state.renormalise)
        return;
    beginResetModel();
    m_analysis = there ? std::move(analysis) : nullptr;
    m_state = state;
    m_head = head;
    m_query = -1;
    endResetModel();
}

int WeightsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_analysis ? 0 : static_cast<int>(m_analysis->queries.size());
}

int WeightsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_analysis ? 0 : static_cast<int>(m_analysis->keys.size());
}

double WeightsModel::weight(int query, int key) const {
    if (m_query != query) {
        m_weights = shownRow(*m_analysis, m_state, m_head, query);
        m_query = query;
    }
    return static_cast<double>(m_weights[static_cast<std::size_t>(key)]);
}

QVariant WeightsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int query = index.row();
    const int key = index.column();
    if (role == Qt::UserRole) return weight(query, key);
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole) return {};
    const bool masked = !mayRead(*m_analysis, m_head, query, key);
    if (role == Qt::DisplayRole) return masked ? tr("masked") : percent(weight(query, key));
    const QString reader = tokenLabel(m_analysis->queries[static_cast<std::size_t>(query)]);
    const QString read = tokenLabel(m_analysis->keys[static_cast<std::size_t>(key)]);
    return masked ? tr("“%1” may not read “%2”").arg(reader, read)
                  : tr("“%1” reads %2 from “%3”").arg(reader, percent(weight(query, key)), read);
}

QVariant WeightsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (!m_analysis || role != Qt::DisplayRole) return {};
    const std::vector<Token>& tokens = orientation == Qt::Horizontal ? m_analysis->keys : m_analysis->queries;
    if (section < 0 || section >= static_cast<int>(tokens.size())) return {};
    return tokenLabel(tokens[static_cast<std::size_t>(section)]);
}

} // namespace headscope
