// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/train_panel.h"

#include "ui/document.h"
#include "ui/panels/bound_form.h"
#include "ui/preferences.h"
#include "ui/style/icons.h"
#include "ui/training/head_ablation.h"
#include "ui/training/training_curves.h"
#include "ui/training/training_sizes.h"

#include <QComboBox>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QStandardPaths>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cstdlib>

namespace headscope {

namespace {

constexpr int probeLength = 24;  ///< of the sentence in the pictures, for words that can be read
constexpr int probesTried = 8;   ///< the longest of them shows most
constexpr int playBackMs = 4000; ///< for all of a run
constexpr int slowestFrameMs = 200;
constexpr int mostFrameMs = 2000; ///< however slow the chosen speed and however far apart the steps that are kept
constexpr int quickestFrameMs = 40;

std::string runsFolder() {
    return QFile::encodeName(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)).toStdString() +
           "/headscope/runs";
}

QLabel* wrapped(const QString& name, QPalette::ColorRole role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setForegroundRole(role);
    label->setMinimumWidth(1);
    return label;
}

QString fromBytes(const std::string& text) {
    return QFile::decodeName(QByteArray::fromStdString(text));
}

} // namespace

TrainPanel::TrainPanel(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), m_document(document), m_selection(selection), m_run(runsFolder()), m_theme(Theme::light()),
      m_task(new QComboBox(this)), m_discovery(wrapped(QStringLiteral("discovery"), QPalette::PlaceholderText, this)),
      m_play(new QPushButton(this)),
      m_step(makeTool(QStringLiteral("trainStep"), tr("One step: one batch of examples"))),
      m_reset(
          makeTool(QStringLiteral("trainReset"),
                   tr("Begins anew with random weights and the sizes below; “Bring back the run before” undoes it"))),
      m_more(
          makeTool(QStringLiteral("trainMore"), tr("Save the model, take the run home as pictures, another sentence"))),
      m_speed(new QComboBox(this)), m_facts(wrapped(QStringLiteral("trainFacts"), QPalette::WindowText, this)),
      m_error(wrapped(QStringLiteral("trainError"), QPalette::BrightText, this)), m_curves(new TrainingCurves(this)),
      m_playBack(makeTool(QStringLiteral("playBack"), tr("Plays the run back from its beginning"))),
      m_time(new QSlider(Qt::Horizontal, this)), m_when(new QLabel(this)), m_sizes(new TrainingSizes(this)),
      m_ablation(new HeadAblation(document, selection, this)) {
    build();
    connectParts();
    chooseTask(m_task->currentIndex());
    follow();
}

QToolButton* TrainPanel::makeTool(const QString& name, const QString& tip) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

void TrainPanel::build() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_task->setObjectName(QStringLiteral("trainTask"));
    m_task->setAccessibleName(tr("Task"));
    m_task->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_task->setMinimumContentsLength(14);
    calmWheel(m_task);
    for (const Task* task : tasks()) {
        m_task->addItem(QString::fromUtf8(task->name().data(), static_cast<qsizetype>(task->name().size())));
        m_task->setItemData(
            m_task->count() - 1,
            QString::fromUtf8(task->discovery().data(), static_cast<qsizetype>(task->discovery().size())),
            Qt::ToolTipRole);
    }
    for (const QString& name : {QStringLiteral("induction"), Preferences().choice(m_task->objectName())})
        if (const int at = m_task->findText(name); at >= 0) m_task->setCurrentIndex(at);
    m_error->setAccessibleName(tr("Error"));
    m_curves->setObjectName(QStringLiteral("trainCurves"));
    column->addWidget(m_task);
    column->addWidget(m_discovery);
    column->addWidget(makePlayer());
    column->addWidget(makeSpeed());
    column->addWidget(m_error);
    column->addWidget(m_facts);
    column->addWidget(m_curves);
    column->addWidget(makeTimeline());
    column->addWidget(makeFold(QStringLiteral("trainSizes"), tr("Sizes"), m_sizes));
    m_sizesFold = findChild<QToolButton*>(QStringLiteral("trainSizesFold"));
    column->addWidget(makeFold(QStringLiteral("trainHead"), tr("Without a head"), m_ablation));
}

