// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "ui/style/theme.h"
#include "ui/training/training_run.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QToolButton;

namespace headscope {

class Document;
class HeadAblation;
class Selection;
class TrainingCurves;
class TrainingSizes;

/// A model that learns while one looks at it: the task, its player, the curves, the way back through the steps, the
/// dials, and what the model is without a head. The pictures show the step that is chosen here.
class TrainPanel : public QWidget {
    Q_OBJECT
public:
    TrainPanel(Document& document, Selection& selection, QWidget* parent = nullptr);

    TrainingRun& run() { return m_run; }
    void setTheme(const Theme& theme);
    /// Plays or pauses the chosen task.
    void togglePlay();
    /// What can be taken home: the checkpoints and the newest model, oldest first.
    std::vector<Checkpoint> moments() const;
    /// Goes on from a folder that training wrote.
    void goOnFrom(const QString& folder);
    /// Writes the model that the pictures show.
    void saveTo(const QString& folder);

signals:
    void saveWanted();
    void exportWanted();
    void said(const QString& message);
    void warned(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    QWidget* makePlayer();
    QWidget* makeSpeed();
    QWidget* makeTimeline();
    QWidget* makeFold(const QString& name, const QString& title, QWidget* content);
    QToolButton* makeTool(const QString& name, const QString& tip);
    void connectParts();

    void chooseTask(int index);
    const Task& chosenTask() const;
    bool isChosenRun() const;
    /// There is a run of the chosen task, or one is about to be: the one at hand, the one kept, a new one.
    void ensureRun();
    /// The run of the chosen task that was kept is there to be looked at.
    void openKept();
    bool isKept() const;
    /// Learning goes on from the step that is shown.
    void startFromShown();
    void reset();
    /// An example that no training has seen.
    TaskExample sentence();
    void look();
    void anotherSentence();
    void follow();
    void followButtons();
    void followTimeline();
    void sayTask();
    void sayFacts();
    void sayErrors();
    /// The step that the pictures are of.
    Checkpoint shown() const;
    void show();
    void lookAtStep(std::int64_t step);
    void playBack();
    void playBackOn();
    double speed() const;

    Document& m_document;
    Selection& m_selection;
    TrainingRun m_run;
    Theme m_theme;
    Rng m_sentences{1};
    int m_seenRun = 0;
    int m_seenGoneBack = 0;
    bool m_goesBack = false;            ///< the run was told to go back to the mark
    bool m_asked = false;               ///< a run was begun or opened by a click here: it is to be looked at
    std::optional<std::int64_t> m_mark; ///< a step in the past; none: the newest
    ModelPtr m_shownModel;              ///< what the document was given last
    std::optional<std::string> m_saidSaved;
    QString m_savedWhat; ///< what the last saveTo() wrote
    QTimer m_back;       ///< while the run is played back
    std::size_t m_backAt = 0;
    QComboBox* m_task;
    QLabel* m_discovery;
    QPushButton* m_play;
    QToolButton* m_step;
    QToolButton* m_reset;
    QToolButton* m_more;
    QComboBox* m_speed;
    QLabel* m_facts;
    QLabel* m_error;
    TrainingCurves* m_curves;
    QToolButton* m_playBack;
    QSlider* m_time;
    QLabel* m_when;
    TrainingSizes* m_sizes;
    QToolButton* m_sizesFold = nullptr;
    HeadAblation* m_ablation;
};

} // namespace headscope
