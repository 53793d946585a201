// SPDX-License-Identifier: GPL-3.0-or-later
// Layers that PyTorch and Keras saved (tests/oracle/make_layer_files.py): what they computed is what we compute.
#include "core/io/array.h"
#include "core/sources/layer_file.h"
#include "core/sources/layer_names.h"
#include "core/sources/sandbox.h"
#include "tests/core/io_fixture.h"

#include <cstring>

using namespace headscope;
using namespace headscope::test;
using testing::HasSubstr;

namespace {

struct Case {
    std::string name;
    std::string file;
    std::string prefix;
    int heads;
    bool cross;
};

std::shared_ptr<const Matrix> vectors(const std::string& path) {
    const auto array = readNpy(path);
    EXPECT_TRUE(array) << path;
    auto m = std::make_shared<Matrix>(array->shape[0], array->shape[1]);
    std::copy(array->values.begin(), array->values.end(), m->data());
    return m;
}

void expectNear(const Scalar* found, const Array& expected, const std::string& what) {
    for (std::size_t i = 0; i < expected.values.size(); ++i)
        ASSERT_NEAR(found[i], expected.values[i], 1e-5) << what << " number " << i;
}

/// A safetensors file of F32 tensors filled with ones.
std::string onesFile(const std::vector<std::pair<std::string, std::vector<Index>>>& tensors) {
    std::string header = "{";
    std::string data;
    for (const auto& [name, shape] : tensors) {
        Index count = 1;
        for (const Index n : shape) count *= n;
        const std::size_t begin = data.size();
        for (Index i = 0; i < count; ++i) data += std::string("\0\0\x80\x3F", 4);
        header += (header.size() > 1 ? ",\"" : "\"") + name + "\":{\"dtype\":\"F32\",\"shape\":" + showShape(shape) +
                  ",\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(data.size()) + "]}";
    }
    return safetensorsBytes(header + "}", data);
}

Result<LayerFromFile> readOnes(const std::vector<std::pair<std::string, std::vector<Index>>>& tensors,
                               LayerRequest request = {}) {
    const TempFolder folder;
    writeBytes(folder / "l.safetensors", onesFile(tensors));
    return readLayer(folder / "l.safetensors", request);
}

std::string errorOf(const Result<LayerFromFile>& layer) {
    EXPECT_FALSE(layer) << "accepted";
    return layer ? std::string() : layer.error().message();
}

class LayerFile : public testing::TestWithParam<Case> {};

} // namespace

TEST_P(LayerFile, ComputesWhatItsLibraryComputed) {
    const Case& c = GetParam();
    const auto layer = readLayer(golden("layers/" + c.file), {c.prefix, c.heads, Combine::Concat});
    ASSERT_TRUE(layer) << layer.error().message();
    AttentionInput input{layer->config, std::make_shared<AttentionWeights>(layer->weights), {}, {}, {}, 0};
    input.queries = vectors(golden("layers/" + c.name + ".x.npy"));
    input.keys = c.cross ? vectors(golden("layers/" + c.name + ".y.npy")) : input.queries;
    auto mask = Mask::make({}, input.queries->rows(), input.keys->rows(), layer->config.heads);
    ASSERT_TRUE(mask);
    input.mask = *mask;
    const auto trace = attend(input);
    ASSERT_TRUE(trace);
    const auto weights = readNpy(golden("layers/" + c.name + ".weights.npy"));
    const auto output = readNpy(golden("layers/" + c.name + ".output.npy"));
    ASSERT_TRUE(weights && output);
    ASSERT_EQ(weights->shape, (std::vector<Index>{layer->config.heads, (*trace)->queries(), (*trace)->keys()}));
    std::vector<Scalar> found;
    for (int h = 0; h < layer->config.heads; ++h) {
        const Matrix w = (*trace)->weights(h);
        found.insert(found.end(), w.data(), w.data() + w.size());
    }
    expectNear(found.data(), *weights, "weights");
    ASSERT_EQ((*trace)->output.size(), output->size());
    expectNear((*trace)->output.data(), *output, "output");
}

INSTANTIATE_TEST_SUITE_P(
    Golden, LayerFile,
    testing::Values(Case{"torch_fused", "torch_fused.safetensors", "", 3, false},
                    Case{"torch_no_bias", "torch_no_bias.npz", "", 2, false},
                    Case{"torch_kdim", "torch_kdim.npz", "", 4, true},
                    Case{"torch_half", "torch_half.safetensors", "", 4, false},
                    Case{"torch_bfloat16", "torch_bfloat16.safetensors", "", 4, false},
                    Case{"torch_decoder", "torch_decoder.safetensors", "layers.1.multihead_attn", 2, true},
                    Case{"keras_cross", "keras_cross.npz", "", 3, true},
                    Case{"keras_no_bias", "keras_no_bias.safetensors", "encoder.attention", 2, false},
                    Case{"keras_grouped", "keras_grouped.safetensors", "", 4, false}),
    [](const auto& tested) { return tested.param.name; });

