// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/file_group.h"
#include "core/model/model.h"

#include <string>
#include <vector>

namespace headscope {

/// How numbers lie in model.safetensors: exactly, or in half the space.
enum class WeightPrecision { Float32, Float16 };

/// What becomes a Hugging Face folder.
struct ModelToWrite {
    const Model* model = nullptr;
    std::string tokenizer;       ///< the text of tokenizer.json
    std::string tokenizerConfig; ///< of tokenizer_config.json, which says how transformers reads the former
    WeightPrecision precision = WeightPrecision::Float32;
};

/// Adds config.json, both tokenizer files and model.safetensors to the files of a folder, by the tables that the loader
/// reads with, so that it and transformers open them without missing or unexpected tensors. Usage error for a family that
/// is not written (the error lists those that are) and for a model that canTrain() refuses.
Status addModel(const ModelToWrite& from, FileGroup& files);
/// The same as a whole folder.
Status writeModel(const ModelToWrite& from, const std::string& folder);

/// transformers' model_type of everything that can be written, sorted.
std::vector<std::string> writtenFamilies();

} // namespace headscope
