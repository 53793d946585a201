// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/config.h"

#include "core/base/plain_number.h"

#include <cmath>
#include <string>

namespace headscope {
namespace {

using std::to_string;

/// Scores divided by less than this leave the range of the numbers they are held in.
constexpr double leastTemperature = 1e-30;

/// Cells of one weight matrix: 2²⁸ floats are 1 GiB, more than any layer worth looking at.
constexpr Index largestMatrix = Index{1} << 28;

Error cannotBe(const char* option, const std::string& detail) {
    return {ErrorCode::Usage, option, detail};
}

Status checkPositive(const char* option, int value) {
    if (value > 0) return {};
    return cannotBe(option, "must be at least 1, found " + to_string(value));
}

/// dModel × heads × size of one head, without overflow.
Status checkProduct(const char* option, const AttentionConfig& c, int perHead) {
    const Index columns = static_cast<Index>(c.heads) * perHead;
    if (columns <= largestMatrix / c.dModel) return {};
    return cannotBe(option, "a matrix of " + to_string(c.dModel) + " × " + to_string(c.heads) + " · " +
                                to_string(perHead) + " numbers is too large to hold (at most " +
                                to_string(largestMatrix) + "); choose smaller sizes");
}

} // namespace

Status validate(const AttentionConfig& c) {
    const struct {
        const char* option;
        int value;
    } sizes[] = {
        {"--d-model", c.dModel}, {"--heads", c.heads}, {"--kv-heads", c.kvHeads}, {"--d-k", c.dK}, {"--d-v", c.dV}};
    for (const auto& [option, value] : sizes)
        if (Status s = checkPositive(option, value); !s) return s;
    if (c.kvHeads > c.heads || c.heads % c.kvHeads != 0)
        return cannotBe("--kv-heads", "must divide the number of heads: found " + to_string(c.kvHeads) + " for " +
                                          to_string(c.heads) + " heads");
    if (Status s = checkProduct("--d-k", c, c.dK); !s) return s;
    if (Status s = checkProduct("--d-v", c, c.dV); !s) return s;
    if (!std::isfinite(c.temperature) || c.temperature <= 0)
        return cannotBe("--temperature", "must be a number above 0, found " + plainNumber(c.temperature));
    if (c.temperature < leastTemperature)
        return cannotBe("--temperature", "scores divided by " + plainNumber(c.temperature) +
                                             " are too large to be held; give at least " + plainNumber(leastTemperature));
    if (!(c.dropout >= 0 && c.dropout < 1))
        return cannotBe("--dropout", "must be at least 0 and below 1, found " + plainNumber(c.dropout));
    return {};
}

} // namespace headscope
