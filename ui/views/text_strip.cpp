// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/text_strip.h"

#include "ui/views/describe.h"
#include "ui/views/geometry.h"
#include "ui/views/matrix_image.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace headscope {

namespace {

constexpr double margin = 6;
constexpr double inside = 7;     ///< between a word and its chip's ends
constexpr double barcode = 7;    ///< height of the bars
constexpr int mostLines = 2;     ///< asked for a sentence; longer texts scroll
constexpr double widestBar = 14;

double chipHeight(const QFont& font) { return std::ceil(QFontMetricsF(font).height() * 1.2); }
double lineHeight(const QFont& font) { return chipHeight(font) + barcode + 7; }

/// The two sentences of cross-attention are told apart by a word before them.
QString tagOf(TokenSide side) { return side == TokenSide::Query ? TextStrip::tr("queries") : TextStrip::tr("keys"); }
QFont tagFont(QFont font) {
    font.setPixelSize(std::max(9, static_cast<int>(std::lround(font.pixelSize() * 0.82))));
    font.setBold(true);
    return font;
}
double tagWidth(const QFont& font) {
    const QFontMetricsF metrics(tagFont(font));
    return std::max(metrics.horizontalAdvance(tagOf(TokenSide::Query)), metrics.horizontalAdvance(tagOf(TokenSide::Key))) + 8;
}

QColor faded(QColor colour, double opacity) {
    colour.setAlphaF(static_cast<float>(std::clamp(opacity, 0.0, 1.0)));
    return colour;
}

} // namespace

TextStrip::TextStrip(Selection& selection, QWidget* parent) : View(selection, parent), m_delay(selection) {
    setAccessibleName(tr("Words of the sentence"));
    // Not Fixed: that would hold it to the height of its preferred width.
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&selection, &Selection::changed, this, [this] {
        if (hasFocus() && this->analysis()) setAccessibleDescription(describe(*this->analysis(), this->selection()));
        keepInSight();
    });
}

QString TextStrip::hint() const {
    // A model comes with its mask.
    if (analysis() && analysis()->run) return tr("Click a word to follow it");
    return tr("Click a word to follow it; double-click forbids reading it");
}

void TextStrip::setAnalysis(AnalysisPtr analysis) {
    View::setAnalysis(std::move(analysis));
    m_clicked.reset();
    m_flow = {};
    updateGeometry();
    keepInSight();
}

void TextStrip::setTheme(const Theme& theme) {
    const bool newFont = theme.font != this->theme().font;
    View::setTheme(theme);
    if (newFont) updateGeometry();
}

const TextStrip::Flow& TextStrip::flowFor(double width, const Theme& theme) const {
    const double room = std::max(20.0, width - 2 * margin);
    if (m_flow.width == room && m_flow.font == theme.font) return m_flow;
    m_flow = {};
    m_flow.width = room;
    m_flow.font = theme.font;
    if (!analysis() || analysis()->empty()) return m_flow;
    const double tag = analysis()->cross ? tagWidth(theme.font) : 0;
    const auto add = [&](TokenSide side, TokenNames& names, const std::vector<Token>& tokens) {
        names.set(tokens, theme.font);
        std::vector<double> widths = names.widths();
        for (double& w : widths) w = std::max(w + 2 * inside, 22.0);
        const FlowSpec spec{std::max(20.0, room - tag), lineHeight(theme.font), 4, names.rightToLeft()};
        Sentence sentence{side, &names, m_flow.height, flowBoxes(widths, spec)};
        for (QRectF& box : sentence.boxes) box.translate(tag, sentence.top);
        if (!sentence.boxes.empty()) m_flow.height = sentence.boxes.back().bottom();
        m_flow.sentences.push_back(std::move(sentence));
    };
    add(TokenSide::Query, m_queryNames, analysis()->queries);
    if (analysis()->cross) add(TokenSide::Key, m_keyNames, analysis()->keys);
    return m_flow;
}

