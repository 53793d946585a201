// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/bound_form.h"

#include "ui/document.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

constexpr int sliderSteps = 200;

/// “auto” stands at the low end and shows what it comes to; a step from it begins there.
class OptionalSpin : public QSpinBox {
public:
    using QSpinBox::QSpinBox;
    void stepBy(int steps) override {
        int value = this->value() == minimum() ? resolved : this->value();
        do value += steps;
        while (possible && value > minimum() && value <= maximum() && !possible(value));
        setValue(possible && value > maximum() ? this->value() : std::clamp(value, minimum(), maximum()));
    }
    int resolved = 0;
    std::function<bool(int)> possible;
};

class CalmWheel : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) return false;
        event->ignore();
        return true;
    }
};

class UndoFilter : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() != QEvent::ShortcutOverride) return false;
        const auto* key = static_cast<QKeyEvent*>(event);
        if (!key->matches(QKeySequence::Undo) && !key->matches(QKeySequence::Redo)) return false;
        event->ignore();
        return true;
    }
};

/// Names of tensors and paths may go on in the next line behind their dots and slashes: a label cuts off what it cannot
/// break.
QString breakable(QString text) {
    for (const QChar mark : QStringLiteral("./_")) text.replace(mark, QString(mark) + QChar(0x200B));
    return text;
}

/// "d_k" of "d<sub>k</sub>": for whoever reads aloud, and for tooltips, whose lines only plain text keeps.
QString plain(QString letter) { return letter.replace(QLatin1String("<sub>"), QLatin1String("_")).remove(QLatin1String("</sub>")); }

void prepare(QWidget* widget, const DialWords& words, const QString& tip) {
    widget->setAccessibleName(words.letter.isEmpty() ? words.name : words.name + QLatin1Char(' ') + plain(words.letter));
    widget->setAccessibleDescription(tip);
    widget->setToolTip(tip);
    widget->setProperty("meaning", tip);
    calmWheel(widget);
}

int toSlider(double value, double least, double most, bool logarithmic) {
    const double share = logarithmic ? std::log(value / least) / std::log(most / least) : (value - least) / (most - least);
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * sliderSteps));
}

double fromSlider(int position, double least, double most, bool logarithmic) {
    const double share = static_cast<double>(position) / sliderSteps;
    return logarithmic ? least * std::pow(most / least, share) : least + (most - least) * share;
}

} // namespace

int dialWidth(const QWidget& dial) { return dial.fontMetrics().horizontalAdvance(QStringLiteral("auto: 1024")) + 34; }

void calmWheel(QWidget* dial) {
    dial->setFocusPolicy(Qt::StrongFocus);
    dial->installEventFilter(new CalmWheel(dial));
}

void leaveUndoToWindow(QWidget* field) { field->installEventFilter(new UndoFilter(field)); }

BoundForm::BoundForm(Document& document, QWidget* parent) : QWidget(parent), m_document(document), m_grid(new QGridLayout(this)) {
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(4);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(0, 1);
    connect(&document, &Document::sessionChanged, this, &BoundForm::sync);
    connect(&document, &Document::analysisChanged, this, &BoundForm::sync);
}

void BoundForm::onSync(std::function<void()> sync) {
    sync();
    m_syncs.push_back(std::move(sync));
}

void BoundForm::sync() {
    for (const auto& sync : m_syncs) sync();
}

QString BoundForm::tipOf(const DialWords& words, const QString& range) const {
    const QString name = words.letter.isEmpty() ? words.name : tr("%1 (%2)").arg(words.name, plain(words.letter));
    return range.isEmpty() ? tr("%1: %2").arg(name, words.tip) : tr("%1: %2\nRange: %3").arg(name, words.tip, range);
}

void BoundForm::addRow(const DialWords& words, QWidget* widget) {
    const int row = m_grid->rowCount();
    auto* label = new QLabel(words.letter.isEmpty() ? words.name : tr("%1 <i>%2</i>").arg(words.name, words.letter), this);
    label->setTextFormat(Qt::RichText);
    label->setBuddy(widget);
    label->setToolTip(widget->toolTip());
    m_grid->addWidget(label, row, 0);
    m_grid->addWidget(widget, row, 1);
    widget->setFixedWidth(dialWidth(*widget));
}

void BoundForm::addWide(QWidget* widget) { m_grid->addWidget(widget, m_grid->rowCount(), 0, 1, 2); }

void BoundForm::addError(const QString& name, std::function<bool(const Session&, const Error&)> mine, const QString& words) {
    auto* label = new QLabel(this);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setForegroundRole(QPalette::BrightText);
    label->setAccessibleName(tr("Error"));
    label->setMinimumWidth(1); // a long path must not widen the panel
    addWide(label);
    const auto show = [this, label, words, mine = std::move(mine)] {
        const auto& error = m_document.error();
        const bool shown = error && mine(m_document.session(), *error);
        const QString detail = shown ? QString::fromStdString(error->detail) : QString();
        label->setText(shown && !words.isEmpty() ? words : breakable(detail));
        label->setToolTip(shown ? QString::fromStdString(error->message()) : QString());
        label->setVisible(shown);
    };
    connect(&m_document, &Document::errorChanged, label, show);
    show();
}

