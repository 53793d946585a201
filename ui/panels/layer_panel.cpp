// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/layer_panel.h"

#include "core/base/rng.h"
#include "ui/document.h"

#include <QComboBox>
#include <QCheckBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

namespace headscope {

namespace {

constexpr int mostHeads = 64;
constexpr int mostModel = 4096;
constexpr int mostKey = 1024;

/// The largest number of key and value heads that divides the heads and is not above what was wanted.
int nearestDivisor(int heads, int wanted) {
    int divisor = std::clamp(wanted, 1, heads);
    while (heads % divisor != 0) --divisor;
    return divisor;
}

} // namespace

LayerPanel::LayerPanel(Document& document, QWidget* parent) : BoundForm(document, parent) {
    addSizes();
    addScore();
    addWeights();
}

void LayerPanel::addSizes() {
    QSpinBox* heads = addWhole(
        {tr("Heads"), QStringLiteral("h"), tr("how many times the sentence is read side by side, each time with weights of its own")},
        {1, mostHeads, [this](const Session& s) { return s.sandbox.heads.value_or(document().analysis()->config.heads); },
         [](Session& s, int value) {
             s.sandbox.heads = value;
             if (s.sandbox.kvHeads) s.sandbox.kvHeads = nearestDivisor(value, *s.sandbox.kvHeads);
         }});
    QSpinBox* model = addWhole(
        {tr("Model size"), QStringLiteral("d<sub>model</sub>"), tr("how many numbers stand for one token")},
        {1, mostModel, [this](const Session& s) { return s.sandbox.dModel.value_or(document().analysis()->config.dModel); },
         [](Session& s, int value) { s.sandbox.dModel = value; }});
    QSpinBox* key = addOptional(
        {tr("Key size"), QStringLiteral("d<sub>k</sub>"), tr("how many numbers a query and a key have in each head; it need not be d_model ÷ h")},
        {1, mostKey, [](const Session& s) { return s.sandbox.dK; }, [](Session& s, std::optional<int> v) { s.sandbox.dK = v; },
         [](const AttentionConfig& c) { return c.dK; }, {}});
    QSpinBox* value = addOptional(
        {tr("Value size"), QStringLiteral("d<sub>v</sub>"), tr("how many numbers a value has in each head; it need not be d_model ÷ h")},
        {1, mostKey, [](const Session& s) { return s.sandbox.dV; }, [](Session& s, std::optional<int> v) { s.sandbox.dV = v; },
         [](const AttentionConfig& c) { return c.dV; }, {}});
    onSync([this, model, key, value] {
        const bool fromFile = document().session().sandbox.weights == WeightSource::File;
        for (QSpinBox* spin : {model, key, value}) setUsable(spin, !fromFile, tr("the weights file says it"));
    });
    heads->setObjectName(QStringLiteral("heads"));
    model->setObjectName(QStringLiteral("dModel"));
    key->setObjectName(QStringLiteral("dK"));
    value->setObjectName(QStringLiteral("dV"));
}

void LayerPanel::addScore() {
    addChoice({tr("Score"), QString(), tr("how well a query q fits a key k, before the softmax: q·k ÷ √d_k, q·k, cos(q, k) or −‖q − k‖")},
              {{tr("scaled dot"), tr("dot"), tr("cosine"), tr("distance")},
               [](const Session& s) { return static_cast<int>(s.sandbox.score); },
               [](Session& s, int index) { s.sandbox.score = static_cast<ScoreKind>(index); }})
        ->setObjectName(QStringLiteral("score"));
    addReal({tr("Temperature"), QStringLiteral("τ"), tr("scores are divided by it: small makes a head sure, large makes it read everything")},
            {0.01, 100, 2, true, [](const Session& s) { return s.sandbox.temperature; },
             [](Session& s, double value) { s.sandbox.temperature = value; }})
        ->setObjectName(QStringLiteral("temperature"));
}

void LayerPanel::addWeights() {
    QComboBox* weights = addChoice(
        {tr("Weights"), QStringLiteral("W"), tr("designed heads do what their name says, random ones are Xavier-uniform, a file brings a layer of yours")},
        {{tr("designed"), tr("random"), tr("file…")},
         [](const Session& s) { return static_cast<int>(s.sandbox.weights); },
         [this](Session& s, int index) {
             if (static_cast<WeightSource>(index) == WeightSource::File && s.sandbox.weightsFile.empty())
                 QMetaObject::invokeMethod(this, &LayerPanel::weightsFileWanted, Qt::QueuedConnection);
             else s.sandbox.weights = static_cast<WeightSource>(index);
         }});
    weights->setObjectName(QStringLiteral("weights"));
    m_file = new QPushButton(this);
    m_file->setAccessibleName(tr("Weights file"));
    addWide(m_file);
    connect(m_file, &QPushButton::clicked, this, &LayerPanel::weightsFileWanted);
    m_prefix = new QLineEdit(this);
    m_prefix->setPlaceholderText(tr("prefix of the layer's names"));
    m_prefix->setAccessibleName(tr("Prefix in the weights file"));
    m_prefix->setToolTip(tr("Which layer, when the file has several: what its tensors' names begin with."));
    leaveUndoToWindow(m_prefix);
    addWide(m_prefix);
    addError(QStringLiteral("weightsError"), [](const Session& s, const Error& error) {
        return s.sandbox.weights == WeightSource::File && error.place.starts_with(s.sandbox.weightsFile);
    });
    connect(m_prefix, &QLineEdit::editingFinished, this, [this] {
        document().edit(tr("prefix"), [this](Session& s) { s.sandbox.weightsPrefix = m_prefix->text().toStdString(); });
    });
    // A choice that did not change the session must not stay shown.
    connect(weights, &QComboBox::currentIndexChanged, this, [this] { sync(); });
    onSync([this] { syncWeights(); });
}

void LayerPanel::syncWeights() {
    const Sandbox& sandbox = document().session().sandbox;
    const bool fromFile = sandbox.weights == WeightSource::File;
    m_file->setVisible(fromFile);
    m_prefix->setVisible(fromFile);
    const QString path = QString::fromStdString(sandbox.weightsFile);
    m_file->setText(QFileInfo(path).fileName());
    m_file->setToolTip(tr("%1\nClick to choose another file").arg(path));
    if (!m_prefix->hasFocus()) m_prefix->setText(QString::fromStdString(sandbox.weightsPrefix));
}

MorePanel::MorePanel(Document& document, QWidget* parent) : BoundForm(document, parent) {
    addLayerDials();
    addTokenDials();
}

void MorePanel::addLayerDials() {
    QSpinBox* kv = addOptional(
        {tr("K/V heads"), QStringLiteral("h<sub>kv</sub>"), tr("how many sets of keys and values there are; fewer than h: several heads share keys and values (grouped-query attention)")},
        {1, mostHeads, [](const Session& s) { return s.sandbox.kvHeads; },
         [this](Session& s, std::optional<int> v) {
             if (v) v = nearestDivisor(std::max(1, document().analysis()->config.heads), *v);
             s.sandbox.kvHeads = v;
         },
         [](const AttentionConfig& c) { return c.kvHeads; }, [](const AttentionConfig& c, int v) { return c.heads % v == 0; }});
    kv->setObjectName(QStringLiteral("kvHeads"));
    addChoice({tr("Joined by"), QString(), tr("how the heads' results become one vector before W_O")},
              {{tr("concat"), tr("sum"), tr("mean")}, [](const Session& s) { return static_cast<int>(s.sandbox.combine); },
               [](Session& s, int index) { s.sandbox.combine = static_cast<Combine>(index); }})
        ->setObjectName(QStringLiteral("combine"));
    QCheckBox* bias = addSwitch({tr("Bias"), QStringLiteral("b"), tr("adds a vector to every query, key, value and output")},
                                {[](const Session& s) { return s.sandbox.bias; }, [](Session& s, bool on) { s.sandbox.bias = on; }});
    addReal({tr("Dropout"), QStringLiteral("p"), tr("this share of the weights is set to 0 and the others grow, as in training")},
            {0, 0.95, 2, false, [](const Session& s) { return s.sandbox.dropout; }, [](Session& s, double v) { s.sandbox.dropout = v; }})
        ->setObjectName(QStringLiteral("dropout"));
    QSpinBox* seed = addWhole({tr("Seed"), QString(), tr("the same number gives the same random numbers on every machine")},
                              {0, 999999, [](const Session& s) { return static_cast<int>(std::min<std::uint64_t>(s.sandbox.seed, 999999)); },
                               [](Session& s, int value) { s.sandbox.seed = static_cast<std::uint64_t>(value); }});
    seed->setObjectName(QStringLiteral("seed"));
    auto* dice = new QPushButton(tr("Roll another seed"), this);
    dice->setProperty("meaning", tr("Draws all random weights anew"));
    addWide(dice);
    connect(dice, &QPushButton::clicked, this, [this] {
        document().edit(tr("seed"), [](Session& s) { s.sandbox.seed = Rng(s.sandbox.seed).next() % 1000000; });
    });
    onSync([this, kv, bias, seed, dice] {
        const Sandbox& s = document().session().sandbox;
        const bool fromFile = s.weights == WeightSource::File;
        setUsable(kv, !fromFile, tr("the weights file says it"));
        setUsable(bias, !fromFile, tr("the weights file says it"));
        const bool random = s.weights == WeightSource::Random || s.dropout > 0 || s.after != After::Nothing ||
                            s.positions == Positions::Learned || s.bias || s.combine != Combine::Concat;
        const QString why = tr("nothing in this picture is random");
        setUsable(seed, random, why);
        setUsable(dice, random, why);
    });
}

void MorePanel::addTokenDials() {
    addChoice({tr("Tokens"), QString(), tr("what one row and column stands for")},
              {{tr("words"), tr("characters")}, [](const Session& s) { return static_cast<int>(s.sandbox.unit); },
               [](Session& s, int index) { s.sandbox.unit = static_cast<TokenUnit>(index); }})
        ->setObjectName(QStringLiteral("tokens"));
    addChoice({tr("Positions"), QString(), tr("vectors that tell a head where a token stands; without them the order of the words is lost")},
              {{tr("sinusoidal"), tr("none"), tr("learned")},
               [this](const Session& s) { return static_cast<int>(s.sandbox.positions.value_or(document().analysis()->positions)); },
               [](Session& s, int index) { s.sandbox.positions = static_cast<Positions>(index); }})
        ->setObjectName(QStringLiteral("positions"));
    addChoice({tr("What follows"), QString(), tr("what is computed from the attention's output; shown among the vectors")},
              {{tr("nothing"), tr("norm + MLP"), tr("recurrent")}, [](const Session& s) { return static_cast<int>(s.sandbox.after); },
               [](Session& s, int index) { s.sandbox.after = static_cast<After>(index); }})
        ->setObjectName(QStringLiteral("after"));
    addInputFile(false);
    addInputFile(true);
}

void MorePanel::addInputFile(bool second) {
    const auto file = [second](auto& sandbox) -> auto& { return second ? sandbox.input2File : sandbox.inputFile; };
    auto* button = new QPushButton(this);
    button->setAccessibleName(second ? tr("Key vectors from a file") : tr("Token vectors from a file"));
    addWide(button);
    connect(button, &QPushButton::clicked, this, [this, second, file] {
        if (file(document().session().sandbox).empty()) emit inputFileWanted(second);
        else document().edit(tr("token vectors"), [file](Session& s) { file(s.sandbox).clear(); });
    });
    addError(second ? QStringLiteral("input2Error") : QStringLiteral("inputError"), [file](const Session& s, const Error& error) {
        return !file(s.sandbox).empty() && error.place == file(s.sandbox);
    });
    onSync([this, button, second, file] {
        const Session& s = document().session();
        const QString path = QString::fromStdString(file(s.sandbox));
        button->setVisible(!second || s.text2 || !path.isEmpty());
        if (path.isEmpty()) {
            button->setText(second ? tr("Key vectors Y from a file…") : tr("Token vectors X from a file…"));
            button->setToolTip(tr("A .npy of [tokens, d_model] replaces the vectors made from the words."));
        } else {
            button->setText(tr("%1 — remove").arg(QFileInfo(path).fileName()));
            button->setToolTip(tr("%1\nClick to use the words' own vectors again").arg(path));
        }
    });
}

DesignsPanel::DesignsPanel(Document& document, QWidget* parent)
    : QWidget(parent), m_document(document), m_grid(new QGridLayout), m_none(new QLabel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(m_grid);
    column->addWidget(m_none);
    m_grid->setHorizontalSpacing(4);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(0, 1);
    m_none->setText(tr("Only designed weights promise what a head reads."));
    m_none->setWordWrap(true);
    m_none->setForegroundRole(QPalette::PlaceholderText);
    connect(&document, &Document::sessionChanged, this, &DesignsPanel::sync);
    connect(&document, &Document::analysisChanged, this, &DesignsPanel::sync);
    sync();
}

void DesignsPanel::sync() {
    const bool designed = m_document.session().sandbox.weights == WeightSource::Designed;
    const std::size_t heads = designed ? m_document.analysis()->designs.size() : 0;
    const auto& designs = m_document.analysis()->designs;
    m_none->setVisible(!designed);
    for (std::size_t h = m_heads.size(); h < heads; ++h) {
        auto* combo = new QComboBox(this);
        combo->addItems({tr("previous"), tr("next"), tr("first"), tr("itself"), tr("same"), tr("similar")});
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setFixedWidth(dialWidth(*combo));
        combo->setAccessibleName(tr("What head %1 reads").arg(h + 1));
        combo->setToolTip(tr("Which tokens head %1 is built to read; its W_Q, W_K and W_V are made for it").arg(h + 1));
        combo->setFocusPolicy(Qt::StrongFocus);
        auto* label = new QLabel(tr("Head %1 reads").arg(h + 1), this);
        label->setBuddy(combo);
        m_grid->addWidget(label, static_cast<int>(h), 0);
        m_grid->addWidget(combo, static_cast<int>(h), 1);
        connect(combo, &QComboBox::currentIndexChanged, this, [this, h](int index) {
            m_document.edit(tr("design of head %1").arg(h + 1), [&](Session& s) {
                const auto& shown = m_document.analysis()->designs;
                for (std::size_t i = s.sandbox.designs.size(); i <= h && i < shown.size(); ++i)
                    s.sandbox.designs.push_back(shown[i].value_or(Design::Previous));
                if (h < s.sandbox.designs.size()) s.sandbox.designs[h] = static_cast<Design>(index);
            });
        });
        m_heads.push_back(combo);
    }
    for (std::size_t h = 0; h < m_heads.size(); ++h) {
        const bool there = h < heads;
        m_grid->itemAtPosition(static_cast<int>(h), 0)->widget()->setVisible(there);
        m_heads[h]->setVisible(there);
        if (!there) continue;
        const QSignalBlocker blocker(m_heads[h]);
        const auto& chosen = m_document.session().sandbox.designs;
        m_heads[h]->setCurrentIndex(static_cast<int>(h < chosen.size() ? chosen[h] : designs[h].value_or(Design::Previous)));
    }
}

} // namespace headscope
