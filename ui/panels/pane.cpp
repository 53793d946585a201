// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/pane.h"

#include "ui/preferences.h"
#include "ui/views/view.h"

#include <QHBoxLayout>
#include <QKeySequence>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace headscope {

namespace {

/// A label that gives way: as wide as there is room, cut with dots.
class FadingLabel : public QLabel {
public:
    FadingLabel(const QString& text, QWidget* parent) : QLabel(text, parent), m_whole(text) {}
    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }
    QSize sizeHint() const override { return {fontMetrics().horizontalAdvance(m_whole) + 4, QLabel::sizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override {
        QLabel::resizeEvent(event);
        setText(fontMetrics().elidedText(m_whole, Qt::ElideRight, width()));
    }

private:
    QString m_whole;
};

} // namespace

QToolButton* makeCloseButton(const QString& title, const QKeySequence& key, QWidget* parent) {
    auto* close = new QToolButton(parent);
    close->setText(QStringLiteral("×"));
    close->setAutoRaise(true);
    close->setFocusPolicy(Qt::NoFocus);
    close->setFixedSize(22, 20);
    close->setAccessibleName(Pane::tr("Close %1").arg(title));
    close->setToolTip(Pane::tr("Close; %1 brings it back").arg(key.toString(QKeySequence::NativeText)));
    return close;
}

Pane::Pane(const QString& name, const QString& title, const QKeySequence& key, View* view, QWidget* parent)
    : QWidget(parent), m_name(name), m_view(view), m_title(new QLabel(title, this)), m_hint(new FadingLabel(view->hint(), this)),
      m_close(makeCloseButton(title, key, this)) {
    setAutoFillBackground(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(8, 0, 2, 0);
    header->setSpacing(8);
    header->addWidget(m_title);
    header->addWidget(m_hint, 1);
    header->addWidget(m_close);
    column->addLayout(header);
    column->addWidget(view, 1);
    view->setMinimumSize(80, 60);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_hint->setToolTip(view->hint());
    connect(m_close, &QToolButton::clicked, this, &Pane::closeWanted);
    m_hint->setVisible(!Preferences().isLearnt(name));
    // Keeps the close button at the right when the hint is gone.
    header->insertStretch(2, 0);
}

void Pane::setTheme(const Theme& theme) {
    QPalette palette = theme.palette();
    palette.setColor(QPalette::Window, theme.paper);
    palette.setColor(QPalette::Button, theme.paper);
    setPalette(palette);
    QPalette faint = palette;
    faint.setColor(QPalette::WindowText, theme.faint);
    m_hint->setPalette(faint);
    m_view->setTheme(theme);
}

void Pane::setLearnt() {
    if (m_hint->isHidden()) return;
    m_hint->hide();
    Preferences().setLearnt(m_name);
}

} // namespace headscope
