// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window.h"

#include "core/session/unknown_words.h"
#include "core/train/model_examples.h"
#include "core/train/task_examples.h"
#include "ui/panels/find_bar.h"
#include "ui/panels/help_overlay.h"
#include "ui/panels/layer_panel.h"
#include "ui/panels/mask_panel.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/numbers_panel.h"
#include "ui/panels/pane.h"
#include "ui/panels/prediction_bar.h"
#include "ui/panels/sentence_panel.h"
#include "ui/panels/side_panel.h"
#include "ui/preferences.h"
#include "ui/style/desktop_theme.h"
#include "ui/training/run_export.h"
#include "ui/views/describe.h"
#include "ui/views/overview_view.h"
#include "ui/views/text_strip.h"
#include "ui/views/vectors_view.h"
#include "ui/window_actions.h"

#include <QAction>
#include <QApplication>
#include <QBoxLayout>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QScreen>
#include <QSplitter>
#include <QToolBar>
#include <QToolButton>

namespace headscope {

namespace {

constexpr int workingMs = 500; ///< an answer slower than this says that it is on its way
constexpr std::size_t mostGhostTokens = 512; ///< drawing a larger picture once more is felt
constexpr int ghostMs = 150; ///< an answer faster than this replaces the old picture without dimming it

/// A line of text that is cut with dots and shows all of itself in its tooltip.
class ElidedLabel : public QLabel {
public:
    using QLabel::QLabel;
    void setWhole(const QString& text) {
        m_whole = text;
        setToolTip(text);
        setAccessibleName(text); // all of it
        elide();
    }
    const QString& whole() const { return m_whole; }
    QSize minimumSizeHint() const override { return {40, QLabel::minimumSizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override {
        QLabel::resizeEvent(event);
        elide();
    }

private:
    void elide() { setText(fontMetrics().elidedText(m_whole, Qt::ElideRight, width())); }
    QString m_whole;
};

/// English needs no translation file for its plurals.
QString counted(std::size_t count, const QString& one, const QString& many) { return (count == 1 ? one : many).arg(count); }

QFrame* hairline(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setFrameShape(QFrame::HLine);
    line->setFrameShadow(QFrame::Plain);
    line->setForegroundRole(QPalette::Mid);
    line->setFixedHeight(1);
    return line;
}

/// Whether what was said of one session is still true of another.
bool speaksOf(const Session& session, const Session& introduced) {
    return session.model == introduced.model && session.text == introduced.text && session.text2 == introduced.text2;
}

} // namespace

MainWindow::MainWindow(ThemeChoice theme, ModelPlaces places, QWidget* parent)
    : QWidget(parent), m_document(std::move(places)), m_files(m_document, this), m_choice(theme) {
    // 900 × 600 is the smallest screen that is meant: the desktop's frames take their part.
    setMinimumSize(860, 520);
    setAcceptDrops(true);
    m_theme = applyTheme(m_choice);
    build();
    connectDocument();
    connectActions();
    applyChoice();
    restoreLayout();
    followSession();
    followAnalysis(m_document.analysis());
    updateTitle();
}

MainWindow::~MainWindow() {
    // The views go before the selection they listen to.
    disconnect(qApp, nullptr, this, nullptr);
    m_selection.disconnect();
    m_document.disconnect();
}

void MainWindow::build() {
    m_actions = new WindowActions(this, m_document.undoStack());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_actions->makeToolBar());
    column->addWidget(hairline(this));
    m_sentence = new SentencePanel(m_document, this);
    column->addWidget(m_sentence);
    m_strip = new TextStrip(m_selection, this);
    m_views.push_back(m_strip);
    column->addWidget(m_strip);
    m_predictions = new PredictionBar(m_document, m_selection, this);
    column->addWidget(m_predictions);
    m_find = new FindBar(m_document, m_selection, this);
    column->addWidget(m_find);
    m_introduction = new NoticeBar(this);
    m_introduction->setObjectName(QStringLiteral("introduction"));
    column->addWidget(m_introduction);
    m_notice = new NoticeBar(this);
    column->addWidget(hairline(this));

