// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/head_ablation.h"

#include "core/base/rng.h"
#include "ui/document.h"
#include "ui/selection.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

constexpr std::int64_t sentences = 256;
constexpr std::uint64_t evaluationSeed = 1;
constexpr int shownRows = 6;

QString percent(double share) {
    return HeadAblation::tr("%1 %").arg(QLocale().toString(share * 100, 'f', 1));
}

/// A difference as it is printed: the minus as long as the plus, and 0 has none.
QString withSign(double points) {
    const QString digits = QLocale().toString(std::abs(points), 'f', 1);
    if (digits == QLocale().toString(0.0, 'f', 1)) return digits;
    return (points < 0 ? QStringLiteral("−") : QStringLiteral("+")) + digits;
}

} // namespace

HeadAblation::HeadAblation(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), m_document(document), m_selection(selection), m_without(new QCheckBox(this)),
      m_result(new QLabel(this)), m_all(new QToolButton(this)), m_goOn(new QToolButton(this)),
      m_list(new QTableWidget(0, 2, this)), m_job([this](const Measured& measured) { finish(measured); }) {
    build();
    connect(&selection, &Selection::changed, this, &HeadAblation::follow);
    connect(&document, &Document::analysisChanged, this, &HeadAblation::follow);
    connect(m_without, &QCheckBox::toggled, this, [this] {
        emit switched();
        follow();
    });
    connect(m_all, &QToolButton::clicked, this, [this] { measure(headsOf(m_model->config)); });
    connect(m_list, &QTableWidget::cellClicked, this, [this](int row) {
        const HeadPlace place =
            m_known.without[static_cast<std::size_t>(m_list->item(row, 0)->data(Qt::UserRole).toInt())].first;
        m_selection.edit(tr("show head %1").arg(place.head + 1), [&](ViewState& s) {
            s.head = place.head;
            s.layer = place.layer;
            if (place.site != Site::Self) s.site = place.site;
        });
    });
    follow();
}

void HeadAblation::build() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_without->setObjectName(QStringLiteral("withoutHead"));
    m_without->setFocusPolicy(Qt::TabFocus);
    column->addWidget(m_without);
    m_result->setObjectName(QStringLiteral("ablationResult"));
    m_result->setWordWrap(true);
    m_result->setTextFormat(Qt::PlainText);
    m_result->setMinimumWidth(1);
    column->addWidget(m_result);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    m_all->setText(tr("All heads"));
    m_all->setObjectName(QStringLiteral("measureHeads"));
    m_all->setToolTip(tr("Measures what the model can without each of its heads, one at a time"));
    m_goOn->setText(tr("Train on"));
    m_goOn->setObjectName(QStringLiteral("trainOn"));
    m_goOn->setToolTip(tr("Changes this head of the model that is shown and trains on from there"));
    m_goOn->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(this);
    connect(menu->addAction(tr("without this head")), &QAction::triggered, this,
            [this] { emit goOnWanted(*withoutHead(m_model, *chosen()), chosen()); });
    connect(menu->addAction(tr("with a new one in its place")), &QAction::triggered, this, [this] {
        emit goOnWanted(withNewHead(m_model, *chosen(), Rng::mix(hashBytes(nameOf(*chosen()).toStdString()))),
                        std::nullopt);
    });
    m_goOn->setMenu(menu);
    for (QToolButton* button : {m_all, m_goOn}) {
        button->setFocusPolicy(Qt::TabFocus);
        row->addWidget(button);
    }
    row->addStretch(1);
    column->addLayout(row);
    m_list->setObjectName(QStringLiteral("headsWorth"));
    m_list->setAccessibleName(tr("Accuracy without each head"));
    m_list->setHorizontalHeaderLabels({tr("without"), tr("accuracy")});
    m_list->horizontalHeader()->setStretchLastSection(true);
    m_list->horizontalHeader()->setHighlightSections(false);
    m_list->verticalHeader()->hide();
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setShowGrid(false);
    m_list->setMinimumWidth(1);
    m_list->hide();
    column->addWidget(m_list);
}

void HeadAblation::setModel(const ModelPtr& model, const TrainOptions& options, bool rests) {
    m_model = model;
    m_options = options;
    m_rests = rests;
    if (m_known.model != m_model) {
        m_job.cancel();
        m_list->hide();
    }
    follow();
}

std::optional<HeadPlace> HeadAblation::chosen() const {
    const Analysis& a = *m_document.analysis();
    if (!m_model || !m_document.isLive() || !a.run || a.empty()) return std::nullopt;
    const HeadPlace place{a.site, a.layer, m_selection.shownHead()};
    // The pictures may still be those of the model before, which had other heads.
    const std::vector<HeadPlace> all = headsOf(m_model->config);
    if (std::ranges::find(all, place) == all.end()) return std::nullopt;
    return place;
}

std::optional<HeadPlace> HeadAblation::switchedOff() const {
    return m_without->isChecked() ? chosen() : std::nullopt;
}

