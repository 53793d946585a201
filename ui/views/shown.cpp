// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shown.h"

#include <QCoreApplication>
#include <algorithm>
#include <span>

namespace headscope {

namespace {

QString tr(const char* text, int n = -1) {
    return QCoreApplication::translate("Shown", text, nullptr, n);
}

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

} // namespace

std::vector<std::uint8_t> hiddenKeys(const Analysis& analysis, const ViewState& state) {
    if (state.hidden == HiddenTokens::Nothing || analysis.keys.empty()) return {};
    std::vector<std::uint8_t> hidden(analysis.keys.size(), 0);
    for (std::size_t j = 0; j < hidden.size(); ++j) hidden[j] = analysis.keys[j].special;
    if (state.hidden == HiddenTokens::SpecialAndFirst) hidden[0] = 1;
    return std::find(hidden.begin(), hidden.end(), 1) == hidden.end() ? std::vector<std::uint8_t>{} : hidden;
}

std::vector<Scalar> keptMass(const Analysis& analysis, const ViewState& state, int head) {
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    if (hidden.empty() || analysis.empty()) return {};
    const HeadPicture& picture = analysis.pictures[at(head)];
    const auto seen = [&](std::span<const Scalar> row) {
        double sum = 0;
        for (std::size_t j = 0; j < row.size(); ++j) sum += hidden[j] ? 0.0 : static_cast<double>(row[j]);
        return static_cast<Scalar>(sum);
    };
    std::vector<Scalar> kept = picture.rowSum;
    if (picture.factor == 1) {
        for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = seen(picture.pixels.row(static_cast<Index>(i)));
        return kept;
    }
    for (std::size_t j = 0; j < hidden.size(); ++j) {
        if (!hidden[j]) continue;
        const std::vector<Scalar> column = analysis.column(head, static_cast<Index>(j));
        for (std::size_t i = 0; i < kept.size(); ++i) kept[i] -= column[i];
    }
    // What subtracting nearly everything leaves is mostly rounding: such rows are summed instead.
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (kept[i] < Scalar(1e-3)) kept[i] = seen(analysis.row(head, static_cast<Index>(i)));
    return kept;
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
    const std::vector<Scalar> kept = keptMass(analysis, state, head);
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = kept[i] > 0 ? column[i] / kept[i] : 0;
    return column;
}

QString hiddenCaption(const Analysis& analysis, const ViewState& state) {
    const std::vector<std::uint8_t> hidden = hiddenKeys(analysis, state);
    if (hidden.empty()) return {};
    const bool first = state.hidden == HiddenTokens::SpecialAndFirst && !analysis.keys[0].special;
    const auto special = std::count(hidden.begin(), hidden.end(), 1) - (first ? 1 : 0);
    const QString what = first && special > 0 ? tr("first and special tokens hidden")
                         : first              ? tr("first token hidden")
                                              : tr("special tokens hidden");
    return state.renormalise ? tr("%1; rows renormalised").arg(what) : tr("%1; rows no longer sum to 1").arg(what);
}

bool mayRead(const Analysis& analysis, int head, Index query, Index key) {
    return !analysis.trace || analysis.trace->mask.allowed(head, query, key);
}

bool mayReadAny(const Analysis& analysis, int head, Index query) {
    return !analysis.trace || analysis.trace->mask.any(head, query);
}

} // namespace headscope
