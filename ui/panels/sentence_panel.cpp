// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/sentence_panel.h"

#include "ui/document.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QResizeEvent>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QTextBlock>
#include <QToolButton>
#include <algorithm>

namespace headscope {

namespace {

constexpr int mostLines = 3;

/// Line ends as the text box keeps them.
QString normalised(QString text) {
    text.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    text.replace(QLatin1Char('\r'), QLatin1Char('\n'));
    return text;
}

} // namespace

SentenceEdit::SentenceEdit(QWidget* parent) : TextEdit(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(2);
    connect(this, &QPlainTextEdit::textChanged, this, &SentenceEdit::fitHeight);
    connect(this, &QPlainTextEdit::textChanged, this, &SentenceEdit::followDirection);
}

void SentenceEdit::followDirection() {
    QTextOption option = document()->defaultTextOption();
    const Qt::LayoutDirection direction = document()->toRawText().isRightToLeft() ? Qt::RightToLeft : Qt::LeftToRight;
    if (option.textDirection() == direction) return;
    option.setTextDirection(direction);
    option.setAlignment(direction == Qt::RightToLeft ? Qt::AlignRight : Qt::AlignLeft); // the plain layout takes it literally
    document()->setDefaultTextOption(option);
}

QString SentenceEdit::text() const {
    QString text = document()->toRawText();
    for (QChar& c : text) {
        if (c.isNull()) c = QLatin1Char(' '); // no text holds it, but what is pasted may
        if (c == QChar::ParagraphSeparator || c == QChar::LineSeparator || c == QChar(0xFDD0) || c == QChar(0xFDD1)) c = QLatin1Char('\n');
    }
    return text;
}

void SentenceEdit::setText(const QString& text) {
    const QString before = this->text();
    const QString after = normalised(text);
    if (before == after) return;
    const qsizetype shorter = std::min(before.size(), after.size());
    qsizetype head = 0;
    while (head < shorter && before[head] == after[head]) ++head;
    qsizetype tail = 0;
    while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
    const int cursor = textCursor().position();
    {
        const QSignalBlocker blocker(this);
        setPlainText(after);
    }
    QTextCursor moved = textCursor();
    const qsizetype place = cursor <= head ? cursor : after.size() - std::min<qsizetype>(tail, std::max<qsizetype>(0, before.size() - cursor));
    moved.setPosition(static_cast<int>(std::clamp<qsizetype>(place, 0, after.size())));
    setTextCursor(moved);
    followDirection();
    fitHeight();
}

QSize SentenceEdit::sizeHint() const {
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid() && lines < mostLines; block = block.next())
        lines += std::max(1, block.lineCount());
    // Laid-out lines can be a fraction taller than the font says; a third that does not quite fit would stay empty.
    const int spare = lines >= mostLines ? 2 + mostLines : 2;
    const int height = std::clamp(lines, 1, mostLines) * fontMetrics().lineSpacing() + 2 * static_cast<int>(document()->documentMargin()) + spare;
    return {400, height};
}

void SentenceEdit::fitHeight() {
    const int height = sizeHint().height();
    if (height == this->height() && minimumHeight() == height) return;
    setFixedHeight(height);
    const bool scrolls = document()->size().height() > mostLines;
    setVerticalScrollBarPolicy(scrolls ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    if (!scrolls) verticalScrollBar()->setValue(0);
}

void SentenceEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
}

bool SentenceEdit::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool copiesNothing = key->matches(QKeySequence::Copy) && !textCursor().hasSelection();
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo) || copiesNothing) {
            event->ignore(); // the window's
            return false;
        }
    }
    return QPlainTextEdit::event(event);
}

