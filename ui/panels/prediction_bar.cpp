// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/prediction_bar.h"

#include "ui/document.h"
#include "ui/selection.h"
#include "ui/views/describe.h"

#include <QAbstractButton>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionFocusRect>
#include <QToolButton>
#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

constexpr int gap = 4;
constexpr int barHeight = 4;

/// A model's mask as it is typed, where it fills in masks.
std::optional<std::string> maskWord(const ModelRun& run) {
    const OpenedModel& opened = *run.opened;
    const auto mask = opened.tokenizer->special().mask;
    if (!mask || opened.model->config.kind != ModelKind::Encoder || !opened.model->hasHead()) return std::nullopt;
    return opened.tokenizer->entry(*mask);
}

QString labelOf(const std::string& text) {
    // A space before a word is how vocabularies mark its beginning.
    const std::size_t first = text.find_first_not_of(' ');
    Token token;
    token.text = first == std::string::npos ? text : text.substr(first);
    return tokenLabel(token);
}

/// Whether the run is of the session's texts.
bool isOf(const ModelRun& run, const Session& s) {
    return run.text == s.text && run.text2 == secondTextFor(run.opened->model->config, s.text2);
}

} // namespace

/// A predicted token, its share in percent and as a bar.
class PredictionChip : public QAbstractButton {
public:
    PredictionChip(const Theme& theme, QWidget* parent) : QAbstractButton(parent), m_theme(theme) { setFocusPolicy(Qt::TabFocus); }

    void show(const QString& token, double share) {
        setText(token);
        m_share = share;
        setAccessibleName(tr("%1, %2").arg(text(), percent(m_share)));
        updateGeometry();
        update();
    }
    QSize sizeHint() const override {
        const QFontMetrics metrics(m_theme.font);
        return {metrics.horizontalAdvance(text()) + metrics.horizontalAdvance(percent(m_share)) + 22, metrics.height() + barHeight + 6};
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const QRect inside = rect().adjusted(6, 1, -6, -barHeight - 2);
        if (isEnabled() && (underMouse() || isDown())) painter.fillRect(rect(), blend(m_theme.window, m_theme.query, isDown() ? 0.25 : 0.12));
        painter.setFont(m_theme.font);
        painter.setPen(isEnabled() ? m_theme.text : m_theme.faint);
        painter.drawText(inside, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text());
        painter.setPen(m_theme.faint);
        painter.drawText(inside, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, percent(m_share));
        const QRectF track(inside.left(), height() - barHeight - 1, inside.width(), barHeight);
        painter.fillRect(track, m_theme.hairline);
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * m_share, barHeight), m_theme.query);
        if (!hasFocus()) return;
        QStyleOptionFocusRect option;
        option.initFrom(this);
        style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);
    }
    void enterEvent(QEnterEvent* event) override {
        QAbstractButton::enterEvent(event);
        update();
    }
    void leaveEvent(QEvent* event) override {
        QAbstractButton::leaveEvent(event);
        update();
    }

private:
    const Theme& m_theme;
    double m_share = 0;
};