int TextStrip::heightForWidth(int width) const {
    const double line = lineHeight(theme().font);
    const Flow& flow = flowFor(width, theme());
    const double most = line * mostLines * static_cast<double>(std::max<std::size_t>(1, flow.sentences.size()));
    return static_cast<int>(std::ceil(std::clamp(flow.height, line, most) + margin));
}

QSize TextStrip::sizeHint() const {
    const int width = std::max(600, this->width());
    return {width, heightForWidth(width)};
}

QSize TextStrip::minimumSizeHint() const {
    return {120, static_cast<int>(std::ceil(lineHeight(theme().font) + margin))};
}

double TextStrip::scrollFor(double height, const Flow& flow) const {
    return std::clamp(m_scroll, 0.0, std::max(0.0, flow.height + margin - height));
}

QRectF TextStrip::chip(TokenSide side, int index) const {
    const Flow& flow = flowFor(width(), theme());
    if (flow.sentences.empty()) return {};
    const Sentence& sentence = flow.sentences[flow.sentences.size() > 1 && side == TokenSide::Key ? 1 : 0];
    if (index < 0 || index >= static_cast<int>(sentence.boxes.size())) return {};
    return sentence.boxes[static_cast<std::size_t>(index)].translated(margin, margin / 2 - scrollFor(height(), flow));
}

std::optional<TokenPlace> TextStrip::placeAt(const QPointF& point) const {
    const Flow& flow = flowFor(width(), theme());
    const QPointF at = point - QPointF(margin, margin / 2 - scrollFor(height(), flow));
    for (const Sentence& sentence : flow.sentences)
        for (std::size_t i = 0; i < sentence.boxes.size(); ++i)
            if (sentence.boxes[i].contains(at)) return TokenPlace{acting(sentence.side), static_cast<int>(i)};
    return std::nullopt;
}

TokenSide TextStrip::acting(TokenSide side) const {
    if (analysis() && analysis()->cross) return side;
    return selection().state().direction == Direction::IsReadBy ? TokenSide::Key : TokenSide::Query;
}

bool TextStrip::isChosen(const LinkFocus& focus, TokenSide side, int index) const {
    const bool cross = analysis()->cross;
    const auto in = [&](const std::vector<int>& set) { return std::binary_search(set.begin(), set.end(), index); };
    // In self-attention the chip stands for both; the side that is followed is the one to light.
    if (!cross) return in(focus.incoming ? focus.keys : focus.queries);
    return in(side == TokenSide::Query ? focus.queries : focus.keys);
}

bool TextStrip::isPinned(TokenSide side, int index) const {
    const ViewState& s = selection().state();
    const auto in = [&](const std::vector<int>& set) { return std::binary_search(set.begin(), set.end(), index); };
    return analysis()->cross ? in(side == TokenSide::Query ? s.pinnedQueries : s.pinnedKeys)
                             : in(s.pinnedQueries) || in(s.pinnedKeys);
}

TextStrip::Bars TextStrip::barsFor(const LinkFocus& focus) const {
    Bars bars;
    bars.heads = selection().shownHeads();
    const ViewState& state = selection().state();
    bars.weights = focus.empty() ? receivedMeans(*analysis(), state, bars.heads)
                                 : togetherOf(m_followed.of(analysis(), state, bars.heads, focus), focus);
    bars.side = focus.incoming && !focus.empty() ? TokenSide::Query : TokenSide::Key;
    if (!focus.empty()) {
        bars.greatest = greatestShown(*analysis(), selection().state(), bars.heads);
        return bars;
    }
    for (const std::vector<double>& head : bars.weights)
        for (const double w : head) bars.greatest = std::max(bars.greatest, w);
    return bars;
}

