// SPDX-License-Identifier: GPL-3.0-or-later
// The models of resources/models are what their train.json says of them.
#include "core/session/model_run.h"
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

bool isWorld(const std::string& task) {
    return task == "translation" || task == "qa" || task == "summarisation";
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
    // What the README says of them; brackets has not reached the 0.99 of the other exact tasks.
    const double aim = isWorld(GetParam()) ? 0.95 : GetParam() == "brackets" ? 0.98 : 0.99;
    const json unseen = record()["unseen"];
    EXPECT_GE(unseen["accuracy"].get<double>(), aim * unseen.value("best", 1.0));
    EXPECT_GE(found->accuracy, aim * found->best.value_or(1) - 0.01) << "of 100 sentences";
}

INSTANTIATE_TEST_SUITE_P(All, ShippedModel, testing::ValuesIn(shippedNames()), [](const auto& tested) {
    std::string name = tested.param; // of a test: letters and numbers only
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

} // namespace
