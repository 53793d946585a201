// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/weight_files.h"

#include "core/io/safe_file.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <filesystem>

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* singleFile = "model.safetensors";
constexpr const char* indexFile = "model.safetensors.index.json";
constexpr std::uint64_t largestIndex = 100'000'000;

bool exists(const std::string& path) {
    std::error_code error;
    return fs::symlink_status(path, error).type() != fs::file_type::not_found && !error;
}

/// Why a folder without safetensors cannot be opened.
Error noWeights(const std::string& folder) {
    std::error_code error;
    std::string other;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (name == "adapter_model.safetensors" || name == "adapter_config.json")
            return {ErrorCode::Input, folder,
                    "this is an adapter without its base model; merge the two (peft's merge_and_unload) and save the "
                    "result"};
        for (const char* ending : {".bin", ".pt", ".pth", ".h5", ".gguf", ".onnx", ".msgpack", ".ckpt"})
            if (name.ends_with(ending)) other = name;
    }
    if (!other.empty())
        return {
            ErrorCode::Input, folder,
            "the weights are in " + showName(other) +
                ", a format that is not read; open the model with transformers and save it again with save_pretrained, "
                "which writes model.safetensors"};
    return {ErrorCode::Io, folder + "/" + singleFile, describeSystemError(ENOENT)};
}

Result<TensorFile> openTensors(const std::string& path) {
    Result<InputFile> input = InputFile::open(path);
    if (!input) return input.error();
    return TensorFile::openSafetensors(std::move(*input));
}

bool cutEnd(std::string& text, std::string_view end, std::string_view instead) {
    if (!text.ends_with(end)) return false;
    text.replace(text.size() - end.size(), end.size(), instead);
    return true;
}

/// The name without what wrappers put before it; true when there was something.
bool cutWrappers(std::string& name) {
    bool cut = false;
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view wrapper : {"module.", "_orig_mod."})
            if (name.starts_with(wrapper)) {
                name.erase(0, wrapper.size());
                again = cut = true;
            }
    }
    return cut;
}

/// Which file holds which tensor.
Result<std::map<std::string, std::string>> readIndex(const std::string& path) {
    const auto fail = [&](const std::string& detail) { return Error{ErrorCode::Input, path, detail}; };
    const Result<InputFile> file = InputFile::open(path);
    if (!file) return file.error();
    if (file->size() > largestIndex) return fail("the file is larger than any index");
    const Result<std::string> text = file->head(largestIndex);
    if (!text) return text.error();
    const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
        return fail("the file should hold a JSON object with weight_map");
    std::map<std::string, std::string> shards;
    for (const auto& [tensor, shard] : json["weight_map"].items()) {
        const std::string name = shard.is_string() ? shard.get<std::string>() : std::string();
        if (name.empty() || name == "." || name == ".." || name.find_first_of("/\\:") != std::string::npos ||
            name.find('\0') != std::string::npos)
            return fail("weight_map names " + showName(name) +
                        " as a file; only names of files in this folder are followed");
        shards.emplace(tensor, name);
    }
    return shards;
}

} // namespace

Status WeightFiles::openShards(const std::string& folder) {
    const std::string path = folder + "/" + indexFile;
    const auto shards = readIndex(path);
    if (!shards) return shards.error();
    for (const auto& [tensor, shard] : *shards) {
        if (!m_files.contains(shard)) {
            Result<TensorFile> file = openTensors(folder + "/" + shard);
            if (!file) return file.error();
            m_files.emplace(shard, std::move(*file));
        }
        if (!m_files.at(shard).tensors().contains(tensor))
            return Error{ErrorCode::Input, path,
                         showName(tensor) + " should be in " + showName(shard) +
                             ", but is not; the index and the files do not belong together"};
    }
    return {};
}

Result<WeightFiles> WeightFiles::open(const std::string& folder, std::string_view prefix) {
    WeightFiles files;
    const bool single = exists(folder + "/" + singleFile);
    const bool index = exists(folder + "/" + indexFile);
    if (single) {
        Result<TensorFile> file = openTensors(folder + "/" + singleFile);
        if (!file) return file.error();
        files.m_files.emplace(singleFile, std::move(*file));
        if (index)
            files.m_notes.push_back(
                "The folder holds one file of weights and an index of several; the one file is used.");
    } else if (index) {
        if (Status s = files.openShards(folder); !s) return s.error();
    } else {
        return noWeights(folder);
    }
    files.collect(prefix);
    return files;
}

void WeightFiles::collect(std::string_view prefix) {
    bool wrapped = false;
    for (const auto& [shard, file] : m_files) {
        for (const auto& [name, info] : file.tensors()) {
            const std::uint64_t count = elementCount(info.shape).value_or(0);
            if (isFloat(info.format.dtype)) m_parameters += count;
            m_bytes += count * byteSize(info.format.dtype);
            std::string bare = name;
            wrapped = cutWrappers(bare) || wrapped;
            if (!prefix.empty() && bare.starts_with(prefix)) bare.erase(0, prefix.size());
            if (!cutEnd(bare, "LayerNorm.gamma", "LayerNorm.weight")) cutEnd(bare, "LayerNorm.beta", "LayerNorm.bias");
            m_tensors.try_emplace(bare, Tensor{&file, name, &info});
        }
    }
    if (wrapped)
        m_notes.push_back(
            "The tensors' names begin with what a training program put before them (module., _orig_mod.); it is "
            "left out.");
}

const WeightFiles::Tensor* WeightFiles::find(const std::string& name) const {
    const auto at = m_tensors.find(name);
    return at == m_tensors.end() ? nullptr : &at->second;
}

Status WeightFiles::unchanged() const {
    for (const auto& [name, file] : m_files)
        if (Status s = file.unchanged(); !s) return s;
    return {};
}

} // namespace headscope
