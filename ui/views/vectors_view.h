// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/view.h"

#include <vector>

class QImage;

namespace headscope {

/// The matrices on both sides of the weights: input, queries, keys, values and context of the head shown, output and
/// what follows. One row per token, one column per number; the answer to "where does this weight come from".
class VectorsView : public View {
    Q_OBJECT
public:
    explicit VectorsView(Selection& selection, QWidget* parent = nullptr);

    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    /// Columns firstColumn … firstColumn + columns − 1 of a matrix of the trace.
    struct Block {
        QString letter;
        QString name;
        const Matrix* matrix = nullptr;
        Index firstColumn = 0;
        Index columns = 0;
        bool ofKeys = false;
        QColor colour;
        QRectF area;   ///< where its numbers are drawn
        QRectF labels; ///< where its tokens' names stand; empty: the block before has them
    };
    /// Whether a token that is shown stands for several positions, none of whose vectors would be its own.
    bool folded() const;
    Index tokenCount(const Block& block) const;
    /// Of a token in the trace's matrices.
    Index position(const Block& block, Index token) const;
    std::vector<Block> blocks(const Theme& theme) const;
    std::vector<Block> arranged(const QRectF& rect, const Theme& theme) const;
    /// [height, width] at the most, each pixel the number of greatest magnitude of those it stands for.
    QImage image(const Block& block, const Theme& theme) const;
    void drawBlock(QPainter& painter, const Block& block, const Theme& theme) const;
    /// The token under the pointer: block, row and column; −1 for none.
    struct Place {
        int block = -1;
        Index row = -1;
        Index column = -1;
    };
    Place placeAt(const std::vector<Block>& all, const QPointF& at) const;
};

/// −1 … 1 to a colour whose zero is the paper: ochre below, purple above, both readable without red and green.
QColor signedColour(double value, const Theme& theme);

} // namespace headscope