    m_across = new QSplitter(Qt::Horizontal, this);
    m_centre = new QSplitter(Qt::Vertical, m_across);
    m_right = new QSplitter(Qt::Vertical, m_across);
    m_dials = new SidePanel(m_document, m_selection, m_across);
    bindPane(QStringLiteral("dials"), m_dials, m_actions->addPane(tr("Dials"), Qt::Key_F2), true);
    bindPane(QStringLiteral("strip"), m_strip, m_actions->addPane(tr("Running text"), Qt::Key_F3), true);
    m_centre->addWidget(addPane(QStringLiteral("heads"), tr("All heads"), Qt::Key_F4, makeView(ViewKind::Heads, m_selection), true));
    m_centre->addWidget(addPane(QStringLiteral("links"), tr("Links"), Qt::Key_F5, makeView(ViewKind::Links, m_selection), true));
    m_right->addWidget(addPane(QStringLiteral("head"), tr("One head"), Qt::Key_F6, makeView(ViewKind::Head, m_selection), true));
    auto* overview = new OverviewView(m_selection);
    m_overview = addPane(QStringLiteral("overview"), tr("All layers"), Qt::Key_F9, overview, true);
    m_right->addWidget(m_overview);
    m_right->addWidget(addPane(QStringLiteral("vectors"), tr("Vectors"), Qt::Key_F7, new VectorsView(m_selection), false));
    connect(overview, &OverviewView::pointedAt, this, [this](const QString& sentence) {
        if (sentence.isEmpty()) followSelection();
        else sayInStatus(sentence);
    });
    m_numbers = new NumbersPanel(m_selection, m_right);
    m_right->addWidget(m_numbers);
    QAction* numbers = m_actions->addPane(tr("Numbers"), Qt::Key_F8);
    bindPane(QStringLiteral("numbers"), m_numbers, numbers, false);
    auto* close = makeCloseButton(tr("Numbers"), Qt::Key_F8, m_numbers);
    connect(close, &QToolButton::clicked, numbers, &QAction::trigger);
    m_numbers->setCornerWidget(close);
    m_across->insertWidget(0, m_dials);
    m_across->addWidget(m_centre);
    m_across->addWidget(m_right);
    for (QSplitter* splitter : {m_across, m_centre, m_right}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(5);
    }
    m_across->setStretchFactor(0, 0);
    m_across->setStretchFactor(1, 1);
    m_across->setStretchFactor(2, 1);
    m_across->installEventFilter(this);
    column->addWidget(m_across, 1);
    column->addWidget(hairline(this));
    buildStatus(*column);
    m_help = new HelpOverlay(this);
    m_runExport = std::make_unique<RunExport>(m_document, m_selection);
    m_focus = &viewOf(ViewKind::Heads);
}

Pane* MainWindow::addPane(const QString& name, const QString& title, int key, View* view, bool open) {
    auto* pane = new Pane(name, title, QKeySequence(key), view, this);
    QAction* action = m_actions->addPane(title, QKeySequence(key));
    connect(pane, &Pane::closeWanted, action, &QAction::trigger);
    m_panes.push_back(pane);
    m_views.push_back(view);
    if (name == QLatin1String("vectors")) m_vectors = action;
    if (name == QLatin1String("overview")) m_layersAction = action;
    bindPane(name, pane, action, open);
    return pane;
}

void MainWindow::bindPane(const QString& name, QWidget* pane, QAction* action, bool open) {
    action->setObjectName(name);
    const bool shown = Preferences().isOpen(name, open);
    action->setChecked(shown);
    pane->setVisible(shown);
    connect(action, &QAction::toggled, this, [this, name, pane](bool on) {
        Preferences().setOpen(name, on);
        showPane(pane, on && (pane != m_overview || m_document.analysis()->layers() > 1));
    });
}

void MainWindow::showPane(QWidget* pane, bool on) {
    pane->setVisible(on);
    // A splitter of which nothing is left gives its room away.
    for (QSplitter* splitter : {m_centre, m_right}) {
        bool any = false;
        for (int i = 0; i < splitter->count(); ++i) any = any || !splitter->widget(i)->isHidden();
        splitter->setVisible(any);
    }
    if (on || m_focus->isVisibleTo(this)) return;
    for (Pane* other : m_panes)
        if (!other->isHidden()) return focusChanged(&other->view());
}

void MainWindow::buildStatus(QBoxLayout& column) {
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 0, 8, 0);
    row->setSpacing(16);
    m_sentenceLabel = new ElidedLabel(this);
    m_sentenceLabel->setTextFormat(Qt::PlainText);
    m_sentenceLabel->setObjectName(QStringLiteral("description"));
    m_counts = new QLabel(this);
    m_counts->setForegroundRole(QPalette::PlaceholderText);
    m_counts->setAccessibleName(tr("Size and time"));
    row->addWidget(m_sentenceLabel, 1);
    m_notes = new QToolButton(this);
    m_notes->setAutoRaise(true);
    m_notes->setAccessibleName(tr("Notes on this picture"));
    m_notes->setFixedHeight(24);
    connect(m_notes, &QToolButton::clicked, this, [this] { m_notice->say(m_notes->toolTip()); });
    row->addWidget(m_notes);
    row->addWidget(m_counts);
    m_working = new QLabel(this);
    m_working->setAccessibleName(tr("Work under way"));
    m_working->hide();
    row->addWidget(m_working);
    m_stop = new QToolButton(this);
    m_stop->setText(tr("Cancel"));
    m_stop->setObjectName(QStringLiteral("stop"));
    m_stop->setToolTip(tr("Stops computing; the pictures stay as they are"));
    m_stop->hide();
    connect(m_stop, &QToolButton::clicked, this, [this] {
        m_document.cancel();
        m_notice->say(tr("Stopped: the pictures show what was there before. Any change computes again."));
    });
    row->addWidget(m_stop);
    m_sentenceLabel->setFixedHeight(24);
    column.addLayout(row);
}

void MainWindow::restoreLayout() {
    const Preferences preferences;
    const QByteArray geometry = preferences.layout(QStringLiteral("window"));
    // The first time: no larger than the screen, frame included.
    if (geometry.isEmpty() || !restoreGeometry(geometry))
        resize(QSize(1280, 800).boundedTo(screen()->availableSize() - QSize(8, 40)));
    const auto restore = [&](QSplitter* splitter, const QString& name, const QList<int>& byDefault) {
        if (!splitter->restoreState(preferences.layout(name))) splitter->setSizes(byDefault);
    };
    restore(m_across, QStringLiteral("across"), {212, 560, 508});
    restore(m_centre, QStringLiteral("centre"), {240, 360});
    restore(m_right, QStringLiteral("right"), {330, 310, 240, 240});
}

void MainWindow::saveLayout() {
    Preferences preferences;
    preferences.setLayout(QStringLiteral("window"), saveGeometry());
    preferences.setLayout(QStringLiteral("across"), m_across->saveState());
    preferences.setLayout(QStringLiteral("centre"), m_centre->saveState());
    preferences.setLayout(QStringLiteral("right"), m_right->saveState());
}

View& MainWindow::focusView() const { return *m_focus; }

View& MainWindow::viewOf(ViewKind kind) const {
    const char* name = kind == ViewKind::Heads ? "heads" : kind == ViewKind::Head ? "head" : kind == ViewKind::Links ? "links" : "overview";
    for (const Pane* pane : m_panes)
        if (pane->name() == QLatin1String(name)) return pane->view();
    return m_panes.front()->view();
}

QString MainWindow::description() const { return static_cast<const ElidedLabel*>(m_sentenceLabel)->whole(); }

void MainWindow::connectDocument() {
    connect(&m_document, &Document::sessionChanged, this, &MainWindow::followSession);
    connect(&m_document, &Document::analysisChanged, this, &MainWindow::followAnalysis);
    connect(&m_document, &Document::overviewChanged, this, [this](const OverviewPtr& overview) { m_overview->view().setOverview(overview); });
    connect(&m_document, &Document::fileChanged, this, &MainWindow::updateTitle);
    connect(&m_document, &Document::busyChanged, this, [this](bool busy) {
        if (m_document.analysis()->empty()) followSelection();
        if (!busy) {
            m_staleTimer.stop();
            setStale(false);
            m_workingTimer.stop();
            setWorking(false);
        } else if (!m_staleTimer.isActive()) {
            m_staleTimer.start();
            m_workingTimer.start();
        }
    });
    m_staleTimer.setSingleShot(true);
    m_staleTimer.setInterval(ghostMs);
    connect(&m_staleTimer, &QTimer::timeout, this, [this] { setStale(true); });
    m_workingTimer.setSingleShot(true);
    m_workingTimer.setInterval(workingMs);
    connect(&m_workingTimer, &QTimer::timeout, this, [this] { setWorking(true); });
    connect(&m_selection, &Selection::changed, this, &MainWindow::followSelection);
    connect(&m_document, &Document::errorChanged, this, &MainWindow::followError);
    connect(&m_selection, &Selection::edited, this, [this](const ViewState& state, const QString& name, bool merges) {
        m_document.edit(name, [&](Session& s) { s.view = state; }, merges ? Document::Merge::SameName : Document::Merge::Never);
        for (Pane* pane : m_panes)
            if (pane->view().underMouse() || pane->view().hasFocus()) pane->setLearnt();
    });
    connect(m_strip, &TextStrip::paddingToggled, this, [this](int key) {
        if (m_document.session().model.empty()) m_dials->mask().togglePadding(key);
        else sayNoMasks();
    });
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { focusChanged(now); });
}

