// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/download/retries.h"

#include <algorithm>

namespace headscope {

namespace {

/// Less than this is no progress: a server that breaks off after every byte must not keep us for ever.
constexpr std::uint64_t realStep = 64 << 10;

bool mayPass(const HttpFailure& failure) {
    switch (failure.kind) {
    case HttpFailure::Kind::Broken:
        return true;
    case HttpFailure::Kind::Answer:
        return failure.status == 408 || failure.status == 429 || failure.status == 500 ||
               (failure.status >= 502 && failure.status <= 504);
    case HttpFailure::Kind::Unreachable:
    case HttpFailure::Kind::Refused:
        break;
    }
    return false;
}

std::string explainStatus(const HttpFailure& failure, bool hasToken) {
    const std::string& host = failure.host;
    const std::string status = " (" + std::to_string(failure.status) + ")";
    const bool gated = failure.hubError == "GatedRepo";
    if (failure.status == 403 || gated)
        return host + " does not hand it out" + status + ": accept its conditions on its page at " + host +
               ", and set HF_TOKEN to a token of your account";
    if (failure.status == 401 && hasToken)
        return host + " does not know it, or does not accept the token in HF_TOKEN" + status +
               "; check the name, and make a new token";
    if (failure.status == 401)
        return host + " does not know it, or it is private or gated" + status +
               "; check the name, or set HF_TOKEN to a token that may read it";
    if (failure.status == 404) return host + " does not have it" + status + "; check the name";
    if (failure.status == 429)
        return host + " wants fewer requests" + status + "; try again " +
               (failure.retryAfter ? "in " + std::to_string(failure.retryAfter->count()) + " seconds" : "later");
    if (failure.status >= 500)
        return host + " has a fault of its own" + status + "; try again later: what has come is kept";
    return host + " gives an answer that no file comes with" + status + "; is HF_ENDPOINT right?";
}

} // namespace

std::optional<std::chrono::milliseconds> Retries::next(const HttpFailure& failure) {
    using std::chrono::milliseconds;
    // A network that went away may come back; one that was never there is told at once.
    const bool lost = failure.kind == HttpFailure::Kind::Unreachable && m_hasReached;
    if ((!lost && !mayPass(failure)) || ++m_failures >= m_patience.attempts) return std::nullopt;
    const bool brokeOff = failure.kind == HttpFailure::Kind::Broken;
    if (m_failures == 1 && brokeOff) return milliseconds(0);
    milliseconds wait = m_patience.firstWait * (1 << (m_failures - 1 - (brokeOff ? 1 : 0)));
    if (failure.retryAfter) wait = std::max(wait, milliseconds(*failure.retryAfter));
    return wait <= m_patience.longestWait ? std::optional(wait) : std::nullopt;
}

void Retries::reached(std::uint64_t bytes) {
    m_hasReached = true;
    if (bytes < m_farthest + realStep) return;
    m_farthest = bytes;
    m_failures = 0;
}

Error explainFailure(const HttpFailure& failure, const std::string& place, bool hasToken) {
    const auto error = [&](std::string detail) { return Error{ErrorCode::Io, place, std::move(detail)}; };
    const std::string host = failure.host.empty() ? "" : failure.host + ": ";
    switch (failure.kind) {
    case HttpFailure::Kind::Answer:
        return error(explainStatus(failure, hasToken));
    case HttpFailure::Kind::Broken:
        return error(host + failure.detail + "; what has come is kept, and the same command goes on from there");
    case HttpFailure::Kind::Unreachable:
    case HttpFailure::Kind::Refused:
        break;
    }
    return error(host + failure.detail);
}

} // namespace headscope
