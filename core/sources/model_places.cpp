// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/model_places.h"

#include "core/io/safe_file.h"
#include "core/sources/hub_access.h"
#include "core/sources/hub_cache.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

namespace headscope {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostSuggestions = 3;

/// A model before its files are looked into.
struct Found {
    std::string name;
    std::string folder;
    bool shipped = false;
    std::string problem;
};

/// The folders in a folder by name, hidden ones left out (downloads under way are hidden). What cannot be read is told.
std::vector<fs::path> foldersIn(const fs::path& folder, std::error_code& error) {
    std::vector<fs::path> folders;
    auto it = fs::directory_iterator(folder, error);
    for (; !error && it != fs::directory_iterator(); it.increment(error)) {
        std::error_code ignored;
        if (!it->path().filename().string().starts_with('.') && it->is_directory(ignored)) folders.push_back(it->path());
    }
    if (error == std::errc::no_such_file_or_directory) error.clear();
    std::sort(folders.begin(), folders.end());
    return folders;
}

bool holdsModel(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(fs::path(innerFolder(folder.string())) / "config.json", ignored);
}

void addUnreadable(std::vector<Found>& found, const fs::path& folder, const std::error_code& error) {
    if (error) found.push_back({folder.string(), folder.string(), false, describeSystemError(error.value())});
}

void addShipped(std::vector<Found>& found, const std::string& place) {
    std::error_code error;
    for (const fs::path& folder : foldersIn(place, error))
        if (holdsModel(folder)) found.push_back({folder.filename().string(), folder.string(), true, ""});
    addUnreadable(found, place, error);
}

void addDownloads(std::vector<Found>& found, const std::string& place) {
    std::error_code error;
    for (const fs::path& folder : foldersIn(place, error)) {
        if (holdsModel(folder)) {
            found.push_back({folder.filename().string(), folder.string(), false, ""});
            continue;
        }
        std::error_code inner;
        for (const fs::path& model : foldersIn(folder, inner))
            found.push_back({folder.filename().string() + "/" + model.filename().string(), model.string(), false, ""});
        addUnreadable(found, folder, inner);
    }
    addUnreadable(found, place, error);
}

std::vector<Found> findAll(const ModelPlaces& places, std::stop_token stop) {
    std::vector<Found> found;
    if (!places.shipped.empty()) addShipped(found, places.shipped);
    if (!places.downloads.empty()) addDownloads(found, places.downloads);
    for (const CachedModel& model : cachedModels(places.hubCache, stop))
        found.push_back({model.name, model.folder, false, model.problem});
    for (const std::string& folder : places.opened) found.push_back({folder, openableFolder(folder), false, ""});
    return found;
}

void describe(ModelEntry& entry) {
    Result<ModelDescription> description = describeModel(entry.where);
    entry.problem = description.ok() ? description->reason : description.error().message();
    if (description.ok()) entry.description = *std::move(description);
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return text;
}

/// Levenshtein's distance: insertions, deletions and exchanges of one byte.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchanged = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = std::min({exchanged, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

/// How far a known name is from what was typed; its last part counts as well, and so does a part of it.
std::size_t farness(const std::string& typed, const std::string& name) {
    const std::string a = lowered(typed), b = lowered(name);
    const auto lastPart = [](const std::string& s) { return s.substr(s.rfind('/') + 1); };
    if (b.find(a) != std::string::npos) return 1;
    return std::min(distance(a, b), distance(lastPart(a), lastPart(b)));
}

std::string nearestNames(const std::vector<Found>& found, const std::string& typed) {
    if (typed.size() > 300) return "";
    std::vector<std::pair<std::size_t, std::string>> near;
    std::set<std::string> seen;
    for (const Found& model : found) {
        if (!model.problem.empty() || model.name.starts_with('/') || !seen.insert(model.name).second) continue;
        const std::size_t far = farness(typed, model.name);
        if (far <= std::max<std::size_t>(2, typed.size() / 3)) near.emplace_back(far, model.name);
    }
    std::sort(near.begin(), near.end());
    std::string names;
    for (std::size_t i = 0; i < std::min(near.size(), mostSuggestions); ++i)
        names += (i == 0 ? "" : ", ") + near[i].second;
    return names;
}

bool isMeantAsFolder(const std::string& word) {
    return word.starts_with('/') || word.starts_with("./") || word.starts_with("../") || word == "." || word == "..";
}

Error unknownModel(const std::vector<Found>& found, const std::string& word) {
    std::error_code ignored;
    if (fs::is_regular_file(word, ignored)) return {ErrorCode::Io, word, "is a file; give the folder that it lies in"};
    if (isMeantAsFolder(word)) return {ErrorCode::Io, word, "there is no such folder"};
    const std::string near = nearestNames(found, word);
    std::string detail = "there is no such folder, and no model of this name on this computer";
    if (!near.empty()) return {ErrorCode::Io, word, detail + "; near to it: " + near};
    if (checkHubName(word).ok() && word.find('/') != std::string::npos)
        return {ErrorCode::Io, word, detail + "; fetch it with: headscope download " + word};
    return {ErrorCode::Io, word, detail + "; headscope models lists those that there are"};
}

} // namespace

ModelPlaces modelPlaces(const Environment& environment) {
    ModelPlaces places;
    places.hubCache = hubCacheFolder(environment);
    std::string data = environment("XDG_DATA_HOME");
    // The specification wants relative ones ignored: they would move with the working folder.
    if (!data.starts_with('/')) {
        const std::string home = environment("HOME");
        data = home.empty() ? "" : home + "/.local/share";
    }
    if (!data.empty()) places.downloads = data + "/headscope/models";
    return places;
}

std::string downloadFolder(const ModelPlaces& places, const std::string& name) {
    return places.downloads + "/" + name;
}

std::vector<ModelEntry> listModels(const ModelPlaces& places, std::stop_token stop) {
    std::vector<ModelEntry> entries;
    std::set<fs::path> seen;
    for (const Found& found : findAll(places, stop)) {
        if (stop.stop_requested()) break;
        std::error_code error;
        const fs::path canonical = fs::canonical(found.folder, error);
        if (!error && !seen.insert(canonical).second) continue;
        ModelEntry entry;
        entry.name = found.name;
        entry.where = found.folder;
        entry.shipped = found.shipped;
        entry.problem = found.problem;
        if (entry.problem.empty()) describe(entry);
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::string> findModel(const ModelPlaces& places, const std::string& word) {
    std::error_code ignored;
    const bool isFolder = !word.empty() && fs::is_directory(word, ignored);
    const std::string folder = isFolder ? openableFolder(word) : "";
    if (isFolder && (isMeantAsFolder(word) || holdsModel(folder))) return folder;
    const std::vector<Found> found = findAll(places, {});
    const Found* broken = nullptr;
    for (const Found& model : found) {
        if (model.name != word) continue;
        if (model.problem.empty()) return model.folder;
        broken = &model;
    }
    if (broken) return Error{ErrorCode::Io, word, broken->problem};
    if (isFolder) return folder;
    return unknownModel(found, word);
}

} // namespace headscope
