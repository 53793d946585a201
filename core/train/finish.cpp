// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/finish.h"

#include "core/base/plain_number.h"
#include "core/io/number_format.h"
#include "core/model/parameters.h"
#include "core/sources/model_writer.h"

#include <filesystem>

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t sentences = 1000;
constexpr std::uint64_t seed = 1;
constexpr int selfTests = 2;

/// The same model with the numbers that float16 has.
ModelPtr rounded(const ModelPtr& model) {
    Parameters weights = unpack(*model);
    for (const auto& entry : list(weights))
        for (Index i = 0; i < entry.values->size(); ++i) {
            Scalar& x = entry.values->data()[i];
            const std::uint16_t half = toHalf(static_cast<float>(x));
            decode(reinterpret_cast<const char*>(&half), {DType::F16}, 1, &x);
        }
    return pack(model->config, weights);
}

} // namespace

std::string commandOf(const Trainer& trainer, const std::string& folder) {
    const TrainOptions& o = trainer.options();
    const auto option = [](const char* name, const std::string& value) { return std::string(name) + value; };
    return "headscope train " + o.task + option(" --seed ", std::to_string(o.seed)) +
           option(" --steps ", std::to_string(trainer.steps())) + option(" --layers ", std::to_string(o.layers)) +
           option(" --heads ", std::to_string(o.heads)) + option(" --d-model ", std::to_string(o.dModel)) +
           option(" --batch ", std::to_string(o.batch)) + option(" --length ", std::to_string(o.length)) +
           option(" --rate ", plainNumber(o.rate)) + " --finish -o " + folder;
}

Result<Evaluation> finish(const Trainer& trainer, const std::string& folder, std::stop_token stop) {
    const ModelPtr model = rounded(trainer.model());
    const int length = trainer.options().length;
    const Result<Evaluation> unseen = evaluate(model, trainer.task(), length, sentences, seed, stop);
    if (!unseen) return unseen;
    const auto tests = makeSelfTests(model, trainer.task(), length, selfTests, stop);
    if (!tests) return tests.error();
    Result<FileGroup> files = FileGroup::begin(folder);
    if (!files) return files.error();
    const TrainRecord record{trainer.options(), trainer.reached()};
    const FinishedNotes notes{commandOf(trainer, folder), unseen->sentences, seed,
                              unseen->accuracy,           unseen->best,      *tests};
    if (Status s = addFinished(record, notes, *files); !s) return s.error();
    if (Status s = addModel({model.get(), trainer.task().tokenizerJson(), trainer.task().tokenizerConfigJson(), WeightPrecision::Float16}, *files); !s)
        return s.error();
    if (Status s = files->commit(); !s) return s.error();
    std::error_code ignored;
    fs::remove(checkpointFile(folder), ignored); // of an earlier save()
    return unseen;
}

} // namespace headscope
