// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/bound_form.h"

class QLabel;
class QPushButton;

namespace headscope {

class Selection;

/// Which keys a query may read. Masks combine: a cell must be allowed by all.
class MaskPanel : public BoundForm {
    Q_OBJECT
public:
    MaskPanel(Document& document, Selection& selection, QWidget* parent = nullptr);

    /// None → causal → window → prefix → none.
    void cycle();
    /// Whether this key can be read, the other way round.
    void togglePadding(int key);
    void setPainting(bool on);

signals:
    void maskFileWanted();

private:
    void addOptionalSize(const DialWords& words, std::optional<int> MaskSpec::*size, int least);
    void addPadding();
    void addFree();
    void paint(int query, int key);
    void syncPadding();

    Selection& m_selection;
    QLabel* m_padding = nullptr;
    QPushButton* m_pad = nullptr;
    QPushButton* m_unpad = nullptr;
    QPushButton* m_paint = nullptr;
    QLabel* m_grid = nullptr;
    QPushButton* m_clear = nullptr;
};

/// A copy of the mask's free matrix, made as large as the picture, all 1 where there
/// was none, with this cell the other way round. Null when everything is allowed again.
std::shared_ptr<const MaskGrid> withCellFlipped(const MaskSpec& mask, Index queries, Index keys, Index query, Index key);

} // namespace headscope
