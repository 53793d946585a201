// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/notes_label.h"

#include "ui/document.h"

#include <QLabel>
#include <QTextLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace headscope {

namespace {

constexpr int mostLines = 4;

/// The text broken to the width and cut after `lines` lines with dots; all of it when it is no longer.
QString cutToLines(const QString& text, const QFont& font, int width, int lines) {
    const QFontMetrics metrics(font);
    QStringList shown;
    const QStringList paragraphs = text.split(QLatin1Char('\n'));
    for (const QString& paragraph : paragraphs) {
        QTextLayout layout(paragraph, font);
        layout.beginLayout();
        for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
            line.setLineWidth(width);
            if (shown.size() == lines) {
                shown.back() = metrics.elidedText(shown.back().trimmed() + QStringLiteral(" ……"), Qt::ElideRight, width);
                return shown.join(QLatin1Char('\n'));
            }
            shown << paragraph.mid(line.textStart(), line.textLength());
        }
        layout.endLayout();
    }
    return text;
}

} // namespace

NotesLabel::NotesLabel(Document& document, QWidget* parent)
    : QWidget(parent), m_document(document), m_text(new QLabel(this)), m_more(new QToolButton(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(0);
    column->addWidget(m_text);
    column->addWidget(m_more, 0, Qt::AlignRight);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setForegroundRole(QPalette::PlaceholderText);
    m_text->setAccessibleName(tr("Notes on this picture"));
    m_text->setObjectName(QStringLiteral("pictureNotes"));
    m_more->setAutoRaise(true);
    m_more->setCheckable(true);
    m_more->setFocusPolicy(Qt::TabFocus);
    m_more->setObjectName(QStringLiteral("moreNotes"));
    connect(m_more, &QToolButton::toggled, this, &NotesLabel::fit);
    connect(&document, &Document::analysisChanged, this, &NotesLabel::sync);
    sync();
}

void NotesLabel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

void NotesLabel::sync() {
    QStringList notes;
    for (const std::string& note : m_document.analysis()->notes) notes << QString::fromStdString(note);
    m_whole = notes.join(QLatin1Char('\n'));
    m_text->setAccessibleDescription(m_whole);
    setVisible(!m_whole.isEmpty());
    fit();
}

void NotesLabel::fit() {
    const QString cut = cutToLines(m_whole, m_text->font(), width(), mostLines);
    m_text->setText(m_more->isChecked() ? m_whole : cut);
    m_more->setVisible(cut != m_whole);
    m_more->setText(m_more->isChecked() ? tr("less") : tr("more"));
}

} // namespace headscope