void SentenceEdit::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (event->key() == Qt::Key_Escape || (enter && !(event->modifiers() & Qt::ShiftModifier))) {
        emit left();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

SentencePanel::SentencePanel(Document& document, QWidget* parent)
    : QWidget(parent), m_document(document), m_text(new SentenceEdit(this)), m_text2(new SentenceEdit(this)),
      m_role(new QLabel(this)), m_role2(new QLabel(this)), m_pair(new QToolButton(this)), m_error(new QLabel(this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(4, 2, 8, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_role, 0, 0);
    grid->addWidget(m_text, 0, 1);
    grid->addWidget(m_pair, 0, 2, Qt::AlignTop);
    grid->addWidget(m_role2, 1, 0);
    grid->addWidget(m_text2, 1, 1);
    grid->addWidget(m_error, 2, 0, 1, 3);
    grid->setColumnStretch(1, 1);
    m_text->setPlaceholderText(tr("Type a sentence"));
    m_text->setAccessibleName(tr("Sentence"));
    m_pair->setCheckable(true);
    m_pair->setAutoRaise(true);
    m_pair->setText(tr("+ second"));
    m_pair->setObjectName(QStringLiteral("pair"));
    m_pair->setAccessibleName(tr("Second sentence"));
    m_error->setWordWrap(true);
    m_error->setContentsMargins(10, 0, 0, 4);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_error->setAccessibleName(tr("Error"));
    m_error->setObjectName(QStringLiteral("error"));
    connect(m_text, &SentenceEdit::textChanged, this, [this] {
        m_document.edit(tr("typing"), [this](Session& s) { s.text = m_text->text().toStdString(); }, Document::Merge::SameName);
    });
    connect(m_text2, &SentenceEdit::textChanged, this, [this] {
        m_document.edit(tr("typing in the second sentence"), [this](Session& s) { s.text2 = m_text2->text().toStdString(); },
                        Document::Merge::SameName);
    });
    connect(m_text, &SentenceEdit::left, this, &SentencePanel::left);
    connect(m_text2, &SentenceEdit::left, this, &SentencePanel::left);
    connect(m_pair, &QToolButton::clicked, this, &SentencePanel::toggleSecond);
    connect(&document, &Document::sessionChanged, this, &SentencePanel::sync);
    connect(&document, &Document::analysisChanged, this, &SentencePanel::sync);
    connect(&document, &Document::errorChanged, this, &SentencePanel::syncError);
    sync();
    syncError();
}

void SentencePanel::toggleSecond() {
    const auto& second = m_document.session().text2;
    if (!roles().takesSecond) return emit said(tr("This model continues one text; a second sentence waits for another one or the sandbox."));
    if (second) m_lastSecond = *second;
    m_document.edit(second ? tr("one sentence") : tr("a second sentence"), [this](Session& s) {
        // Beside a model's text its copy would say nothing.
        const std::string& first = s.model.empty() ? s.text : m_lastSecond;
        s.text2 = s.text2 ? std::nullopt : std::optional(m_lastSecond.empty() ? first : m_lastSecond);
        s.sandbox.mask.padding.clear();
        s.view.pinnedKeys.clear();
    });
    if (!m_document.session().text2) return;
    m_text2->setFocus();
    m_text2->selectAll(); // typing replaces the copy it begins with
}

void SentencePanel::sync() {
    const Session& session = m_document.session();
    m_text->setText(QString::fromStdString(session.text));
    // A model that takes no second sentence leaves it where it is, for the sandbox and for others.
    const bool pair = session.text2.has_value() && roles().takesSecond;
    if (pair) m_text2->setText(QString::fromStdString(*session.text2));
    m_text2->setVisible(pair);
    m_role->setVisible(pair);
    m_role2->setVisible(pair);
    m_pair->setChecked(pair);
    m_pair->setText(pair ? tr("− second") : tr("+ second"));
    syncRoles();
}

SentencePanel::Roles SentencePanel::roles() const {
    const ModelRunPtr& run = m_document.analysis()->run;
    if (m_document.session().model.empty() || !run)
        return {tr("Q queries"), tr("K keys"), tr("Type the sentence that is read"),
                tr("A second sentence makes it cross-attention: queries come from the first, keys and values from the second."), true};
    const QString kept = m_document.session().text2 ? tr("; yours comes back with the sandbox or another model") : QString();
    switch (run->opened->model->config.kind) {
    case ModelKind::Decoder:
        return {QString(), QString(), QString(), tr("A second sentence\nOff now: this model continues one text and takes no second") + kept, false};
    case ModelKind::Encoder:
        return {tr("A"), tr("B"), tr("Type the second sentence"), tr("A second sentence, read together with the first as a pair"), true};
    case ModelKind::EncoderDecoder: break;
    }
    return {tr("encoder"), tr("decoder"), tr("Type what the decoder has said so far"), tr("What the decoder has said so far"), true};
}

void SentencePanel::syncRoles() {
    const Roles roles = this->roles();
    m_role->setText(roles.first);
    m_role2->setText(roles.second);
    m_text2->setPlaceholderText(roles.placeholder);
    m_text2->setAccessibleName(roles.placeholder);
    m_pair->setToolTip(roles.tip);
    // Which text asks and which is read depends on what is shown of a model.
    const bool model = !m_document.session().model.empty();
    m_role->setForegroundRole(model ? QPalette::PlaceholderText : QPalette::WindowText);
    m_role2->setForegroundRole(model ? QPalette::PlaceholderText : QPalette::WindowText);
    m_pair->setEnabled(roles.takesSecond);
}

void SentencePanel::syncError() {
    const auto& error = m_document.error();
    m_error->setText(error ? QString::fromStdString(error->message()) : QString());
    m_error->setVisible(error.has_value());
}

void SentencePanel::setTheme(const Theme& theme) {
    QFont large = theme.font;
    large.setPixelSize(theme.font.pixelSize() * 22 / 13);
    for (SentenceEdit* edit : {m_text, m_text2}) {
        edit->setFont(large);
        edit->updateGeometry();
        QPalette palette = theme.palette();
        palette.setColor(QPalette::Base, theme.window);
        edit->setPalette(palette);
        QResizeEvent again(edit->size(), edit->size());
        QCoreApplication::sendEvent(edit, &again);
    }
    const auto paint = [&](QLabel* label, const QColor& colour) {
        QPalette palette = theme.palette();
        palette.setColor(QPalette::WindowText, theme.ink(colour));
        label->setPalette(palette);
    };
    paint(m_role, theme.query);
    paint(m_role2, theme.key);
    paint(m_error, theme.error);
}

} // namespace headscope
