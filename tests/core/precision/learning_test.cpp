// SPDX-License-Identifier: GPL-3.0-or-later
// Learning beside PyTorch, and what it must always do.
#include "core/io/array.h"
#include "core/sources/model_folder.h"
#include "core/train/optimizer.h"

#include "tests/core/precision/training_cases.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace headscope::testing {
namespace {

std::string goldenFolder(const std::string& name) {
    return std::string(HEADSCOPE_SOURCE_DIR) + "/tests/golden/gradients/" + name;
}

std::vector<int> wholeNumbers(const Arrays& arrays, const std::string& name) {
    const auto at = arrays.find(name);
    if (at == arrays.end()) return {};
    return {at->second.values.begin(), at->second.values.end()};
}

/// Every number of two trees, each difference measured against max(1, |expected|), but for matrices whose name ends so.
void expectAlike(const Parameters& found, const Parameters& expected, double error, const char* but = "nothing") {
    const auto a = list(found), b = list(expected);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].name, b[i].name);
        ASSERT_EQ(a[i].values->size(), b[i].values->size()) << a[i].name;
        if (a[i].name.ends_with(but)) continue;
        for (Index j = 0; j < a[i].values->size(); ++j) {
            const double e = static_cast<double>(b[i].values->data()[j]);
            ASSERT_NEAR(static_cast<double>(a[i].values->data()[j]), e, error * std::max(1.0, std::abs(e)))
                << a[i].name << ", number " << j;
        }
    }
}

class Learning : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Families, Learning, ::testing::Values("gpt2", "bert", "bart"),
                         [](const auto& name) { return std::string(name.param); });

TEST_P(Learning, GradientsAndTenStepsAreThoseOfPyTorch) {
    const std::string folder = goldenFolder(GetParam());
    const Arrays batch = readSafetensors(folder + "/batch.safetensors").value();
    std::vector<TaskExample> examples;
    for (int i = 0; batch.contains("ids." + std::to_string(i)); ++i) {
        const std::string at = "." + std::to_string(i);
        examples.push_back({wholeNumbers(batch, "ids" + at), wholeNumbers(batch, "decoder_ids" + at),
                            wholeNumbers(batch, "targets" + at)});
    }
    ASSERT_GE(examples.size(), 3u);
    ModelPtr model = openModel(folder).value();
    ASSERT_TRUE(canTrain(*model));
    Parameters weights = unpack(*model);
    OptimizerState state = beginOptimizer(weights);
    OptimizerOptions options;
    options.warmUp = 4;
    const auto& losses = batch.at("losses").values;
    Gradients found;
    for (std::size_t step = 0; step < 10; ++step) {
        const auto result = gradients(model, examples, found);
        ASSERT_TRUE(result) << result.error().message();
        EXPECT_NEAR(result->loss, static_cast<double>(losses[step]), 1e-5) << "step " << step;
        if (step == 0) expectAlike(found.sum, unpack(*openModel(folder + "/gradients").value()), 1e-5);
        ASSERT_TRUE(optimize(options, found.sum, weights, state));
        model = pack(model->config, weights);
    }
    EXPECT_NEAR(loss(model, examples).value().loss, static_cast<double>(losses[10]), 1e-5);
    // A bias of keys moves all scores of a row alike, so its gradient is 0 but for rounding, which Adam makes as large
    // as any other: in float the steps are noise.
    const char* noise = sizeof(Scalar) == 4 ? ".k.bias" : "nothing";
    expectAlike(weights, unpack(*openModel(folder + "/after").value()), 1e-5, noise);
}

class LearningKinds : public ::testing::TestWithParam<ModelKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, LearningKinds,
                         ::testing::Values(ModelKind::Encoder, ModelKind::Decoder, ModelKind::EncoderDecoder),
                         [](const auto& kind) { return std::to_string(static_cast<int>(kind.param)); });

TEST_P(LearningKinds, OneBatchIsLearnedByHeart) {
    const ModelConfig config = trainedConfig(GetParam());
    const std::vector<TaskExample> examples = someExamples(config, 4, 3);
    Parameters weights = randomParameters(config, 4);
    OptimizerState state = beginOptimizer(weights);
    OptimizerOptions options;
    options.rate = 1e-2;
    options.warmUp = 10;
    ModelPtr model = pack(config, weights);
    Gradients found;
    for (int step = 0; step < 300; ++step) {
        ASSERT_TRUE(gradients(model, examples, found));
        ASSERT_TRUE(optimize(options, found.sum, weights, state));
        model = pack(config, weights);
    }
    const BatchResult end = loss(model, examples).value();
    EXPECT_LT(end.loss, 0.01);
    EXPECT_EQ(end.correct, end.asked);
}

