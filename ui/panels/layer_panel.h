// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/bound_form.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace headscope {

/// The dials everybody turns: heads, sizes, score, temperature and where the weights come from.
class LayerPanel : public BoundForm {
    Q_OBJECT
public:
    explicit LayerPanel(Document& document, QWidget* parent = nullptr);

signals:
    void weightsFileWanted();

private:
    void addSizes();
    void addScore();
    void addWeights();
    void syncWeights();

    QPushButton* m_file = nullptr;
    QLineEdit* m_prefix = nullptr;
};

/// The dials that are turned now and then.
class MorePanel : public BoundForm {
    Q_OBJECT
public:
    explicit MorePanel(Document& document, QWidget* parent = nullptr);

signals:
    void inputFileWanted(bool second);

private:
    void addLayerDials();
    void addTokenDials();
    void addInputFile(bool second);
};

/// Which pattern each head is built for, and what it cannot keep here.
class DesignsPanel : public QWidget {
    Q_OBJECT
public:
    explicit DesignsPanel(Document& document, QWidget* parent = nullptr);

private:
    void sync();

    Document& m_document;
    QGridLayout* m_grid;
    QLabel* m_none; ///< why there is nothing to choose
    std::vector<QComboBox*> m_heads;
};

} // namespace headscope
