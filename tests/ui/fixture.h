// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <gtest/gtest.h>

namespace headscope::test {

/// The analysis of a session without files, through the one door to the core.
inline AnalysisPtr analysisOf(const Session& session) {
    Result<AnalysisPtr> result = analyze(session, std::make_shared<const SandboxFiles>());
    if (!result.ok()) {
        ADD_FAILURE() << result.error().message();
        return std::make_shared<const Analysis>();
    }
    return *result;
}

inline AnalysisPtr analysisOf(const std::string& text) {
    Session session;
    session.text = text;
    return analysisOf(session);
}

} // namespace headscope::test
