// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <vector>

class QToolButton;
class QVBoxLayout;

namespace headscope {

class Document;
class LayerPanel;
class MaskPanel;
class ModelPanel;
class MorePanel;
class PicturePanel;
class Selection;
class TrainPanel;

/// The dials at the left, in sections that fold; never narrower than its widest section and a scroll bar need.
class SidePanel : public QScrollArea {
    Q_OBJECT
public:
    SidePanel(Document& document, Selection& selection, QWidget* parent = nullptr);

    ModelPanel& model() const { return *m_model; }
    LayerPanel& layer() const { return *m_layer; }
    MorePanel& more() const { return *m_more; }
    MaskPanel& mask() const { return *m_mask; }
    PicturePanel& picture() const { return *m_picture; }
    TrainPanel& training() const { return *m_training; }
    /// Unfolds the training and brings it into sight, or folds it.
    void toggleTraining();
    void showTraining();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    struct Section {
        QToolButton* header;
        QWidget* content;
    };
    /// `name` is what is remembered, `title` what is shown.
    Section addSection(const QString& name, const QString& title, QWidget* content, bool open);
    void followSource();
    void fitWidth();
    void keepTrainingInSight();
    QWidget* makeNotes();

    Document& m_document;
    QVBoxLayout* m_column;
    std::vector<QWidget*> m_sections;
    std::vector<Section> m_ofSandbox;
    ModelPanel* m_model;
    LayerPanel* m_layer;
    MorePanel* m_more;
    MaskPanel* m_mask;
    PicturePanel* m_picture;
    TrainPanel* m_training;
    QToolButton* m_trainingHeader;
    bool m_trainingOnTop = false; ///< until somebody scrolls: what is above it may grow and shrink
};

} // namespace headscope
