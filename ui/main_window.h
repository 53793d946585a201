// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/examples.h"
#include "ui/document.h"
#include "ui/selection.h"
#include "ui/session_files.h"
#include "ui/style/theme.h"
#include "ui/style/theme_choice.h"

#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

class QAction;
class QBoxLayout;
class QLabel;
class QSplitter;
class QToolButton;

namespace headscope {

class FindBar;
class HelpOverlay;
class NoticeBar;
class NumbersPanel;
class Pane;
class PredictionBar;
class SentencePanel;
class SidePanel;
class TextStrip;
class RunExport;
class View;
class WindowActions;

/// The instrument: sentence above, dials at the left, pictures everywhere else. Joins document, selection, panels and
/// views; what each of them does is theirs.
class MainWindow : public QWidget {
    Q_OBJECT
public:
    /// `places`: where models are looked for.
    explicit MainWindow(ThemeChoice theme, ModelPlaces places = {}, QWidget* parent = nullptr);
    ~MainWindow() override;

    Document& document() { return m_document; }
    Selection& selection() { return m_selection; }
    SessionFiles& files() { return m_files; }
    WindowActions& actions() { return *m_actions; }
    SidePanel& dials() { return *m_dials; }
    NumbersPanel& numbers() { return *m_numbers; }
    SentencePanel& sentence() { return *m_sentence; }
    NoticeBar& notice() { return *m_notice; }
    const Theme& theme() const { return m_theme; }
    /// The one that copy, print and export take, and that + − F act on.
    View& focusView() const;
    View& viewOf(ViewKind kind) const;
    const std::vector<Pane*>& panes() const { return m_panes; }
    QString description() const;

    void setThemeChoice(ThemeChoice choice);
    /// Once all heads of the model are measured, goes to the clearest of them and says what the heads do. Nothing
    /// happens when the session is another one by then.
    void introduceHeads();
    /// Begins with an example of the menu, the sandbox's or those that fit the model, as one step of undo.
    void takeExample(int index);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    Pane* addPane(const QString& name, const QString& title, int key, View* view, bool open);
    void bindPane(const QString& name, QWidget* pane, QAction* action, bool open);
    void showPane(QWidget* pane, bool on);
    void buildStatus(QBoxLayout& column);
    void connectDocument();
    void connectActions();
    void restoreLayout();
    void saveLayout();

    void followSession();
    void followAnalysis(const AnalysisPtr& analysis);
    void followLayers(int layers);
    /// Whether it is another model now.
    bool followModel(const OpenedModelPtr& opened);
    void followError();
    /// A model that can make nothing of the sentence gets one of its own; a sentence that somebody typed stays, and the
    /// way to another is offered with the reason.
    void fitSentence(const QString& why);
    void followSelection();
    /// Why there is no picture although a sentence was typed; empty when that is not so.
    QString emptyBecause() const;
    /// Until the selection changes.
    void sayInStatus(const QString& message);
    void setStale(bool stale);
    /// Says what is being computed, with a way to stop it.
    void setWorking(bool working);
    void focusChanged(QWidget* now);
    void updateTitle();
    void offerArray(const DroppedArray& array);
    void copyPicture();
    void printPicture();
    void exportPicture();
    void toggleHelp();
    void openTraining();
    void exportViews(std::vector<View*> views, View& chosen);
    void toggleTraining();
    void stepLayer(int by);
    /// Why a key or click on the mask does nothing.
    void sayNoMasks();
    void applyChoice();

    Document m_document;
    Selection m_selection;
    SessionFiles m_files;
    Theme m_theme;
    ThemeChoice m_choice;
    bool m_applyingTheme = false;
    bool m_sawFollowing = false; ///< the last analysis had something after the attention
    WindowActions* m_actions = nullptr;
    SentencePanel* m_sentence = nullptr;
    TextStrip* m_strip = nullptr;
    PredictionBar* m_predictions = nullptr;
    FindBar* m_find = nullptr;
    SidePanel* m_dials = nullptr;
    NumbersPanel* m_numbers = nullptr;
    HelpOverlay* m_help = nullptr;
    std::unique_ptr<RunExport> m_runExport;
    std::vector<Pane*> m_panes;
    std::vector<View*> m_views;
    QAction* m_vectors = nullptr; ///< closes the vectors and brings them back
    Pane* m_overview = nullptr;   ///< there while a model of several layers is
    QAction* m_layersAction = nullptr;
    View* m_focus = nullptr;
    std::vector<Example> m_examples;
    OpenedModelPtr m_examplesOf; ///< null: the sandbox
    std::set<std::pair<std::string, std::optional<std::string>>> m_offered; ///< sentences that nobody typed: ours
    ViewKind m_sawView = ViewKind::Heads; ///< the session's view as it was last followed
    QSplitter* m_across = nullptr;
    QSplitter* m_centre = nullptr;
    QSplitter* m_right = nullptr;
    QLabel* m_sentenceLabel = nullptr;
    QLabel* m_counts = nullptr;
    QToolButton* m_notes = nullptr; ///< how many notes the analysis has; a click says them
    NoticeBar* m_notice = nullptr;
    NoticeBar* m_introduction = nullptr;  ///< in a row of its own: it stands longer than a notice
    std::optional<Session> m_introduced;  ///< what it speaks of, while it does
    QLabel* m_working = nullptr;
    QToolButton* m_stop = nullptr;
    QTimer m_staleTimer;
    QTimer m_workingTimer;
};

} // namespace headscope