void MainWindow::followSession() {
    const Session& session = m_document.session();
    m_selection.setState(session.view);
    m_actions->transpose->setChecked(session.view.transposed);
    if (m_introduced && !speaksOf(session, *m_introduced)) {
        m_introduced.reset();
        m_introduction->hide();
    }
    if (!session.model.empty() && m_selection.painting()) m_dials->mask().setPainting(false);
    if (m_sawView == session.view.view) return;
    m_sawView = session.view.view;
    m_focus = &viewOf(m_sawView);
    if (m_focus == &m_overview->view() && m_overview->isHidden()) m_focus = &viewOf(ViewKind::Heads);
}

void MainWindow::followAnalysis(const AnalysisPtr& analysis) {
    // A dial jumped: the eye sees what it changed. A text that changed is another picture, and a model that learns is one
    // that moves anyway.
    if (const AnalysisPtr& before = m_focus->analysis(); !m_document.isLive() && before && !before->empty() && !analysis->empty() &&
                                                       before->queries.size() <= mostGhostTokens && before->text == analysis->text && before->text2 == analysis->text2)
        for (View* view : m_views) view->leaveGhost();
    m_selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()), static_cast<int>(analysis->keys.size()));
    followLayers(analysis->layers());
    const ModelRunPtr& run = analysis->run;
    const bool isOther = followModel(run ? run->opened : nullptr);
    for (View* view : m_views) view->setAnalysis(analysis);
    m_numbers->setAnalysis(analysis);
    if (analysis->following && analysis->sandbox.after != After::Nothing && !m_sawFollowing) m_vectors->setChecked(true);
    m_sawFollowing = analysis->following != nullptr;
    const bool second = m_document.session().text2 && !analysis->queries.empty();
    m_actions->setWithoutPicture(!analysis->empty() ? QString()
                                 : second           ? tr("the second sentence is empty")
                                                    : tr("there is no picture yet"));
    const QLocale locale;
    QStringList counts;
    if (!analysis->empty()) {
        counts << (analysis->cross ? tr("%L1 × %L2 tokens").arg(analysis->queries.size()).arg(analysis->keys.size())
                                   : counted(analysis->queries.size(), tr("%L1 token"), tr("%L1 tokens")))
               << counted(static_cast<std::size_t>(analysis->heads()), tr("%L1 head"), tr("%L1 heads"));
        if (analysis->run) counts << tr("layer %1 of %2").arg(analysis->layer + 1).arg(analysis->layers());
        counts << tr("%1 ms").arg(locale.toString(analysis->milliseconds, 'f', analysis->milliseconds < 10 ? 1 : 0));
    }
    m_counts->setText(counts.join(QStringLiteral(" · ")));
    m_notes->setVisible(!analysis->notes.empty());
    m_notes->setText(QStringLiteral("ⓘ ") + counted(analysis->notes.size(), tr("%L1 note"), tr("%L1 notes")));
    QStringList notes;
    for (const std::string& note : analysis->notes) notes << QString::fromStdString(note);
    m_notes->setToolTip(notes.join(QLatin1Char('\n')));
    followSelection();
    if (isOther && (run->text.empty() || unknownShare(*run) > 0.5)) fitSentence(tr("Most of these words are unknown to this model."));
}