void TextStrip::render(QPainter& painter, const QRectF& rect, const Theme& theme) const {
    painter.save();
    if (!analysis() || analysis()->empty()) {
        painter.setFont(theme.font);
        painter.setPen(theme.faint);
        painter.drawText(rect, static_cast<int>(Qt::AlignCenter | Qt::TextWordWrap), tr("The words appear here"));
        painter.restore();
        return;
    }
    const Flow& flow = flowFor(rect.width(), theme);
    const LinkFocus focus = focusOf(selection());
    const Bars bars = barsFor(focus);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Sentence& sentence : flow.sentences) drawSentence(painter, sentence, rect, theme, focus, bars);
    if (const double all = flow.height + margin; all > rect.height() + 1) {
        const double length = std::max(12.0, rect.height() * rect.height() / all);
        const double at = scrollFor(rect.height(), flow) / (all - rect.height()) * (rect.height() - length);
        painter.setPen(Qt::NoPen);
        painter.setBrush(faded(theme.faint, 0.6));
        painter.drawRoundedRect(QRectF(rect.right() - 5, rect.top() + at, 4, length), 2, 2);
    }
    painter.restore();
}

void TextStrip::drawSentence(QPainter& painter, const Sentence& sentence, const QRectF& rect, const Theme& theme,
                             const LinkFocus& focus, const Bars& bars) const {
    const QPointF origin = rect.topLeft() + QPointF(margin, margin / 2 - scrollFor(rect.height(), m_flow));
    if (analysis()->cross) {
        painter.setFont(tagFont(theme.font));
        painter.setPen(theme.ink(sentence.side == TokenSide::Query ? theme.query : theme.key));
        painter.drawText(QRectF(origin.x(), origin.y() + sentence.top + 2, tagWidth(theme.font), chipHeight(theme.font)),
                         static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine), tagOf(sentence.side));
    }
    const bool striped = !analysis()->cross || bars.side == sentence.side;
    const auto inSight = [&](const QRectF& box) { return box.bottom() > rect.top() && box.top() < rect.bottom(); };
    std::vector<int> chosen;
    for (std::size_t i = 0; i < sentence.boxes.size(); ++i) {
        const QRectF box = sentence.boxes[i].translated(origin);
        if (!inSight(box)) continue;
        const int index = static_cast<int>(i);
        if (striped) drawBars(painter, box, theme, bars, index);
        if (isChosen(focus, sentence.side, index)) chosen.push_back(index);
        else drawChip(painter, sentence, index, box, theme, focus, bars.heads);
    }
    // Larger than the others, over its neighbours.
    for (const int i : chosen)
        drawChip(painter, sentence, i, sentence.boxes[static_cast<std::size_t>(i)].translated(origin), theme, focus, bars.heads);
}

