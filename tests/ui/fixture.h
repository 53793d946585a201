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

/// As if a layer of the model in `folder` had these weights.
inline AnalysisPtr analysisOfModel(const std::string& text, const std::string& folder, int layer) {
    auto analysis = std::make_shared<Analysis>(*analysisOf(text));
    auto opened = std::make_shared<OpenedModel>();
    opened->folder = folder;
    auto run = std::make_shared<ModelRun>();
    run->opened = std::move(opened);
    run->text = text;
    analysis->run = std::move(run);
    analysis->layer = layer;
    return analysis;
}

} // namespace headscope::test
