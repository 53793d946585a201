// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

class QLabel;
class QLineEdit;

namespace headscope {

class Document;
class Selection;

/// Finds a token by what it says: pins the match, Enter goes on to the next one, Esc closes. In cross-attention both
/// sentences are searched, the queries first; else the tokens are pinned as what is followed, queries or keys.
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
    struct Match {
        bool key = false; ///< else a query
        int position = 0;
    };
    /// The tokens that hold the text, letter case aside.
    std::vector<Match> matches() const;

    Document& m_document;
    Selection& m_selection;
    QLineEdit* m_field;
    QLabel* m_count;
    std::size_t m_current = 0;
};

} // namespace headscope
