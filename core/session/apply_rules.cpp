// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/apply_rules.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace headscope {
namespace {

using Ids = std::span<const std::int64_t>;

constexpr Scalar never = -std::numeric_limits<Scalar>::infinity();

void forbid(std::span<Scalar> logits, std::int64_t id) {
    if (id >= 0 && id < std::ssize(logits)) logits[static_cast<std::size_t>(id)] = never;
}

template <class List> void forbidAll(std::span<Scalar> logits, const List& ids) {
    for (const auto id : ids) forbid(logits, id);
}

void allowOnly(std::span<Scalar> logits, std::span<const int> ids) {
    std::ranges::fill(logits, never);
    for (const int id : ids)
        if (id >= 0 && id < std::ssize(logits)) logits[static_cast<std::size_t>(id)] = 0;
}

void penalizeRepeated(std::span<Scalar> logits, Ids ids, double penalty) {
    for (const std::int64_t id : std::set<std::int64_t>(ids.begin(), ids.end())) {
        if (id < 0 || id >= std::ssize(logits)) continue;
        Scalar& x = logits[static_cast<std::size_t>(id)];
        x = static_cast<Scalar>(x < 0 ? static_cast<double>(x) * penalty : static_cast<double>(x) / penalty);
    }
}

/// Whether the ids before `end` end with these.
bool endsWith(Ids ids, std::size_t end, Ids wanted) {
    return wanted.size() <= end && std::ranges::equal(ids.subspan(end - wanted.size(), wanted.size()), wanted);
}

void forbidRepeats(std::span<Scalar> logits, Ids ids, std::size_t length) {
    if (ids.size() + 1 < length) return;
    const Ids last = ids.last(length - 1);
    for (std::size_t next = length - 1; next < ids.size(); ++next)
        if (endsWith(ids, next, last)) forbid(logits, ids[next]);
}

void forbidWords(std::span<Scalar> logits, const ContinuationSoFar& sofar, const std::vector<std::vector<int>>& words) {
    for (const std::vector<int>& word : words) {
        // An end of the text that is a bad word ends it all the same.
        if (word.size() == 1 && std::ranges::find(sofar.ends, word.front()) != sofar.ends.end()) continue;
        const std::vector<std::int64_t> before(word.begin(), word.end() - 1);
        const bool near = word.size() == 1 || word.size() <= sofar.ids.size();
        if (near && endsWith(sofar.ids, sofar.ids.size(), before)) forbid(logits, word.back());
    }
}

} // namespace

void applyRules(const GenerationRules& rules, const ContinuationSoFar& sofar, std::span<Scalar> logits) {
    const std::size_t length = sofar.ids.size();
    const std::size_t added = length - sofar.prompt;
    if (rules.repetitionPenalty != 1) penalizeRepeated(logits, sofar.ids, rules.repetitionPenalty);
    if (rules.noRepeat > 0) forbidRepeats(logits, sofar.ids, static_cast<std::size_t>(rules.noRepeat));
    forbidWords(logits, sofar, rules.badWords);
    if (std::cmp_less(length, rules.leastLength) || std::cmp_less(added, rules.leastNew)) forbidAll(logits, sofar.ends);
    if (rules.forcedFirst && length == 1) allowOnly(logits, {&*rules.forcedFirst, 1});
    if (!rules.forcedLast.empty() && std::cmp_equal(added + 1, sofar.most)) allowOnly(logits, rules.forcedLast);
    forbidAll(logits, rules.suppressed);
    const std::size_t firstFree = sofar.prompt > 1 || !rules.forcedFirst ? 0 : 1;
    if (added == firstFree) forbidAll(logits, rules.suppressedFirst);
}

} // namespace headscope