QWidget* TrainPanel::makePlayer() {
    auto* player = new QWidget(this);
    auto* row = new QHBoxLayout(player);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    m_play->setObjectName(QStringLiteral("trainPlay"));
    m_play->setMinimumHeight(36);
    m_play->setMinimumWidth(76);
    m_play->setFocusPolicy(Qt::TabFocus);
    m_play->setAutoDefault(false);
    QFont bold = m_play->font();
    bold.setBold(true);
    m_play->setFont(bold);
    row->addWidget(m_play, 1);
    auto* menu = new QMenu(m_more);
    m_more->setText(QStringLiteral("⋯"));
    m_more->setMenu(menu);
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    const auto add = [&](const char* name, const QString& words, auto&& act) {
        QAction* action = menu->addAction(words);
        action->setObjectName(QString::fromLatin1(name));
        connect(action, &QAction::triggered, this, act);
    };
    add("saveTrained", tr("Save the model as…"), [this] { emit saveWanted(); });
    add("exportRun", tr("The run as a strip of pictures…"), [this] { emit exportWanted(); });
    menu->addSeparator();
    add("bringBack", tr("Bring back the run before"), [this] {
        m_asked = true;
        m_run.bringBack(chosenTask().name());
    });
    add("anotherSentence", tr("Another sentence of the task"), [this] { anotherSentence(); });
    add("goOnFromOpened", tr("Train on from the opened model"),
        [this] { goOnFrom(fromBytes(m_document.session().model)); });
    connect(menu, &QMenu::aboutToShow, this, &TrainPanel::followButtons);
    for (QToolButton* button : {m_step, m_reset, m_more}) {
        button->setFixedSize(32, 36);
        row->addWidget(button);
    }
    return player;
}

QWidget* TrainPanel::makeSpeed() {
    auto* speed = new QWidget(this);
    auto* row = new QHBoxLayout(speed);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(new QLabel(tr("Speed"), speed));
    m_speed->setObjectName(QStringLiteral("trainSpeed"));
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("How fast Play learns and ▷ plays back; what is learned is the same at every speed"));
    m_speed->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_speed->setMinimumContentsLength(8);
    calmWheel(m_speed);
    m_speed->addItem(tr("full speed"), 0);
    for (const int steps : {50, 10}) m_speed->addItem(tr("%1 steps/s").arg(steps), steps);
    m_speed->addItem(tr("1 step/s"), 1);
    m_speed->setCurrentIndex(std::max(0, m_speed->findData(Preferences().choice(m_speed->objectName()).toInt())));
    row->addWidget(m_speed, 1);
    return speed;
}

QWidget* TrainPanel::makeTimeline() {
    auto* timeline = new QWidget(this);
    auto* column = new QVBoxLayout(timeline);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    m_time->setObjectName(QStringLiteral("trainTime"));
    m_time->setAccessibleName(tr("Step that the pictures show"));
    m_time->setToolTip(
        tr("Which step of the run the pictures show: drag to see a head being born, forward and backward"));
    calmWheel(m_time);
    m_playBack->setFixedSize(28, 28);
    row->addWidget(m_playBack);
    row->addWidget(m_time, 1);
    column->addLayout(row);
    m_when->setForegroundRole(QPalette::PlaceholderText);
    m_when->setObjectName(QStringLiteral("trainWhen"));
    m_when->setMinimumWidth(1);
    column->addWidget(m_when);
    return timeline;
}

QWidget* TrainPanel::makeFold(const QString& name, const QString& title, QWidget* content) {
    auto* fold = new QWidget(this);
    auto* column = new QVBoxLayout(fold);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* header = new QToolButton(fold);
    header->setObjectName(name + QStringLiteral("Fold"));
    header->setText(title);
    header->setCheckable(true);
    header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    header->setFocusPolicy(Qt::TabFocus);
    header->setStyleSheet(QStringLiteral(
        "QToolButton { border: none; padding: 2px 0; } QToolButton:focus { text-decoration: underline; }"));
    column->addWidget(header);
    column->addWidget(content);
    const auto unfold = [header, content, name](bool on) {
        header->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
        content->setVisible(on);
        Preferences().setOpen(name, on);
    };
    header->setChecked(Preferences().isOpen(name, false));
    unfold(header->isChecked());
    connect(header, &QToolButton::toggled, this, unfold);
    return fold;
}

