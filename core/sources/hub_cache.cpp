// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/hub_cache.h"

#include "core/io/safe_file.h"
#include "core/sources/hub_access.h"
#include "core/sources/hub_files.h"

#include <algorithm>
#include <filesystem>

namespace headscope {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view modelPrefix = "models--";
constexpr std::uint64_t longestRef = 4096;

/// "models--org--name" → "org/name".
std::string nameOf(const std::string& folderName) {
    std::string name = folderName.substr(modelPrefix.size());
    for (std::size_t at = 0; (at = name.find("--", at)) != std::string::npos; ++at) name.replace(at, 2, "/");
    return name;
}

bool isInside(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// The first file of a snapshot whose link leads nowhere or out of the model's folder, in words; else empty. The blobs
/// may lie on another disk, behind a link of their own.
std::string badLink(const fs::path& snapshot, const fs::path& repository) {
    std::error_code error;
    const fs::path inside = fs::canonical(repository, error);
    if (error) return describeSystemError(error.value());
    const fs::path blobs = fs::canonical(repository / "blobs", error);
    const bool hasBlobs = !error;
    for (auto it = fs::directory_iterator(snapshot, error); !error && it != fs::directory_iterator(); it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (!name.ends_with(".safetensors") && !name.ends_with(".json")) continue;
        std::error_code broken;
        const fs::path target = fs::canonical(it->path(), broken);
        if (broken) return name + ": " + describeSystemError(broken.value());
        if (!isInside(target, inside) && !(hasBlobs && isInside(target, blobs)))
            return name + ": its link leads out of the cache";
    }
    return error ? describeSystemError(error.value()) : "";
}

std::string readRef(const fs::path& file) {
    const Result<std::string> text = readFile(file.string(), longestRef);
    if (!text.ok()) return "";
    const std::string commit = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
    return isHex(commit, 40) ? commit : "";
}

/// The snapshot that refs/main names; without a usable one, the newest that holds a config.json; empty: none.
fs::path findSnapshot(const fs::path& repository) {
    std::error_code error;
    const std::string commit = readRef(repository / "refs" / "main");
    if (!commit.empty() && fs::is_directory(repository / "snapshots" / commit, error))
        return repository / "snapshots" / commit;
    fs::path newest;
    fs::file_time_type newestTime;
    for (auto it = fs::directory_iterator(repository / "snapshots", error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        std::error_code ignored;
        if (!fs::exists(it->path() / "config.json", ignored)) continue;
        const fs::file_time_type time = fs::last_write_time(it->path(), ignored);
        if (!newest.empty() && std::pair(time, it->path()) <= std::pair(newestTime, newest)) continue;
        newest = it->path();
        newestTime = time;
    }
    return newest;
}

CachedModel readRepository(const fs::path& repository) {
    CachedModel model{nameOf(repository.filename().string()), repository.string(), ""};
    std::error_code error;
    fs::directory_iterator(repository, error);
    if (error) {
        model.problem = describeSystemError(error.value());
        return model;
    }
    const fs::path snapshot = findSnapshot(repository);
    if (snapshot.empty()) {
        model.problem = "nothing of it has been fetched completely";
        return model;
    }
    model.problem = badLink(snapshot, repository);
    if (model.problem.empty()) model.folder = snapshot.string();
    return model;
}

} // namespace

std::string hubCacheFolder(const Environment& environment) {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (const std::string folder = environment(name); !folder.empty()) return folder;
    const std::string home = hubHome(environment);
    return home.empty() ? "" : home + "/hub";
}

std::vector<CachedModel> cachedModels(const std::string& cache, std::stop_token stop) {
    std::vector<CachedModel> models;
    if (cache.empty()) return models;
    std::error_code error;
    auto it = fs::directory_iterator(cache, error);
    if (error == std::errc::no_such_file_or_directory) return models;
    for (; !error && it != fs::directory_iterator() && !stop.stop_requested(); it.increment(error))
        if (it->path().filename().string().starts_with(modelPrefix)) models.push_back(readRepository(it->path()));
    if (error) models.push_back({cache, cache, describeSystemError(error.value())});
    std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return models;
}

std::string modelNameOf(const std::string& folder) {
    fs::path path = fs::path(folder).lexically_normal();
    if (path.filename().empty()) path = path.parent_path();
    const fs::path repository = path.parent_path().parent_path().filename();
    if (repository.string().starts_with(modelPrefix)) return nameOf(repository.string());
    const fs::path above = path.parent_path().filename();
    return (above.empty() || above == ".." ? path.filename() : above / path.filename()).string();
}

std::string openableFolder(const std::string& folder) {
    const fs::path path(folder);
    std::error_code error;
    if (fs::exists(path / "config.json", error) || !fs::is_directory(path / "snapshots", error)) return folder;
    const fs::path snapshot = findSnapshot(path);
    return snapshot.empty() ? folder : snapshot.string();
}

} // namespace headscope