PredictionBar::PredictionBar(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), m_document(document), m_selection(selection), m_theme(Theme::light()), m_what(new QLabel(this)), m_mask(new QToolButton(this)) {
    setObjectName(QStringLiteral("predictions"));
    setAccessibleName(tr("Predictions"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_what->setObjectName(QStringLiteral("predicted"));
    m_what->setForegroundRole(QPalette::PlaceholderText);
    m_what->setTextFormat(Qt::PlainText);
    m_mask->setObjectName(QStringLiteral("putMask"));
    m_mask->setAutoRaise(true);
    m_mask->setAccessibleName(tr("Leave the chosen word open"));
    m_mask->setFocusPolicy(Qt::TabFocus);
    connect(m_mask, &QToolButton::clicked, this, &PredictionBar::putMask);
    connect(&document, &Document::predictionsChanged, this, &PredictionBar::sync);
    connect(&document, &Document::sessionChanged, this, [this] {
        const bool current = isCurrent();
        for (PredictionChip* chip : m_chips) chip->setEnabled(current && chip->property("usable").toBool());
        syncMaskButton();
    });
    connect(&selection, &Selection::changed, this, [this] {
        if (m_document.predictions().size() > 1) sync();
        else syncMaskButton();
    });
    hide();
}

void PredictionBar::setTheme(const Theme& theme) {
    m_theme = theme;
    updateGeometry();
    place();
    update();
}

QSize PredictionBar::sizeHint() const { return {400, QFontMetrics(m_theme.font).height() + barHeight + 8}; }

void PredictionBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place();
}

bool PredictionBar::isCurrent() const { return m_document.predictedRun() && isOf(*m_document.predictedRun(), m_document.session()); }

std::size_t PredictionBar::shownPosition() const {
    const auto& all = m_document.predictions();
    for (const std::vector<int>& chosen : {m_selection.shownQueries(), m_selection.state().pinnedQueries})
        for (const Index position : positionsOf(*m_document.analysis(), chosen)) {
            const auto at = std::ranges::find(all, position, &PositionPrediction::position);
            if (at != all.end()) return static_cast<std::size_t>(at - all.begin());
        }
    return 0;
}

QString PredictionBar::typedAt(Index position) const {
    const ModelRun& run = *m_document.predictedRun();
    const std::vector<Token>& tokens = run.tokens2.empty() ? run.tokens : run.tokens2;
    return labelOf(run.opened->tokenizer->readable(tokens[static_cast<std::size_t>(position)].id));
}

QString PredictionBar::title() const {
    const ModelRun& run = *m_document.predictedRun();
    const auto& all = m_document.predictions();
    const bool encoder = run.opened->model->config.kind == ModelKind::Encoder;
    if (all.empty()) {
        const std::optional<std::string> mask = maskWord(run);
        if (mask) return tr("Choose a word, or put %1 where one is to be predicted").arg(labelOf(*mask));
        return encoder ? tr("Choose a word to see what else could stand there") : tr("Nothing is predicted here");
    }
    const std::size_t shown = shownPosition();
    const Index position = all[shown].position;
    if (!encoder) return shown == 0 ? tr("next") : tr("after “%1”").arg(typedAt(position));
    const auto isOpen = [&](const PositionPrediction& at) {
        return run.tokens[static_cast<std::size_t>(at.position)].id == run.opened->tokenizer->special().mask;
    };
    if (!isOpen(all[shown])) return tr("in place of “%1”").arg(typedAt(position));
    const auto open = std::ranges::count_if(all, isOpen);
    return open == 1 ? typedAt(position) : tr("%1 %2 of %3").arg(typedAt(position)).arg(shown + 1).arg(open);
}

QString PredictionBar::tip() const {
    const ModelRun& run = *m_document.predictedRun();
    const std::size_t shown = shownPosition();
    const Index position = m_document.predictions()[shown].position;
    if (run.opened->model->config.kind == ModelKind::Encoder) return tr("Click to write it in place of “%1”").arg(typedAt(position));
    return shown == 0 ? tr("Click to write it behind the text") : tr("Click to write it in place of “%1”, which follows").arg(typedAt(position + 1));
}

void PredictionBar::sync() {
    const ModelRunPtr& run = m_document.predictedRun();
    setVisible(run && !run->empty() && run->opened->model->hasHead());
    if (isHidden()) return;
    m_what->setText(title());
    const auto& all = m_document.predictions();
    const std::vector<Prediction> none;
    const auto& shown = all.empty() ? none : all[shownPosition()].predictions;
    while (m_chips.size() < shown.size()) {
        auto* chip = new PredictionChip(m_theme, this);
        const std::size_t rank = m_chips.size();
        connect(chip, &QAbstractButton::clicked, this, [this, rank] {
            const auto& predictions = m_document.predictions();
            if (!predictions.empty()) take(predictions[shownPosition()].predictions[rank]);
        });
        chip->setObjectName(QStringLiteral("prediction%1").arg(rank));
        m_chips.push_back(chip);
    }
    const bool current = isCurrent();
    const bool fits = !all.empty() && canFillIn(*run, all[shownPosition()].position);
    const QString does = all.empty() ? QString() : tip();
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        m_chips[i]->setProperty("there", i < shown.size());
        if (i >= shown.size()) continue;
        const bool isWord = isText(*run, shown[i].id);
        const bool usable = isWord && fits;
        const bool isNamed = run->opened->tokenizer->entry(shown[i].id).has_value();
        m_chips[i]->show(!isNamed ? QString::fromStdString(shown[i].text)
                                  : labelOf(isWord ? shown[i].text : run->opened->tokenizer->readable(shown[i].id)),
                         shown[i].probability);
        m_chips[i]->setProperty("usable", usable);
        m_chips[i]->setEnabled(usable && current);
        m_chips[i]->setToolTip(!isNamed ? tr("The model has an output for this id, but its tokenizer has no word for it: nothing that could be written")
                               : !isWord ? tr("A special token or part of a character: nothing that could be written")
                               : fits  ? does
                                       : tr("What follows here was not typed, or is part of a character: nothing that could be replaced"));
    }
    m_mask->setVisible(maskWord(*run).has_value());
    syncMaskButton();
}

