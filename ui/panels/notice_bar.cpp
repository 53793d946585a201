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

void NoticeBar::place() {
    const int height = std::max(sizeHint().height(), heightForWidth(m_place.width()));
    setGeometry(m_place.left(), m_place.top(), m_place.width(), std::min(height, m_place.height()));
}

void NoticeBar::setTheme(const Theme& theme) {
    m_theme = theme;
    QPalette palette = theme.palette();
    if (m_isError) palette.setColor(QPalette::WindowText, theme.ink(theme.error));
    m_text->setPalette(palette);
}

} // namespace headscope
