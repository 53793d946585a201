// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/trainer.h"

#include <QWidget>

class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace headscope {

/// The dials of a run: sizes, batch, learning rate and seed, with the task's own as a start.
class TrainingSizes : public QWidget {
    Q_OBJECT
public:
    explicit TrainingSizes(QWidget* parent = nullptr);

    /// The task's own sizes.
    void setTask(const Task& task);
    TrainOptions options() const;
    void setOptions(const TrainOptions& options);
    /// What the run at hand is made of, which says what waits for Reset; null: there is none.
    void setRunning(const TrainOptions* options);
    /// Under the dial that cannot be; empty: all can.
    void setError(const QString& sentence);

signals:
    void edited();
    void rateChanged(double rate);

private:
    struct Words {
        QString name;
        QString letter;
        QString tip;
    };
    QSpinBox* addWhole(const Words& words, int least, int most);
    void addRow(const Words& words, QWidget* dial);
    void follow();

    const Task* m_task = nullptr;
    std::optional<TrainOptions> m_running;
    QGridLayout* m_grid;
    QSpinBox* m_layers;
    QSpinBox* m_heads;
    QSpinBox* m_dModel;
    QDoubleSpinBox* m_rate;
    QSpinBox* m_batch;
    QSpinBox* m_length;
    QSpinBox* m_seed;
    QLabel* m_error;
    QLabel* m_waits; ///< what applies when
    QPushButton* m_own;
};

} // namespace headscope
