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
    /// The brush is on: the large head has to be there.
    void paintingBegun();
    /// Why a gesture shows nothing.
    void said(const QString& message);

private:
    void addOptionalSize(const DialWords& words, std::optional<int> MaskSpec::*size, int least);
    void addPadding();
    void addFree();
    void beginStroke(int query, int key);
    void paint(const std::vector<std::pair<int, int>>& cells);
    void endStroke(bool cancelled);
    void syncPadding();

    /// What the brush does, and what it began with.
    struct Stroke {
        std::shared_ptr<const MaskGrid> grid;
        bool followsText = false;
        bool allow = false;
    };

    Selection& m_selection;
    std::optional<Stroke> m_stroke;
    QLabel* m_padding = nullptr;
    QPushButton* m_pad = nullptr;
    QPushButton* m_unpad = nullptr;
    QPushButton* m_paint = nullptr;
    QLabel* m_grid = nullptr;
    QPushButton* m_clear = nullptr;
};

/// A copy of the mask's free matrix, made as large as the picture [queries, keys], all 1 where there was none, with
/// these cells (query, key) set in every head. Null when everything is allowed again.
std::shared_ptr<const MaskGrid> withCells(const MaskSpec& mask, Index queries, Index keys,
                                          const std::vector<std::pair<int, int>>& cells, bool allowed);

} // namespace headscope
