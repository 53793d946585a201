// SPDX-License-Identifier: GPL-3.0-or-later
// What the person does to the window as a whole: commands, keys, files dropped on it, closing.
#include "ui/export_dialog.h"
#include "ui/exporter.h"
#include "ui/key_map.h"
#include "ui/main_window.h"
#include "ui/panels/find_bar.h"
#include "ui/panels/help_overlay.h"
#include "ui/panels/layer_panel.h"
#include "ui/panels/mask_panel.h"
#include "ui/panels/model_panel.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/pane.h"
#include "ui/panels/picture_panel.h"
#include "ui/panels/prediction_bar.h"
#include "ui/panels/sentence_panel.h"
#include "ui/panels/side_panel.h"
#include "ui/preferences.h"
#include "ui/style/desktop_theme.h"
#include "ui/training/run_export.h"
#include "ui/training/train_panel.h"
#include "ui/views/text_strip.h"
#include "ui/window_actions.h"

#include <QAbstractSpinBox>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QComboBox>
#include <QFile>
#include <QFileInfo>
#include <QLineEdit>
#include <QMimeData>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPrintDialog>
#include <QPrinter>
#include <QSplitter>
#include <QUrl>

namespace headscope {

namespace {

QStringList localFiles(const QMimeData& data) {
    QStringList files;
    for (const QUrl& url : data.urls())
        if (url.isLocalFile()) files << url.toLocalFile();
    return files;
}

/// Fields in which letters and digits are typed.
bool takesText(const QWidget* field) {
    return qobject_cast<const QAbstractSpinBox*>(field) || qobject_cast<const QLineEdit*>(field) ||
           qobject_cast<const QPlainTextEdit*>(field) || qobject_cast<const QComboBox*>(field);
}

} // namespace

void MainWindow::connectActions() {
    const WindowActions& a = *m_actions;
    connect(a.newSession, &QAction::triggered, &m_files, &SessionFiles::newSession);
    connect(a.open, &QAction::triggered, &m_files, &SessionFiles::openSession);
    connect(a.save, &QAction::triggered, &m_files, &SessionFiles::saveSession);
    connect(a.saveAs, &QAction::triggered, &m_files, &SessionFiles::saveSessionAs);
    connect(&a, &WindowActions::recentChosen, &m_files, &SessionFiles::open);
    connect(&a, &WindowActions::exampleChosen, this, &MainWindow::takeExample);
    connect(&a, &WindowActions::themeChosen, this, &MainWindow::setThemeChoice);
    connect(&a, &WindowActions::refused, m_notice, &NoticeBar::say);
    connect(a.quit, &QAction::triggered, this, &QWidget::close);
    connect(a.exportPicture, &QAction::triggered, this, &MainWindow::exportPicture);
    connect(a.copy, &QAction::triggered, this, &MainWindow::copyPicture);
    connect(a.print, &QAction::triggered, this, &MainWindow::printPicture);
    connect(a.find, &QAction::triggered, m_find, &FindBar::open);
    connect(a.help, &QAction::triggered, this, &MainWindow::toggleHelp);
    connect(a.secondSentence, &QAction::triggered, m_sentence, &SentencePanel::toggleSecond);
    connect(a.transpose, &QAction::triggered, this, [this](bool on) {
        m_selection.edit(tr("transpose"), [on](ViewState& s) { s.transposed = on; });
    });
    connect(a.fullScreen, &QAction::toggled, this, [this](bool on) {
        setWindowState(on ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
    });
    const auto toPictures = [this] { focusView().setFocus(Qt::OtherFocusReason); };
    connect(m_find, &FindBar::closed, this, toPictures);
    connect(m_sentence, &SentencePanel::left, this, toPictures);
    connect(m_sentence, &SentencePanel::left, m_notice, &QWidget::hide);
    connect(m_sentence, &SentencePanel::said, m_notice, &NoticeBar::say);
    connect(m_help, &HelpOverlay::closed, this, toPictures);
    connect(&m_dials->model(), &ModelPanel::modelWanted, &m_files, &SessionFiles::useModel);
    connect(&m_dials->model(), &ModelPanel::folderWanted, &m_files, &SessionFiles::chooseModel);
    connect(&m_dials->model(), &ModelPanel::said, m_notice, &NoticeBar::say);
    connect(&m_dials->model(), &ModelPanel::trainingWanted, this, [this] { openTraining(); });
    connect(a.train, &QAction::triggered, this, &MainWindow::toggleTraining);
    connect(a.playTraining, &QAction::triggered, this, [this] {
        openTraining();
        m_dials->training().togglePlay();
    });
    connect(&m_dials->training(), &TrainPanel::saveWanted, &m_files, &SessionFiles::chooseTrained);
    connect(&m_files, &SessionFiles::trainedWanted, this, [this](const QString& folder) { m_dials->training().saveTo(folder); });
    connect(&m_dials->training(), &TrainPanel::exportWanted, this, [this] {
        m_runExport->start(m_dials->training().run().state(), m_dials->training().moments());
    });
    connect(m_runExport.get(), &RunExport::made, this, [this](RunStrip* strip) {
        const std::unique_ptr<RunStrip> owned(strip);
        exportViews({strip}, *strip);
    });
    connect(m_runExport.get(), &RunExport::failed, m_notice, &NoticeBar::warn);
    connect(&m_dials->training(), &TrainPanel::said, m_notice, &NoticeBar::say);
    connect(&m_dials->layer(), &LayerPanel::weightsFileWanted, &m_files, &SessionFiles::chooseWeights);
    connect(&m_dials->more(), &MorePanel::inputFileWanted, &m_files, &SessionFiles::chooseInput);
    const auto* links = findChild<QAction*>(QStringLiteral("links"));
    m_dials->picture().setLinksShown(links->isChecked());
    connect(links, &QAction::toggled, &m_dials->picture(), &PicturePanel::setLinksShown);
    connect(&m_dials->mask(), &MaskPanel::paintingBegun, this, [this] { findChild<QAction*>(QStringLiteral("head"))->setChecked(true); });
    connect(&m_dials->mask(), &MaskPanel::said, m_notice, &NoticeBar::say);
    connect(&m_dials->mask(), &MaskPanel::maskFileWanted, &m_files, &SessionFiles::chooseMask);
    connect(&m_files, &SessionFiles::failed, m_notice, &NoticeBar::warn);
    connect(&m_files, &SessionFiles::done, m_notice, &NoticeBar::say);
    connect(&m_files, &SessionFiles::undecided, this, &MainWindow::offerArray);
}

void MainWindow::setThemeChoice(ThemeChoice choice) {
    m_choice = choice;
    Preferences().setTheme(choice);
    applyChoice();
}

void MainWindow::applyChoice() {
    if (m_applyingTheme) return;
    m_applyingTheme = true;
    m_theme = applyTheme(m_choice);
    m_actions->setThemeChoice(m_choice);
    m_actions->setTheme(m_theme);
    m_sentence->setTheme(m_theme);
    m_strip->setTheme(m_theme);
    m_predictions->setTheme(m_theme);
    m_notice->setTheme(m_theme);
    m_introduction->setTheme(m_theme);
    m_dials->training().setTheme(m_theme);
    for (Pane* pane : m_panes) pane->setTheme(m_theme);
    m_applyingTheme = false;
}

bool MainWindow::event(QEvent* event) {
    if (event->type() == QEvent::ThemeChange && m_choice == ThemeChoice::System) applyChoice();
    if (event->type() == QEvent::ShortcutOverride && !m_help->isHidden() && static_cast<QKeyEvent*>(event)->key() != Qt::Key_F1) {
        event->accept(); // no command either
        return true;
    }
    return QWidget::event(event);
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (!m_help->isHidden()) {
        // Nothing behind the help is touched.
        if (event->key() == Qt::Key_Escape) toggleHelp();
        return;
    }
    if (event->key() == Qt::Key_Escape && m_selection.stroking()) return m_selection.cancelStroke();
    if (event->key() == Qt::Key_Escape && m_selection.painting()) return m_dials->mask().setPainting(false);
    for (NoticeBar* bar : {m_notice, m_introduction})
        if (event->key() == Qt::Key_Escape && !bar->isHidden()) return bar->hide();
    if (takesText(focusWidget())) {
        // What a field does not want is not a command: letters typed into a number would turn the picture.
        if (event->key() == Qt::Key_Escape) focusView().setFocus(Qt::OtherFocusReason);
        return QWidget::keyPressEvent(event);
    }
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (plain && (event->key() == Qt::Key_M || event->key() == Qt::Key_P) && !m_document.session().model.empty())
        return sayNoMasks();
    if (plain && event->key() == Qt::Key_M) return m_dials->mask().cycle();
    if (plain && event->key() == Qt::Key_P) return m_dials->mask().setPainting(!m_selection.painting());
    if (plain && event->key() == Qt::Key_BraceLeft) return stepLayer(-1);
    if (plain && event->key() == Qt::Key_BraceRight) return stepLayer(1);
    if (plain && event->key() == Qt::Key_Slash) return m_sentence->sentence().setFocus(Qt::ShortcutFocusReason);
    if (!handleKey(*event, m_selection, m_focus)) QWidget::keyPressEvent(event);
}

void MainWindow::stepLayer(int by) {
    const Analysis& shown = *m_document.analysis();
    if (!shown.run) return sayInStatus(tr("The sandbox has one layer; { and } have nowhere to go."));
    // The session may be ahead of the picture, and may name a layer beyond the last one.
    const int from = std::min(m_selection.state().layer, shown.layers() - 1);
    const int to = from + by;
    if (to < 0 || to >= shown.layers()) return sayInStatus(by < 0 ? tr("This is the first layer.") : tr("This is the last layer."));
    m_selection.edit(tr("layer"), [to](ViewState& s) { s.layer = to; }, true);
}

void MainWindow::sayNoMasks() {
    sayInStatus(tr("A model comes with its mask; masks of your own belong to the sandbox."));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!m_files.mayLeave()) {
        event->ignore();
        return;
    }
    saveLayout();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QStringList files = localFiles(*event->mimeData());
    if (files.isEmpty()) return;
    event->acceptProposedAction();
    if (files.size() > 1) return m_notice->warn(tr("%L1 files were dropped; drop one at a time.").arg(files.size()));
    m_files.drop(files.constFirst());
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_help->setGeometry(rect());
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    // The sentence grew or the second one came: the pictures moved.
    if (watched == m_across && (event->type() == QEvent::Resize || event->type() == QEvent::Move)) m_notice->setPlace(m_across->geometry());
    return QWidget::eventFilter(watched, event);
}

void MainWindow::offerArray(const DroppedArray& array) {
    m_notice->ask(tr("%1 can be a mask and can be token vectors.").arg(QFileInfo(array.path).fileName()),
                  {{tr("Use as mask"), [this, array] { m_files.useMask(array.mask); }},
                   {tr("Use as token vectors"), [this, array] { m_files.useInput(array.path, false); }}});
}

void MainWindow::copyPicture() {
    m_selection.clearHover(); // what the pointer is over leaves no trace
    PictureOptions options;
    options.size = m_focus->size();
    options.scale = devicePixelRatioF();
    QApplication::clipboard()->setImage(pictureImage(*m_focus, m_theme, options));
    m_notice->say(tr("The picture is on the clipboard."));
}

void MainWindow::printPicture() {
    m_selection.clearHover();
    QPrinter printer(QPrinter::HighResolution);
    QPrintDialog dialog(&printer, this);
    if (dialog.exec() != QDialog::Accepted) return;
    QPainter painter;
    if (!painter.begin(&printer)) return m_notice->warn(tr("The printer takes no picture: see its queue, or export a PDF."));
    const double scale = printer.resolution() / 96.0;
    painter.setRenderHint(QPainter::LosslessImageRendering);
    painter.scale(scale, scale);
    const QRectF page = QRectF(QPointF(), QSizeF(printer.pageLayout().paintRectPixels(printer.resolution()).size()) / scale);
    m_focus->render(painter, page, Theme::light());
}

void MainWindow::exportViews(std::vector<View*> views, View& chosen) {
    ExportDialog dialog(m_document, std::move(views), chosen, m_theme, this);
    dialog.exec();
    if (!dialog.written().isEmpty()) m_notice->say(tr("Wrote %1").arg(dialog.written()));
}

void MainWindow::exportPicture() {
    m_selection.clearHover();
    std::vector<View*> views = m_views;
    if (m_document.analysis()->layers() < 2) std::erase(views, &m_overview->view());
    exportViews(std::move(views), *m_focus);
}

void MainWindow::openTraining() {
    findChild<QAction*>(QStringLiteral("dials"))->setChecked(true);
    m_dials->showTraining();
}

void MainWindow::toggleTraining() {
    if (m_dials->isVisible()) m_dials->toggleTraining();
    else openTraining();
}

void MainWindow::toggleHelp() {
    if (m_help->isHidden()) m_help->open();
    else m_help->close();
}

} // namespace headscope
