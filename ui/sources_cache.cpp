// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sources_cache.h"

#include <utility>

namespace headscope {

Result<Sources> SourcesCache::get(const Session& session, const std::stop_token& stop) {
    if (session.model.empty()) {
        Result<SandboxFilesPtr> read = files(session.sandbox, stop);
        if (!read) return read.error();
        return Sources(*std::move(read));
    }
    const Result<OpenedModelPtr> opened = model(session.model, stop);
    if (!opened) return opened.error();
    ModelRunPtr previous;
    int before = 0;
    {
        const std::lock_guard lock(m_mutex);
        previous = m_run;
        before = m_forgotten;
    }
    // Another layer of the same text: nothing is to be computed.
    const std::optional<std::string> text2 = secondTextFor((*opened)->model->config, session.text2);
    const bool again = previous && previous->opened == *opened && previous->text == session.text && previous->text2 == text2;
    Result<ModelRunPtr> run = again ? Result(previous) : runModel(*opened, session.text, text2, previous, stop);
    if (!run) return run.error();
    const std::lock_guard lock(m_mutex);
    if (before == m_forgotten) m_run = *run;
    return Sources(*std::move(run));
}

OpenedModelPtr SourcesCache::opened(const std::string& name) const {
    const std::lock_guard lock(m_mutex);
    return m_modelName == name ? m_model : nullptr;
}

void SourcesCache::setLive(OpenedModelPtr model) {
    const std::lock_guard lock(m_mutex);
    m_live = std::move(model);
}

void SourcesCache::forget() {
    const std::lock_guard lock(m_mutex);
    m_sandbox.reset();
    m_files.reset();
    m_model.reset();
    m_old = {};
    m_run.reset();
    ++m_forgotten;
}

std::optional<LoadedBytes> SourcesCache::loading() const {
    const std::lock_guard lock(m_mutex);
    return m_loading;
}

Result<SandboxFilesPtr> SourcesCache::files(const Sandbox& wanted, const std::stop_token& stop) {
    int before = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (m_sandbox && sameFiles(*m_sandbox, wanted)) return m_files;
        before = m_forgotten;
    }
    Result<SandboxFilesPtr> read = readFiles(wanted, stop);
    const std::lock_guard lock(m_mutex);
    if (read && before == m_forgotten) {
        m_sandbox = wanted;
        m_files = *read;
    }
    return read;
}

Result<OpenedModelPtr> SourcesCache::model(const std::string& name, const std::stop_token& stop) {
    int before = 0;
    {
        const std::lock_guard lock(m_mutex);
        before = m_forgotten;
        if (m_live && m_live->folder == name) return m_live;
        if (m_model && m_modelName == name) return m_model;
        // The old one's memory is free before the new one is read, unless a picture still needs it.
        OpenedModelPtr kept = m_old.name == name ? m_old.model.lock() : nullptr;
        if (m_model) m_old = {m_modelName, m_model};
        m_model = std::move(kept);
        m_modelName = name;
        if (m_model) return m_model;
        m_run.reset();
        m_loading = LoadedBytes{};
    }
    const Result<std::string> folder = findModel(m_places, name);
    Result<OpenedModelPtr> opened = !folder ? folder.error() : openWithTokenizer(*folder, stop, [this](std::uint64_t done, std::uint64_t all) {
        const std::lock_guard lock(m_mutex);
        m_loading = LoadedBytes{done, all};
    });
    const std::lock_guard lock(m_mutex);
    m_loading.reset();
    if (opened && before == m_forgotten) m_model = *opened;
    return opened;
}

} // namespace headscope
