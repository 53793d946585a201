// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is what was opened, bit for bit; tests/oracle/check_trained.py opens it in transformers.
#include "core/io/array.h"
#include "core/io/number_format.h"
#include "core/model/parameters.h"
#include "core/sources/model_writer.h"
#include "core/sources/opened_model.h"
#include "tests/core/io_fixture.h"

#include <bit>
#include <cmath>
#include <limits>

using namespace headscope;
using namespace headscope::test;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

ModelToWrite toWrite(const ModelPtr& model, const std::string& name) {
    return {model.get(), readBytes(golden("models/" + name + "/tokenizer.json")), "{}", WeightPrecision::Float32};
}

class WrittenModel : public testing::TestWithParam<const char*> {};

TEST_P(WrittenModel, IsTheOneThatWasOpened) {
    const std::string name = GetParam();
    const ModelPtr model = openModel(golden("models/" + name)).value();
    const TempFolder temp;
    const std::string folder = temp / "copy";
    const Status written = writeModel(toWrite(model, name), folder);
    ASSERT_TRUE(written) << written.error().message();

    const auto again = openWithTokenizer(folder);
    ASSERT_TRUE(again) << again.error().message();
    ModelConfig config = (*again)->model->config;
    config.special = model->config.special; // null and absent ids are the same
    EXPECT_EQ(config, model->config);
    const Parameters before = unpack(*model), after = unpack(*(*again)->model);
    const auto left = list(before), right = list(after);
    ASSERT_EQ(left.size(), right.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
        EXPECT_EQ(left[i].name, right[i].name);
        EXPECT_EQ(*left[i].values, *right[i].values) << left[i].name;
    }
    EXPECT_EQ(before.head.bias, after.head.bias);
    EXPECT_EQ(describeModel(folder)->architecture, describeModel(golden("models/" + name))->architecture);
}

TEST_P(WrittenModel, HasTheTensorsThatTransformersSaves) {
    const std::string name = GetParam();
    const TempFolder temp;
    ASSERT_TRUE(writeModel(toWrite(openModel(golden("models/" + name)).value(), name), temp / "copy"));
    std::map<std::string, std::vector<Index>> expected, found;
    const Arrays theirs = readSafetensors(golden("models/" + name + "/model.safetensors")).value();
    for (const auto& [saved, array] : theirs) {
        std::string tensor = saved;
        // The golden BERT has TensorFlow's old names of a norm's two.
        if (const std::size_t at = tensor.rfind(".gamma"); at != std::string::npos) tensor.replace(at, 6, ".weight");
        if (const std::size_t at = tensor.rfind(".beta"); at != std::string::npos) tensor.replace(at, 5, ".bias");
        expected[tensor] = array.shape;
    }
    const Arrays ours = readSafetensors(temp / "copy/model.safetensors").value();
    for (const auto& [tensor, array] : ours) found[tensor] = array.shape;
    EXPECT_EQ(found, expected);
}

TEST_P(WrittenModel, InHalfPrecisionIsTheNearest) {
    const std::string name = GetParam();
    const ModelPtr model = openModel(golden("models/" + name)).value();
    const TempFolder temp;
    ModelToWrite from = toWrite(model, name);
    from.precision = WeightPrecision::Float16;
    ASSERT_TRUE(writeModel(from, temp / "copy"));
    const Parameters before = unpack(*model), after = unpack(*openModel(temp / "copy").value());
    const auto left = list(before), right = list(after);
    ASSERT_EQ(left.size(), right.size());
    for (std::size_t m = 0; m < left.size(); ++m)
        for (Index i = 0; i < left[m].values->size(); ++i) {
            const float x = left[m].values->data()[i], y = right[m].values->data()[i];
            ASSERT_LE(std::abs(x - y), std::abs(x) / 2048 + 0x1p-25) << left[m].name;
        }
}

INSTANTIATE_TEST_SUITE_P(Families, WrittenModel, testing::Values("gpt2", "bert", "bart"),
                         [](const auto& family) { return std::string(family.param); });

TEST(ModelWriter, RefusesByNameWhatItCannotWrite) {
    const TempFolder temp;
    const ModelPtr llama = openModel(golden("models/llama")).value();
    const Status refused = writeModel({llama.get(), "{}", "{}", WeightPrecision::Float32}, temp / "copy");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("Llama cannot be written; known are bart, bert, gpt2"));
    EXPECT_EQ(temp.entries(), 0U) << "the folder is gone again";

    const ModelPtr headless = openModel(golden("models/bert_bare")).value();
    EXPECT_THAT(writeModel({headless.get(), "{}", "{}", WeightPrecision::Float32}, temp / "copy").error().message(),
                HasSubstr("no output head"));
}

TEST(ModelWriter, SaysWhereItCannotWrite) {
    const TempFolder temp;
    const ModelPtr model = openModel(golden("models/gpt2")).value();
    const auto said = [&](const std::string& folder) {
        const Status s = writeModel({model.get(), "{}", "{}", WeightPrecision::Float32}, folder);
        return s ? "nothing" : s.error().message();
    };
    EXPECT_THAT(said(temp / "no/where"), HasSubstr("make it first"));
    writeBytes(temp / "file", "x");
    EXPECT_THAT(said(temp / "file"), HasSubstr("not a folder"));
    EXPECT_THAT(said(""), HasSubstr("an empty folder name"));
    fs::create_directories(temp / "taken/config.json");
    EXPECT_THAT(said(temp / "taken"), HasSubstr("config.json"));
    EXPECT_FALSE(fs::exists(temp / "taken/model.safetensors")) << "none of the files takes its place";
}

TEST(NumberFormat, HalfIsTheNearestAndOfTwoTheEvenOne) {
    const auto back = [](std::uint16_t half) {
        float value = 0;
        decode(reinterpret_cast<const char*>(&half), {DType::F16}, 1, &value);
        return value;
    };
    for (std::uint32_t bits = 0; bits < 0x7C00; ++bits) {
        const float value = back(static_cast<std::uint16_t>(bits));
        ASSERT_EQ(toHalf(value), bits);
        ASSERT_EQ(toHalf(-value), bits | 0x8000);
        const float next = bits + 1 < 0x7C00 ? back(static_cast<std::uint16_t>(bits + 1)) : 65536.0F;
        const float middle = (value + next) / 2;
        ASSERT_EQ(toHalf(middle), bits + (bits & 1)) << middle;
        ASSERT_EQ(toHalf(std::nextafter(middle, 0.0F)), bits) << middle;
        ASSERT_EQ(toHalf(std::nextafter(middle, 1e9F)), bits + 1) << middle;
    }
    EXPECT_EQ(toHalf(1e30F), 0x7C00);
    EXPECT_EQ(toHalf(-std::numeric_limits<float>::infinity()), 0xFC00);
    EXPECT_TRUE(std::isnan(back(toHalf(std::numeric_limits<float>::quiet_NaN()))));
}

} // namespace
