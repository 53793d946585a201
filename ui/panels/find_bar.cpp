// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/find_bar.h"

#include "ui/document.h"
#include "ui/panels/bound_form.h"
#include "ui/selection.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>

namespace headscope {

FindBar::FindBar(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), m_document(document), m_selection(selection), m_field(new QLineEdit(this)), m_count(new QLabel(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 2, 12, 2);
    auto* label = new QLabel(tr("Find a token"), this);
    label->setBuddy(m_field);
    row->addWidget(label);
    row->addWidget(m_field);
    row->addWidget(m_count);
    row->addStretch(1);
    m_count->setObjectName(QStringLiteral("count"));
    m_field->setMaximumWidth(280);
    m_field->setAccessibleName(tr("Find a token"));
    m_field->setToolTip(tr("Enter pins the next match, Esc closes"));
    leaveUndoToWindow(m_field);
    connect(m_field, &QLineEdit::textEdited, this, [this] { find(false); });
    connect(m_field, &QLineEdit::returnPressed, this, [this] { find(true); });
    hide();
}

void FindBar::open() {
    show();
    m_field->selectAll();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

std::vector<FindBar::Match> FindBar::matches() const {
    std::vector<Match> found;
    const QString wanted = m_field->text().trimmed();
    if (wanted.isEmpty()) return found;
    const Analysis& analysis = *m_document.analysis();
    const auto search = [&](const std::vector<Token>& tokens, bool key) {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (QString::fromStdString(tokens[i].text).contains(wanted, Qt::CaseInsensitive)) found.push_back({key, static_cast<int>(i)});
    };
    const bool followsKeys = m_selection.state().direction == Direction::IsReadBy;
    if (analysis.cross || !followsKeys) search(analysis.queries, false);
    if (analysis.cross || followsKeys) search(analysis.keys, true);
    return found;
}

void FindBar::find(bool next) {
    const std::vector<Match> found = matches();
    m_current = next && !found.empty() ? (m_current + 1) % found.size() : 0;
    if (found.empty()) {
        m_count->setText(m_field->text().trimmed().isEmpty() ? QString() : tr("no token holds this"));
        return;
    }
    const Match match = found[m_current];
    m_count->setText(tr("%L1 of %L2 · %3 %L4").arg(m_current + 1).arg(found.size()).arg(match.key ? tr("key") : tr("query")).arg(match.position + 1));
    m_selection.edit(tr("find a token"), [&](ViewState& s) {
        s.pinnedQueries = match.key ? std::vector<int>{} : std::vector<int>{match.position};
        s.pinnedKeys = match.key ? std::vector<int>{match.position} : std::vector<int>{};
    }, true);
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape) return QWidget::keyPressEvent(event);
    hide();
    emit closed();
}

} // namespace headscope
