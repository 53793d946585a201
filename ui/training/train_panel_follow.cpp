// SPDX-License-Identifier: GPL-3.0-or-later
// What the Train panel and the pictures show of its run.
#include "ui/document.h"
#include "ui/preferences.h"
#include "ui/style/icons.h"
#include "ui/training/head_ablation.h"
#include "ui/training/train_panel.h"
#include "ui/training/training_curves.h"
#include "ui/training/training_sizes.h"

#include <QComboBox>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

namespace headscope {

namespace {

QString taskName(const Task& task) {
    return QString::fromUtf8(task.name().data(), static_cast<qsizetype>(task.name().size()));
}

/// Special tokens are nothing that one guesses.
constexpr std::size_t specialTokens = 5;

} // namespace

void TrainPanel::setTheme(const Theme& theme) {
    m_theme = theme;
    m_curves->setTheme(theme);
    m_step->setIcon(themeIcon(QStringLiteral("step"), theme));
    m_reset->setIcon(themeIcon(QStringLiteral("reset"), theme));
    m_playBack->setIcon(themeIcon(QStringLiteral("play"), theme));
    followButtons();
}

void TrainPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    openKept();
    follow();
}

void TrainPanel::follow() {
    const RunState& state = m_run.state();
    if (state.run != m_seenRun) {
        m_seenRun = state.run;
        m_seenGoneBack = state.goneBack;
        m_mark.reset();
        m_goesBack = false;
        m_back.stop();
        m_ablation->restore();
        if (m_asked) { // by the click that is answered here; a run that was opened in passing moves nothing
            const auto tasksList = tasks();
            const auto at = std::ranges::find(tasksList, state.task);
            const QSignalBlocker blocker(m_task);
            m_task->setCurrentIndex(static_cast<int>(at - tasksList.begin()));
            Preferences().setChoice(m_task->objectName(), m_task->currentText());
            sayTask();
        }
        if (isChosenRun()) {
            m_sizes->setTask(*state.task);
            m_sizes->setOptions(state.options);
        }
        show();
        if (m_asked) look();
        m_asked = false;
    }
    if (state.goneBack != m_seenGoneBack) {
        m_seenGoneBack = state.goneBack;
        m_mark.reset();
        m_goesBack = false;
    }
    if (state.error) m_asked = false;
    if (state.error || state.saveError) m_goesBack = false; // it may have been refused
    m_discovery->setVisible(!isChosenRun() || state.step == 0);
    m_sizes->setRunning(state.task ? &state.options : nullptr);
    followButtons();
    followTimeline();
    sayFacts();
    sayErrors();
    if (isVisible() && state.task) {
        const bool chosen = isChosenRun();
        static const std::vector<TrainStep> none; // no copy of a long history at each tick
        m_curves->setHistory(chosen ? m_run.history() : none,
                             chosen ? state.task->vocabulary().size() - specialTokens : 0);
    }
    show();
}

void TrainPanel::sayTask() {
    const std::string_view words = chosenTask().discovery();
    m_discovery->setText(QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())));
    m_task->setToolTip(m_discovery->text());
}

void TrainPanel::followButtons() {
    const RunState& state = m_run.state();
    const bool playing = state.playing && isChosenRun();
    m_play->setText(playing ? tr("Pause") : tr("Play"));
    m_play->setIcon(themeIcon(playing ? QStringLiteral("pause") : QStringLiteral("play"), m_theme));
    const bool back = m_mark && isChosenRun();
    const QString from = tr("Goes on from step %1, which is shown: the steps behind it are dropped, and "
                            "“Bring back the run before” has them again")
                             .arg(QLocale().toString(shown().step));
    m_play->setToolTip(playing ? tr("Rests, and keeps what was learned (Ctrl+Return)")
                       : back  ? tr("%1 (Ctrl+Return)").arg(from)
                               : tr("Learns, step by step, until you pause (Ctrl+Return)"));
    m_step->setEnabled(!playing);
    m_step->setToolTip(back ? from : tr("One step: one batch of examples"));
    const bool there = state.task != nullptr;
    const auto enable = [this](const char* name, bool on) {
        findChild<QAction*>(QString::fromLatin1(name))->setEnabled(on);
    };
    enable("saveTrained", there);
    enable("bringBack", m_run.hasBefore(chosenTask().name()));
    enable("exportRun", there && m_document.isLive() && state.step > 0);
    enable("anotherSentence", there && m_document.isLive());
    const QString opened = QFile::decodeName(QByteArray::fromStdString(m_document.session().model));
    enable("goOnFromOpened",
           !opened.isEmpty() && !m_document.isLive() && QFileInfo::exists(opened + QStringLiteral("/train.json")));
}