ModelPtr HeadAblation::applied(const ModelPtr& model) const {
    const std::optional<HeadPlace> place = switchedOff();
    if (!place) return model;
    if (m_whole != model || m_ablatedPlace != place) {
        m_whole = model;
        m_ablatedPlace = place;
        m_ablated = *withoutHead(model, *place);
    }
    return m_ablated;
}

void HeadAblation::restore() {
    m_without->setChecked(false);
}

void HeadAblation::follow() {
    const std::optional<HeadPlace> place = chosen();
    const bool another = place != m_chosen;
    m_chosen = place;
    m_without->setText(place ? tr("Without %1").arg(nameOf(*place)) : tr("Without the head shown large"));
    for (QWidget* widget : {static_cast<QWidget*>(m_without), static_cast<QWidget*>(m_goOn)})
        widget->setEnabled(place.has_value());
    m_without->setToolTip(
        place ? tr("Nothing that this head has read goes on: the layers behind it show what they do without it")
              : tr("Off now: the pictures are not of a model that learns here"));
    m_all->setEnabled(m_model && m_rests && !m_job.busy());
    if (another && m_without->isChecked()) emit switched();
    if (m_without->isChecked() && place && m_rests && !m_job.busy() && !accuracyWithout(*place)) measure({*place});
    sayResult();
}

void HeadAblation::measure(const std::vector<HeadPlace>& heads) {
    Measured known;
    if (m_known.model == m_model) known = m_known;
    m_job.start([known, heads, model = m_model, options = m_options](std::stop_token stop) mutable {
        const Task& task = *findTask(options.task);
        const auto accuracy = [&](const ModelPtr& of) -> Result<double> {
            const Result<Evaluation> found = evaluate(of, task, options.length, sentences, evaluationSeed, stop);
            if (!found) return found.error();
            return found->accuracy;
        };
        if (!known.model) {
            const Result<double> whole = accuracy(model);
            if (!whole) return Measured(whole.error());
            known.model = model;
            known.whole = *whole;
        }
        for (const HeadPlace& place : heads) {
            if (std::ranges::find(known.without, place, &std::pair<HeadPlace, double>::first) != known.without.end())
                continue;
            const Result<double> without = accuracy(*withoutHead(model, place));
            if (!without) return Measured(without.error());
            known.without.emplace_back(place, *without);
        }
        return known;
    });
    m_all->setEnabled(false);
    sayResult();
}

void HeadAblation::finish(const Measured& measured) {
    m_known = measured;
    if (measured.error) m_known.model = m_model; // not again and again
    fillList();
    follow();
}

std::optional<double> HeadAblation::accuracyWithout(const HeadPlace& place) const {
    if (m_known.model != m_model) return std::nullopt;
    if (m_known.error) return 0.0;
    const auto at = std::ranges::find(m_known.without, place, &std::pair<HeadPlace, double>::first);
    return at == m_known.without.end() ? std::nullopt : std::optional(at->second);
}

void HeadAblation::sayResult() {
    QString words;
    const std::optional<double> without = m_chosen ? accuracyWithout(*m_chosen) : std::nullopt;
    if (m_job.busy())
        words = tr("measuring …");
    else if (m_known.model == m_model && m_known.error)
        words = QString::fromStdString(m_known.error->detail);
    else if (m_without->isChecked() && without)
        words = tr("Of what is asked in %L1 unseen sentences it knows %2 with this head, %3 without.")
                    .arg(sentences)
                    .arg(percent(m_known.whole), percent(*without));
    else if (m_without->isChecked() && !m_rests)
        words = tr("Pause to measure what it can without this head.");
    m_result->setText(words);
    m_result->setVisible(!words.isEmpty());
}

void HeadAblation::fillList() {
    std::vector<std::size_t> order(m_known.without.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [this](std::size_t i) { return m_known.without[i].second; });
    m_list->setRowCount(static_cast<int>(order.size()));
    for (int row = 0; row < m_list->rowCount(); ++row) {
        const auto& [place, share] = m_known.without[order[static_cast<std::size_t>(row)]];
        auto* name = new QTableWidgetItem(nameOf(place));
        name->setData(Qt::UserRole, static_cast<int>(order[static_cast<std::size_t>(row)]));
        m_list->setItem(row, 0, name);
        const double drop = (m_known.whole - share) * 100;
        m_list->setItem(row, 1, new QTableWidgetItem(tr("%1 (%2)").arg(percent(share), withSign(-drop))));
    }
    m_list->resizeColumnToContents(0);
    m_list->setFixedHeight(m_list->horizontalHeader()->sizeHint().height() +
                           m_list->verticalHeader()->defaultSectionSize() * std::min(shownRows, m_list->rowCount()) +
                           2);
    m_list->setVisible(order.size() > 1);
}

QString HeadAblation::nameOf(const HeadPlace& place) {
    const QString head = tr("layer %1, head %2").arg(place.layer + 1).arg(place.head + 1);
    switch (place.site) {
    case Site::Self:
        return head;
    case Site::Encoder:
        return tr("encoder %1").arg(head);
    case Site::Decoder:
        return tr("decoder %1").arg(head);
    case Site::Cross:
        break;
    }
    return tr("cross %1").arg(head);
}

} // namespace headscope
