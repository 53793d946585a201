// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/checkpoint.h"

#include "core/io/array_writer.h"
#include "core/io/tensor_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* recordName = "train.json";
constexpr const char* stateName = "optimizer.safetensors";
constexpr const char* stepName = "step";
constexpr const char* begunName = "begun"; ///< only where it is not 0
constexpr const char* weightPrefix = "weight.";
constexpr std::uint64_t mostBytes = 1 << 24;

std::string pathOf(const std::string& folder, const char* file) {
    return (fs::path(folder) / file).string();
}

Json recordJson(const TrainRecord& record) {
    const TrainOptions& o = record.options;
    Json json = {{"headscope", HEADSCOPE_VERSION},
                 {"task", o.task},
                 {"seed", o.seed},
                 {"step", record.reached.step},
                 {"options",
                  {{"layers", o.layers},
                   {"heads", o.heads},
                   {"d_model", o.dModel},
                   {"batch", o.batch},
                   {"length", o.length},
                   {"rate", o.rate}}},
                 {"loss", record.reached.loss},
                 {"accuracy", record.reached.accuracy}};
    for (const HeadPlace& place : o.without)
        json["without"].push_back({{"site", siteName(place.site)}, {"layer", place.layer}, {"head", place.head}});
    return json;
}

Json selfTestJson(const SelfTest& test) {
    Json json = {{"text", test.text}};
    if (test.text2) json["text2"] = *test.text2;
    json["reads"] = Json::array();
    for (const Reading& r : test.readings)
        json["reads"].push_back({{"site", r.site},
                                 {"layer", r.layer},
                                 {"head", r.head},
                                 {"query", r.query},
                                 {"key", r.key},
                                 {"weight", std::round(1e4 * r.weight) / 1e4}});
    return json;
}

Status addJson(const Json& json, FileGroup& files) {
    return files.add(recordName, [&](SafeFile& file) { file.write(json.dump(2) + "\n"); });
}

/// Typed look-ups; the first thing that is wrong is kept.
class Reader {
public:
    Reader(const std::string& path, const Json& json) : m_path(path), m_json(json) {}

    std::uint64_t whole(const Json& in, const char* key, std::uint64_t most) {
        const auto at = in.find(key);
        if (at != in.end() && at->is_number_unsigned() && at->get<std::uint64_t>() <= most)
            return at->get<std::uint64_t>();
        fail(key, "is not a whole number that can be");
        return 0;
    }
    int size(const Json& in, const char* key) { return static_cast<int>(whole(in, key, 1 << 24)); }
    double number(const Json& in, const char* key) {
        const auto at = in.find(key);
        if (at != in.end() && at->is_number() && std::isfinite(at->get<double>())) return at->get<double>();
        fail(key, "is not a number");
        return 0;
    }
    std::string text(const Json& in, const char* key) {
        const auto at = in.find(key);
        if (at != in.end() && at->is_string()) return at->get<std::string>();
        fail(key, "is not a text");
        return {};
    }
    Json object(const char* key) {
        const auto at = m_json.find(key);
        if (at != m_json.end() && at->is_object()) return *at;
        fail(key, "is not an object");
        return Json::object();
    }
    /// None where the key is not there.
    std::vector<HeadPlace> heads(const char* key) {
        std::vector<HeadPlace> places;
        const auto at = m_json.find(key);
        if (at == m_json.end()) return places;
        if (!at->is_array()) fail(key, "is not a list");
        for (const Json& entry : *at) {
            const std::string name = entry.is_object() ? text(entry, "site") : std::string();
            constexpr Site all[] = {Site::Self, Site::Encoder, Site::Decoder, Site::Cross};
            const auto* const site = std::ranges::find(all, name, siteName);
            if (site == std::end(all)) {
                fail(key, "names a site that no model has");
                break;
            }
            places.push_back({*site, size(entry, "layer"), size(entry, "head")});
        }
        return places;
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    void fail(const char* key, const char* what) {
        if (!m_error)
            m_error = Error{ErrorCode::Input, m_path + ": " + key, std::string(what) + "; was it changed by hand?"};
    }

    std::string m_path;
    const Json& m_json;
    std::optional<Error> m_error;
};

void addTree(const std::string& prefix, const Parameters& tree, std::vector<ArraySource>& arrays) {
    for (const auto& entry : list(tree)) {
        const auto produce = [m = entry.values](const ArraySource::Sink& sink) {
            std::vector<float> numbers(m->data(), m->data() + m->size());
            sink(numbers.data(), numbers.size() * sizeof(float));
        };
        arrays.push_back({prefix + entry.name, {entry.values->rows(), entry.values->cols()}, DType::F32, produce});
    }
}

Status readTree(const TensorFile& file, const std::string& prefix, Parameters& tree) {
    for (const auto& entry : list(tree)) {
        const std::string name = prefix + entry.name;
        const std::vector<Index> shape = {entry.values->rows(), entry.values->cols()};
        const auto at = file.tensors().find(name);
        const auto refuse = [&](const std::string& detail) {
            return Error{ErrorCode::Input, file.path() + ": " + name, detail};
        };
        if (at == file.tensors().end())
            return refuse("is missing; this checkpoint belongs to a model of another shape");
        if (at->second.shape != shape)
            return refuse("expected " + showShape(shape) + ", found " + showShape(at->second.shape) +
                          "; this checkpoint belongs to a model of another shape");
        const Result<Array> array = file.read(name);
        if (!array) return array.error();
        for (const Scalar x : array->values)
            if (!std::isfinite(x)) return refuse("holds what is no number");
        std::copy(array->values.begin(), array->values.end(), entry.values->data());
    }
    return {};
}

Result<std::int64_t> readNumber(const TensorFile& file, const char* name) {
    const auto at = file.tensors().find(name);
    if (at == file.tensors().end() || at->second.shape != std::vector<Index>{1} ||
        at->second.format.dtype != DType::I64)
        return Error{ErrorCode::Input, file.path(),
                     std::string("is not what headscope train writes; it has no ") + name};
    std::int64_t number = 0;
    if (Status s = file.readBytes(name, 0, &number, sizeof number); !s) return s.error();
    return number;
}

} // namespace

