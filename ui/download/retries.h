// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/download/http_get.h"

namespace headscope {

/// How long to keep trying.
struct Patience {
    std::chrono::milliseconds silence{30'000};    ///< as HttpRules
    std::chrono::milliseconds firstWait{1'000};   ///< doubled each time
    std::chrono::milliseconds longestWait{60'000}; ///< a server that asks for more is not waited for
    int attempts = 5;                             ///< in a row without getting further
};

/// Whether and when to ask again after a failure. What broke off is asked again at once the first time.
class Retries {
public:
    explicit Retries(const Patience& patience) : m_patience(patience) {}

    /// The wait before the next attempt; nothing: it is over.
    std::optional<std::chrono::milliseconds> next(const HttpFailure& failure);
    /// So many bytes are there now. Counting starts anew with every real step beyond the farthest point so far.
    void reached(std::uint64_t bytes);

private:
    Patience m_patience;
    int m_failures = 0;
    bool m_hasReached = false;
    std::uint64_t m_farthest = 0;
};

/// What a failure means for the person who wants `place`, and what to do.
Error explainFailure(const HttpFailure& failure, const std::string& place, bool hasToken);

} // namespace headscope
