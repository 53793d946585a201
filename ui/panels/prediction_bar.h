// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/predict.h"
#include "ui/style/theme.h"

#include <QWidget>
#include <vector>

class QLabel;
class QToolButton;

namespace headscope {

class Document;
class PredictionChip;
class Selection;

/// What the model would put at a mask or next, and for a chosen token in its place (encoders) or behind it (decoders),
/// under the words: the most probable first, each with its share as a bar. A click writes it into the sentence. Not there for the sandbox and for models that predict nothing.
class PredictionBar : public QWidget {
    Q_OBJECT
public:
    PredictionBar(Document& document, Selection& selection, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void sync();
    void syncMaskButton();
    void place();
    /// That of a chosen token, or the first; an index of Document::predictions(), which must not be empty.
    std::size_t shownPosition() const;
    /// "next", "[MASK] 1 of 2", "after “cat”": what is predicted.
    QString title() const;
    /// What a click on a prediction does.
    QString tip() const;
    /// The token at the position as it is typed.
    QString typedAt(Index position) const;
    /// Whether predictions and session are of one text.
    bool isCurrent() const;
    void take(const Prediction& prediction);
    /// The chosen typed token's place, an index of the analysis' queries; −1: none.
    int chosenToken() const;
    void putMask();

    Document& m_document;
    Selection& m_selection;
    Theme m_theme;
    QLabel* m_what;
    std::vector<PredictionChip*> m_chips;
    QToolButton* m_mask;
};

} // namespace headscope
