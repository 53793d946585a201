// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/model_panel.h"

#include "core/train/task_examples.h"
#include "ui/document.h"
#include "ui/panels/download_panel.h"
#include "ui/preferences.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>
#include <array>
#include <utility>

namespace headscope {

namespace {

constexpr int pollMs = 100;
constexpr int mostLayers = 1000;
constexpr int longestReason = 60; ///< characters of it in the menu; the tooltip has all

/// In the order in which they are offered, with an encoder–decoder.
constexpr std::array sites = {Site::Cross, Site::Encoder, Site::Decoder};

/// "22.7 M"
QString amount(std::uint64_t count) {
    const QLocale locale;
    const auto number = static_cast<double>(count);
    if (number >= 1e9) return ModelPanel::tr("%1 G").arg(locale.toString(number / 1e9, 'f', 1));
    if (number >= 1e6) return ModelPanel::tr("%1 M").arg(locale.toString(number / 1e6, 'f', 1));
    return number >= 1e3 ? ModelPanel::tr("%1 k").arg(locale.toString(number / 1e3, 'f', 0)) : locale.toString(number, 'f', 0);
}

/// A folder with the one it lies in, since many are called "model"; a name as it is.
QString shortName(const QString& model) { return model.section(QLatin1Char('/'), -2, -1, QString::SectionSkipEmpty); }

QString inShort(const ModelDescription& model) {
    const QString layers = model.decoderLayers > 0 ? ModelPanel::tr("%1 + %2").arg(model.layers).arg(model.decoderLayers)
                                                   : QString::number(model.layers);
    return ModelPanel::tr("%1 · %2 × %3 heads · %4")
        .arg(QString::fromStdString(model.familyName), layers, QString::number(model.heads), amount(model.parameters));
}

QString kindOf(ModelKind kind) {
    switch (kind) {
    case ModelKind::Encoder: return ModelPanel::tr("encoder");
    case ModelKind::Decoder: return ModelPanel::tr("decoder");
    case ModelKind::EncoderDecoder: break;
    }
    return ModelPanel::tr("encoder–decoder");
}

/// What it was trained to do, where we know that; what kind of model it is, its sizes, its vocabulary, and what it does not have.
QString factsOf(const OpenedModel& opened) {
    const Model& model = *opened.model;
    const ModelConfig& c = model.config;
    const auto sizes = [](const StackConfig& stack) {
        return ModelPanel::tr("%1 layers × %2 heads").arg(stack.layers).arg(stack.attention.heads);
    };
    const QLocale locale;
    QStringList lines = {ModelPanel::tr("%1, %2").arg(QString::fromStdString(c.familyName), kindOf(c.kind))};
    if (c.kind == ModelKind::EncoderDecoder)
        lines << ModelPanel::tr("encoder %1").arg(sizes(c.encoder)) << ModelPanel::tr("decoder %1").arg(sizes(c.decoder));
    else lines << sizes(c.stack());
    lines << ModelPanel::tr("d_model %1, %2 weights").arg(QString::number(c.stack().attention.dModel), amount(model.parameters));
    lines << ModelPanel::tr("%1 in memory").arg(locale.formattedDataSize(static_cast<qint64>(model.bytes), 0));
    lines << ModelPanel::tr("vocabulary %L1").arg(c.vocabulary);
    if (c.maxPositions > 0) lines << ModelPanel::tr("up to %L1 tokens").arg(c.maxPositions);
    if (!model.hasHead()) lines << ModelPanel::tr("no output head: predicts nothing");
    if (const Task* task = taskOf(opened)) {
        const std::string_view discovery = task->discovery();
        lines.prepend(QString::fromUtf8(discovery.data(), static_cast<qsizetype>(discovery.size())));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

ModelPanel::ModelPanel(Document& document, QWidget* parent)
    : BoundForm(document, parent), m_source(new QToolButton(this)), m_menu(new QMenu(this)), m_facts(new QLabel(this)), m_download(new DownloadPanel(document.modelPlaces(), this)),
      m_loading(new QWidget(this)), m_progress(new QProgressBar(m_loading)),
      m_search([this](std::vector<ModelEntry> models) {
          m_models = std::move(models);
          m_looked = true;
          fillMenu();
      }) {
    addSource();
    addLoading();
    addDials();
    connect(&document, &Document::analysisChanged, this, [this](const AnalysisPtr& analysis) {
        const std::string before = std::exchange(m_shown, analysis->run ? this->document().session().model : std::string());
        const QString folder = QFile::decodeName(QByteArray::fromStdString(m_shown));
        if (m_shown != before && !this->document().isLive() && !folder.isEmpty() && QFileInfo(folder).isDir()) Preferences().addOpenedModel(folder);
        sync();
    });
    onSync([this] {
        syncSource();
        syncDials();
    });
}

void ModelPanel::addSource() {
    m_source->setObjectName(QStringLiteral("source"));
    m_source->setAccessibleName(tr("Source"));
    m_source->setFocusPolicy(Qt::TabFocus);
    m_source->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_source->setMinimumWidth(120);
    m_source->setPopupMode(QToolButton::InstantPopup);
    m_source->setMenu(m_menu);
    m_menu->setObjectName(QStringLiteral("sources"));
    m_menu->setToolTipsVisible(true);
    connect(m_menu, &QMenu::aboutToShow, this, &ModelPanel::lookForModels);
    addWide(m_source);
    addError(QStringLiteral("modelError"), [&document = document()](const Session&, const Error&) { return document.isModelsError(); },
             tr("Cannot be shown: the reason stands under the sentence.")); // it can be a list that needs the room
    connect(m_download, &DownloadPanel::downloaded, this, [this](const QString& name) { emit modelWanted(name); });
    m_facts->setObjectName(QStringLiteral("modelFacts"));
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setWordWrap(true);
    m_facts->setForegroundRole(QPalette::PlaceholderText);
    m_facts->setAccessibleName(tr("Model"));
    addWide(m_facts);
    addWide(m_download);
}

void ModelPanel::addLoading() {
    auto* row = new QHBoxLayout(m_loading);
    row->setContentsMargins(0, 0, 0, 0);
    m_progress->setAccessibleName(tr("Opening the model"));
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(8);
    m_progress->setMinimumWidth(40);
    auto* cancel = new QToolButton(m_loading);
    cancel->setText(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("cancelLoading"));
    cancel->setToolTip(tr("Stops opening the model; what was there before stays"));
    connect(cancel, &QToolButton::clicked, this, &ModelPanel::cancelLoading);
    row->addWidget(m_progress, 1);
    row->addWidget(cancel);
    m_loading->hide();
    m_loading->setObjectName(QStringLiteral("loading"));
    addWide(m_loading);
    m_poll.setInterval(pollMs);
    connect(&m_poll, &QTimer::timeout, this, &ModelPanel::followLoading);
    connect(&document(), &Document::busyChanged, this, [this](bool busy) {
        if (busy && !document().session().model.empty()) m_poll.start();
        else m_poll.stop();
        if (!busy) m_loading->hide();
    });
}

void ModelPanel::addDials() {
    m_layer = addWhole({tr("Layer"), QStringLiteral("{ }"), tr("which of the model's layers the pictures show")},
                       {1, mostLayers, [](const Session& s) { return s.view.layer + 1; }, [](Session& s, int value) { s.view.layer = value - 1; }});
    m_layer->setObjectName(QStringLiteral("modelLayer"));
    m_site = addChoice({tr("Attention"), QString(), tr("cross: the decoder reads the encoder; or each of the two reading itself")},
                       {{tr("cross"), tr("encoder"), tr("decoder")},
                        [](const Session& s) {
                            const auto at = std::ranges::find(sites, s.view.site.value_or(Site::Cross));
                            return at == sites.end() ? 0 : static_cast<int>(at - sites.begin());
                        },
                        [](Session& s, int index) {
                            s.view.site = sites[static_cast<std::size_t>(index)];
                            // They are positions in another text.
                            s.view.pinnedQueries.clear();
                            s.view.pinnedKeys.clear();
                        }});
    m_site->setObjectName(QStringLiteral("modelSite"));
    m_pairs = addChoice({tr("Texts"), QString(), tr("whose words read, and whose are read: A is the first sentence, B the second")},
                        {{tr("both"), tr("A → A"), tr("A → B"), tr("B → A"), tr("B → B")},
                         [](const Session& s) { return static_cast<int>(s.view.pairs); },
                         [](Session& s, int index) {
                             s.view.pairs = static_cast<Pairs>(index);
                             s.view.pinnedQueries.clear();
                             s.view.pinnedKeys.clear();
                         }});
    m_pairs->setObjectName(QStringLiteral("modelPairs"));
    m_words = addSwitch({tr("Fold into words"), QString(), tr("sub-tokens of one word become one: their rows are averaged, their columns summed")},
                        {[](const Session& s) { return s.view.words; },
                         [](Session& s, bool on) {
                             s.view.words = on;
                             s.view.pinnedQueries.clear();
                             s.view.pinnedKeys.clear();
                         }});
    m_words->setObjectName(QStringLiteral("modelWords"));
}

void ModelPanel::lookForModels() {
    fillMenu();
    ModelPlaces places = document().modelPlaces();
    for (const QString& folder : Preferences().openedModels()) places.opened.push_back(QFile::encodeName(folder).toStdString());
    m_search.start([places](std::stop_token stop) { return listModels(places, stop); });
}

void ModelPanel::fillMenu() {
    m_menu->clear();
    QAction* sandbox = m_menu->addAction(tr("Sandbox"));
    sandbox->setToolTip(tr("One layer whose dials you turn"));
    sandbox->setCheckable(true);
    sandbox->setChecked(document().session().model.empty());
    connect(sandbox, &QAction::triggered, this, [this] { emit modelWanted(QString()); });
    m_menu->addSeparator();
    for (const ModelEntry& entry : m_models) addEntry(entry);
    if (m_models.empty()) m_menu->addAction(m_looked ? tr("No models on this computer yet") : tr("Looking for models …"))->setEnabled(false);
    m_menu->addSeparator();
    connect(m_menu->addAction(tr("Open a folder…")), &QAction::triggered, this, &ModelPanel::folderWanted);
    connect(m_menu->addAction(tr("Train a model…")), &QAction::triggered, this, &ModelPanel::trainingWanted);
}

void ModelPanel::addEntry(const ModelEntry& entry) {
    const QString name = QFile::decodeName(QByteArray::fromStdString(entry.name));
    const QString problem = QString::fromStdString(entry.problem);
    // What stands behind a tab is set apart at the right.
    const QString what = problem.isEmpty() ? inShort(entry.description)
                         : problem.size() > longestReason ? problem.left(longestReason - 1) + QStringLiteral("…") : problem;
    QAction* action = m_menu->addAction(shortName(name).replace(QLatin1Char('&'), QLatin1String("&&")) + QLatin1Char('\t') + what);
    const QString where = QFile::decodeName(QByteArray::fromStdString(entry.where));
    action->setToolTip(problem.isEmpty() ? where : tr("%1\nCannot be opened: %2").arg(where, problem));
    action->setData(name);
    action->setEnabled(problem.isEmpty());
    action->setCheckable(true);
    action->setChecked(document().session().model == entry.name);
    connect(action, &QAction::triggered, this, [this, name] { emit modelWanted(name); });
}

void ModelPanel::syncSource() {
    const QString model = QFile::decodeName(QByteArray::fromStdString(document().session().model));
    const bool live = document().isLive();
    const QString name = model.isEmpty() ? tr("Sandbox") : live ? document().liveWords() : shortName(model);
    m_source->setText(fontMetrics().elidedText(name, Qt::ElideMiddle, std::max(100, width() - 32)));
    m_source->setToolTip(model.isEmpty() ? tr("Source: the sandbox, whose dials you turn, or a model on this computer")
                                         : tr("Source: %1\nIts weights say heads, sizes and mask; the sandbox keeps its dials until you return to it").arg(model));
    // While it learns, the room is the training's.
    const OpenedModelPtr opened = isShown() ? document().analysis()->run->opened : nullptr;
    if (opened != m_factsOf) m_factsText = opened ? factsOf(*opened) : QString();
    m_factsOf = opened;
    if (live && isShown()) m_source->setToolTip(tr("Source: %1\n%2").arg(model, m_factsText));
    m_facts->setVisible(isShown() && !live);
    m_facts->setText(m_factsText);
    m_download->setVisible(!live);
}

void ModelPanel::resizeEvent(QResizeEvent* event) {
    BoundForm::resizeEvent(event);
    syncSource(); // another part of the name fits
}

bool ModelPanel::isShown() const { return document().analysis()->run && m_shown == document().session().model; }

void ModelPanel::syncDials() {
    const Analysis& a = *document().analysis();
    const bool shown = isShown();
    const ModelConfig* config = shown ? &a.run->opened->model->config : nullptr;
    const int layers = a.layers();
    if (shown) {
        const QSignalBlocker blocker(m_layer);
        m_layer->setMaximum(layers);
    }
    setRowVisible(m_layer, shown);
    setRowVisible(m_site, shown && config->kind == ModelKind::EncoderDecoder);
    setRowVisible(m_pairs, shown && config->kind == ModelKind::Encoder);
    m_words->setVisible(shown);
    if (!shown) return;
    setUsable(m_layer, layers > 1, tr("the model has one layer"));
    setUsable(m_pairs, a.run->pair, tr("there is one text; add a second sentence"));
}

void ModelPanel::followLoading() {
    const std::optional<LoadedBytes> loaded = document().loading();
    m_loading->setVisible(loaded.has_value());
    if (!loaded) return;
    m_progress->setRange(0, loaded->all > 0 ? 1000 : 0);
    if (loaded->all > 0) m_progress->setValue(static_cast<int>(loaded->done * 1000 / loaded->all));
    const QLocale locale;
    m_progress->setToolTip(tr("%1 of %2").arg(locale.formattedDataSize(static_cast<qint64>(loaded->done)),
                                             locale.formattedDataSize(static_cast<qint64>(loaded->all))));
}

void ModelPanel::cancelLoading() {
    document().cancel();
    m_loading->hide();
    // Nothing of the model is there yet: its choice is taken back, too.
    QUndoStack& history = document().undoStack();
    if (history.canUndo() && history.undoText() == tr("model")) history.undo();
    emit said(tr("Stopped opening the model: what was there before stays."));
}

} // namespace headscope
