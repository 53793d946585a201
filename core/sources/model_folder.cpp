// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/model_folder.h"

#include "core/base/memory.h"
#include "core/sources/model_families.h"
#include "core/sources/model_loader.h"
#include "core/sources/weight_files.h"

#include <algorithm>
#include <filesystem>
#include <new>

namespace headscope {
namespace {

namespace fs = std::filesystem;

/// What config.json alone says.
struct Reading {
    std::string folder;
    std::string type;
    std::string architecture;
    const ModelFamily* family = nullptr;
    ModelConfig config;
    FamilyTraits traits;
    std::optional<Error> refusal;
};

std::string listOfFamilies() {
    std::string list;
    for (const std::string& family : knownFamilies()) list.append(list.empty() ? "" : ", ").append(family);
    return list;
}

/// By model_type, or where there is none by the longest beginning of the class that saved it.
const ModelFamily* findFamily(const std::string& type, const std::string& architecture) {
    const ModelFamily* found = nullptr;
    for (const ModelFamily& f : modelFamilies()) {
        if (!type.empty() ? f.type == type
                          : architecture.starts_with(f.klass) && (!found || f.klass.size() > found->klass.size()))
            found = &f;
    }
    return found;
}

std::optional<Error> refuse(const ConfigFile& file, const std::string& type) {
    const auto refusal = [&](const char* key, const std::string& detail) {
        return Error{ErrorCode::Input, file.path() + ": " + key, detail};
    };
    if (file.has("quantization_config")) {
        const std::string method = file.child("quantization_config").text("quant_method", "unknown method");
        return refusal("quantization_config",
                       "the weights are packed (" + method + "), which is not read; take the model's unpacked edition");
    }
    if (file.has("auto_map"))
        return refusal("auto_map", "the model needs program code of its own (trust_remote_code), which is not run");
    if (type.empty()) return std::nullopt;
    return refusal("model_type",
                   "models of the type " + showName(type) + " are not known here; known are " + listOfFamilies());
}

/// Whether the class writes an output head: the others leave it out even where it is the embedding again.
bool hasHead(const std::string& architecture) {
    if (architecture.empty()) return true; // nobody says; the tensors do
    constexpr std::string_view parts[] = {"MaskedLM", "CausalLM",    "LMHead",     "ConditionalGeneration",
                                          "MTModel",  "PreTraining", "DoubleHeads"};
    return std::ranges::any_of(parts,
                               [&](std::string_view part) { return architecture.find(part) != std::string::npos; });
}

GenerationRules rulesIn(ConfigFile file) {
    GenerationRules rules;
    rules.badWords = file.idLists("bad_words_ids");
    rules.forcedFirst = file.id("forced_bos_token_id");
    rules.forcedLast = file.ids("forced_eos_token_id");
    rules.suppressed = file.ids("suppress_tokens");
    rules.suppressedFirst = file.ids("begin_suppress_tokens");
    rules.noRepeat = file.integer("no_repeat_ngram_size", 0, 0, 1 << 20);
    rules.repetitionPenalty = file.number("repetition_penalty", 1);
    rules.leastLength = file.integer("min_length", 0, 0, 1 << 24);
    rules.leastNew = file.integer("min_new_tokens", 0, 0, 1 << 24);
    if (rules.repetitionPenalty <= 0) rules.repetitionPenalty = 1;
    return rules;
}

/// How texts are continued: generation_config.json also knows more ends of a text than config.json (a chat model's
/// turns); without it config.json says it all. Neither keeps anybody from looking at the model.
void readGeneration(const ConfigFile& config, const std::string& folder, ModelConfig& model) {
    const Result<ConfigFile> file = ConfigFile::read(folder + "/generation_config.json");
    const std::vector<int> familys = model.generation.forcedLast;
    model.generation = rulesIn(file ? *file : config);
    if (!file) {
        if (model.generation.forcedLast.empty() && !config.mentions("forced_eos_token_id"))
            model.generation.forcedLast = familys;
        return;
    }
    if (std::vector<int> ends = file->ids("eos_token_id"); !ends.empty()) model.special.eos = std::move(ends);
}

/// What to do where there is a folder, but no config.json in it.
Error withoutConfig(const std::string& folder, const Error& error) {
    std::error_code ignored;
    if (fs::exists(folder + "/config.json", ignored) || !fs::is_directory(folder, ignored)) return error;
    if (fs::exists(folder + "/adapter_config.json", ignored))
        return {ErrorCode::Input, folder,
                "there is only an adapter (LoRA) without its model; open the model's folder, or write both as one with "
                "Python: model.merge_and_unload().save_pretrained(FOLDER)"};
    return {error.code, error.place, error.detail + "; give the folder of a Hugging Face model"};
}

Result<Reading> readConfig(const std::string& folder) {
    Reading r;
    r.folder = innerFolder(folder);
    Result<ConfigFile> file = ConfigFile::read(r.folder + "/config.json");
    if (!file) return withoutConfig(r.folder, file.error());
    r.type = file->text("model_type", "");
    const std::vector<std::string> architectures = file->texts("architectures");
    if (!architectures.empty()) r.architecture = architectures.front();
    r.family = findFamily(r.type, r.architecture);
    const bool packed = file->has("quantization_config") || file->has("auto_map");
    if (file->error() || !r.family || packed) {
        r.refusal = file->error() ? file->error() : refuse(*file, r.family ? "" : r.type);
        if (!r.refusal)
            r.refusal = Error{ErrorCode::Input, file->path(),
                              "it does not say what the model is (model_type); known are " + listOfFamilies()};
        return r;
    }
    r.type = r.family->type;
    r.config.family = r.type;
    r.config.familyName = r.family->name;
    r.family->configure(*file, r.config, r.traits);
    r.traits.headSaved = hasHead(r.architecture);
    readGeneration(*file, r.folder, r.config);
    r.refusal = file->error();
    return r;
}

/// use(loader, folder) with all tensors of the folder found and checked, or what is wrong before.
template <class Outcome, class Use> Outcome withPlanned(const std::string& folder, const Use& use) {
    const Result<Reading> r = readConfig(folder);
    if (!r) return r.error();
    if (r->refusal) return *r->refusal;
    const Result<WeightFiles> files = WeightFiles::open(r->folder, r->family->prefix);
    if (!files) return files.error();
    ModelLoader loader(*r->family, r->traits, *files, r->config);
    if (Status s = loader.plan(); !s) return Error{s.error().code, r->folder, s.error().detail};
    return use(loader, r->folder);
}

} // namespace

std::string innerFolder(const std::string& folder) {
    std::error_code error;
    const std::string inner = folder + "/0_Transformer";
    const bool hasOwn = fs::exists(folder + "/config.json", error);
    return !hasOwn && fs::exists(inner + "/config.json", error) ? inner : folder;
}

std::vector<std::string> knownFamilies() {
    std::vector<std::string> types;
    for (const ModelFamily& f : modelFamilies()) types.emplace_back(f.type);
    return types;
}

Result<ModelDescription> describeModel(const std::string& folder) {
    const Result<Reading> r = readConfig(folder);
    if (!r) return r.error();
    ModelDescription d;
    d.folder = r->folder;
    d.family = r->type;
    d.architecture = r->architecture;
    std::optional<Error> reason = r->refusal;
    if (r->family && !reason) {
        const ModelConfig& c = r->config;
        d.familyName = c.familyName;
        d.kind = c.kind;
        d.layers = c.stack().layers;
        d.decoderLayers = c.kind == ModelKind::EncoderDecoder ? c.decoder.layers : 0;
        d.heads = c.stack().attention.heads;
        d.dModel = c.dModel;
        d.vocabulary = c.vocabulary;
        d.maxPositions = c.maxPositions;
    }
    const Result<WeightFiles> files = WeightFiles::open(r->folder, r->family ? r->family->prefix : "");
    if (files) {
        d.parameters = files->parameters();
        d.bytes = files->bytes();
        if (!reason) {
            const Status s = ModelLoader(*r->family, r->traits, *files, r->config).plan();
            if (!s) reason = s.error();
        }
    } else if (!reason) {
        reason = files.error();
    }
    d.supported = !reason;
    if (reason) d.reason = reason->message();
    return d;
}

Result<ModelPtr> openModel(const std::string& folder, std::stop_token stop, const LoadProgress& progress) {
    return withPlanned<Result<ModelPtr>>(folder, [&](ModelLoader& loader, const std::string& inner) -> Result<ModelPtr> {
        const char* advice = "close other programs or take a smaller model";
        if (Status s = checkMemory(static_cast<double>(loader.bytes()), inner, "the model", advice); !s)
            return s.error();
        try {
            return loader.load(stop, progress);
        } catch (const std::bad_alloc&) {
            return outOfMemory();
        }
    });
}

Status checkTensors(const std::string& folder, std::stop_token stop) {
    return withPlanned<Status>(folder,
                               [&](ModelLoader& loader, const std::string&) { return loader.checkNumbers(stop); });
}

} // namespace headscope