void TextStrip::drawChip(QPainter& painter, const Sentence& sentence, int index, const QRectF& box, const Theme& theme,
                         const LinkFocus& focus, const std::vector<int>& heads) const {
    const bool chosen = isChosen(focus, sentence.side, index);
    const bool key = analysis()->cross ? sentence.side == TokenSide::Key : focus.incoming || (focus.empty() && acting(sentence.side) == TokenSide::Key);
    const QColor role = key ? theme.key : theme.query;
    QRectF ground(box.left() + 0.5, box.top() + 2.5, box.width() - 1, chipHeight(theme.font) - 1);
    QFont font = theme.font;
    if (chosen) {
        ground.adjust(-2.5, -2, 2.5, 1.5);
        font.setBold(true);
    }
    // In self-attention a chip is a query and a key at once: what the mask takes from either side is shown.
    const bool both = !analysis()->cross;
    const bool asQuery = (both ? focus.incoming || focus.empty() : sentence.side == TokenSide::Query) &&
                         forbiddenQuery(*analysis(), heads, focus, index);
    const bool asKey = (both ? !focus.incoming : sentence.side == TokenSide::Key) && forbiddenKey(*analysis(), heads, focus, index);
    const bool forbidden = asQuery || asKey;
    if (forbidden && !chosen) drawHatch(painter, ground, theme);
    const Token& token = (sentence.side == TokenSide::Query ? analysis()->queries : analysis()->keys)[static_cast<std::size_t>(index)];
    const bool added = token.special && token.begin < 0; // nobody typed it: [CLS], </s>
    painter.setPen(QPen(chosen || isPinned(sentence.side, index) ? role : theme.hairline, chosen ? 1.5 : 1, added ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(chosen ? role : forbidden || added ? QColor(Qt::transparent) : faded(role, theme.dark ? 0.10 : 0.06));
    painter.drawRoundedRect(ground, 4, 4);
    painter.setFont(font);
    painter.setPen(chosen ? theme.on(role) : forbidden || added ? theme.faint : theme.text);
    const QFontMetricsF metrics(font);
    // Measuring is slow, and the width of a name that is not bold is known.
    const bool fits = !chosen && sentence.names->widths()[static_cast<std::size_t>(index)] <= ground.width() - 2;
    const QString name = fits ? sentence.names->name(index)
                              : metrics.elidedText(sentence.names->name(index), Qt::ElideRight, ground.width() - 2);
    painter.drawText(ground, static_cast<int>(Qt::AlignCenter | Qt::TextSingleLine), name);
    if (asKey) {
        const double half = std::min(metrics.horizontalAdvance(name), ground.width()) / 2;
        painter.drawLine(QPointF(ground.center().x() - half, ground.center().y()), QPointF(ground.center().x() + half, ground.center().y()));
    }
}

void TextStrip::drawBars(QPainter& painter, const QRectF& box, const Theme& theme, const Bars& bars, int index) const {
    const double count = static_cast<double>(bars.heads.size());
    const double width = std::min(widestBar, (box.width() - 4) / count);
    const double top = box.top() + 2 + chipHeight(theme.font) + 2;
    double x = box.center().x() - width * count / 2;
    for (std::size_t lane = 0; lane < bars.heads.size(); ++lane, x += width) {
        const double strength = linkStrength(bars.weights[lane][static_cast<std::size_t>(index)], bars.greatest, selection().state().gamma);
        const double gap = width > 4 ? 1 : 0;
        const QRectF bar(x + gap / 2, top, width - gap, barcode);
        painter.fillRect(bar, faded(theme.hairline, 0.35));
        if (strength > 0.02) painter.fillRect(bar, faded(theme.head(bars.heads[lane], analysis()->heads()), strength));
    }
}

QString TextStrip::typedTip(const TokenPlace& place) const {
    const Analysis& a = *analysis();
    const bool key = place.side == TokenSide::Key;
    const Token& token = (key ? a.keys : a.queries)[static_cast<std::size_t>(place.index)];
    if (!a.run || token.begin < 0) return {};
    // The ranges of what a decoder reads count in the second text, too.
    const bool second = token.sequence == 1 || a.site == Site::Decoder || (a.site == Site::Cross && !key);
    const std::string& text = second ? a.text2 : a.text;
    const std::string typed = text.substr(static_cast<std::size_t>(token.begin), static_cast<std::size_t>(token.end - token.begin));
    if (typed.empty() || typed == token.text) return {};
    return tr("Token %1 stands for “%2”\n").arg(tokenLabel(token), QString::fromStdString(typed));
}

void TextStrip::mouseMoveEvent(QMouseEvent* event) {
    const std::optional<TokenPlace> place = placeAt(event->position());
    setCursor(place ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (!place) {
        m_delay.leave();
        return;
    }
    m_delay.hover([&] {
        if (place->side == TokenSide::Query) selection().hoverQuery(place->index);
        else selection().hoverKey(place->index);
    });
    setToolTip(typedTip(*place) + describe(*analysis(), selection()));
}

void TextStrip::mousePressEvent(QMouseEvent* event) {
    const std::optional<TokenPlace> place = placeAt(event->position());
    if (!place || event->button() != Qt::LeftButton) return View::mousePressEvent(event);
    pin(*place, event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier));
    m_clicked = place;
}

void TextStrip::mouseDoubleClickEvent(QMouseEvent* event) {
    const std::optional<TokenPlace> clicked = std::exchange(m_clicked, std::nullopt);
    const std::optional<TokenPlace> place = placeAt(event->position());
    if (!place || event->button() != Qt::LeftButton) return;
    // In self-attention every word is a key too.
    if (analysis()->cross && place->side != TokenSide::Key) return pin(*place, false);
    if (clicked == place) selection().takeBackClick();
    emit paddingToggled(place->index);
}

void TextStrip::pin(const TokenPlace& place, bool add) {
    if (place.side == TokenSide::Query) selection().pinQuery(place.index, add);
    else selection().pinKey(place.index, add);
}

void TextStrip::leaveEvent(QEvent* event) {
    m_delay.leave();
    QWidget::leaveEvent(event); // not View's, which lets go at once
}

void TextStrip::wheelEvent(QWheelEvent* event) {
    const Flow& flow = flowFor(width(), theme());
    if (flow.height + margin <= height() + 1) return event->ignore();
    const double moved = event->pixelDelta().isNull() ? event->angleDelta().y() / 120.0 * lineHeight(theme().font)
                                                      : event->pixelDelta().y();
    m_scroll = scrollFor(height(), flow) - moved;
    m_scroll = scrollFor(height(), flow);
    update();
    event->accept();
}

bool TextStrip::event(QEvent* event) {
    // While the strip has the keyboard, these keys are its own and not the window's.
    if (event->type() == QEvent::ShortcutOverride) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Home:
        case Qt::Key_End:
        case Qt::Key_Delete: event->accept(); return true;
        default: break;
        }
    }
    return View::event(event);
}

