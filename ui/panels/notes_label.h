// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace headscope {

class Document;

/// What the analysis has to say about itself, in at most four lines until more is asked for.
class NotesLabel : public QWidget {
    Q_OBJECT
public:
    explicit NotesLabel(Document& document, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void sync();
    void fit();

    Document& m_document;
    QLabel* m_text;
    QToolButton* m_more;
    QString m_whole;
};

} // namespace headscope
