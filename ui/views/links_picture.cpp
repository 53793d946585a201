// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/links_picture.h"

#include "ui/views/caption.h"
#include "ui/views/describe.h"
#include "ui/views/geometry.h"
#include "ui/views/matrix_image.h"
#include "ui/views/shown.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <set>

namespace headscope {

namespace {

constexpr double margin = 10;
constexpr double longestLineName = 160; ///< of names that stand wider than their tokens

struct Words {
    Q_DECLARE_TR_FUNCTIONS(LinksPicture)
};

QFont sized(const QFont& base, double factor, bool bold = false) {
    QFont font = base;
    font.setPixelSize(std::max(9, static_cast<int>(std::lround(base.pixelSize() * factor))));
    font.setBold(bold);
    return font;
}

QColor faded(QColor colour, double opacity) {
    colour.setAlphaF(static_cast<float>(std::clamp(opacity, 0.0, 1.0)));
    return colour;
}

bool contains(const std::vector<int>& sorted, int value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

/// What a number beside a name may need.
double widestNumber(const QFont& font) {
    const QFontMetricsF metrics(font);
    return std::max(metrics.horizontalAdvance(percent(0.998)), metrics.horizontalAdvance(percent(0.0001)));
}

/// Stretches of a line that are taken.
class Taken {
public:
    /// Whether nothing of it was, and takes it if so.
    bool take(double low, double high) {
        const auto next = m_stretches.lower_bound({low, low});
        if (next != m_stretches.end() && next->first < high - 0.01) return false;
        if (next != m_stretches.begin() && std::prev(next)->second > low + 0.01) return false;
        m_stretches.insert({low, high});
        return true;
    }

private:
    std::set<std::pair<double, double>> m_stretches; ///< apart from each other
};

/// How one side's tokens are drawn.
class SidePainter {
public:
    SidePainter(QPainter& painter, const LinksInput& input, const LinksLayout& layout, TokenSide side)
        : p(painter), in(input), m_layout(layout), m_side(side), m_query(side == TokenSide::Query),
          m_names(m_query ? input.queryNames : input.keyNames), m_font(sized(input.theme.font, layout.nameScale())),
          m_metrics(m_font), m_small(sized(input.theme.font, 0.82)) {
        m_chosen = m_query ? in.focus.queries : in.focus.keys;
        m_pinned = m_query ? in.state.pinnedQueries : in.state.pinnedKeys;
        m_opposite = !in.focus.empty() && m_query == in.focus.incoming;
    }

    /// weights: [heads][n], or empty.
    void draw(const std::vector<std::vector<double>>& weights, double greatest);

private:
    QColor role() const { return m_query ? in.theme.query : in.theme.key; }
    QRectF box(int i) const { return m_layout.box(m_side, i).intersected(m_layout.field()); }
    bool forbidden(int i) const;
    double mean(const std::vector<std::vector<double>>& weights, int i) const;
    void drawStripes(const std::vector<std::vector<double>>& weights, double greatest) const;
    void drawGround(int i) const;
    /// A name that has room: in lines, in which row, and whether its number has room, too.
    struct Named {
        int index = 0;
        int row = 0;
        bool number = true;
    };
    void drawName(const Named& named, const QString& number, bool plate) const;
    void drawLineNumber(int i, const QString& number) const;
    QRectF lineName(int i, int row, double width) const;
    std::vector<int> byImportance(const std::vector<std::vector<double>>& weights) const;
    std::vector<Named> namedInColumn(const std::vector<int>& order) const;
    QString share(const std::vector<std::vector<double>>& weights, int i) const;
    std::vector<Named> namedInLines(const std::vector<int>& order, const std::vector<std::vector<double>>& weights) const;

    QPainter& p;
    const LinksInput& in;
    const LinksLayout& m_layout;
    TokenSide m_side;
    bool m_query;
    const TokenNames& m_names;
    QFont m_font;
    QFontMetricsF m_metrics;
    QFont m_small;
    std::vector<int> m_chosen;
    std::vector<int> m_pinned;
    bool m_opposite; ///< shows the weights of what is chosen on the other side
};

bool SidePainter::forbidden(int i) const {
    return m_query ? forbiddenQuery(in.analysis, in.heads, in.focus, i) : forbiddenKey(in.analysis, in.heads, in.focus, i);
}

double SidePainter::mean(const std::vector<std::vector<double>>& weights, int i) const {
    double sum = 0;
    for (const std::vector<double>& head : weights) sum += head[static_cast<std::size_t>(i)];
    return weights.empty() ? 0 : sum / static_cast<double>(weights.size());
}

void SidePainter::drawStripes(const std::vector<std::vector<double>>& weights, double greatest) const {
    for (std::size_t lane = 0; lane < weights.size(); ++lane) {
        const QColor colour = in.theme.head(in.heads[lane], in.analysis.heads());
        for (int i = m_layout.first(m_side); i < m_layout.last(m_side); ++i) {
            const double w = weights[lane][static_cast<std::size_t>(i)];
            const double opacity = linkStrength(w, greatest, in.state.gamma);
            if (opacity < faintestLink) continue;
            const QRectF b = m_layout.stripes(m_side, i).intersected(m_layout.field());
            const double width = b.width() / static_cast<double>(weights.size());
            const double gap = b.height() > 8 ? 1 : 0;
            p.fillRect(QRectF(b.left() + width * static_cast<double>(lane), b.top() + gap / 2, width, b.height() - gap),
                       faded(colour, opacity));
        }
    }
}

/// Hatched, chosen or pinned.
void SidePainter::drawGround(int i) const {
    const QRectF b = box(i).adjusted(0.5, 0.5, -0.5, -0.5);
    if (b.height() <= 0 || b.width() <= 0) return;
    if (forbidden(i)) drawHatch(p, b, in.theme);
    const bool chosen = contains(m_chosen, i);
    if (!chosen && !contains(m_pinned, i)) return;
    const double round = std::min({4.0, b.height() / 3, b.width() / 3});
    p.setPen(QPen(role(), 1.5));
    p.setBrush(chosen ? role() : faded(role(), 0.18));
    p.drawRoundedRect(b.adjusted(0.5, 0.5, -0.5, -0.5), round, round);
}

/// In lines: where a name of this width stands. A line that shows all of its tokens keeps every name within the picture.
QRectF SidePainter::lineName(int i, int row, double width) const {
    const QRectF whole = m_layout.nameBox(m_side, i);
    const double height = m_layout.nameRowHeight();
    const double top = m_layout.leads(m_side) ? whole.top() + row * height : whole.bottom() - (row + 1) * height;
    QRectF place(whole.center().x() - width / 2, top, width, height);
    const QRectF& field = m_layout.field();
    if (m_layout.scale() < 1) place.moveLeft(std::clamp(place.left(), field.left(), std::max(field.left(), field.right() - width)));
    return place;
}

void SidePainter::drawName(const Named& named, const QString& number, bool plate) const {
    const int i = named.index;
    const bool lines = m_layout.horizontal();
    const QRectF whole = m_layout.nameBox(m_side, i);
    const bool lead = m_layout.leads(m_side);
    const double height = m_metrics.height();
    QRectF place = whole.adjusted(6, 0, -6, 0);
    if (!lines && place.height() < height) place = QRectF(place.left(), place.center().y() - height / 2, place.width(), height);
    double numberWidth = number.isEmpty() || lines ? 0 : QFontMetricsF(m_small).horizontalAdvance(number) + 6;
    // Where both do not fit, the word is cut beside its number, unless little of it would be left.
    const double known = m_names.widths()[static_cast<std::size_t>(i)];
    if (known * m_layout.nameScale() + numberWidth > place.width() && place.width() < 2.5 * numberWidth) numberWidth = 0;
    const double room = !lines ? place.width() - numberWidth : m_layout.scale() < 1 ? longestLineName : whole.width() - 4;
    const bool fits = m_layout.nameScale() == 1 && known <= room + 1; // measuring is slow
    const QString name = fits ? m_names.name(i) : m_metrics.elidedText(m_names.name(i), Qt::ElideRight, room + 1);
    const double width = fits ? known : m_metrics.horizontalAdvance(name);
    if (lines) place = lineName(i, named.row, width);
    const Qt::Alignment along = lines ? Qt::AlignHCenter : lead ? Qt::AlignRight : Qt::AlignLeft;
    const bool chosen = contains(m_chosen, i);
    QColor ink = chosen ? in.theme.on(role()) : in.theme.text;
    if (!chosen && (m_opposite || in.focus.empty()) && forbidden(i)) ink = in.theme.faint;
    if (!chosen && !m_opposite && !in.focus.empty()) ink = in.theme.faint;
    if (plate) {
        QRectF ground = place;
        if (!lines) ground = lead ? QRectF(place.right() - width, place.top(), width, place.height())
                                  : QRectF(place.left(), place.top(), width, place.height());
        p.setPen(Qt::NoPen);
        p.setBrush(chosen ? role() : faded(in.theme.paper, 0.85));
        p.drawRoundedRect(ground.adjusted(-4, 0, 4, 0), 3, 3);
    }
    p.setFont(m_font);
    p.setPen(ink);
    p.drawText(place, static_cast<int>(along | Qt::AlignVCenter | Qt::TextSingleLine), name);
    if (forbidden(i) && !chosen) {
        const double left = lines ? place.left() : lead ? place.right() - width : place.left();
        p.drawLine(QPointF(left, place.center().y()), QPointF(left + width, place.center().y()));
    }
    if (number.isEmpty() || !named.number) return;
    p.setFont(m_small);
    p.setPen(in.theme.text);
    if (lines) return drawLineNumber(i, number);
    if (numberWidth == 0) return;
    // As high as the name: the box may be thinner than a line.
    const QRectF inner(whole.left() + 6, place.top(), whole.width() - 12, place.height());
    p.drawText(inner, static_cast<int>((lead ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter | Qt::TextSingleLine), number);
}

/// Between the names and the curves.
void SidePainter::drawLineNumber(int i, const QString& number) const {
    const QRectF whole = m_layout.nameBox(m_side, i);
    const double names = m_layout.nameRows() * m_layout.nameRowHeight();
    const QRectF rest = m_layout.leads(m_side) ? whole.adjusted(-40, names, 40, 0) : whole.adjusted(-40, 0, 40, -names);
    p.drawText(rest, static_cast<int>(Qt::AlignCenter | Qt::TextSingleLine), number);
}

/// Whose names are wanted, the more important first: the chosen ones, those that the chosen ones read most, then a
/// regular few.
std::vector<int> SidePainter::byImportance(const std::vector<std::vector<double>>& weights) const {
    const int first = m_layout.first(m_side);
    const int last = m_layout.last(m_side);
    std::vector<int> order;
    for (const int c : m_chosen)
        if (c >= first && c < last) order.push_back(c);
    if (m_opposite && !weights.empty()) {
        std::vector<std::pair<double, int>> strong;
        for (int i = first; i < last; ++i)
            if (const double w = mean(weights, i); w >= 0.02) strong.emplace_back(-w, i);
        std::sort(strong.begin(), strong.end());
        for (const auto& [w, i] : strong) order.push_back(i);
    }
    const double pitch = m_layout.horizontal() || last <= first ? 1e9 : m_layout.box(m_side, first).height();
    const double needed = m_metrics.height() * 0.8;
    const int step = pitch >= needed ? 1 : static_cast<int>(labelStep(pitch, needed));
    for (int i = (first + step - 1) / step * step; i < last; i += step) order.push_back(i);
    std::set<int> seen;
    std::erase_if(order, [&](int i) { return !seen.insert(i).second; });
    return order;
}

std::vector<SidePainter::Named> SidePainter::namedInColumn(const std::vector<int>& order) const {
    std::vector<Named> names;
    Taken taken;
    for (const int i : order) {
        const double middle = m_layout.box(m_side, i).center().y();
        if (middle < m_layout.field().top() || middle > m_layout.field().bottom()) continue;
        const double half = m_metrics.height() * 0.4;
        if (taken.take(middle - half, middle + half)) names.push_back({i, 0, true});
    }
    return names;
}

/// What the chosen tokens read of this one; empty for nothing.
QString SidePainter::share(const std::vector<std::vector<double>>& weights, int i) const {
    const double w = m_opposite ? mean(weights, i) : 0;
    return w > 0 ? percent(w) : QString();
}

std::vector<SidePainter::Named> SidePainter::namedInLines(const std::vector<int>& order,
                                                          const std::vector<std::vector<double>>& weights) const {
    std::vector<Named> names;
    const auto rows = static_cast<std::size_t>(m_layout.nameRows());
    std::vector<Taken> taken(rows);
    Taken numbers;
    const QFontMetricsF small(m_small);
    for (const int i : order) {
        const double number = small.horizontalAdvance(share(weights, i)) + 4;
        const double middle = m_layout.box(m_side, i).center().x();
        const bool numbered = numbers.take(middle - number / 2, middle + number / 2);
        if (m_layout.scale() >= 1) { // every name has room within its box
            names.push_back({i, 0, numbered});
            continue;
        }
        const double known = m_names.widths()[static_cast<std::size_t>(i)] * m_layout.nameScale();
        const QRectF place = lineName(i, 0, std::min(known, longestLineName)).adjusted(-4, 0, 4, 0);
        const auto free = std::find_if(taken.begin(), taken.end(), [&](Taken& row) { return row.take(place.left(), place.right()); });
        if (free == taken.end()) continue;
        names.push_back({i, static_cast<int>(free - taken.begin()), numbered});
        // What is chosen stands on its colour, which nothing else may cover.
        if (contains(m_chosen, i))
            for (Taken& row : taken) row.take(place.left(), place.right());
    }
    return names;
}

void SidePainter::draw(const std::vector<std::vector<double>>& weights, double greatest) {
    if (m_layout.first(m_side) >= m_layout.last(m_side)) return;
    p.setRenderHint(QPainter::Antialiasing, false);
    if (!weights.empty()) drawStripes(weights, greatest);
    p.setRenderHint(QPainter::Antialiasing, true);
    const QRectF sample = m_layout.box(m_side, m_layout.first(m_side));
    const bool thin = m_layout.horizontal() ? m_layout.scale() < 1 : sample.height() < m_metrics.height() * 0.8;
    for (int i = m_layout.first(m_side); i < m_layout.last(m_side); ++i) drawGround(i);
    const std::vector<int> order = byImportance(weights);
    const std::vector<Named> names = m_layout.horizontal() ? namedInLines(order, weights) : namedInColumn(order);
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        drawName(*name, share(weights, name->index), thin && (contains(m_chosen, name->index) || m_opposite));
    }
}

void drawTitles(QPainter& p, const LinksInput& in, const LinksLayout& layout) {
    const QFont font = sized(in.theme.font, 0.82, true);
    const QFontMetricsF metrics(font);
    p.setFont(font);
    const QRectF curves = curveField(layout);
    for (const TokenSide side : {TokenSide::Query, TokenSide::Key}) {
        const bool query = side == TokenSide::Query;
        const bool lead = layout.leads(side);
        QString text = Words::tr("keys are read");
        if (query && layout.horizontal()) text = lead ? Words::tr("queries read ↓") : Words::tr("queries read ↑");
        else if (query) text = lead ? Words::tr("queries read →") : Words::tr("← queries read");
        QRectF place = layout.title(side);
        if (!layout.horizontal()) {
            // A title longer than its column reaches out over the curves, not beyond the picture.
            const double room = place.width() + curves.width() / 2 - 8;
            const double width = std::max(place.width(), std::min(room, metrics.horizontalAdvance(text) + 12));
            place = lead ? QRectF(place.left(), place.top(), width, place.height())
                         : QRectF(place.right() - width, place.top(), width, place.height());
        }
        p.setPen(in.theme.ink(query ? in.theme.query : in.theme.key));
        const Qt::Alignment align = layout.horizontal() ? Qt::AlignHCenter : lead ? Qt::AlignRight : Qt::AlignLeft;
        p.drawText(place.adjusted(6, 0, -6, 0), static_cast<int>(align | Qt::AlignVCenter | Qt::TextSingleLine),
                   metrics.elidedText(text, Qt::ElideRight, place.width() - 12));
    }
}

/// Where in a long text we are.
void drawScrollMark(QPainter& p, const LinksInput& in, const LinksLayout& layout) {
    if (layout.share() >= 1) return;
    const QRectF& f = layout.field();
    const double extent = layout.horizontal() ? f.width() : f.height();
    const double length = std::max(16.0, layout.share() * extent);
    double at = in.zoom.scroll * (extent - length);
    if (layout.horizontal() && in.queryNames.rightToLeft()) at = extent - length - at;
    p.setPen(Qt::NoPen);
    p.setBrush(faded(in.theme.faint, 0.6));
    const QRectF mark = layout.horizontal() ? QRectF(f.left() + at, in.rect.top() + 2, length, 4)
                                            : QRectF(in.rect.right() - 6, f.top() + at, 4, length);
    p.drawRoundedRect(mark, 2, 2);
}

/// The heads' colours with their numbers, then what the picture shows of the links, the more important first.
Caption legend(const LinksInput& in, const LinksDrawn& drawn) {
    Caption caption(sized(in.theme.font, 0.82), in.rect.width() - 2 * margin);
    const auto add = [&](const QString& text) { caption.add(text, in.theme.faint); };
    constexpr std::size_t mostHeads = 32;
    caption.add(layerName(in.analysis), in.theme.text);
    add(in.heads.size() == 1 ? Words::tr("head") : Words::tr("heads"));
    for (std::size_t i = 0; i < std::min(in.heads.size(), mostHeads); ++i)
        caption.addSwatch(in.theme.head(in.heads[i], in.analysis.heads()), QLocale().toString(in.heads[i] + 1), in.theme.text);
    if (in.heads.size() > mostHeads) add(Words::tr("+%1").arg(in.heads.size() - mostHeads));
    const QString share = percent(in.state.mass);
    add(in.focus.incoming ? Words::tr("strongest links up to %1 of what is read").arg(share)
                          : Words::tr("strongest links up to %1 of each row").arg(share));
    if (drawn.of > 0) add(Words::tr("%1 of %2 links drawn").arg(QLocale().toString(drawn.count), QLocale().toString(drawn.of)));
    if (drawn.last > 0) add(Words::tr("tokens %1–%2 of %3").arg(drawn.first + 1).arg(drawn.last).arg(drawn.tokens));
    for (const QString& part : hiddenCaption(in.analysis, in.state).split(QStringLiteral("; "))) add(part);
    for (const QString& part : dropoutNotes(in.analysis, in.state, Words::tr("dropped weights have no link"))) add(part);
    if (drawn.cutAt > 0) add(Words::tr("at most %1 a row").arg(drawn.cutAt));
    add(pairNote(in.analysis));
    const std::size_t chosen = in.focus.incoming ? in.focus.keys.size() : in.focus.queries.size();
    if (in.heads.size() > 1 && chosen > 0) add(Words::tr("numbers: mean of %1 heads").arg(in.heads.size()));
    if (chosen > 1) add(in.focus.incoming ? Words::tr("%1 words together, sum").arg(chosen) : Words::tr("%1 words together, mean").arg(chosen));
    add(modelLabel(in.analysis));
    add(Words::tr("opacity γ %1").arg(QLocale().toString(in.state.gamma, 'g', 2)));
    return caption;
}

/// As many lines as the legend may need, of a picture not too low for them. How many links there will be is known only
/// after everything has its place.
double legendHeight(const LinksInput& in) {
    if (in.rect.height() < 130) return 0;
    LinksDrawn most;
    const int tokens = static_cast<int>(std::max(in.analysis.queries.size(), in.analysis.keys.size()));
    if (tokens > 40) most = {1000, 10 * tokens, 0, 0, 0, 0};
    if (!in.zoom.whole && tokens > 12) most.first = most.last = most.tokens = tokens;
    const Caption caption = legend(in, most);
    const int lines = in.rect.height() < 180 ? std::min(2, caption.lines()) : caption.lines();
    return lines * caption.lineHeight() + 4;
}

} // namespace

LinksLayout linksLayout(const LinksInput& in) {
    const QFontMetricsF metrics(in.theme.font);
    LinksSpec spec;
    spec.area = in.rect.adjusted(margin, margin * 0.6, -margin, -margin * 0.4 - legendHeight(in));
    spec.horizontal = in.state.horizontalLinks;
    spec.swapped = in.state.transposed;
    spec.line = metrics.height();
    spec.number = widestNumber(sized(in.theme.font, 0.82)) + 8;
    // By all heads of the layer: pointing at one must not move the words.
    spec.stripes = spec.horizontal ? 8 : in.rect.width() < 400 ? 10 : std::clamp(5.0 * in.analysis.heads(), 12.0, 36.0);
    spec.widths = {in.queryNames.widths(), in.keyNames.widths()};
    spec.rightToLeft = {in.queryNames.rightToLeft(), in.keyNames.rightToLeft()};
    spec.zoom = in.zoom;
    return LinksLayout(spec);
}

QRectF curveField(const LinksLayout& layout) {
    const QRectF a = layout.band(TokenSide::Query);
    const QRectF b = layout.band(TokenSide::Key);
    const QRectF& f = layout.field();
    if (layout.horizontal()) {
        const double top = std::min(a.bottom(), b.bottom());
        return {f.left(), top, f.width(), std::max(a.top(), b.top()) - top};
    }
    const double left = std::min(a.right(), b.right());
    return {left, f.top(), std::max(a.left(), b.left()) - left, f.height()};
}

void drawLinksFrame(QPainter& p, const LinksInput& in, const LinksLayout& layout,
                    const std::vector<std::vector<double>>& weights, double greatest) {
    double top = greatest;
    if (in.focus.empty()) {
        top = 0;
        for (const std::vector<double>& head : weights)
            for (const double w : head) top = std::max(top, w);
        top *= 1.6; // quieter than what a chosen token reads
    }
    const TokenSide striped = in.focus.incoming && !in.focus.empty() ? TokenSide::Query : TokenSide::Key;
    for (const TokenSide side : {TokenSide::Query, TokenSide::Key})
        SidePainter(p, in, layout, side).draw(side == striped ? weights : std::vector<std::vector<double>>{}, top);
    drawTitles(p, in, layout);
    if (in.onScreen) drawScrollMark(p, in, layout);
}

void drawLinksLegend(QPainter& p, const LinksInput& in, const LinksLayout& layout, LinksDrawn drawn) {
    const double height = legendHeight(in);
    if (height <= 0) return;
    p.setRenderHint(QPainter::Antialiasing, false);
    if (layout.share() < 1) {
        const TokenSide longer = layout.count(TokenSide::Query) >= layout.count(TokenSide::Key) ? TokenSide::Query : TokenSide::Key;
        drawn.first = layout.first(longer);
        drawn.last = layout.last(longer);
        drawn.tokens = layout.count(longer);
    }
    const QRectF below(in.rect.left() + margin, in.rect.bottom() - height, in.rect.width() - 2 * margin, height - 4);
    legend(in, drawn).draw(p, below, in.theme);
}

} // namespace headscope