void TrainPanel::followTimeline() {
    const std::vector<Checkpoint> all = isChosenRun() ? moments() : std::vector<Checkpoint>();
    const bool several = all.size() > 1;
    m_time->setEnabled(several);
    m_playBack->setEnabled(several);
    const QSignalBlocker blocker(m_time);
    const Checkpoint at = shown();
    m_time->setMaximum(std::max(1, static_cast<int>(all.size()) - 1));
    int place = static_cast<int>(all.size()) - 1;
    if (m_mark)
        for (int i = 0; i < std::ssize(all); ++i)
            if (all[static_cast<std::size_t>(i)].step == at.step) place = i;
    m_time->setValue(std::max(0, place));
    m_curves->setMark(m_mark && isChosenRun() ? std::optional(at.step) : std::nullopt);
    const QLocale locale;
    m_when->setText(
        !several               ? tr("Steps can be gone back to")
        : !m_document.isLive() ? tr("Drag to see this run")
        : m_mark ? tr("Pictures of step %1 of %2").arg(locale.toString(at.step), locale.toString(m_run.state().step))
                 : tr("Pictures of the newest step"));
}

void TrainPanel::sayFacts() {
    const RunState& state = m_run.state();
    const QLocale locale;
    if (!isChosenRun()) {
        m_facts->setText(isKept() ? tr("A run is kept from before: Play goes on from it, reset begins anew.")
                                  : QString());
        m_facts->setVisible(!m_facts->text().isEmpty());
        return;
    }
    // Two lines always: what stands below must not jump.
    const std::int64_t step = shown().step;
    QString facts = m_mark ? tr("step %1 of %2").arg(locale.toString(step), locale.toString(state.step))
                           : tr("step %1").arg(locale.toString(step));
    if (state.playing && state.stepsPerSecond > 0)
        facts += tr(" · %1 steps/s").arg(locale.toString(state.stepsPerSecond, 'f', state.stepsPerSecond < 10 ? 1 : 0));
    facts += QLatin1Char('\n');
    const std::vector<TrainStep>& made = m_run.history();
    const auto at = std::ranges::lower_bound(made, step, {}, &TrainStep::step);
    if (at != made.end() && at->step == step)
        facts += tr("loss %1 · %2 % right")
                     .arg(locale.toString(at->loss, 'f', 3), locale.toString(at->accuracy * 100, 'f', 0));
    else
        facts += step == 0 ? tr("random weights, nothing learned yet") : tr("its loss was not kept");
    m_facts->setText(facts);
    m_facts->show();
}

void TrainPanel::sayErrors() {
    const RunState& state = m_run.state();
    const bool usage = state.error && state.error->code == ErrorCode::Usage;
    m_sizes->setError(usage ? QString::fromStdString(state.error->detail) : QString());
    if (usage && !m_sizesFold->isChecked()) m_sizesFold->setChecked(true);
    QStringList lines;
    const bool saidBelow = state.error && state.saveError && state.error->message() == state.saveError->message();
    if (state.error && !usage && !saidBelow) {
        // What the trainer calls wrong input is a loss that is no number: everything else is our own making.
        lines << (state.error->code == ErrorCode::Input && isChosenRun()
                      ? tr("The loss is no number any more; these are the weights of step %1. Go back to a step before "
                           "the loss grew, take a smaller learning rate and play on.")
                            .arg(QLocale().toString(state.step))
                      : QString::fromStdString(state.error->detail));
    }
    if (state.saveError)
        lines << tr("The run could not be kept: %1").arg(QString::fromStdString(state.saveError->message()));
    m_error->setText(lines.join(QLatin1Char('\n')));
    m_error->setToolTip(state.error ? QString::fromStdString(state.error->message()) : QString());
    m_error->setVisible(!lines.isEmpty());
    if (state.saved != m_saidSaved) {
        m_saidSaved = state.saved;
        if (state.saved) Preferences().addOpenedModel(QFile::decodeName(QByteArray::fromStdString(*state.saved)));
        if (state.saved)
            emit said(tr("%1 in %2").arg(m_savedWhat, QFile::decodeName(QByteArray::fromStdString(*state.saved))));
    }
}

void TrainPanel::show() {
    const RunState& state = m_run.state();
    if (!state.task) return;
    const Checkpoint at = shown();
    m_ablation->setModel(at.model, state.options, !state.playing);
    const ModelPtr model = m_ablation->applied(at.model);
    if (model == m_shownModel) return;
    m_shownModel = model;
    std::vector<HeadPlace> gone;
    if (!state.options.without.empty()) { // a step before they were taken away has them still
        Parameters weights = unpack(*model);
        std::ranges::copy_if(state.options.without, std::back_inserter(gone),
                             [&](const HeadPlace& place) { return isCleared(weights, model->config, place); });
    }
    if (const auto off = m_ablation->switchedOff()) gone.push_back(*off);
    m_document.setLive(std::make_shared<const OpenedModel>(OpenedModel{state.folder, model, state.tokenizer, std::string(state.task->name()), gone}),
                       tr("training: %1, step %2").arg(taskName(*state.task), QLocale().toString(at.step)));
}

} // namespace headscope