int PredictionBar::chosenToken() const {
    const Analysis& a = *m_document.analysis();
    if (!a.run) return -1;
    const std::optional<std::int64_t> mask = a.run->opened->tokenizer->special().mask;
    for (const int q : m_selection.state().pinnedQueries) {
        if (q < 0 || q >= static_cast<int>(a.queries.size())) continue;
        const Token& token = a.queries[static_cast<std::size_t>(q)];
        if (token.begin >= 0 && token.end > token.begin && token.id != mask) return q;
    }
    return -1;
}

void PredictionBar::syncMaskButton() {
    const ModelRunPtr& run = m_document.predictedRun();
    if (isHidden() || !run) return;
    const std::optional<std::string> mask = maskWord(*run);
    if (!mask) return place();
    const Analysis& a = *m_document.analysis();
    const int token = a.run && isOf(*a.run, m_document.session()) ? chosenToken() : -1;
    m_mask->setEnabled(token >= 0);
    m_mask->setText(token < 0 ? labelOf(*mask)
                              : tr("%1 for “%2”").arg(labelOf(*mask), tokenLabel(a.queries[static_cast<std::size_t>(token)])));
    m_mask->setToolTip(token >= 0 ? tr("Leaves this word open: the model says what it would put there")
                                  : tr("Leaves a word open: the model says what it would put there\nOff now: choose a word first"));
    place();
}

void PredictionBar::place() {
    const int all = height();
    int right = width() - 8;
    if (!m_mask->isHidden()) {
        const int wide = std::min(m_mask->sizeHint().width(), width() / 3);
        m_mask->setGeometry(right - wide, 1, wide, all - 2);
        right -= wide + gap;
    }
    int x = 12;
    const int label = std::min(m_what->sizeHint().width(), std::max(0, right - x));
    m_what->setGeometry(x, 0, label, all);
    x += label + 2 * gap;
    // The most probable ones, as many as there is room for.
    bool room = true;
    for (PredictionChip* chip : m_chips) {
        const QSize size = chip->sizeHint();
        room = room && chip->property("there").toBool() && x + size.width() <= right;
        chip->setVisible(room);
        if (!room) continue;
        chip->setGeometry(x, 1, size.width(), all - 2);
        x += size.width() + gap;
    }
}

void PredictionBar::take(const Prediction& prediction) {
    const ModelRunPtr run = m_document.predictedRun();
    const std::optional<FilledText> filled = fillIn(*run, m_document.predictions()[shownPosition()].position, prediction.id);
    if (!filled) return;
    m_document.edit(tr("take a prediction"), [&](Session& s) {
        if (filled->second) s.text2 = filled->text;
        else s.text = filled->text;
    });
}

void PredictionBar::putMask() {
    const Analysis& a = *m_document.analysis();
    const std::optional<std::string> mask = a.run ? maskWord(*a.run) : std::nullopt;
    const int chosen = chosenToken();
    if (!mask || chosen < 0) return;
    const Token& token = a.queries[static_cast<std::size_t>(chosen)];
    m_document.edit(tr("leave a word open"), [&](Session& s) {
        std::string& text = token.sequence == 1 ? *s.text2 : s.text;
        auto begin = static_cast<std::size_t>(token.begin);
        // Some vocabularies count the space before a word to it.
        while (begin + 1 < static_cast<std::size_t>(token.end) && text[begin] == ' ') ++begin;
        text.replace(begin, static_cast<std::size_t>(token.end) - begin, *mask);
    });
}

} // namespace headscope
