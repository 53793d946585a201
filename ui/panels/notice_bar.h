// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QTimer>
#include <QWidget>
#include <functional>

class QLabel;
class QPushButton;

namespace headscope {

/// A few words in a corner over the pictures, which stay where they are: what was done, what failed, or a question with
/// a few answers. Never a dialog. Esc closes it, which the window sees to. In a layout it has room of its own instead.
class NoticeBar : public QWidget {
    Q_OBJECT
public:
    explicit NoticeBar(QWidget* parent = nullptr);

    struct Answer {
        QString words;
        std::function<void()> act;
    };

    /// Goes by itself after a while.
    void say(const QString& message);
    /// Stay until it is closed.
    void warn(const QString& message);
    void tell(const QString& message);
    void ask(const QString& question, const std::vector<Answer>& answers);
    QString message() const;
    /// The pictures' part of the window.
    void setPlace(const QRect& place);
    void setTheme(const Theme& theme);

private:
    void place();
    int wordsWidth() const;
    void show(const QString& message, bool isError, const std::vector<Answer>& answers);

    Theme m_theme;
    QRect m_place;
    bool m_isError = false;
    QLabel* m_text;
    std::vector<QPushButton*> m_answers;
    QTimer m_timer;
};

} // namespace headscope