TEST(LayerFile, ShapesComeFromTheFile) {
    const auto keras = readLayer(golden("layers/keras_cross.npz"), {"", 7, Combine::Concat});
    ASSERT_TRUE(keras); // 7 heads are the dial's error, not the file's
    EXPECT_EQ(keras->config.dModel, 12);
    EXPECT_EQ(keras->config.heads, 3);
    EXPECT_EQ(keras->config.dK, 5);
    EXPECT_EQ(keras->config.dV, 4);
    EXPECT_TRUE(keras->config.bias);
    EXPECT_TRUE(keras->notes.empty());
    EXPECT_EQ(keras->weights.wk.rows(), 8);
    const auto grouped = readLayer(golden("layers/keras_grouped.safetensors"), {});
    EXPECT_EQ(grouped->config.kvHeads, 2);
    EXPECT_FALSE(readLayer(golden("layers/keras_no_bias.safetensors"), {})->config.bias);
}

TEST(LayerFile, PyTorchNeedsTheNumberOfHeads) {
    const std::string file = golden("layers/torch_fused.safetensors");
    const auto assumed = readLayer(file, {});
    ASSERT_TRUE(assumed);
    EXPECT_EQ(assumed->config.heads, 4);
    EXPECT_EQ(assumed->notes.size(), 1U);
    const auto wrong = readLayer(file, {"", 5, Combine::Concat});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::Usage);
    EXPECT_THAT(wrong.error().message(), testing::StartsWith("--heads: "));
    EXPECT_FALSE(readLayer(file, {"", 0, Combine::Concat}));
}

TEST(LayerFile, LayersThatCannotBeShownSayWhy) {
    EXPECT_THAT(errorOf(readLayer(golden("layers/torch_bias_kv.safetensors"), {"", 2, {}})),
                HasSubstr("bias_k: the layer was made with add_bias_kv=True"));
    EXPECT_THAT(errorOf(readLayer(golden("layers/torch_vdim.safetensors"), {"", 2, {}})),
                HasSubstr("kdim and vdim must be equal"));
}

TEST(LayerFile, SeveralLayersAreListed) {
    const std::string file = golden("layers/torch_decoder.safetensors");
    const std::string all = errorOf(readLayer(file, {"", 2, {}}));
    for (const char* name :
         {"layers.0.self_attn", "layers.0.multihead_attn", "layers.1.self_attn", "layers.1.multihead_attn"})
        EXPECT_THAT(all, HasSubstr(name));
    const std::string some = errorOf(readLayer(file, {"layers.1", 2, {}}));
    EXPECT_THAT(some, HasSubstr("layers.1.self_attn"));
    EXPECT_THAT(some, testing::Not(HasSubstr("layers.0")));
    EXPECT_THAT(errorOf(readLayer(file, {"layers.7", 2, {}})), HasSubstr("no layer in it is called layers.7"));
    for (const char* prefix : {"layers.1.self_attn.", "layers/1/self_attn", "layers_1_self_attn"})
        EXPECT_TRUE(readLayer(file, {prefix, 2, {}})) << prefix;
    EXPECT_THAT(errorOf(readLayer(golden("arrays/stored.npz"), {})), HasSubstr("there is no attention layer in it"));
}

TEST(LayerFile, AFullPrefixWinsOverLongerOnes) {
    const auto names = findLayer({"a.in_proj_weight", "a.b.in_proj_weight"}, "a");
    ASSERT_TRUE(names) << names.error().message();
    EXPECT_EQ(names->prefix, "a");
    EXPECT_FALSE(findLayer({"attention.self.query.bias"}, ""));
    EXPECT_FALSE(findLayer({"xin_proj_weight"}, ""));
    EXPECT_THAT(findLayer({"query/kernel", "query.kernel"}, "").error().detail, HasSubstr("the same part"));
}