void TextStrip::keyPressEvent(QKeyEvent* event) {
    if (!analysis() || analysis()->empty()) return View::keyPressEvent(event);
    const int count = static_cast<int>(acting(TokenSide::Query) == TokenSide::Key ? analysis()->keys.size() : analysis()->queries.size());
    const bool mirrored = flowFor(width(), theme()).sentences.front().names->rightToLeft();
    switch (event->key()) {
    case Qt::Key_Left: return moveBy(mirrored ? 1 : -1);
    case Qt::Key_Right: return moveBy(mirrored ? -1 : 1);
    case Qt::Key_Home: return moveBy(-count);
    case Qt::Key_End: return moveBy(count);
    case Qt::Key_Delete: {
        const LinkFocus focus = focusOf(selection());
        for (const int key : analysis()->cross || focus.incoming ? focus.keys : focus.queries) emit paddingToggled(key);
        return;
    }
    default: return View::keyPressEvent(event);
    }
}

void TextStrip::moveBy(int steps) {
    if (acting(TokenSide::Query) == TokenSide::Key) selection().stepKey(steps);
    else selection().stepQuery(steps);
}

void TextStrip::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    m_seenQueries.clear();
    m_seenKeys.clear();
    keepInSight();
}

void TextStrip::keepInSight() {
    const std::vector<int> queries = selection().shownQueries();
    const std::vector<int> keys = selection().shownKeys();
    // What the pointer is over must not run away from it.
    if ((queries == m_seenQueries && keys == m_seenKeys) || m_delay.holds() || !analysis() || analysis()->empty()) return;
    // What has come last is in sight for sure, and the other one if both have room.
    const bool key = queries.empty() || (queries == m_seenQueries && !keys.empty());
    m_seenQueries = queries;
    m_seenKeys = keys;
    const auto bring = [this](TokenSide side, const std::vector<int>& tokens) {
        if (tokens.empty()) return;
        const QRectF box = chip(side, tokens.back());
        if (box.isNull()) return;
        const Flow& flow = flowFor(width(), theme());
        m_scroll = scrollFor(height(), flow);
        if (box.top() < 0) m_scroll += box.top() - margin / 2;
        else if (box.bottom() > height()) m_scroll += box.bottom() - height() + margin / 2;
        m_scroll = scrollFor(height(), flow);
    };
    if (key) bring(TokenSide::Query, queries);
    bring(TokenSide::Key, keys);
    if (!key) bring(TokenSide::Query, queries);
    update();
}

} // namespace headscope
