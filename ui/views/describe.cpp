// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/describe.h"

#include "core/model/ablation.h"
#include "core/sources/hub_cache.h"
#include "ui/selection.h"
#include "ui/views/geometry.h"
#include "ui/views/shown.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

namespace headscope {

namespace {

/// The translation context; the sentences are built by free functions.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(Describe)
};

QString quoted(const std::vector<Token>& tokens, int position) {
    return Words::tr("“%1”").arg(tokenLabel(tokens, position));
}

/// At most three by name, the others counted.
QString quoted(const std::vector<Token>& tokens, const std::vector<int>& positions) {
    QStringList names;
    for (std::size_t i = 0; i < positions.size() && i < 3; ++i)
        names << quoted(tokens, positions[i]);
    const int more = static_cast<int>(positions.size()) - static_cast<int>(names.size());
    const QString list = names.join(Words::tr(" + "));
    return more > 0 ? Words::tr("%1 + %2 more").arg(list, QString::number(more)) : list;
}

/// The strongest three with their shares: "62 % from “animal”, 21 % from “street”".
QString strongest(const std::vector<double>& shares, const std::vector<Token>& tokens, const QString& form) {
    std::vector<std::size_t> order(shares.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t most = std::min<std::size_t>(3, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
        [&](std::size_t a, std::size_t b) { return shares[a] != shares[b] ? shares[a] > shares[b] : a < b; });
    QStringList parts;
    for (std::size_t i = 0; i < most; ++i) {
        const double share = shares[order[i]];
        // Hardly more than nothing is not worth a clause.
        if (share <= 0 || (i > 0 && share < std::max(0.01, 0.05 * shares[order[0]]))) break;
        parts << form.arg(percent(share), quoted(tokens, static_cast<int>(order[i])));
    }
    return parts.join(Words::tr(", "));
}

/// Mean of the chosen queries' rows [n_k], as shown.
std::vector<double> rowsOf(const Analysis& a, const ViewState& state, int head, const std::vector<int>& queries) {
    std::vector<double> sum(a.keys.size(), 0);
    for (const int q : queries) {
        const std::vector<Scalar> row = shownRow(a, state, head, q);
        for (std::size_t j = 0; j < sum.size(); ++j)
            sum[j] += static_cast<double>(row[j]) / static_cast<double>(queries.size());
    }
    return sum;
}

/// Sum of the chosen keys' columns [n_q], as shown.
std::vector<double> columnsOf(const Analysis& a, const ViewState& state, int head, const std::vector<int>& keys) {
    std::vector<double> sum(a.queries.size(), 0);
    for (const int k : keys) {
        const std::vector<Scalar> column = shownColumn(a, state, head, k);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(column[i]);
    }
    return sum;
}

QString queriesSentence(const Analysis& a, const ViewState& state, int head, const std::vector<int>& queries) {
    const QString who = quoted(a.queries, queries);
    const QString found = strongest(rowsOf(a, state, head, queries), a.keys, Words::tr("%1 from %2"));
    if (!found.isEmpty())
        return queries.size() > 1 ? Words::tr("%1 together read on average %2").arg(who, found)
                                  : Words::tr("%1 reads %2").arg(who, found);
    const bool masked = std::none_of(queries.begin(), queries.end(), [&](int q) { return mayReadAny(a, head, q); });
    return masked ? Words::tr("%1 may read nothing: its whole row is masked").arg(who)
                  : Words::tr("%1 reads nothing of what is shown").arg(who);
}

QString keysSentence(const Analysis& a, const ViewState& state, int head, const std::vector<int>& keys) {
    const QString what = quoted(a.keys, keys);
    const QString found = strongest(columnsOf(a, state, head, keys), a.queries, Words::tr("%2 (%1)"));
    if (found.isEmpty()) return Words::tr("%1 is read by nobody").arg(what);
    return keys.size() > 1 ? Words::tr("%1 together are read by %2").arg(what, found)
                           : Words::tr("%1 is read by %2").arg(what, found);
}

QString cellSentence(const Analysis& a, const ViewState& state, int head, int query, int key) {
    const QString who = quoted(a.queries, query);
    const QString what = quoted(a.keys, key);
    if (!mayRead(a, head, query, key)) return Words::tr("%1 may not read %2: masked").arg(who, what);
    if (wasDropped(a, head, query, key)) return Words::tr("%1 reads nothing from %2: dropped").arg(who, what);
    const double weight = static_cast<double>(a.weight(head, query, key));
    const std::vector<std::uint8_t> hidden = hiddenKeys(a, state);
    if (!hidden.empty() && hidden[static_cast<std::size_t>(key)])
        return Words::tr("%1 reads %2 from %3, which is hidden (%4)").arg(who, percent(weight), what, exact(weight));
    const double shown =
        hidden.empty() ? weight : static_cast<double>(shownRow(a, state, head, query)[static_cast<std::size_t>(key)]);
    return Words::tr("%1 reads %2 from %3 (%4)").arg(who, percent(shown), what, exact(shown));
}

QString blockSentence(const Analysis& a, const ViewState& state, int head, const std::vector<int>& queries,
                      const std::vector<int>& keys) {
    if (queries.size() == 1 && keys.size() == 1) return cellSentence(a, state, head, queries[0], keys[0]);
    const std::vector<double> rows = rowsOf(a, state, head, queries);
    double share = 0;
    for (const int k : keys) share += rows[static_cast<std::size_t>(k)];
    const QString form =
        queries.size() > 1 ? Words::tr("%1 together read on average %2 from %3 (%4)") : Words::tr("%1 reads %2 from %3 (%4)");
    return form.arg(quoted(a.queries, queries), percent(share), quoted(a.keys, keys), exact(share));
}

/// What the head does as a whole.
QString headSentence(const Analysis& a, const ViewState& state, int head) {
    const HeadPicture& picture = a.pictures[static_cast<std::size_t>(head)];
    if (state.direction == Direction::IsReadBy && !picture.received.empty()) {
        const auto best = std::max_element(picture.received.begin(), picture.received.end());
        const double all = std::accumulate(picture.received.begin(), picture.received.end(), 0.0);
        if (all > 0)
            return Words::tr("most read is %1, with %2 of all attention")
                .arg(quoted(a.keys, static_cast<int>(best - picture.received.begin())),
                     percent(static_cast<double>(*best) / all));
    }
    const HeadCharacter character = headCharacter(a, head);
    const HeadMeasures& m = a.measures[static_cast<std::size_t>(head)];
    if (!character.rows.isEmpty())
        return Words::tr("reads mostly the %1 in the %2 that have one (%3)").arg(character.name, character.rows, percent(character.share));
    if (!character.name.isEmpty())
        return Words::tr("reads mostly the %1 (%2)").arg(character.name, percent(character.share));
    if (m.entropy >= 0.85)
        return Words::tr("spreads its attention (%1 of what uniform would be)").arg(percent(m.entropy));
    // Between two texts there is no distance.
    if (a.cross) return Words::tr("gives its strongest key %1 of a row on average").arg(percent(m.confidence));
    return Words::tr("reads %1 tokens away on average; its strongest key holds %2 of a row")
        .arg(QLocale().toString(m.meanDistance, 'f', 1), percent(m.confidence));
}

/// A pattern that no design promises.
const char* const inductionName = QT_TRANSLATE_NOOP("Describe", "token that followed the same one before");

struct Pattern {
    const char* name; ///< in a sentence and in the title
    const char* tag;  ///< above a small picture
    const char* shortTag; ///< above a tiny one
    double share;
    Index rows;          ///< the share is of these: rows that have such a key
    bool beside = false; ///< the key is the query's neighbour
};

/// The pattern that holds at least half of the mass in at least half of the rows: the design when it keeps that much,
/// else the most particular one.
std::optional<Pattern> patternOf(const HeadMeasures& m, std::optional<Design> design, bool cross) {
    std::array<Pattern, 7> patterns{{ // in the order of Design, then what no design promises
        {QT_TRANSLATE_NOOP("Describe", "previous token"), QT_TRANSLATE_NOOP("Describe", "previous"), QT_TRANSLATE_NOOP("Describe", "prev."), m.previous, m.previousRows, true},
        {QT_TRANSLATE_NOOP("Describe", "next token"), QT_TRANSLATE_NOOP("Describe", "next"), QT_TRANSLATE_NOOP("Describe", "next"), m.next, m.nextRows, true},
        {QT_TRANSLATE_NOOP("Describe", "first token"), QT_TRANSLATE_NOOP("Describe", "first"), QT_TRANSLATE_NOOP("Describe", "first"), m.first, m.rows},
        cross ? Pattern{QT_TRANSLATE_NOOP("Describe", "token at the same place"), QT_TRANSLATE_NOOP("Describe", "same place"), QT_TRANSLATE_NOOP("Describe", "place"),
                        m.self, m.rows}
              : Pattern{QT_TRANSLATE_NOOP("Describe", "token itself"), QT_TRANSLATE_NOOP("Describe", "itself"), QT_TRANSLATE_NOOP("Describe", "itself"), m.self, m.rows},
        {QT_TRANSLATE_NOOP("Describe", "same token"), QT_TRANSLATE_NOOP("Describe", "same"), QT_TRANSLATE_NOOP("Describe", "same"), m.sameToken, m.rows},
        {QT_TRANSLATE_NOOP("Describe", "similar token"), QT_TRANSLATE_NOOP("Describe", "similar"), QT_TRANSLATE_NOOP("Describe", "sim."), 0, m.rows},
        {inductionName, QT_TRANSLATE_NOOP("Describe", "induction"), QT_TRANSLATE_NOOP("Describe", "ind."), m.induction, m.inductionRows}}};
    // Only the rows of a repetition have something to look up, at most the second half of a text that comes twice.
    const auto holds = [&](const Pattern& p) {
        return p.share >= 0.5 && (&p == &patterns.back() ? 4 * p.rows >= m.rows && p.rows > 1 : 2 * p.rows >= m.rows);
    };
    if (design) {
        Pattern& designed = patterns[static_cast<std::size_t>(*design)];
        // A design's promise at the ends of a text is not what its name says.
        if (!designed.beside) {
            designed.share = m.kept;
            designed.rows = m.promisedRows;
        }
        if (holds(designed)) return designed;
    }
    std::optional<Pattern> best;
    for (const Pattern& p : patterns)
        // The same token includes the token itself: it must bring something of its own.
        if (holds(p) && (!best || p.share > best->share + 0.02)) best = p;
    return best;
}

/// Of which rows the share is, when not of all that can read.
QString someRows(const HeadMeasures& m, const Pattern& pattern) {
    const bool end = pattern.beside && pattern.rows + 1 == m.rows && m.rows > 2;
    if (pattern.rows == m.rows || end) return {};
    return Words::tr("%L1 of %L2 rows").arg(pattern.rows).arg(m.rows);
}

std::optional<Design> designOf(const Analysis& a, int head) {
    const auto h = static_cast<std::size_t>(head);
    return h < a.designs.size() ? a.designs[h] : std::nullopt;
}

HeadCharacter characterOf(const HeadMeasures& m, std::optional<Design> design, bool cross) {
    HeadCharacter character;
    if (const std::optional<Pattern> p = patternOf(m, design, cross)) {
        character = {Words::tr(p->name), Words::tr(p->tag), p->share, someRows(m, *p), {Words::tr(p->shortTag)}, {}};
        if (!character.rows.isEmpty()) character.shortRows = Words::tr("%L1/%L2").arg(p->rows).arg(m.rows);
    } else if (m.entropy >= 0.85) {
        character.tag = Words::tr("spread out");
        character.shortTags = {Words::tr("spread"), Words::tr("spr.")};
    } else {
        character.tag = Words::tr("mixed");
        character.shortTags = {Words::tr("mix.")};
    }
    return character;
}

QString tagOf(const HeadCharacter& character) {
    if (character.name.isEmpty()) return character.tag;
    const QString tag = Words::tr("%1 %2").arg(character.tag, percent(character.share));
    return character.rows.isEmpty() ? tag : Words::tr("%1 in %2").arg(tag, character.rows);
}

bool isBidiControl(char32_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

QString visible(char32_t c) {
    if (c == ' ' || c == 0x3000) return QStringLiteral("␣");
    if (c == 0xA0 || c == 0x202F) return QStringLiteral("⍽");
    if (c == '\n' || c == 0x2028 || c == 0x2029) return QStringLiteral("⏎");
    if (c == '\t') return QStringLiteral("⇥");
    if (c < 0x20) return QString(QChar(0x2400 + static_cast<int>(c)));
    if (c == 0x7F) return QStringLiteral("␡");
    const bool unseen = isBidiControl(c) || (c > 0x7F && c < 0xA0) || c == 0xAD || c == 0x200B || c == 0x2060 ||
                        c == 0xFEFF || (c >= 0x2000 && c <= 0x200A) ||
                        (c & 0xFFFE) == 0xFFFE || // noncharacters: no font has them and XML forbids them
                        (c >= 0xFDD0 && c <= 0xFDEF);
    if (unseen) return QStringLiteral("U+%1").arg(static_cast<uint>(c), 4, 16, QLatin1Char('0')).toUpper();
    return QString::fromUcs4(&c, 1);
}

} // namespace

HeadCharacter headCharacter(const Analysis& analysis, int head) {
    return characterOf(analysis.measures[static_cast<std::size_t>(head)], designOf(analysis, head), analysis.cross);
}

QString headTag(const Analysis& analysis, int head) {
    return tagOf(headCharacter(analysis, head));
}

QStringList headWords(const HeadCharacter& character) {
    QStringList forms;
    if (!character.rows.isEmpty())
        forms << Words::tr("%1 in %2").arg(character.tag, character.rows) << Words::tr("%1 %2").arg(character.tag, character.shortRows);
    return forms << character.tag << character.shortTags;
}

QString measuredTag(const HeadMeasures& measures, bool cross) { return tagOf(characterOf(measures, std::nullopt, cross)); }

namespace {

QString marked(const QString& name, const Analysis& analysis, int layer, int head) {
    return isTakenAway(analysis, layer, head) ? Words::tr("%1 (taken away)").arg(name) : name;
}

/// A head with the pattern it keeps to.
struct Role {
    int layer = 0;
    int head = 0;
    Pattern pattern;
};

bool isInduction(const Role& role) { return role.pattern.name == inductionName; }

/// Reading across, from a text to another one: the surest head, where it is sure.
std::vector<Role> surestOf(const Overview& overview) {
    constexpr double sure = 0.75;
    std::vector<Role> roles;
    double most = sure;
    for (int layer = 0; layer < overview.layers; ++layer)
        for (int head = 0; head < overview.heads; ++head) {
            const HeadMeasures& m = overview.at(layer, head).measures;
            if (m.confidence < most) continue;
            most = m.confidence;
            roles = {{layer, head, {QT_TRANSLATE_NOOP("Describe", "other text one token at a time"), "", "", most, m.rows}}};
        }
    return roles;
}

/// Of each pattern the head that keeps most clearly to it: induction first, then by their shares.
std::vector<Role> rolesOf(const Overview& overview) {
    if (overview.of->cross) return surestOf(overview);
    std::vector<Role> roles;
    for (int layer = 0; layer < overview.layers; ++layer)
        for (int head = 0; head < overview.heads; ++head) {
            const std::optional<Pattern> pattern = patternOf(overview.at(layer, head).measures, std::nullopt, false);
            if (!pattern) continue;
            const auto same = std::ranges::find(roles, pattern->name, [](const Role& r) { return r.pattern.name; });
            if (same == roles.end()) roles.push_back({layer, head, *pattern});
            else if (pattern->share > same->pattern.share) *same = {layer, head, *pattern};
        }
    std::ranges::stable_sort(roles, [](const Role& a, const Role& b) {
        return isInduction(a) != isInduction(b) ? isInduction(a) : a.pattern.share > b.pattern.share;
    });
    return roles;
}

} // namespace

QString rolesSentence(const Overview& overview, int most) {
    std::vector<Role> roles = rolesOf(overview);
    if (std::ssize(roles) > most) roles.resize(static_cast<std::size_t>(most));
    // As they are passed by the stream: layer after layer.
    std::ranges::sort(roles, {}, [](const Role& r) { return std::pair(r.layer, r.head); });
    QStringList parts;
    for (const Role& r : roles) {
        const QString place = headPlace(*overview.of, r.layer, r.head);
        const QString what = Words::tr(r.pattern.name);
        parts << (parts.empty() ? Words::tr("%1 reads the %2 (%3)") : Words::tr("%1 the %2 (%3)"))
                     .arg(place, what, percent(r.pattern.share));
    }
    return parts.join(Words::tr("; "));
}

std::optional<ClearestHead> clearestHead(const Overview& overview) {
    const std::vector<Role> roles = rolesOf(overview);
    if (roles.empty()) return std::nullopt;
    return ClearestHead{roles.front().layer, roles.front().head};
}

QString siteTitle(const Analysis& analysis) {
    switch (analysis.site) {
    case Site::Self: return {};
    case Site::Encoder: return Words::tr("Encoder");
    case Site::Decoder: return Words::tr("Decoder");
    case Site::Cross: return Words::tr("Cross-attention");
    }
    return {};
}

bool isTakenAway(const Analysis& analysis, int layer, int head) {
    if (!analysis.run) return false;
    const std::vector<HeadPlace>& gone = analysis.run->opened->takenAway;
    return std::ranges::find(gone, HeadPlace{analysis.site, layer, head}) != gone.end();
}

QString headPlace(const Analysis& analysis, int layer, int head) {
    const QString site = siteTitle(analysis);
    const QString name = site.isEmpty() ? Words::tr("Layer %1, head %2").arg(layer + 1).arg(head + 1)
                                        : Words::tr("%1, layer %2, head %3").arg(site).arg(layer + 1).arg(head + 1);
    return marked(name, analysis, layer, head);
}

QString layerName(const Analysis& analysis) {
    if (!analysis.run) return {};
    const QString layer = QLocale().toString(analysis.layer + 1);
    const QString site = siteTitle(analysis);
    const QString name = site.isEmpty() ? Words::tr("Layer %1").arg(layer) : Words::tr("%1 · layer %2").arg(site, layer);
    const QString pair = pairTitle(analysis);
    return pair.isEmpty() ? name : Words::tr("%1 · %2").arg(name, pair);
}

QString pairTitle(const Analysis& analysis) {
    switch (analysis.part) {
    case Pairs::All: return {};
    case Pairs::AA: return Words::tr("A → A");
    case Pairs::AB: return Words::tr("A → B");
    case Pairs::BA: return Words::tr("B → A");
    case Pairs::BB: return Words::tr("B → B");
    }
    return {};
}

QString pairNote(const Analysis& analysis) {
    if (analysis.part == Pairs::All) return {};
    const bool keysOfB = analysis.part == Pairs::AB || analysis.part == Pairs::BB;
    return keysOfB ? Words::tr("the rest of each row went to A") : Words::tr("the rest of each row went to B");
}

QString headName(const Analysis& analysis, int head) {
    const QString layer = layerName(analysis);
    const QString name =
        layer.isEmpty() ? Words::tr("Head %1").arg(head + 1) : Words::tr("%1 · head %2").arg(layer).arg(head + 1);
    return marked(name, analysis, analysis.layer, head);
}

QString modelLabel(const Analysis& analysis) {
    return analysis.run ? QString::fromStdString(modelNameOf(analysis.run->opened->folder)) : QString();
}

QString headTitle(const Analysis& analysis, int head) {
    const HeadCharacter character = headCharacter(analysis, head);
    const QString name = headName(analysis, head);
    return character.name.isEmpty() ? name : Words::tr("%1 · %2").arg(name, character.name);
}

QString describe(const Analysis& analysis, const Selection& selection) {
    if (analysis.empty()) return Words::tr("No tokens: type a sentence.");
    const ViewState& state = selection.state();
    const int head = std::clamp(selection.shownHead(), 0, analysis.heads() - 1);
    const auto inside = [](std::vector<int> positions, std::size_t count) {
        std::erase_if(positions, [&](int p) { return p < 0 || static_cast<std::size_t>(p) >= count; });
        return positions;
    };
    const std::vector<int> queries = inside(selection.shownQueries(), analysis.queries.size());
    const std::vector<int> keys = inside(selection.shownKeys(), analysis.keys.size());
    const QString what = !queries.empty() && !keys.empty() ? blockSentence(analysis, state, head, queries, keys)
                         : !queries.empty()                ? queriesSentence(analysis, state, head, queries)
                         : !keys.empty()                   ? keysSentence(analysis, state, head, keys)
                                                           : headSentence(analysis, state, head);
    const bool ofTokens = !queries.empty() || !keys.empty();
    const QString who = analysis.run ? headPlace(analysis, analysis.layer, head) : headName(analysis, head);
    // A place of several words needs the colon to end it.
    const QString sentence =
        (ofTokens || analysis.run ? Words::tr("%1: %2") : Words::tr("%1 %2")).arg(who, what);
    QStringList asides;
    if (const QString hidden = hiddenCaption(analysis, state); !hidden.isEmpty()) asides << hidden;
    asides << dropoutNotes(analysis, state, Words::tr("dropped weights are 0"));
    return asides.isEmpty() ? Words::tr("%1.").arg(sentence) : Words::tr("%1 (%2).").arg(sentence, asides.join(Words::tr("; ")));
}

QString tokenLabel(const Token& token) {
    QString label;
    bool rightToLeft = false;
    for (const char32_t c : QString::fromStdString(token.text).toUcs4()) {
        label += visible(c);
        const QChar::Direction direction = QChar::direction(c);
        rightToLeft = rightToLeft || direction == QChar::DirR || direction == QChar::DirAL;
    }
    // Isolated, so that its neighbours keep their places (Unicode Annex 9: first strong isolate … pop).
    return rightToLeft ? QChar(0x2068) + label + QChar(0x2069) : label;
}

QString tokenLabel(const std::vector<Token>& tokens, int position) {
    const Token& token = tokens[static_cast<std::size_t>(position)];
    const auto same = [&](const Token& t) { return t.text == token.text; };
    const auto before = std::count_if(tokens.begin(), tokens.begin() + position, same);
    const bool once = before == 0 && std::none_of(tokens.begin() + position + 1, tokens.end(), same);
    return once ? tokenLabel(token) : tokenLabel(token) + subscript(static_cast<int>(before) + 1);
}

QString percent(double share) {
    const double p = 100 * share;
    const QLocale locale;
    if (p > 0 && p < 0.1) return Words::tr("< %1 %").arg(locale.toString(0.1, 'f', 1));
    // 100 % only for what is all: close to either end a decimal tells the difference.
    const bool whole = p == 0 || (p >= 9.95 && p < 99.5) || p >= 99.95;
    return Words::tr("%1 %").arg(locale.toString(p, 'f', whole ? 0 : 1));
}

QString shortNumber(double weight) {
    if (weight < 0.005) return QStringLiteral("0");
    if (std::abs(weight - 1) < 0.0005) return QStringLiteral("1");
    return QLocale().toString(weight, 'f', weight < 10 ? 2 : weight < 100 ? 1 : 0);
}

QString exact(double weight) {
    return QLocale().toString(weight, 'g', 4);
}

} // namespace headscope
