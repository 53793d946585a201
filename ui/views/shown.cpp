// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shown.h"

#include "core/attention/dropout.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace headscope {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Shown)
};

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

} // namespace

std::vector<std::uint8_t> hiddenKeys(const Analysis& analysis, const ViewState& state) {
    return hiddenKeys(analysis.keys, state.hidden);
}

const std::vector<Scalar>& keptMass(const Analysis& analysis, const ViewState& state, int head) {
    static const std::vector<Scalar> none;
    return analysis.empty() ? none : analysis.without(head, state.hidden).kept;
}

std::vector<Scalar> shownRow(const Analysis& analysis, const ViewState& state, int head, Index query) {
    std::vector<Scalar> row = analysis.row(head, query);
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    if (hidden.empty()) return row;
    Scalar kept = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (hidden[j]) row[j] = 0;
        kept += row[j];
    }
    if (state.renormalise && kept > 0)
        for (Scalar& w : row) w /= kept;
    return row;
}

std::vector<Scalar> shownColumn(const Analysis& analysis, const ViewState& state, int head, Index key) {
    std::vector<Scalar> column = analysis.column(head, key);
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    if (hidden.empty()) return column;
    if (hidden[at(key)]) return std::vector<Scalar>(column.size(), 0);
    if (!state.renormalise) return column;
    const std::vector<Scalar>& kept = keptMass(analysis, state, head);
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = kept[i] > 0 ? column[i] / kept[i] : 0;
    return column;
}

QString hiddenCaption(const Analysis& analysis, const ViewState& state) {
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    if (hidden.empty()) return {};
    const bool first = state.hidden == HiddenTokens::SpecialAndFirst && !analysis.keys[0].special;
    const auto special = std::count(hidden.begin(), hidden.end(), 1) - (first ? 1 : 0);
    const QString what = first && special > 0 ? Words::tr("first and special tokens hidden")
                         : first              ? Words::tr("first token hidden")
                                              : Words::tr("special tokens hidden");
    return state.renormalise ? Words::tr("%1; rows renormalised").arg(what) : Words::tr("%1; rows no longer sum to 1").arg(what);
}

QStringList dropoutNotes(const Analysis& analysis, const ViewState& state, const QString& shownAs) {
    const double p = analysis.config.dropout;
    if (analysis.empty() || p <= 0) return {};
    const QLocale locale;
    QStringList notes{Words::tr("dropout %1 %: %2").arg(locale.toString(100 * p, 'g', 3), shownAs)};
    if (!state.renormalise || hiddenKeys(analysis, state).empty())
        notes << Words::tr("kept weights ÷ %1, so rows need not sum to 1").arg(locale.toString(1 - p, 'g', 3));
    return notes;
}

QStringList dotsCaption(const Analysis& analysis, const ViewState& state, Dots dots) {
    if (dots == Dots::Cells) return {};
    QStringList said{Words::tr("each dot: the greatest of several weights")};
    if (dots == Dots::Coarse && state.renormalise && !hiddenKeys(analysis, state).empty())
        said << Words::tr("dots scaled by what their rows keep on average");
    return said;
}

bool wasDropped(const Analysis& analysis, int head, Index query, Index key) {
    return analysis.trace && isDropped(*analysis.trace, head, query, key);
}

bool mayRead(const Analysis& analysis, int head, Index query, Index key) {
    return !analysis.trace || analysis.allowed.allowed(head, query, key);
}

bool mayReadAny(const Analysis& analysis, int head, Index query) {
    return !analysis.trace || analysis.allowed.any(head, query);
}

} // namespace headscope