void MainWindow::followLayers(int layers) {
    m_layersAction->setEnabled(layers > 1);
    m_layersAction->setToolTip(layers > 1 ? tr("All layers: closes this part of the window and brings it back (F9)")
                                          : tr("All layers (F9)\nOff now: there is one layer"));
    const bool shown = layers > 1 && m_layersAction->isChecked();
    if (shown == m_overview->isHidden()) showPane(m_overview, shown);
}

bool MainWindow::followModel(const OpenedModelPtr& opened) {
    const OpenedModelPtr before = std::exchange(m_examplesOf, opened);
    if (opened == before && !m_examples.empty()) return false;
    // One that learns is another model at every step, with the same words.
    if (opened && before && opened->tokenizer == before->tokenizer) return false;
    m_examples = opened ? examplesFor(*opened) : examples();
    m_actions->setExamples(m_examples);
    for (const Example& example : m_examples) m_offered.emplace(example.text, example.text2);
    return opened != nullptr;
}

void MainWindow::followError() {
    followSelection();
    const OpenedModelPtr opened = m_document.error() && !m_document.isModelsError() ? m_document.opened() : nullptr;
    if (opened && followModel(opened)) fitSentence(tr("This text is more than this model can read."));
}

void MainWindow::fitSentence(const QString& why) {
    const Session& s = m_document.session();
    QUndoStack& history = m_document.undoStack();
    const bool begins = history.count() == 0;
    if (m_examples.empty() || m_document.isLive() || (begins && !m_document.path().isEmpty())) return; // as it was saved
    if (!s.text.empty() && !m_offered.contains({s.text, s.text2})) {
        const QString sentence = QString::fromStdString(m_examples.front().title);
        const QString trained = taskOf(*m_examplesOf) ? tr(" It was trained on texts such as “%1”.").arg(sentence) : QString();
        return m_notice->ask(why + trained, {{tr("Take one of its sentences"), [this] { takeExample(0); }}});
    }
    m_files.useExample(m_examples.front(), true);
    if (!begins) return;
    history.clear(); // nobody has done anything yet
    m_sentence->sentence().moveCursor(QTextCursor::End);
}

