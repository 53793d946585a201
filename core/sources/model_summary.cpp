// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/model_summary.h"

#include "core/io/safe_file.h"
#include "core/io/tensor_file.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>

namespace headscope {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t largestJson = std::uint64_t{64} << 20;

Result<json> readJson(const fs::path& path) {
    const Result<std::string> text = readFile(path.string(), largestJson);
    if (!text.ok()) return Error{text.error().code, path.filename().string(), text.error().detail};
    json value = json::parse(*text, nullptr, false);
    if (!value.is_object()) return Error{ErrorCode::Input, path.filename().string(), "is not a JSON object"};
    return value;
}

/// The first of the names that holds a believable count; the families spell them differently.
int countOf(const json& config, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const auto it = config.find(name);
        if (it != config.end() && it->is_number_unsigned() && it->get<std::uint64_t>() <= 1'000'000)
            return it->get<int>();
    }
    return 0;
}

/// One file, or the shards that the index names, which lie beside it.
Result<std::set<std::string>> weightFiles(const fs::path& folder) {
    std::error_code ignored;
    if (fs::exists(folder / "model.safetensors", ignored)) return std::set<std::string>{"model.safetensors"};
    if (!fs::exists(folder / "model.safetensors.index.json", ignored)) {
        for (const char* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json"})
            if (fs::exists(folder / pickle, ignored))
                return Error{ErrorCode::Input, pickle, "is a Python pickle, which is not read; save it as safetensors"};
        return Error{ErrorCode::Io, "model.safetensors", "there is no such file: the weights are missing"};
    }
    const Result<json> index = readJson(folder / "model.safetensors.index.json");
    if (!index.ok()) return index.error();
    std::set<std::string> files;
    if (const auto map = index->find("weight_map"); map != index->end() && map->is_object())
        for (const auto& [tensor, file] : map->items()) {
            if (!file.is_string() || file.get_ref<const std::string&>().find('/') != std::string::npos)
                return Error{ErrorCode::Input, "model.safetensors.index.json", "names a file outside the folder"};
            files.insert(file.get<std::string>());
        }
    if (files.empty()) return Error{ErrorCode::Input, "model.safetensors.index.json", "names no weights"};
    return files;
}

Status countParameters(const fs::path& folder, ModelSummary& summary) {
    const Result<std::set<std::string>> files = weightFiles(folder);
    if (!files.ok()) return files.error();
    for (const std::string& name : *files) {
        const Result<TensorFile> file = TensorFile::open((folder / name).string());
        if (!file.ok()) return Error{file.error().code, name, file.error().detail};
        for (const auto& [tensor, info] : file->tensors()) {
            std::uint64_t count = 1; // cannot overflow: the header's shapes fit the file's size
            for (const Index dimension : info.shape) count *= static_cast<std::uint64_t>(dimension);
            summary.parameters += count;
        }
    }
    return {};
}

} // namespace

ModelSummary summarizeModel(const std::string& folder) {
    ModelSummary summary;
    fs::path path(folder);
    std::error_code ignored;
    if (!fs::exists(path / "config.json", ignored) && fs::exists(path / "0_Transformer" / "config.json", ignored))
        path /= "0_Transformer";
    const Result<json> config = readJson(path / "config.json");
    if (!config.ok()) {
        summary.problem = config.error().message();
        return summary;
    }
    if (const auto type = config->find("model_type"); type != config->end() && type->is_string())
        summary.architecture = type->get<std::string>();
    summary.layers = countOf(*config, {"num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers"});
    summary.heads =
        countOf(*config, {"num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads"});
    if (config->contains("quantization_config"))
        summary.problem = "config.json: its weights are quantized, which is not read";
    else if (Status status = countParameters(path, summary); !status.ok())
        summary.problem = status.error().message();
    return summary;
}

} // namespace headscope