TEST(LayerFile, WrongShapesGiveTensorFoundAndExpected) {
    const LayerRequest two{"", 2, Combine::Concat};
    EXPECT_THAT(errorOf(readOnes({{"in_proj_weight", {11, 4}}, {"out_proj.weight", {4, 4}}}, two)),
                HasSubstr("in_proj_weight: expected [12, 4]"));
    EXPECT_THAT(errorOf(readOnes({{"in_proj_weight", {12, 4}}, {"out_proj.weight", {4, 3}}}, two)),
                HasSubstr("out_proj.weight: expected [4, 4]"));
    EXPECT_THAT(errorOf(readOnes({{"in_proj_weight", {12, 4}}, {"out_proj.weight", {4}}}, two)),
                HasSubstr("found [4]"));
    EXPECT_THAT(errorOf(readOnes({{"in_proj_weight", {12, 4}}}, two)),
                HasSubstr("lacks the tensor for out_proj.weight"));
    EXPECT_THAT(
        errorOf(readOnes({{"in_proj_weight", {12, 4}}, {"in_proj_bias", {11}}, {"out_proj.weight", {4, 4}}}, two)),
        HasSubstr("in_proj_bias: expected [12]"));
    EXPECT_THAT(errorOf(readOnes({{"in_proj_weight", {0, 0}}, {"out_proj.weight", {0, 0}}}, two)), HasSubstr("[0, 0]"));
    EXPECT_THAT(errorOf(readOnes({{"q_proj_weight", {4, 4}},
                                  {"k_proj_weight", {3, 4}},
                                  {"v_proj_weight", {4, 4}},
                                  {"out_proj.weight", {4, 4}}},
                                 two)),
                HasSubstr("k_proj_weight: expected [4, 4]"));
    EXPECT_THAT(
        errorOf(readOnes({{"in_proj_weight", {12, 4}}, {"q_proj_weight", {4, 4}}, {"out_proj.weight", {4, 4}}}, two)),
        HasSubstr("one form is expected"));
    const std::pair<std::string, std::vector<Index>> query{"query/kernel", {4, 2, 3}}, key{"key/kernel", {4, 2, 3}},
        value{"value/kernel", {4, 2, 3}};
    EXPECT_THAT(errorOf(readOnes({query, key, value, {"attention_output/kernel", {2, 3, 5}}})),
                HasSubstr("expected [2, 3, 4]"));
    EXPECT_THAT(errorOf(readOnes({query, {"key/kernel", {4, 2, 2}}, value, {"attention_output/kernel", {2, 3, 4}}})),
                HasSubstr("key/kernel: expected [4, 2, 3]"));
    EXPECT_THAT(errorOf(readOnes({{"query/kernel", {4, 3, 3}}, key, value, {"attention_output/kernel", {3, 3, 4}}})),
                HasSubstr("do not divide"));
    EXPECT_THAT(errorOf(readOnes({query, key, value})), HasSubstr("lacks"));
}

TEST(LayerFile, SumAndMeanNeedAnotherOutputMatrix) {
    for (const Combine combine : {Combine::Sum, Combine::Mean}) {
        const LayerRequest request{"", 2, combine};
        EXPECT_THAT(errorOf(readLayer(golden("layers/torch_no_bias.npz"), request)),
                    HasSubstr("out_proj.weight: expected [8, 4]"));
        EXPECT_THAT(errorOf(readLayer(golden("layers/keras_cross.npz"), request)), HasSubstr("found [3, 4, 12]"));
        EXPECT_TRUE(readOnes({{"in_proj_weight", {12, 4}}, {"out_proj.weight", {4, 2}}}, request));
        EXPECT_TRUE(readOnes({{"query_kernel", {4, 2, 3}},
                              {"key_kernel", {4, 2, 3}},
                              {"value_kernel", {4, 2, 3}},
                              {"attention_output_kernel", {3, 4}}},
                             request));
    }
}

TEST(LayerFile, NumbersThatAreNotFiniteAreRefusedByName) {
    const TempFolder folder;
    for (const auto& [bytes, words] : {std::pair{std::string("\0\0\xC0\x7F", 4), "NaN at [2, 1]"},
                                       {std::string("\0\0\x80\xFF", 4), "an infinite number at [2, 1]"}}) {
        std::string file = onesFile({{"in_proj_weight", {12, 4}}, {"out_proj.weight", {4, 4}}});
        file.replace(file.size() - (12 * 4 + 16) * 4 + 9 * 4, 4, bytes);
        writeBytes(folder / "l", file);
        EXPECT_THAT(errorOf(readLayer(folder / "l", {"", 2, {}})), HasSubstr(std::string("in_proj_weight: ") + words));
    }
}

TEST(LayerFile, FilesOfLinearLayersWithOwnBiases) {
    const auto layer = readOnes({{"m.q_proj.weight", {4, 4}},
                                 {"m.k_proj.weight", {4, 4}},
                                 {"m.v_proj.weight", {4, 4}},
                                 {"m.out_proj.weight", {4, 4}},
                                 {"m.q_proj.bias", {4}}},
                                {"", 2, {}});
    ASSERT_TRUE(layer) << layer.error().message();
    EXPECT_EQ(layer->weights.bq(0, 3), 1);
    EXPECT_EQ(layer->weights.bk(0, 3), 0); // the one that the file does not have
}

