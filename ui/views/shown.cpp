// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shown.h"

#include <QCoreApplication>
#include <algorithm>
#include <mutex>
#include <span>

namespace headscope {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Shown)
};

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// [n_q] what each row keeps of its mass without the hidden keys.
std::vector<Scalar> sumKept(const Analysis& analysis, const std::vector<std::uint8_t>& hidden, int head) {
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

/// What the views ask for again and again, at every step of the selection: of a long text it is as much work as its
/// matrices. Kept for one analysis at a time, known by its trace, which no other one can have while this holds on to
/// the pointer's count.
class KeptMass {
public:
    std::vector<Scalar> of(const Analysis& analysis, const std::vector<std::uint8_t>& hidden, int head) {
        {
            const std::lock_guard lock(m_mutex);
            if (!holds(analysis, hidden)) {
                m_trace = analysis.trace;
                m_hidden = hidden;
                m_heads.assign(analysis.pictures.size(), {});
            }
            if (!m_heads[at(head)].empty()) return m_heads[at(head)];
        }
        // Not under the lock: heads are asked for side by side.
        std::vector<Scalar> kept = sumKept(analysis, hidden, head);
        const std::lock_guard lock(m_mutex);
        if (holds(analysis, hidden)) m_heads[at(head)] = kept;
        return kept;
    }

private:
    bool holds(const Analysis& analysis, const std::vector<std::uint8_t>& hidden) const {
        return !m_trace.owner_before(analysis.trace) && !analysis.trace.owner_before(m_trace) && m_hidden == hidden;
    }

    std::mutex m_mutex;
    std::weak_ptr<const LayerTrace> m_trace;
    std::vector<std::uint8_t> m_hidden;
    std::vector<std::vector<Scalar>> m_heads;
};

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
    static KeptMass kept;
    return kept.of(analysis, hidden, head);
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
    const QString what = first && special > 0 ? Words::tr("first and special tokens hidden")
                         : first              ? Words::tr("first token hidden")
                                              : Words::tr("special tokens hidden");
    return state.renormalise ? Words::tr("%1; rows renormalised").arg(what) : Words::tr("%1; rows no longer sum to 1").arg(what);
}

bool mayRead(const Analysis& analysis, int head, Index query, Index key) {
    return !analysis.trace || analysis.trace->mask.allowed(head, query, key);
}

bool mayReadAny(const Analysis& analysis, int head, Index query) {
    return !analysis.trace || analysis.trace->mask.any(head, query);
}

} // namespace headscope
