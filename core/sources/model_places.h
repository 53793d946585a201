// SPDX-License-Identifier: GPL-3.0-or-later
// Where models lie on this computer, and what a name stands for.
#pragma once

#include "core/base/result.h"
#include "core/sources/environment.h"
#include "core/sources/model_folder.h"

#include <stop_token>
#include <vector>

namespace headscope {

/// Folders that models are looked for in; an empty one is left out.
struct ModelPlaces {
    std::string shipped;             ///< our own trained ones: shipped/NAME
    std::string downloads;           ///< what `headscope download` fetched: downloads/ORG/NAME
    std::string hubCache;            ///< Hugging Face's cache, only read
    std::vector<std::string> opened; ///< models' folders that were opened before, newest first
};

/// The downloads ($XDG_DATA_HOME or ~/.local/share, headscope/models) and the cache; the caller knows the other two.
ModelPlaces modelPlaces(const Environment& environment);
/// Where `name` (ORG/NAME) is downloaded to.
std::string downloadFolder(const ModelPlaces& places, const std::string& name);

struct ModelEntry {
    std::string name;  ///< what --model takes: ORG/NAME, a shipped model's name; of an opened folder the folder
    std::string where; ///< the folder to open
    bool shipped = false;
    ModelDescription description; ///< empty where config.json cannot be read
    std::string problem;          ///< why it cannot be opened; empty: it can
};

/// Every model of the places, in their order, each place sorted by name and each folder once. Broken ones are there with
/// the reason. Reads config.json and headers only; ends early when asked to stop.
std::vector<ModelEntry> listModels(const ModelPlaces& places, std::stop_token stop = {});

/// The folder that `--model WORD` means: a folder with a config.json, else the first model of that name in the places'
/// order, else any folder. Io error naming the nearest known names.
Result<std::string> findModel(const ModelPlaces& places, const std::string& nameOrFolder);

} // namespace headscope
