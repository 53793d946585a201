// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_sizes.h"

#include "ui/panels/bound_form.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <cmath>
#include <limits>

namespace headscope {

namespace {

constexpr int mostLayers = 24;
constexpr int mostHeads = 64;
constexpr int mostModel = 1024;
constexpr int mostBatch = 1024;
constexpr int mostLength = 512;
constexpr double mostRate = 10; ///< as on the command line

/// The learning rate is looked for by factors, not by differences.
class RateSpin : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    void stepBy(int steps) override { setValue(value() * std::pow(1.25, steps)); }
};

} // namespace

TrainingSizes::TrainingSizes(QWidget* parent)
    : QWidget(parent), m_grid(new QGridLayout(this)), m_rate(new RateSpin(this)), m_error(new QLabel(this)),
      m_waits(new QLabel(this)), m_own(new QPushButton(tr("The task's own sizes"), this)) {
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(4);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(0, 1);
    m_layers =
        addWhole({tr("Layers"), {}, tr("of each stack: what a layer has found, the next one can use")}, 1, mostLayers);
    m_layers->setObjectName(QStringLiteral("trainLayers"));
    m_heads = addWhole({tr("Heads"), QStringLiteral("h"), tr("of each layer; they divide d_model")}, 1, mostHeads);
    m_heads->setObjectName(QStringLiteral("trainHeads"));
    m_dModel = addWhole({tr("Model size"), QStringLiteral("d<sub>model</sub>"),
                         tr("how many numbers stand for one token; a multiple of the heads")},
                        1, mostModel);
    m_dModel->setObjectName(QStringLiteral("trainModel"));
    m_rate->setDecimals(6);
    m_rate->setRange(1e-6, mostRate);
    m_rate->setObjectName(QStringLiteral("trainRate"));
    addRow({tr("Learning rate"),
            {},
            tr("how far a step goes, after warm-up; takes effect at once. Too large and the loss grows; the run can be "
               "gone back to a step before")},
           m_rate);
    m_batch = addWhole({tr("Batch"), {}, tr("examples that one step learns from")}, 1, mostBatch);
    m_batch->setObjectName(QStringLiteral("trainBatch"));
    m_length = addWhole({tr("Length"), {}, tr("tokens of an example at most")}, 1, mostLength);
    m_length->setObjectName(QStringLiteral("trainLength"));
    m_seed = addWhole({tr("Seed"), {}, tr("of the random weights and examples: the same seed, the same run")}, 0,
                      std::numeric_limits<int>::max());
    m_seed->setObjectName(QStringLiteral("trainSeed"));
    for (QLabel* label : {m_error, m_waits}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setMinimumWidth(1);
        label->hide();
        m_grid->addWidget(label, m_grid->rowCount(), 0, 1, 2);
    }
    m_error->setObjectName(QStringLiteral("trainSizesError"));
    m_error->setForegroundRole(QPalette::BrightText);
    m_error->setAccessibleName(tr("Error"));
    m_waits->setObjectName(QStringLiteral("trainWaits"));
    m_waits->setForegroundRole(QPalette::PlaceholderText);
    m_grid->addWidget(m_own, m_grid->rowCount(), 0, 1, 2);
    m_own->setObjectName(QStringLiteral("trainOwn"));
    m_own->setFocusPolicy(Qt::TabFocus);
    m_own->setToolTip(tr("Sizes and learning rate with which the task is learned well"));
    connect(m_own, &QPushButton::clicked, this, [this] {
        TrainOptions own = defaultOptions(*m_task);
        own.seed = options().seed;
        setOptions(own);
        emit rateChanged(own.rate);
    });
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, [this](double rate) {
        follow();
        emit rateChanged(rate);
    });
}

QSpinBox* TrainingSizes::addWhole(const Words& words, int least, int most) {
    auto* dial = new QSpinBox(this);
    dial->setRange(least, most);
    dial->setAccelerated(true);
    addRow(words, dial);
    connect(dial, &QSpinBox::valueChanged, this, [this] {
        follow();
        emit edited();
    });
    return dial;
}

void TrainingSizes::addRow(const Words& words, QWidget* dial) {
    const int row = m_grid->rowCount();
    auto* label =
        new QLabel(words.letter.isEmpty() ? words.name : tr("%1 <i>%2</i>").arg(words.name, words.letter), this);
    const QString tip = tr("%1: %2").arg(words.name, words.tip);
    for (QWidget* widget : {static_cast<QWidget*>(label), dial}) widget->setToolTip(tip);
    label->setBuddy(dial);
    dial->setAccessibleName(words.name);
    dial->setAccessibleDescription(tip);
    dial->setFixedWidth(dialWidth(*dial));
    calmWheel(dial);
    leaveUndoToWindow(dial->findChild<QLineEdit*>());
    m_grid->addWidget(label, row, 0);
    m_grid->addWidget(dial, row, 1);
}

void TrainingSizes::setTask(const Task& task) {
    m_task = &task;
    m_length->setMinimum(task.shortest());
    TrainOptions own = defaultOptions(task);
    own.seed = static_cast<std::uint64_t>(m_seed->value());
    setOptions(own);
}

TrainOptions TrainingSizes::options() const {
    return {std::string(m_task->name()), static_cast<std::uint64_t>(m_seed->value()),
            m_layers->value(),           m_heads->value(),
            m_dModel->value(),           m_batch->value(),
            m_length->value(),           m_rate->value()};
}

void TrainingSizes::setOptions(const TrainOptions& options) {
    const QSignalBlocker rate(m_rate); // whoever sets it tells the run itself
    m_layers->setValue(options.layers);
    m_heads->setValue(options.heads);
    m_dModel->setValue(options.dModel);
    m_rate->setValue(options.rate);
    m_batch->setValue(options.batch);
    m_length->setValue(options.length);
    m_seed->setValue(static_cast<int>(options.seed));
    follow();
}

void TrainingSizes::setRunning(const TrainOptions* options) {
    if (options)
        m_running = *options;
    else
        m_running.reset();
    follow();
}

void TrainingSizes::setError(const QString& sentence) {
    m_error->setText(sentence);
    m_error->setVisible(!sentence.isEmpty());
}

void TrainingSizes::follow() {
    if (!m_task) return;
    TrainOptions wanted = options();
    TrainOptions own = defaultOptions(*m_task);
    own.seed = wanted.seed;
    m_own->setEnabled(own != wanted);
    if (m_running) {
        wanted.rate = m_running->rate;
        wanted.without = m_running->without;
    }
    const bool waits = m_running && m_running->task == wanted.task && wanted != *m_running;
    m_waits->setText(tr("The run goes on as it began: these sizes apply at Reset."));
    m_waits->setVisible(waits);
}

} // namespace headscope
