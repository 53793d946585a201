// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"
#include "core/sources/model_places.h"

#include <mutex>
#include <optional>
#include <stop_token>

namespace headscope {

struct LoadedBytes {
    std::uint64_t done = 0;
    std::uint64_t all = 0;
};

/// What sessions name, kept from one analysis to the next: the sandbox's files, the model that was opened last and
/// what it made of the last text. For one worker; opened(), loading() and forget() may come from another thread.
class SourcesCache {
public:
    explicit SourcesCache(ModelPlaces places) : m_places(std::move(places)) {}

    const ModelPlaces& places() const { return m_places; }
    /// Errors: those of readFiles, findModel, openWithTokenizer and runModel.
    Result<Sources> get(const Session& session, const std::stop_token& stop);
    /// A model that is in memory alone, or changes there: it answers for its folder, whatever is on disk.
    void setLive(OpenedModelPtr model);
    /// The next get() reads everything anew.
    void forget();
    /// The model of that name, when it is the one in memory; else null.
    OpenedModelPtr opened(const std::string& name) const;
    /// Set while a model is being opened.
    std::optional<LoadedBytes> loading() const;

private:
    /// The model before, as long as somebody else keeps it.
    struct Old {
        std::string name;
        std::weak_ptr<const OpenedModel> model;
    };

    Result<SandboxFilesPtr> files(const Sandbox& wanted, const std::stop_token& stop);
    Result<OpenedModelPtr> model(const std::string& name, const std::stop_token& stop);

    const ModelPlaces m_places;
    mutable std::mutex m_mutex; ///< of everything below
    std::optional<Sandbox> m_sandbox;
    SandboxFilesPtr m_files;
    OpenedModelPtr m_model;
    std::string m_modelName; ///< as the session calls it
    Old m_old;
    OpenedModelPtr m_live;
    ModelRunPtr m_run;
    std::optional<LoadedBytes> m_loading;
    int m_forgotten = 0; ///< how often: what was read before and comes in after may be of an older file
};

} // namespace headscope