void TrainPanel::connectParts() {
    connect(m_task, &QComboBox::currentIndexChanged, this, &TrainPanel::chooseTask);
    connect(m_play, &QPushButton::clicked, this, &TrainPanel::togglePlay);
    connect(m_step, &QToolButton::clicked, this, [this] {
        ensureRun();
        startFromShown();
        m_run.step();
    });
    connect(m_speed, &QComboBox::currentIndexChanged, this, [this] {
        Preferences().setChoice(m_speed->objectName(), QString::number(speed()));
        m_run.setPace(speed());
    });
    m_run.setPace(speed());
    connect(m_reset, &QToolButton::clicked, this, &TrainPanel::reset);
    connect(m_sizes, &TrainingSizes::rateChanged, this, [this](double rate) {
        if (isChosenRun()) m_run.setRate(rate);
    });
    connect(m_curves, &TrainingCurves::stepWanted, this, [this](std::int64_t step) {
        m_back.stop();
        look();
        lookAtStep(step);
    });
    connect(m_time, &QSlider::valueChanged, this, [this](int at) {
        m_back.stop();
        look();
        const std::vector<Checkpoint> all = moments();
        lookAtStep(at + 1 >= std::ssize(all) ? -1 : all[static_cast<std::size_t>(at)].step);
    });
    connect(m_playBack, &QToolButton::clicked, this, &TrainPanel::playBack);
    m_back.setSingleShot(true);
    connect(&m_back, &QTimer::timeout, this, &TrainPanel::playBackOn);
    connect(&m_run, &TrainingRun::changed, this, &TrainPanel::follow);
    connect(m_ablation, &HeadAblation::switched, this, &TrainPanel::show);
    connect(m_ablation, &HeadAblation::goOnWanted, this,
            [this](const ModelPtr& model, const std::optional<HeadPlace>& without) {
                m_ablation->restore();
                startFromShown();
                m_run.replace(model, without);
                m_run.play();
            });
    connect(&m_document, &Document::sessionChanged, this, [this] {
        // Nothing learns unseen.
        if (m_run.state().playing && m_document.session().model != m_run.state().folder) m_run.pause();
        followTimeline();
    });
}

const Task& TrainPanel::chosenTask() const {
    return *tasks()[static_cast<std::size_t>(m_task->currentIndex())];
}

bool TrainPanel::isChosenRun() const {
    return m_run.state().task == &chosenTask();
}

void TrainPanel::chooseTask(int) {
    const Task& task = chosenTask();
    sayTask();
    if (m_run.state().playing && !isChosenRun()) m_run.pause();
    m_sizes->setTask(task);
    if (isChosenRun()) m_sizes->setOptions(m_run.state().options);
    Preferences().setChoice(m_task->objectName(), m_task->currentText());
    if (isVisible()) openKept();
    follow();
}

bool TrainPanel::isKept() const {
    return isTrainedFolder(m_run.folderOf(chosenTask().name()));
}

void TrainPanel::openKept() {
    if (!isChosenRun() && isKept()) m_run.resume(m_run.folderOf(chosenTask().name()));
}

void TrainPanel::ensureRun() {
    if (isChosenRun()) return look();
    m_asked = true;
    if (isKept())
        m_run.resume(m_run.folderOf(chosenTask().name()));
    else
        m_run.begin(m_sizes->options());
}

void TrainPanel::togglePlay() {
    if (m_run.state().playing) return m_run.pause();
    ensureRun();
    startFromShown();
    m_run.play();
}

void TrainPanel::startFromShown() {
    m_back.stop();
    if (!m_mark || m_goesBack || !isChosenRun()) return;
    if (shown().step == m_run.state().step) return lookAtStep(-1); // nothing between was kept
    m_goesBack = true;
    m_run.goBack(shown());
}