void MainWindow::followSelection() {
    const QString words = emptyBecause().isEmpty() ? describe(*m_document.analysis(), m_selection) : emptyBecause();
    sayInStatus(words);
    // Reaches screen readers as a change of what is in focus.
    for (View* view : m_views)
        if (view->accessibleDescription() != words) view->setAccessibleDescription(words);
    const Hover& hover = m_selection.hover();
    if (hover.query && hover.key)
        for (Pane* pane : m_panes)
            if (pane->name() == QLatin1String("head") && pane->view().underMouse()) pane->setLearnt();
}

QString MainWindow::emptyBecause() const {
    const Session& session = m_document.session();
    if (!m_document.analysis()->empty() || session.text.empty()) return {};
    if (m_document.busy()) return tr("The first picture of this sentence is being computed.");
    if (m_document.error()) return tr("Nothing to show yet: what is wrong stands under the sentence.");
    return session.text2 && !m_document.analysis()->queries.empty() ? tr("The second sentence is empty: type what is to be read.") : QString();
}

void MainWindow::sayInStatus(const QString& message) { static_cast<ElidedLabel*>(m_sentenceLabel)->setWhole(message); }

void MainWindow::setStale(bool stale) {
    for (View* view : m_views) view->setStale(stale);
}

void MainWindow::setWorking(bool working) {
    if (working) {
        const Session& s = m_document.session();
        if (!s.model.empty()) {
            m_working->setText(m_document.loading() ? tr("opening the model …") : tr("computing …"));
        } else {
            const std::size_t tokens = tokenize(s.text, s.sandbox.unit).size() + (s.text2 ? tokenize(*s.text2, s.sandbox.unit).size() : 0);
            m_working->setText(tr("computing %1 …").arg(counted(tokens, tr("%L1 token"), tr("%L1 tokens"))));
        }
    }
    m_counts->setVisible(!working);
    m_working->setVisible(working);
    m_stop->setVisible(working);
}

void MainWindow::focusChanged(QWidget* now) {
    for (const ViewKind kind : {ViewKind::Heads, ViewKind::Head, ViewKind::Links, ViewKind::Overview})
        if (&viewOf(kind) == now) m_document.lookAt(kind);
    for (const Pane* pane : m_panes)
        if (&pane->view() == now) m_focus = &pane->view();
    if (m_strip == now) m_focus = m_strip;
}

void MainWindow::updateTitle() {
    const QString name = m_document.path().isEmpty() ? tr("Untitled") : QFileInfo(m_document.path()).fileName();
    setWindowTitle(tr("%1[*] — Headscope").arg(name));
    setWindowFilePath(m_document.path());
    setWindowModified(m_document.isModified());
}

void MainWindow::introduceHeads() {
    m_offered.emplace(m_document.session().text, m_document.session().text2);
    const auto introduce = [this, first = m_document.session()](const OverviewPtr& overview) {
        const std::optional<ClearestHead> clearest = clearestHead(*overview);
        if (!clearest || m_document.session() != first) return;
        Session session = first;
        session.view.layer = clearest->layer;
        session.view.head = clearest->head;
        m_document.reset(session, QString());
        m_introduced = session;
        m_introduction->tell(tr("A small model of ours that has learned to translate. %1. Take another sentence from Examples, or choose the sandbox or another model at the left.")
                                .arg(rolesSentence(*overview)));
    };
    connect(&m_document, &Document::overviewChanged, this, introduce, Qt::SingleShotConnection);
}

void MainWindow::takeExample(int index) {
    const Example example = m_examples[static_cast<std::size_t>(index)]; // the menu's are others when it is taken
    m_files.useExample(example);
}

} // namespace headscope
