// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/heads_model.h"

#include "ui/views/describe.h"

#include <QLocale>

namespace headscope {

void HeadsModel::show(AnalysisPtr analysis) {
    beginResetModel();
    m_analysis = std::move(analysis);
    endResetModel();
}

int HeadsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_analysis ? 0 : m_analysis->heads();
}

int HeadsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QVariant HeadsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    if (role != Qt::DisplayRole && role != Qt::UserRole) return {};
    const HeadMeasures& m = m_analysis->measures[static_cast<std::size_t>(index.row())];
    const bool number = role == Qt::UserRole;
    switch (index.column()) {
    case Pattern: return number ? QVariant(headCharacter(*m_analysis, index.row()).share) : headTag(*m_analysis, index.row());
    case Entropy: return number ? QVariant(m.entropy) : percent(m.entropy);
    case Confidence: return number ? QVariant(m.confidence) : percent(m.confidence);
    case Distance: return number ? QVariant(m.meanDistance) : QLocale().toString(m.meanDistance, 'f', 1);
    default: return {};
    }
}

QVariant HeadsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole) return {};
    if (orientation == Qt::Vertical) return tr("Head %1").arg(section + 1);
    switch (section) {
    case Pattern: return tr("reads mostly");
    case Entropy: return tr("entropy, share of uniform");
    case Confidence: return tr("mean strongest weight");
    case Distance: return tr("mean distance in tokens");
    default: return {};
    }
}

} // namespace headscope
