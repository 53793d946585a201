// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/trainer.h"
#include "ui/style/theme.h"

#include <QWidget>
#include <optional>
#include <vector>

class QCPAxisRect;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;

namespace headscope {

/// Loss and accuracy over the steps of a run, one above the other, with the loss of guessing and a line at the step
/// that the pictures show. Press and drag: another step.
class TrainingCurves : public QWidget {
    Q_OBJECT
public:
    explicit TrainingCurves(QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    /// `choices`: between so many tokens somebody who knows nothing has to guess.
    void setHistory(const std::vector<TrainStep>& history, std::size_t choices);
    /// The step that is marked; none: the newest, which needs no mark.
    void setMark(std::optional<std::int64_t> step);
    QSize sizeHint() const override { return {200, 148}; }
    QSize minimumSizeHint() const override { return {120, 140}; }

signals:
    void stepWanted(std::int64_t step);

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    struct Panel {
        QCPAxisRect* axes = nullptr;
        QCPGraph* curve = nullptr;
        QCPItemStraightLine* mark = nullptr;
        QCPItemText* title = nullptr;
    };
    struct Title {
        QString text;
        Qt::Alignment place;
    };
    Panel addPanel(int row, const Title& title);
    void draw();
    void drawMark();
    void pointAt(double x);

    QCustomPlot* m_plot;
    Panel m_loss;
    Panel m_accuracy;
    QCPItemStraightLine* m_guessing;
    std::vector<double> m_steps;
    std::vector<double> m_losses;
    std::vector<double> m_accuracies; ///< in percent
    std::size_t m_choices = 0;
    std::optional<std::int64_t> m_mark;
};

/// Where a curve of so many values is drawn that shows on `columns` pixels what all of it would: the places of the
/// least and the greatest value of each column, ascending. All places while they are few.
std::vector<std::size_t> thinned(const std::vector<double>& values, std::size_t columns);

} // namespace headscope
