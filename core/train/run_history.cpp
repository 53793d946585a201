// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/run_history.h"

#include "core/io/array_writer.h"
#include "core/io/tensor_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* ending = ".safetensors";
constexpr const char* stepsName = "steps";
constexpr std::size_t mostSteps = 50'000;
constexpr std::size_t mostMoments = 64;
constexpr std::uint64_t mostBytes = 100'000'000;

fs::path placeOf(const std::string& folder) {
    return fs::path(folder) / "history";
}

std::string nameOf(std::int64_t step) {
    return std::to_string(step) + ending;
}

std::optional<std::int64_t> stepOf(const fs::path& file) {
    const std::string stem = file.stem().string();
    std::int64_t step = -1;
    const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), step);
    const bool whole = error == std::errc() && end == stem.data() + stem.size() && step >= 0;
    return whole && file.extension() == ending ? std::optional(step) : std::nullopt;
}

/// The moments' files, by their steps.
std::set<std::int64_t> stepsIn(const fs::path& place) {
    std::set<std::int64_t> steps;
    std::error_code ignored;
    for (fs::directory_iterator at(place, ignored), end; at != end; at.increment(ignored)) {
        if (const auto step = stepOf(at->path())) steps.insert(*step);
    }
    return steps;
}

/// The first one, and of the others every second, fourth … until they are few enough: the same ones are kept as more
/// come.
std::vector<const Checkpoint*> chosenOf(const std::vector<Checkpoint>& moments) {
    if (moments.empty()) return {};
    const std::uint64_t bytes = std::max<std::uint64_t>(1, moments.front().model->bytes);
    const std::size_t most = std::min<std::size_t>(mostMoments, mostBytes / bytes);
    if (most < 2) return {};
    std::int64_t stride = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 2; i < moments.size(); ++i) stride = std::min(stride, moments[i].step - moments[i - 1].step);
    if (moments.size() < 3) stride = 1;
    for (;; stride *= 2) {
        std::vector<const Checkpoint*> chosen{&moments.front()};
        for (std::size_t i = 1; i < moments.size(); ++i)
            if (moments.size() <= most || moments[i].step % stride == 0) chosen.push_back(&moments[i]);
        if (chosen.size() <= most) return chosen;
    }
}

Status writeSteps(const fs::path& place, const std::vector<TrainStep>& steps) {
    const std::size_t every = (steps.size() + mostSteps - 1) / mostSteps;
    std::vector<std::int64_t> numbers;
    std::vector<float> losses, accuracies;
    // From the last one back: that one is what the run has come to.
    for (std::size_t i = steps.size(); i > 0; i -= std::min(i, every)) {
        numbers.push_back(steps[i - 1].step);
        losses.push_back(static_cast<float>(steps[i - 1].loss));
        accuracies.push_back(static_cast<float>(steps[i - 1].accuracy));
    }
    const auto count = static_cast<Index>(numbers.size());
    const auto from = [count](const char* name, DType type, const auto& values) {
        return ArraySource{name, {count}, type, [&values](const ArraySource::Sink& sink) {
                               sink(values.data(), values.size() * sizeof values.front());
                           }};
    };
    Result<FileGroup> files = FileGroup::begin(place.string());
    if (!files) return files.error();
    const std::vector<ArraySource> arrays = {from("step", DType::I64, numbers), from("loss", DType::F32, losses),
                                             from("accuracy", DType::F32, accuracies)};
    if (Status s = files->add(stepsName + std::string(ending),
                              [&](SafeFile& file) { writeSafetensors(file, arrays, {}, [] { return true; }); });
        !s)
        return s;
    return files->commit();
}

template <class T> std::optional<std::vector<T>> numbersOf(const TensorFile& file, const char* name, DType type) {
    const auto at = file.tensors().find(name);
    if (at == file.tensors().end() || at->second.shape.size() != 1 || at->second.format.dtype != type) return {};
    std::vector<T> numbers(static_cast<std::size_t>(at->second.shape[0]));
    if (!file.readBytes(name, 0, numbers.data(), numbers.size() * sizeof(T))) return {};
    return numbers;
}

std::vector<TrainStep> readSteps(const fs::path& place, std::int64_t last) {
    const Result<TensorFile> file = TensorFile::open((place / (stepsName + std::string(ending))).string());
    if (!file) return {};
    const auto numbers = numbersOf<std::int64_t>(*file, "step", DType::I64);
    const auto losses = numbersOf<float>(*file, "loss", DType::F32);
    const auto accuracies = numbersOf<float>(*file, "accuracy", DType::F32);
    if (!numbers || !losses || !accuracies || losses->size() != numbers->size() ||
        accuracies->size() != numbers->size())
        return {};
    std::vector<TrainStep> steps;
    for (std::size_t i = numbers->size(); i-- > 0;) { // as they were written, the last one first
        const TrainStep step{(*numbers)[i], (*losses)[i], (*accuracies)[i]};
        const bool follows = steps.empty() ? step.step >= 0 : step.step > steps.back().step;
        if (follows && step.step <= last && std::isfinite(step.loss) && std::isfinite(step.accuracy))
            steps.push_back(step);
    }
    return steps;
}

} // namespace

RunHistory readHistory(const std::string& folder, const Model& like, std::int64_t last) {
    RunHistory history{readSteps(placeOf(folder), last), {}};
    Parameters weights = unpack(like);
    for (const std::int64_t step : stepsIn(placeOf(folder)))
        if (step <= last && readWeights((placeOf(folder) / nameOf(step)).string(), weights))
            history.moments.push_back({step, pack(like.config, weights)});
    return history;
}

Status writeHistory(const std::string& folder, const std::vector<TrainStep>& steps,
                    const std::vector<Checkpoint>& moments) {
    const fs::path place = placeOf(folder);
    if (Status s = writeSteps(place, steps); !s) return s;
    std::set<std::int64_t> there = stepsIn(place);
    Result<FileGroup> files = FileGroup::begin(place.string());
    if (!files) return files.error();
    for (const Checkpoint* moment : chosenOf(moments))
        if (there.erase(moment->step) == 0)
            if (Status s = addWeights(nameOf(moment->step), unpack(*moment->model), *files); !s) return s;
    std::error_code ignored; // one that stays is one moment more
    for (const std::int64_t step : there) fs::remove(place / nameOf(step), ignored);
    return files->commit();
}

} // namespace headscope