QSpinBox* BoundForm::addWhole(const DialWords& words, const Whole& dial) {
    auto* spin = new QSpinBox(this);
    spin->setRange(dial.least, dial.most);
    spin->setAccelerated(true);
    prepare(spin, words, tipOf(words, tr("%L1 … %L2").arg(dial.least).arg(dial.most)));
    leaveUndoToWindow(spin->findChild<QLineEdit*>());
    addRow(words, spin);
    connect(spin, &QSpinBox::valueChanged, this, [this, words, dial](int value) {
        m_document.edit(words.name, [&](Session& s) { dial.set(s, value); }, Document::Merge::SameName);
    });
    onSync([this, spin, dial] {
        const QSignalBlocker blocker(spin);
        const int value = dial.get(m_document.session());
        if (spin->value() != value) spin->setValue(value);
    });
    return spin;
}

QSpinBox* BoundForm::addOptional(const DialWords& words, const Optional& dial) {
    auto* spin = new OptionalSpin(this);
    spin->setRange(dial.least - 1, dial.most);
    prepare(spin, words, tipOf(words, tr("%L1 … %L2, or auto").arg(dial.least).arg(dial.most)));
    leaveUndoToWindow(spin->findChild<QLineEdit*>());
    addRow(words, spin);
    connect(spin, &QSpinBox::valueChanged, this, [this, words, dial](int value) {
        m_document.edit(words.name, [&](Session& s) { dial.set(s, value < dial.least ? std::nullopt : std::optional(value)); },
                        Document::Merge::SameName);
    });
    onSync([this, spin, dial] {
        const QSignalBlocker blocker(spin);
        const AttentionConfig& config = m_document.analysis()->config;
        spin->resolved = dial.resolved(config);
        if (dial.possible) spin->possible = [config, dial](int value) { return dial.possible(config, value); };
        const QString automatic = tr("auto: %L1").arg(spin->resolved);
        if (spin->specialValueText() != automatic) spin->setSpecialValueText(automatic);
        const int value = dial.get(m_document.session()).value_or(spin->minimum());
        if (spin->value() != value) spin->setValue(value);
    });
    return spin;
}

QSlider* BoundForm::addReal(const DialWords& words, const Real& dial) {
    auto* spin = new QDoubleSpinBox(this);
    spin->setDecimals(dial.decimals);
    spin->setRange(dial.least, dial.most);
    spin->setSingleStep(std::max(std::pow(10, -dial.decimals), (dial.most - dial.least) / (dial.logarithmic ? 1000 : 100)));
    const QLocale locale;
    const QString tip = tipOf(words, tr("%1 … %2").arg(locale.toString(dial.least), locale.toString(dial.most)));
    prepare(spin, words, tip);
    leaveUndoToWindow(spin->findChild<QLineEdit*>());
    addRow(words, spin);
    auto* slider = new QSlider(Qt::Horizontal, this);
    slider->setRange(0, sliderSteps);
    slider->setPageStep(sliderSteps / 10);
    prepare(slider, words, tip);
    addWide(slider);
    slider->setProperty("spin", QVariant::fromValue<QWidget*>(spin));
    const auto write = [this, words, dial](double value) {
        m_document.edit(words.name, [&](Session& s) { dial.set(s, value); }, Document::Merge::SameName);
    };
    connect(spin, &QDoubleSpinBox::valueChanged, this, write);
    connect(slider, &QSlider::valueChanged, this, [dial, write](int position) {
        const double unit = std::pow(10, dial.decimals);
        write(std::max(dial.least, std::round(fromSlider(position, dial.least, dial.most, dial.logarithmic) * unit) / unit));
    });
    onSync([this, spin, slider, dial] {
        const QSignalBlocker blockSpin(spin);
        const QSignalBlocker blockSlider(slider);
        const double value = dial.get(m_document.session());
        if (spin->value() != value) spin->setValue(value);
        slider->setValue(toSlider(value, dial.least, dial.most, dial.logarithmic));
    });
    return slider;
}

QComboBox* BoundForm::addChoice(const DialWords& words, const Choice& dial) {
    auto* combo = new QComboBox(this);
    combo->addItems(dial.names);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    prepare(combo, words, tipOf(words, QString()));
    addRow(words, combo);
    connect(combo, &QComboBox::currentIndexChanged, this, [this, words, dial](int index) {
        if (index >= 0) m_document.edit(words.name, [&](Session& s) { dial.set(s, index); });
    });
    onSync([this, combo, dial] {
        const QSignalBlocker blocker(combo);
        combo->setCurrentIndex(dial.get(m_document.session()));
    });
    return combo;
}

QCheckBox* BoundForm::addSwitch(const DialWords& words, const Switch& dial) {
    auto* box = new QCheckBox(words.letter.isEmpty() ? words.name : words.name + QLatin1Char(' ') + words.letter, this);
    prepare(box, words, tipOf(words, QString()));
    addWide(box);
    connect(box, &QCheckBox::toggled, this, [this, words, dial](bool on) {
        m_document.edit(words.name, [&](Session& s) { dial.set(s, on); });
    });
    onSync([this, box, dial] {
        const QSignalBlocker blocker(box);
        box->setChecked(dial.get(m_document.session()));
    });
    return box;
}

void BoundForm::setRowVisible(QWidget* dial, bool visible) {
    for (QLabel* label : findChildren<QLabel*>())
        if (label->buddy() == dial) label->setVisible(visible);
    dial->setVisible(visible);
}

void BoundForm::setUsable(QWidget* widget, bool usable, const QString& reason) {
    widget->setEnabled(usable);
    const QString meaning = widget->property("meaning").toString();
    widget->setToolTip(usable ? meaning : tr("%1\nOff now: %2").arg(meaning, reason));
    if (auto* spin = widget->property("spin").value<QWidget*>()) setUsable(spin, usable, reason);
}

} // namespace headscope
