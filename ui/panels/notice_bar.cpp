// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/notice_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <algorithm>

namespace headscope {

namespace {

constexpr int readingMs = 5000;

} // namespace

NoticeBar::NoticeBar(QWidget* parent) : QWidget(parent), m_text(new QLabel(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 2, 4, 2);
    row->addWidget(m_text, 1);
    auto* close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close this line"));
    row->addWidget(close);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setObjectName(QStringLiteral("notice"));
    m_text->setAccessibleName(tr("Message"));
    setAutoFillBackground(true);
    m_timer.setSingleShot(true);
    m_timer.setInterval(readingMs);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(&m_timer, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void NoticeBar::say(const QString& message) {
    show(message, false, {});
    m_timer.start();
}

void NoticeBar::warn(const QString& message) { show(message, true, {}); }

void NoticeBar::tell(const QString& message) { show(message, false, {}); }

void NoticeBar::ask(const QString& question, const std::vector<Answer>& answers) { show(question, false, answers); }

QString NoticeBar::message() const { return isHidden() ? QString() : m_text->text(); }

void NoticeBar::show(const QString& message, bool isError, const std::vector<Answer>& answers) {
    m_timer.stop();
    for (QPushButton* button : m_answers) button->deleteLater();
    m_answers.clear();
    m_text->setText(message);
    m_isError = isError;
    auto* row = static_cast<QHBoxLayout*>(layout());
    for (const Answer& answer : answers) {
        auto* button = new QPushButton(answer.words, this);
        row->insertWidget(row->count() - 1, button);
        connect(button, &QPushButton::clicked, this, [this, act = answer.act] {
            hide();
            act();
        });
        m_answers.push_back(button);
    }
    setTheme(m_theme);
    place();
    QWidget::show();
    raise();
    if (!m_answers.empty()) m_answers.front()->setFocus();
}

void NoticeBar::setPlace(const QRect& place) {
    m_place = place;
    this->place();
}

/// In one line, with the buttons.
int NoticeBar::wordsWidth() const {
    int width = m_text->fontMetrics().boundingRect(QRect(0, 0, 100000, 0), 0, m_text->text()).width() + 8;
    for (int i = 1; i < layout()->count(); ++i) width += layout()->itemAt(i)->sizeHint().width() + layout()->spacing();
    const QMargins margins = layout()->contentsMargins();
    return width + margins.left() + margins.right();
}

void NoticeBar::place() {
    if (m_place.isNull()) return; // a layout sees to it
    // As wide as the words, so that little of the pictures is covered; a long message gets more lines.
    const int width = std::min(m_place.width(), std::clamp(wordsWidth(), 160, std::max(160, m_place.width() * 6 / 10)));
    const int height = std::max(minimumSizeHint().height(), heightForWidth(width));
    setGeometry(m_place.right() + 1 - width, m_place.top(), width, std::min(height, m_place.height()));
}

void NoticeBar::setTheme(const Theme& theme) {
    m_theme = theme;
    QPalette palette = theme.palette();
    if (m_isError) palette.setColor(QPalette::WindowText, theme.ink(theme.error));
    m_text->setPalette(palette);
}

} // namespace headscope
