// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/side_panel.h"

#include "ui/document.h"
#include "ui/panels/bound_form.h"
#include "ui/panels/layer_panel.h"
#include "ui/panels/mask_panel.h"
#include "ui/panels/model_panel.h"
#include "ui/panels/notes_label.h"
#include "ui/panels/picture_panel.h"
#include "ui/panels/text_edit.h"
#include "ui/preferences.h"
#include "ui/training/train_panel.h"

#include <QEvent>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace headscope {

SidePanel::SidePanel(Document& document, Selection& selection, QWidget* parent) : QScrollArea(parent), m_document(document) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidgetResizable(true);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Dials"));
    auto* content = new QWidget(this);
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(8, 4, 4, 8);
    m_column->setSpacing(4);
    m_model = new ModelPanel(document, content);
    m_layer = new LayerPanel(document, content);
    m_more = new MorePanel(document, content);
    m_mask = new MaskPanel(document, selection, content);
    m_picture = new PicturePanel(document, content);
    m_training = new TrainPanel(document, selection, content);
    addSection(QStringLiteral("model"), tr("Model"), m_model, true);
    m_trainingHeader = addSection(QStringLiteral("training"), tr("Training"), m_training, false).header;
    m_ofSandbox.push_back(addSection(QStringLiteral("layer"), tr("Layer"), m_layer, true));
    m_ofSandbox.push_back(addSection(QStringLiteral("more"), tr("More of the layer"), m_more, false));
    m_ofSandbox.push_back(addSection(QStringLiteral("designs"), tr("What the heads read"), new DesignsPanel(document, content), false));
    m_ofSandbox.push_back(addSection(QStringLiteral("mask"), tr("Mask"), m_mask, true));
    addSection(QStringLiteral("picture"), tr("Picture"), m_picture, false);
    addSection(QStringLiteral("notes"), tr("Notes"), makeNotes(), false);
    m_column->addStretch(1);
    setWidget(content);
    m_trainingHeader->installEventFilter(this);
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &SidePanel::keepTrainingInSight);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] { m_trainingOnTop = false; });
    connect(&document, &Document::sessionChanged, this, &SidePanel::followSource);
    followSource();
    fitWidth();
}

void SidePanel::toggleTraining() {
    const int top = m_trainingHeader->y() - verticalScrollBar()->value();
    const bool inSight = top >= 0 && top < viewport()->height() / 2;
    if (m_trainingHeader->isChecked() && inSight) return m_trainingHeader->setChecked(false);
    showTraining();
}

void SidePanel::changeEvent(QEvent* event) {
    QScrollArea::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    // Style sheets keep the colours that they were made with.
    for (QToolButton* button : findChildren<QToolButton*>())
        if (!button->styleSheet().isEmpty()) button->setStyleSheet(button->styleSheet());
}

void SidePanel::showTraining() {
    m_trainingHeader->setChecked(true);
    m_trainingOnTop = true;
    // What has just been unfolded has no place yet.
    QTimer::singleShot(0, this, &SidePanel::keepTrainingInSight);
}

void SidePanel::keepTrainingInSight() {
    if (m_trainingOnTop) verticalScrollBar()->setValue(m_trainingHeader->y() - m_column->spacing());
}

bool SidePanel::focusNextPrevChild(bool next) {
    m_trainingOnTop = false; // the focus is to be in sight
    return QScrollArea::focusNextPrevChild(next);
}

void SidePanel::followSource() {
    // A model's weights leave nothing to turn here.
    const bool sandbox = m_document.session().model.empty();
    for (const Section& section : m_ofSandbox) {
        section.header->setVisible(sandbox);
        section.content->setVisible(sandbox && section.header->isChecked());
    }
}

bool SidePanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == widget() && event->type() == QEvent::LayoutRequest) fitWidth();
    if (watched == m_trainingHeader && event->type() == QEvent::Move) keepTrainingInSight();
    return QScrollArea::eventFilter(watched, event);
}

void SidePanel::fitWidth() {
    // Folded sections count, too: opening one must not move the pictures.
    int widest = 0;
    for (const QWidget* section : m_sections) widest = std::max(widest, section->layout()->minimumSize().width());
    const QMargins margins = m_column->contentsMargins();
    const int wanted = widest + margins.left() + margins.right() + verticalScrollBar()->sizeHint().width();
    setMinimumWidth(wanted);
    setMaximumWidth(wanted * 3 / 2);
}

SidePanel::Section SidePanel::addSection(const QString& name, const QString& title, QWidget* content, bool open) {
    auto* header = new QToolButton(this);
    header->setText(title);
    header->setCheckable(true);
    header->setStyleSheet(QStringLiteral("QToolButton { border: none; padding: 3px 0; } QToolButton:focus { text-decoration: underline; }"));
    header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    header->setFocusPolicy(Qt::TabFocus);
    header->setObjectName(name + QStringLiteral("Section"));
    QFont font = header->font();
    font.setBold(true);
    header->setFont(font);
    auto* holder = new QWidget(this);
    auto* inside = new QVBoxLayout(holder);
    inside->setContentsMargins(0, 0, 0, 8);
    inside->addWidget(content);
    m_sections.push_back(holder);
    const auto show = [header, holder](bool on) {
        header->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
        holder->setVisible(on);
    };
    const bool shown = Preferences().isOpen(name, open);
    header->setChecked(shown);
    show(shown);
    connect(header, &QToolButton::toggled, this, [name, show](bool on) {
        show(on);
        Preferences().setOpen(name, on);
    });
    m_column->addWidget(header);
    m_column->addWidget(holder);
    return {header, holder};
}

QWidget* SidePanel::makeNotes() {
    auto* both = new QWidget(this);
    auto* column = new QVBoxLayout(both);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(new NotesLabel(m_document, both));
    auto* notes = new TextEdit(both);
    column->addWidget(notes);
    notes->setPlaceholderText(tr("Kept in the session file"));
    notes->setAccessibleName(tr("Notes"));
    leaveUndoToWindow(notes);
    notes->setMinimumWidth(80);
    notes->setFixedHeight(96);
    connect(notes, &QPlainTextEdit::textChanged, this, [this, notes] {
        m_document.edit(tr("notes"), [notes](Session& s) { s.notes = notes->toPlainText().toStdString(); }, Document::Merge::SameName);
    });
    const auto sync = [this, notes] {
        const QString text = QString::fromStdString(m_document.session().notes);
        if (notes->toPlainText() == text) return;
        const QSignalBlocker blocker(notes);
        notes->setPlainText(text);
    };
    connect(&m_document, &Document::sessionChanged, notes, sync);
    sync();
    return both;
}

} // namespace headscope
