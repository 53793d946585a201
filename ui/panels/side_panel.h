// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

class QVBoxLayout;

namespace headscope {

class Document;
class LayerPanel;
class MaskPanel;
class MorePanel;
class Selection;

/// The dials at the left, in sections that fold.
class SidePanel : public QScrollArea {
    Q_OBJECT
public:
    SidePanel(Document& document, Selection& selection, QWidget* parent = nullptr);

    LayerPanel& layer() const { return *m_layer; }
    MorePanel& more() const { return *m_more; }
    MaskPanel& mask() const { return *m_mask; }

private:
    /// `name` is what is remembered, `title` what is shown.
    void addSection(const QString& name, const QString& title, QWidget* content, bool open);
    QWidget* makeNotes();

    Document& m_document;
    QVBoxLayout* m_column;
    LayerPanel* m_layer;
    MorePanel* m_more;
    MaskPanel* m_mask;
};

} // namespace headscope
