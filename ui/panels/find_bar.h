// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;

namespace headscope {

class Document;
class Selection;

/// Finds a token by what it says: pins the match, Enter goes on to the next one, Esc closes.
class FindBar : public QWidget {
    Q_OBJECT
public:
    FindBar(Document& document, Selection& selection, QWidget* parent = nullptr);

    void open();

signals:
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void find(bool next);
    /// Positions of the tokens that hold the text, letter case aside.
    std::vector<int> matches() const;

    Document& m_document;
    Selection& m_selection;
    QLineEdit* m_field;
    QLabel* m_count;
    std::size_t m_current = 0;
};

} // namespace headscope