TEST(LearningOfModels, IsTheSameBitsEveryTime) {
    const ModelConfig config = trainedConfig(ModelKind::EncoderDecoder);
    const ModelPtr model = pack(config, largeWeights(config, 1));
    const std::vector<TaskExample> examples = someExamples(config, 19, 3);
    Gradients first, second;
    ASSERT_TRUE(gradients(model, someExamples(config, 5, 9), second)); // what was in there does not matter
    ASSERT_TRUE(gradients(model, examples, first));
    ASSERT_TRUE(gradients(model, examples, second));
    const auto a = list(first.sum), b = list(second.sum);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(*a[i].values, *b[i].values) << a[i].name;
}

TEST(LearningOfModels, SaysWhatItCannotDo) {
    const ModelConfig config = trainedConfig(ModelKind::Decoder);
    const ModelPtr model = pack(config, randomParameters(config, 1));
    Gradients found;
    const TaskExample unknown{{99, 1}, {}, {1, 1}};
    EXPECT_EQ(gradients(model, {&unknown, 1}, found).error().code, ErrorCode::Input);
    const TaskExample askingTooMuch{{3, 1}, {}, {1, 1, 1}};
    EXPECT_EQ(gradients(model, {&askingTooMuch, 1}, found).error().code, ErrorCode::Input);
    std::stop_source stop;
    stop.request_stop();
    const TaskExample good{{3, 1}, {}, {1, 1}};
    EXPECT_EQ(gradients(model, {&good, 1}, found, stop.get_token()).error().code, ErrorCode::Cancelled);

    Parameters weights = randomParameters(config, 1);
    const Parameters before = weights;
    OptimizerState state = beginOptimizer(weights);
    Parameters broken = zerosLike(weights);
    broken.tokens(0, 0) = std::numeric_limits<Scalar>::quiet_NaN();
    EXPECT_EQ(optimize({}, broken, weights, state).error().code, ErrorCode::Input);
    EXPECT_EQ(weights.tokens, before.tokens);
    EXPECT_EQ(state.step, 0);
    for (Index t = 0; t < weights.tokens.rows(); ++t) weights.tokens(t, t) = Scalar(1e10);
    const auto lost = loss(pack(config, weights), {&good, 1});
    EXPECT_TRUE(!lost && lost.error().code == ErrorCode::Input);

    ModelConfig other = config;
    other.positions = PositionKind::Rotary;
    EXPECT_EQ(canTrain(*pack(other, before)).error().code, ErrorCode::Usage);
    other = config;
    other.gated = true;
    EXPECT_EQ(canTrain(*pack(other, before)).error().code, ErrorCode::Usage);
    Model shared;
    shared.weights.head.tokens = model->weights.head.tokens;
    shared.weights.decoder.blocks = {model->weights.decoder.blocks[0], model->weights.decoder.blocks[0]};
    EXPECT_EQ(canTrain(shared).error().code, ErrorCode::Usage);
}

TEST(LearningOfModels, BeginsAsItWasAskedTo) {
    ModelConfig config = trainedConfig(ModelKind::Decoder);
    config.vocabulary = 4000;
    const Parameters a = randomParameters(config, 1), same = randomParameters(config, 1),
                     other = randomParameters(config, 2);
    EXPECT_EQ(a.tokens, same.tokens);
    EXPECT_NE(a.tokens, other.tokens);
    double mean = 0, squares = 0;
    for (Index i = 0; i < a.tokens.size(); ++i) {
        const double x = static_cast<double>(a.tokens.data()[i]);
        mean += x / static_cast<double>(a.tokens.size());
        squares += x * x / static_cast<double>(a.tokens.size());
    }
    EXPECT_NEAR(mean, 0, 4e-3);
    EXPECT_NEAR(std::sqrt(squares), 0.16, 4e-3) << "0.02 · √(768 ÷ 12)";
    EXPECT_EQ(a.decoder.finalNorm.weight(0, 3), 1);
    EXPECT_EQ(a.decoder.blocks[0].up.bias(0, 3), 0);
}

} // namespace
} // namespace headscope::testing
