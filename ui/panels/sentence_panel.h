// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/text_edit.h"
#include "ui/style/theme.h"


class QLabel;
class QToolButton;

namespace headscope {

class Document;

/// The sentence, large; grows to three lines, then scrolls.
class SentenceEdit : public TextEdit {
    Q_OBJECT
public:
    explicit SentenceEdit(QWidget* parent = nullptr);

    /// As typed: no-break spaces stay what they are.
    QString text() const;
    /// Keeps the cursor where it was in what did not change.
    void setText(const QString& text);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

signals:
    /// Enter or Esc: the person wants to look.
    void left();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitHeight();
    /// Right-to-left writing begins at the right, as in the running text.
    void followDirection();
};

/// The sentence box, a second one for cross-attention, and below them what is wrong.
class SentencePanel : public QWidget {
    Q_OBJECT
public:
    explicit SentencePanel(Document& document, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    SentenceEdit& sentence() const { return *m_text; }
    SentenceEdit& second() const { return *m_text2; }
    /// A second sentence: on with what stood there before, or off.
    void toggleSecond();

signals:
    void left();
    /// Why there can be no second sentence.
    void said(const QString& sentence);

private:
    /// What the two sentences are to the sandbox or the model.
    struct Roles {
        QString first;
        QString second;
        QString placeholder; ///< of the second
        QString tip;
        bool takesSecond = true;
    };
    Roles roles() const;
    void sync();
    void syncRoles();
    void syncError();

    Document& m_document;
    SentenceEdit* m_text;
    SentenceEdit* m_text2;
    QLabel* m_role;
    QLabel* m_role2;
    QToolButton* m_pair;
    QLabel* m_error;
    std::string m_lastSecond;
};

} // namespace headscope