void TrainPanel::reset() {
    m_asked = true;
    m_run.begin(m_sizes->options());
}

void TrainPanel::goOnFrom(const QString& folder) {
    m_asked = true;
    m_run.resume(QFile::encodeName(folder).toStdString());
}

void TrainPanel::saveTo(const QString& folder) {
    if (!m_run.state().task) return;
    const Checkpoint at = shown();
    const std::optional<HeadPlace> without = m_ablation->switchedOff();
    m_savedWhat = tr("Saved step %1").arg(QLocale().toString(at.step));
    if (without) m_savedWhat = tr("%1 without %2").arg(m_savedWhat, HeadAblation::nameOf(*without));
    m_run.saveTo(QFile::encodeName(folder).toStdString(), {at.step, m_ablation->applied(at.model)}, without);
}

TaskExample TrainPanel::sentence() {
    const RunState& state = m_run.state();
    const int length = std::max(state.task->shortest(), std::min(state.options.length, probeLength));
    TaskExample longest;
    for (int i = 0; i < probesTried; ++i)
        if (TaskExample one = state.task->example(m_sentences, length, TaskPart::Unseen);
            one.ids.size() > longest.ids.size())
            longest = std::move(one);
    return longest;
}

void TrainPanel::look() {
    const RunState& state = m_run.state();
    if (!state.task || m_document.session().model == state.folder) return;
    const TaskExample probe = sentence();
    m_document.edit(tr("train"), [&](Session& s) {
        s.model = state.folder;
        s.text = state.task->text(probe);
        s.text2 = state.task->text2(probe);
        s.view.pinnedQueries.clear();
        s.view.pinnedKeys.clear();
    });
}

void TrainPanel::anotherSentence() {
    const RunState& state = m_run.state();
    const TaskExample probe = sentence();
    m_document.edit(tr("another sentence"), [&](Session& s) {
        s.text = state.task->text(probe);
        s.text2 = state.task->text2(probe);
        s.view.pinnedQueries.clear();
        s.view.pinnedKeys.clear();
    });
}

std::vector<Checkpoint> TrainPanel::moments() const {
    std::vector<Checkpoint> all = m_run.checkpoints();
    const RunState& state = m_run.state();
    if (state.model && (all.empty() || all.back().model != state.model)) all.push_back({state.step, state.model});
    return all;
}

Checkpoint TrainPanel::shown() const {
    const RunState& state = m_run.state();
    Checkpoint nearest{state.step, state.model};
    if (!m_mark) return nearest;
    for (const Checkpoint& at : m_run.checkpoints())
        if (std::abs(at.step - *m_mark) < std::abs(nearest.step - *m_mark)) nearest = at;
    return nearest;
}

void TrainPanel::lookAtStep(std::int64_t step) {
    m_mark = step < 0 || step >= m_run.state().step ? std::nullopt : std::optional(step);
    m_goesBack = false;
    if (step < 0) m_back.stop();
    followButtons();
    followTimeline();
    sayFacts();
    show();
}

double TrainPanel::speed() const {
    return m_speed->currentData().toDouble();
}

void TrainPanel::playBack() {
    if (m_back.isActive()) return lookAtStep(-1);
    if (moments().size() < 2) return;
    if (m_run.state().playing) m_run.pause();
    look();
    m_backAt = 0;
    playBackOn();
}

void TrainPanel::playBackOn() {
    const std::vector<Checkpoint> all = moments();
    if (m_backAt + 1 >= all.size()) return lookAtStep(-1);
    const std::int64_t step = all[m_backAt].step;
    lookAtStep(step);
    int pause = std::clamp(playBackMs / static_cast<int>(all.size()), quickestFrameMs, slowestFrameMs);
    if (const auto steps = static_cast<double>(all[++m_backAt].step - step); speed() > 0)
        pause = std::clamp(static_cast<int>(std::min<double>(1000 * steps / speed(), mostFrameMs)), quickestFrameMs,
                           mostFrameMs);
    m_back.start(pause);
}

} // namespace headscope