TEST(LayerPlace, TheLongestExistingFileIsTheFile) {
    const TempFolder folder;
    writeBytes(folder / "a.npz", "x");
    writeBytes(folder / "a:b", "x");
    const auto split = [&](const std::string& name) {
        const LayerPlace place = splitLayerPlace(folder / name);
        return std::pair(place.file.substr(folder.path().string().size() + 1), place.prefix);
    };
    EXPECT_EQ(split("a.npz"), std::pair(std::string("a.npz"), std::string()));
    EXPECT_EQ(split("a.npz:enc.0"), std::pair(std::string("a.npz"), std::string("enc.0")));
    EXPECT_EQ(split("a.npz:x:0"), std::pair(std::string("a.npz"), std::string("x:0")));
    EXPECT_EQ(split("a:b"), std::pair(std::string("a:b"), std::string()));
    EXPECT_EQ(split("a:b:c"), std::pair(std::string("a:b"), std::string("c")));
    EXPECT_EQ(split("none.npz:p"), std::pair(std::string("none.npz"), std::string("p")));
    EXPECT_EQ(split("none.safetensors"), std::pair(std::string("none.safetensors"), std::string()));
    EXPECT_EQ(split("none:p"), std::pair(std::string("none:p"), std::string()));
}

TEST(SandboxFiles, ReadsWhatTheSandboxNames) {
    Sandbox sandbox;
    EXPECT_TRUE(readFiles(sandbox));
    sandbox.weightsFile = "/nowhere"; // not asked for: the weights are designed
    EXPECT_TRUE(readFiles(sandbox));
    sandbox.weights = WeightSource::File;
    EXPECT_EQ(readFiles(sandbox).error().code, ErrorCode::Io);
    sandbox.weightsFile = golden("layers/torch_kdim.npz");
    sandbox.inputFile = golden("layers/torch_kdim.x.npy");
    sandbox.input2File = golden("layers/torch_kdim.y.npy");
    const auto files = readFiles(sandbox);
    ASSERT_TRUE(files) << files.error().message();
    EXPECT_EQ((*files)->config->dModel, 12);
    EXPECT_EQ((*files)->input->cols(), 12);
    EXPECT_EQ((*files)->input2->cols(), 10);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(readFiles(sandbox, stop.get_token()).error().code, ErrorCode::Cancelled);
}

TEST(SandboxFiles, WhatWasAssumedIsSaidWithTheLayer) {
    Sandbox sandbox;
    sandbox.weights = WeightSource::File;
    sandbox.weightsFile = golden("layers/torch_fused.safetensors");
    const auto files = readFiles(sandbox);
    ASSERT_TRUE(files) << files.error().message();
    const auto layer = buildSandbox(sandbox, **files, tokenize("a b", TokenUnit::Words), nullptr);
    ASSERT_TRUE(layer) << layer.error().message();
    EXPECT_THAT(layer->notes, testing::Contains(HasSubstr("4 are shown")));
}

TEST(SandboxFiles, VectorsMustBeATableOfFiniteFloats) {
    const TempFolder folder;
    const auto errorFor = [&](const std::string& path) {
        Sandbox sandbox;
        sandbox.inputFile = path;
        const auto files = readFiles(sandbox);
        EXPECT_FALSE(files) << path;
        return files ? std::string() : files.error().message();
    };
    EXPECT_THAT(errorFor(golden("arrays/fortran_3d.npy")), HasSubstr("[2, 3, 4]"));
    EXPECT_THAT(errorFor(golden("arrays/little_i8.npy")), HasSubstr("int64"));
    EXPECT_THAT(errorFor(golden("arrays/empty.npy")), HasSubstr("[0, 3]"));
    writeBytes(folder / "nan.npy", npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
                                            std::string(12, '\0') + std::string("\0\0\xC0\x7F", 4)));
    EXPECT_THAT(errorFor(folder / "nan.npy"), HasSubstr("NaN at token 1, dimension 1"));
}

TEST(SandboxFiles, SameFilesIsAboutWhatIsRead) {
    Sandbox a;
    Sandbox b;
    b.temperature = 3;
    b.weightsFile = "unused";
    EXPECT_TRUE(sameFiles(a, b));
    b.inputFile = "x.npy";
    EXPECT_FALSE(sameFiles(a, b));
    a = b;
    a.weights = WeightSource::File;
    EXPECT_FALSE(sameFiles(a, b));
    b.weights = WeightSource::File;
    EXPECT_TRUE(sameFiles(a, b));
    for (const auto& change : {std::function<void(Sandbox&)>([](Sandbox& s) { s.heads = 2; }),
                               {[](Sandbox& s) { s.weightsPrefix = "p"; }},
                               {[](Sandbox& s) { s.combine = Combine::Sum; }},
                               {[](Sandbox& s) { s.input2File = "y"; }}}) {
        Sandbox c = a;
        change(c);
        EXPECT_FALSE(sameFiles(a, c));
    }
}