bool isTrainedFolder(const std::string& folder) {
    std::error_code ignored;
    return fs::exists(pathOf(folder, recordName), ignored);
}

Result<TrainRecord> readTrainRecord(const std::string& folder) {
    std::error_code ignored;
    if (!fs::exists(folder, ignored)) return Error{ErrorCode::Io, folder, "there is no such folder"};
    if (!isTrainedFolder(folder))
        return Error{ErrorCode::Input, folder, "is no folder that headscope train has made; it has no train.json"};
    const std::string path = pathOf(folder, recordName);
    const Result<std::string> text = readFile(path, mostBytes);
    if (!text) return text.error();
    const Json json = Json::parse(*text, nullptr, false);
    if (!json.is_object()) return Error{ErrorCode::Input, path, "is not JSON as headscope train writes it"};
    Reader reader(path, json);
    TrainRecord r;
    r.options.task = reader.text(json, "task");
    r.options.seed = reader.whole(json, "seed", UINT64_MAX);
    r.reached.step = static_cast<std::int64_t>(reader.whole(json, "step", INT64_MAX));
    const Json sizes = reader.object("options");
    r.options.layers = reader.size(sizes, "layers");
    r.options.heads = reader.size(sizes, "heads");
    r.options.dModel = reader.size(sizes, "d_model");
    r.options.batch = reader.size(sizes, "batch");
    r.options.length = reader.size(sizes, "length");
    r.options.rate = reader.number(sizes, "rate");
    r.options.without = reader.heads("without");
    r.reached.loss = reader.number(json, "loss");
    r.reached.accuracy = reader.number(json, "accuracy");
    if (reader.error()) return *reader.error();
    return r;
}

Status addFinished(const TrainRecord& record, const FinishedNotes& notes, FileGroup& files) {
    Json json = recordJson(record);
    json["command"] = notes.command;
    json["unseen"] = {{"sentences", notes.sentences}, {"seed", notes.seed}, {"accuracy", notes.accuracy}};
    if (notes.best) json["unseen"]["best"] = *notes.best;
    json["self_test"] = Json::array();
    for (const SelfTest& test : notes.selfTests) json["self_test"].push_back(selfTestJson(test));
    return addJson(json, files);
}

Status addCheckpoint(const TrainRecord& record, const TrainState& state, FileGroup& files) {
    if (Status s = addJson(recordJson(record), files); !s) return s;
    std::vector<ArraySource> arrays;
    const auto addNumber = [&arrays](const char* name, std::int64_t number) {
        arrays.push_back(
            {name, {1}, DType::I64, [number](const ArraySource::Sink& sink) { sink(&number, sizeof number); }});
    };
    addNumber(stepName, state.optimizer.step);
    if (state.optimizer.begun != 0) addNumber(begunName, state.optimizer.begun);
    addTree(weightPrefix, state.weights, arrays);
    addTree("mean.", state.optimizer.mean, arrays);
    addTree("square.", state.optimizer.square, arrays);
    return files.add(stateName, [&](SafeFile& file) { writeSafetensors(file, arrays, {}, [] { return true; }); });
}

Status addWeights(const std::string& name, const Parameters& weights, FileGroup& files) {
    std::vector<ArraySource> arrays;
    addTree(weightPrefix, weights, arrays);
    return files.add(name, [&](SafeFile& file) { writeSafetensors(file, arrays, {}, [] { return true; }); });
}

Status readWeights(const std::string& path, Parameters& weights) {
    const Result<TensorFile> file = TensorFile::open(path);
    if (!file) return file.error();
    return readTree(*file, weightPrefix, weights);
}

std::string checkpointFile(const std::string& folder) {
    return pathOf(folder, stateName);
}

Status readCheckpoint(const std::string& folder, TrainState& state) {
    const std::string path = checkpointFile(folder);
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        return Error{ErrorCode::Io, path,
                     "is missing, so training cannot go on from here; a finished model has no such file"};
    const Result<TensorFile> file = TensorFile::open(path);
    if (!file) return file.error();
    const Result<std::int64_t> step = readNumber(*file, stepName);
    if (!step) return step.error();
    if (*step < 0) return Error{ErrorCode::Input, path + ": " + stepName, "is below 0"};
    state.optimizer.step = *step;
    state.optimizer.begun = 0;
    if (file->tensors().contains(begunName)) {
        const Result<std::int64_t> begun = readNumber(*file, begunName);
        if (!begun) return begun.error();
        if (*begun < 0 || *begun > *step)
            return Error{ErrorCode::Input, path + ": " + begunName, "is no step before the last"};
        state.optimizer.begun = *begun;
    }
    if (Status s = readTree(*file, weightPrefix, state.weights); !s) return s;
    if (Status s = readTree(*file, "mean.", state.optimizer.mean); !s) return s;
    return readTree(*file, "square.", state.optimizer.square);
}

} // namespace headscope
