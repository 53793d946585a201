// SPDX-License-Identifier: GPL-3.0-or-later
// The models of tests/golden/models with what transformers computes from them.
#pragma once

#include "core/io/array.h"
#include "core/model/forward.h"
#include "core/sources/model_folder.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace headscope::testing {

/// HEADSCOPE_MODELS names another folder of the same form, for models that are too many or too large to keep.
inline std::filesystem::path modelsFolder() {
    const char* other = std::getenv("HEADSCOPE_MODELS");
    return other ? other : std::string(HEADSCOPE_SOURCE_DIR) + "/tests/golden/models";
}

inline std::vector<std::string> modelNames() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(modelsFolder()))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

struct ModelCase {
    ModelPtr model;
    ModelInput input;
    Arrays expected;
};

inline std::vector<int> wholeNumbers(const Arrays& arrays, const std::string& name) {
    const auto at = arrays.find(name);
    if (at == arrays.end()) return {};
    return {at->second.values.begin(), at->second.values.end()};
}

inline ModelCase openCase(const std::string& name) {
    const std::string folder = (modelsFolder() / name).string();
    const char* file = sizeof(Scalar) == 8 ? "/expected64.safetensors" : "/expected32.safetensors";
    ModelCase c;
    Result<ModelPtr> model = openModel(folder);
    if (!model) {
        ADD_FAILURE() << model.error().message();
        return c;
    }
    c.model = *model;
    c.expected = readSafetensors(folder + file).value();
    c.input = {wholeNumbers(c.expected, "ids"), wholeNumbers(c.expected, "types"),
               wholeNumbers(c.expected, "decoder_ids")};
    return c;
}

} // namespace headscope::testing
