// SPDX-License-Identifier: GPL-3.0-or-later
// The models of resources/models are what their train.json says of them.
#include "core/model/forward.h"
#include "core/session/model_run.h"
#include "core/sources/model_folder.h"
#include "core/train/trainer.h"
#include "tests/core/io_fixture.h"

#include <nlohmann/json.hpp>

using namespace headscope;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path shipped = fs::path(HEADSCOPE_SOURCE_DIR) / "resources" / "models";

std::vector<std::string> shippedNames() {
    std::vector<std::string> names;
    if (fs::is_directory(shipped))
        for (const auto& entry : fs::directory_iterator(shipped)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

class ShippedModel : public testing::TestWithParam<std::string> {
protected:
    std::string folder() const { return (shipped / GetParam()).string(); }
    json record() const { return json::parse(readFile(folder() + "/train.json").value()); }
    OpenedModelPtr opened() const {
        const Result<OpenedModelPtr> model = openWithTokenizer(folder());
        EXPECT_TRUE(model) << model.error().message();
        return *model;
    }
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ShippedModel);

/// What is asked of them: 0.99 of exact tasks, 0.95 of worlds; of language models the share of what nobody can exceed.
double aimOf(const std::string& task) {
    if (task == "masked-lm") return 0.9;
    const bool isWorld = task == "translation" || task == "qa" || task == "summarisation";
    return isWorld || task == "causal-lm" ? 0.95 : 0.99;
}

TEST_P(ShippedModel, IsSmallAndSaysHowItWasMade) {
    std::uintmax_t bytes = 0;
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder())) {
        bytes += entry.file_size();
        files.push_back(entry.path().filename().string());
    }
    EXPECT_LE(bytes, 2u << 20);
    EXPECT_THAT(files,
                testing::UnorderedElementsAre("config.json", "model.safetensors", "tokenizer.json",
                                              "tokenizer_config.json", "train.json"));
    EXPECT_THAT(record()["command"].get<std::string>(),
                testing::StartsWith("headscope train " + GetParam() + " --seed "));
    EXPECT_THAT(record()["command"].get<std::string>(), testing::EndsWith("-o resources/models/" + GetParam()));
}

TEST_P(ShippedModel, HeadsReadWhatTheSelfTestSays) {
    const OpenedModelPtr model = opened();
    const json tests = record()["self_test"];
    ASSERT_FALSE(tests.empty());
    for (const json& test : tests) {
        std::optional<std::string> second;
        if (test.contains("text2")) second = test["text2"].get<std::string>();
        const Result<ModelRunPtr> run = runModel(model, test["text"].get<std::string>(), second);
        ASSERT_TRUE(run) << run.error().message();
        ASSERT_FALSE(test["reads"].empty());
        for (const json& read : test["reads"]) {
            const auto& sites = (*run)->trace->sites;
            const auto site = std::find_if(sites.begin(), sites.end(),
                                           [&](const SiteTrace& s) { return siteName(s.site) == read["site"]; });
            ASSERT_NE(site, sites.end()) << read;
            const Matrix weights = site->layers.at(read["layer"])->weights(read["head"].get<int>());
            const Index query = read["query"], key = read["key"];
            ASSERT_LT(query, weights.rows()) << read;
            ASSERT_LT(key, weights.cols()) << read;
            EXPECT_NEAR(weights(query, key), read["weight"].get<double>(), 2e-3) << test["text"] << read;
        }
    }
}

TEST_P(ShippedModel, KnowsItsTask) {
    const Result<TrainRecord> said = readTrainRecord(folder());
    ASSERT_TRUE(said) << said.error().message();
    const Task* task = findTask(said->options.task);
    ASSERT_TRUE(task);
    EXPECT_EQ(task->name(), GetParam());
    const Result<Evaluation> found = evaluate(opened()->model, *task, said->options.length, 100, 99);
    ASSERT_TRUE(found) << found.error().message();
    const double aim = aimOf(GetParam());
    const json unseen = record()["unseen"];
    EXPECT_GE(unseen["accuracy"].get<double>(), aim * unseen.value("best", 1.0));
    EXPECT_GE(found->accuracy, aim * found->best.value_or(1) - 0.01) << "of 100 sentences";
}

/// Over everything that is asked of unseen examples, how much of the row lies on the token behind the word's earlier
/// place, in the best head.
TEST(ShippedInduction, HasAHeadThatReadsWhatFollowed) {
    const ModelPtr model = openModel((shipped / "induction").string()).value();
    const Task& task = *findTask("induction");
    Rng rng(3);
    std::map<std::pair<std::size_t, int>, double> mass;
    double asked = 0;
    for (int i = 0; i < 50; ++i) {
        const TaskExample e = task.example(rng, task.defaults().length, TaskPart::Unseen);
        const ModelTracePtr trace = forward(model, {e.ids, {}, {}}).value();
        for (std::size_t q = 0; q < e.ids.size(); ++q) {
            if (e.targets[q] < 0) continue;
            ++asked;
            const Index key = std::find(e.ids.begin(), e.ids.end(), e.ids[q]) - e.ids.begin() + 1;
            for (std::size_t layer = 0; layer < trace->sites[0].layers.size(); ++layer)
                for (int head = 0; head < model->config.decoder.attention.heads; ++head)
                    mass[{layer, head}] += static_cast<double>(
                        trace->sites[0].layers[layer]->weights(head)(static_cast<Index>(q), key));
        }
    }
    double best = 0;
    for (const auto& [head, sum] : mass) best = std::max(best, sum / asked);
    EXPECT_GE(best, 0.95);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedModel, testing::ValuesIn(shippedNames()), [](const auto& tested) {
    std::string name = tested.param; // of a test: letters and numbers only
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

} // namespace
