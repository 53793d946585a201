// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/hub_files.h"

#include "core/io/array.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace headscope {

namespace {

using nlohmann::json;

constexpr std::string_view smallFiles[] = {
    "config.json",       "tokenizer.json",          "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.txt",               "vocab.json",            "merges.txt",
    "spiece.model",      "sentencepiece.bpe.model", "tokenizer.model",       "source.spm",
    "target.spm",        "preprocessor_config.json", "generation_config.json"};
constexpr std::string_view weights = "model.safetensors";
constexpr std::string_view weightsIndex = "model.safetensors.index.json";
/// Where old sentence-transformers models keep the transformer.
constexpr std::string_view innerFolder = "0_Transformer/";

Error notAList() {
    return {ErrorCode::Input, "",
            "the answer is not the Hub's list of files; is this a login page of the network, or an HF_ENDPOINT that is no "
            "Hub?"};
}

/// A relative path without "..", on every system. Only known names are fetched; but a server that tries is not honest.
bool staysInside(const std::string& path) {
    const auto isSlash = [](char c) { return c == '/' || c == '\\'; };
    if (path.empty() || isSlash(path.front()) || (path.size() > 1 && path[1] == ':')) return false;
    for (auto begin = path.begin(); begin < path.end();) {
        const auto end = std::find_if(begin, path.end(), isSlash);
        if (std::string_view(begin, end) == "..") return false;
        begin = end + (end != path.end());
    }
    return true;
}

/// model-00001-of-00003.safetensors
bool isShard(std::string_view name) {
    constexpr std::string_view pattern = "model-#####-of-#####.safetensors";
    return name.size() == pattern.size() && std::equal(name.begin(), name.end(), pattern.begin(), [](char c, char p) {
               return p == '#' ? c >= '0' && c <= '9' : c == p;
           });
}

std::string hexField(const json& object, const char* name, std::size_t digits) {
    const auto it = object.find(name);
    if (it == object.end() || !it->is_string()) return "";
    const std::string& text = it->get_ref<const std::string&>();
    return isHex(text, digits) ? text : "";
}

Result<HubFile> parseFile(const json& entry) {
    if (!entry.is_object()) return notAList();
    const auto name = entry.find("rfilename");
    if (name == entry.end() || !name->is_string()) return notAList();
    HubFile file;
    file.path = name->get<std::string>();
    if (!staysInside(file.path))
        return Error{ErrorCode::Input, "",
                     "the server lists a file " + showName(file.path) +
                         ", which would land outside the model's folder; nothing is fetched from it"};
    if (const auto size = entry.find("size"); size != entry.end() && size->is_number_unsigned())
        file.size = size->get<std::uint64_t>();
    if (const auto lfs = entry.find("lfs"); lfs != entry.end() && lfs->is_object())
        file.sha256 = hexField(*lfs, "sha256", 64);
    else
        file.gitSha1 = hexField(entry, "blobId", 40);
    return file;
}

bool has(const std::vector<HubFile>& files, std::string_view path) {
    return std::any_of(files.begin(), files.end(), [&](const HubFile& file) { return file.path == path; });
}

/// What the weights are in where they are not in safetensors.
std::string otherFormats(const std::vector<HubFile>& files) {
    struct Kind {
        std::string_view ending;
        const char* name;
    };
    constexpr Kind kinds[] = {{".bin", "PyTorch pickles (.bin)"}, {".pt", "PyTorch pickles (.pt)"},
                              {".gguf", "GGUF"},                  {".h5", "TensorFlow (.h5)"},
                              {".msgpack", "Flax (.msgpack)"},    {".onnx", "ONNX"},
                              {".safetensors", "safetensors of another kind (adapters, variants)"}};
    std::string found;
    for (const Kind& kind : kinds)
        if (std::any_of(files.begin(), files.end(), [&](const HubFile& f) { return f.path.ends_with(kind.ending); }))
            found += (found.empty() ? "" : ", ") + std::string(kind.name);
    return found;
}

} // namespace

bool isHex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Result<HubListing> parseHubListing(std::string_view text) {
    const json root = json::parse(text, nullptr, false);
    if (!root.is_object()) return notAList();
    const auto siblings = root.find("siblings");
    if (siblings == root.end() || !siblings->is_array()) return notAList();
    HubListing listing;
    listing.commit = hexField(root, "sha", 40);
    std::set<std::string> seen;
    for (const json& entry : *siblings) {
        Result<HubFile> file = parseFile(entry);
        if (!file.ok()) return file.error();
        if (seen.insert(file->path).second) listing.files.push_back(*std::move(file));
    }
    return listing;
}

Result<std::vector<HubFile>> filesToFetch(const HubListing& listing) {
    const std::vector<HubFile>& all = listing.files;
    const std::string folder = !has(all, "config.json") && has(all, std::string(innerFolder) + "config.json")
                                   ? std::string(innerFolder)
                                   : "";
    if (!has(all, folder + "config.json"))
        return Error{ErrorCode::Input, "", "there is no config.json in it, so it is not a model of the transformers library"};
    const bool single = has(all, folder + std::string(weights));
    const bool sharded = !single && has(all, folder + std::string(weightsIndex));
    if (!single && !sharded) {
        const std::string others = otherFormats(all);
        return Error{ErrorCode::Input, "",
                     others.empty() ? "it holds no weights"
                                    : "its weights are only there as " + others +
                                          "; save it with transformers' save_pretrained(safe_serialization=True)"};
    }
    std::vector<HubFile> chosen;
    for (const HubFile& file : all) {
        if (!file.path.starts_with(folder)) continue;
        const std::string_view name = std::string_view(file.path).substr(folder.size());
        if (std::find(std::begin(smallFiles), std::end(smallFiles), name) != std::end(smallFiles) ||
            (single && name == weights) || (sharded && (name == weightsIndex || isShard(name))))
            chosen.push_back(file);
    }
    // Small files first: what is wrong with them is known before gigabytes have come.
    std::stable_sort(chosen.begin(), chosen.end(), [](const HubFile& a, const HubFile& b) {
        return !a.path.ends_with(".safetensors") && b.path.ends_with(".safetensors");
    });
    return chosen;
}

} // namespace headscope
