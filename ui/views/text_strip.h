// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/hover_delay.h"
#include "ui/views/link_choice.h"
#include "ui/views/links_layout.h"
#include "ui/views/token_names.h"
#include "ui/views/view.h"

namespace headscope {

/// The sentence as chips in running order, a barcode of heads under each word: how much it is read in total, or what
/// the chosen token gives it (or gets from it). Stands under the sentence box; two sentences stand one below the other.
class TextStrip : public View {
    Q_OBJECT
public:
    explicit TextStrip(Selection& selection, QWidget* parent = nullptr);

    void setAnalysis(AnalysisPtr analysis) override;
    void setTheme(const Theme& theme) override;
    void render(QPainter& painter, const QRectF& rect, const Theme& theme) const override;
    QString hint() const override;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    /// Where a chip stands now, in this widget; in self-attention both sides are the same chips.
    QRectF chip(TokenSide side, int index) const;

signals:
    /// A key was double-clicked: whether it can be read is to change.
    void paddingToggled(int key);

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// The chips of one sentence for one width.
    struct Sentence {
        TokenSide side = TokenSide::Query;
        const TokenNames* names = nullptr;
        double top = 0;
        std::vector<QRectF> boxes; ///< from the content's top left
    };
    struct Flow {
        std::vector<Sentence> sentences; ///< one, or two for cross-attention
        double width = -1;
        double height = 0;
        QFont font;
    };
    struct Bars {
        std::vector<int> heads;
        std::vector<std::vector<double>> weights; ///< [heads][n of `side`]
        double greatest = 0;
        TokenSide side = TokenSide::Key;
    };

    const Flow& flowFor(double width, const Theme& theme) const;
    double scrollFor(double height, const Flow& flow) const;
    std::optional<TokenPlace> placeAt(const QPointF& point) const;
    /// The side on which a chip acts: in self-attention the direction decides.
    TokenSide acting(TokenSide side) const;
    Bars barsFor(const LinkFocus& focus) const;
    void drawSentence(QPainter& painter, const Sentence& sentence, const QRectF& rect, const Theme& theme,
                      const LinkFocus& focus, const Bars& bars) const;
    void drawChip(QPainter& painter, const Sentence& sentence, int index, const QRectF& box, const Theme& theme,
                  const LinkFocus& focus, const std::vector<int>& heads) const;
    void drawBars(QPainter& painter, const QRectF& box, const Theme& theme, const Bars& bars, int index) const;
    bool isChosen(const LinkFocus& focus, TokenSide side, int index) const;
    bool isPinned(TokenSide side, int index) const;
    /// What was typed where a model's token says something else; else empty.
    QString typedTip(const TokenPlace& place) const;
    void pin(const TokenPlace& place, bool add);
    void moveBy(int steps);
    void keepInSight();

    HoverDelay m_delay;
    std::optional<TokenPlace> m_clicked; ///< whose click may become a double click
    double m_scroll = 0; ///< logical pixels of the content above the top
    std::vector<int> m_seenQueries;
    std::vector<int> m_seenKeys;
    mutable TokenNames m_queryNames;
    mutable TokenNames m_keyNames;
    mutable Flow m_flow;
    mutable FollowedWeights m_followed;
};

} // namespace headscope
