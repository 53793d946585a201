// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that are no numbers end in one error that names the tensor, wherever they stand.
#include "core/io/number_format.h"
#include "core/session/predict.h"
#include "core/session/trace_file.h"
#include "tests/core/io_fixture.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

using namespace headscope;
using namespace headscope::test;

namespace {

namespace fs = std::filesystem;

/// A model's folder in which number `at` of a tensor (from the end where below 0) is another.
class Damaged {
public:
    Damaged(const std::string& from, const std::string& tensor, std::int64_t at, float value) : m_folder(m_temp / "m") {
        fs::copy(from, m_folder);
        std::fstream file(m_folder + "/model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
        std::uint64_t headerSize = 0;
        file.read(reinterpret_cast<char*>(&headerSize), sizeof headerSize);
        std::string header(headerSize, ' ');
        file.read(header.data(), static_cast<std::streamsize>(headerSize));
        const auto info = nlohmann::json::parse(header).at(tensor);
        const bool half = info["dtype"] == "F16";
        const auto each = static_cast<std::int64_t>(half ? 2 : 4);
        const auto begin = info["data_offsets"][0].get<std::int64_t>(),
                   end = info["data_offsets"][1].get<std::int64_t>();
        file.seekp(static_cast<std::streamoff>(8 + headerSize) + (at < 0 ? end : begin) + at * each);
        const std::uint16_t narrow = toHalf(value);
        file.write(half ? reinterpret_cast<const char*>(&narrow) : reinterpret_cast<const char*>(&value), each);
    }
    const std::string& folder() const { return m_folder; }

private:
    TempFolder m_temp;
    std::string m_folder;
};

Result<ModelRunPtr> runOn(const std::string& folder, const std::string& text) {
    const auto opened = openWithTokenizer(folder);
    if (!opened.ok()) return opened.error();
    return runModel(*opened, text, {});
}

constexpr float notNumber = std::numeric_limits<float>::quiet_NaN();
constexpr float endless = std::numeric_limits<float>::infinity();

struct Case {
    const char* name;
    const char* model;
    const char* tensor;
    std::int64_t at; ///< of its numbers
    float value;
};

} // namespace

class DamagedWeights : public testing::TestWithParam<Case> {};

TEST_P(DamagedWeights, AreNamed) {
    const Case& c = GetParam();
    const Damaged damaged(HEADSCOPE_SOURCE_DIR + std::string(c.model), c.tensor, c.at, c.value);
    const std::string text =
        std::string(c.model).find("induction") != std::string::npos ? "wolf tree wolf" : "the cat sat";
    const auto run = runOn(damaged.folder(), text);
    ASSERT_FALSE(run.ok());
    EXPECT_EQ(run.error().code, ErrorCode::Input);
    EXPECT_NE(run.error().place.find(std::string("model.safetensors: ") + c.tensor), std::string::npos)
        << run.error().message();
    EXPECT_NE(run.error().detail.find(std::isnan(c.value) ? "NaN at [" : "an infinite number at ["), std::string::npos)
        << run.error().message();
}
INSTANTIATE_TEST_SUITE_P(
    Tensors, DamagedWeights,
    testing::Values(
        Case{"Embedding", "/resources/models/induction", "transformer.wte.weight", -1, notNumber},
        Case{"HalfOverflow", "/resources/models/induction", "transformer.h.0.attn.c_attn.weight", 0, 1e6F},
        Case{"Query", "/tests/golden/models/bert", "bert.encoder.layer.0.attention.self.query.bias", 0, notNumber},
        Case{"Key", "/tests/golden/models/bert", "bert.encoder.layer.1.attention.self.key.bias", 0, endless},
        Case{"Norm", "/tests/golden/models/bert", "bert.encoder.layer.1.output.LayerNorm.gamma", 0, notNumber},
        Case{"RelativeBias", "/tests/golden/models/t5",
             "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", 0, notNumber}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(DamagedHead, IsFoundWhenItSpeaks) {
    const Damaged damaged(HEADSCOPE_SOURCE_DIR "/tests/golden/models/bert", "cls.predictions.bias", -1, notNumber);
    const auto run = runOn(damaged.folder(), "the [MASK]");
    ASSERT_TRUE(run.ok()) << "the heads are as they should be: " << run.error().message();
    const auto predicted = predict(**run, *predictedPositions(**run), 3);
    ASSERT_FALSE(predicted.ok());
    EXPECT_NE(predicted.error().place.find("cls.predictions.bias"), std::string::npos) << predicted.error().message();
    Session session;
    session.model = damaged.folder();
    session.text = "the [MASK]";
    const auto analysis = analyze(session, *run);
    TraceRequest request;
    request.what = {"logits"};
    const TempFolder temp;
    const Status written = writeTrace(**analysis, request, TraceFormat::Npz, temp / "x.npz");
    ASSERT_FALSE(written.ok());
    EXPECT_FALSE(fs::exists(temp / "x.npz"));
}

TEST(FiniteWeights, ThatOverflowNameTheLayer) {
    // 3e38 is a number; the product of two that come of it is none.
    const Damaged damaged(HEADSCOPE_SOURCE_DIR "/tests/golden/models/gpt2", "transformer.h.1.ln_1.weight", 0, 3e38F);
    const auto run = runOn(damaged.folder(), "no man");
    ASSERT_FALSE(run.ok());
    EXPECT_NE(run.error().detail.find("layer 1 (from 0)"), std::string::npos) << run.error().message();
    EXPECT_NE(run.error().detail.find("every weight is finite"), std::string::npos);
}
