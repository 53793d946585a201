// SPDX-License-Identifier: GPL-3.0-or-later
// Folders that are not what they should be: every one is refused in words, none crashes or hangs.
#include "core/model/forward.h"
#include "core/sources/model_folder.h"
#include "core/sources/opened_model.h"
#include "tests/core/io_fixture.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <sys/stat.h>

#include <thread>

using namespace headscope;
using namespace headscope::test;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

/// A copy of a golden model to break.
class Folder {
public:
    explicit Folder(const std::string& name = "bert") {
        fs::copy(golden("models/" + name), m_temp.path(), fs::copy_options::recursive);
    }
    std::string path() const { return m_temp.path().string(); }
    std::string operator/(const std::string& name) const { return m_temp / name; }
    void replace(const std::string& file, const std::string& what, const std::string& by) const {
        std::string text = readBytes(*this / file);
        const std::size_t at = text.find(what);
        ASSERT_NE(at, std::string::npos) << what;
        writeBytes(*this / file, text.replace(at, what.size(), by));
    }
    void config(const std::string& what, const std::string& by) const { replace("config.json", what, by); }

private:
    TempFolder m_temp;
};

/// What openModel says; describeModel must say the same is not supported, or fail the same way.
std::string refusal(const Folder& folder) {
    const auto model = openModel(folder.path());
    EXPECT_FALSE(model);
    const auto description = describeModel(folder.path());
    EXPECT_TRUE(!description || (!description->supported && !description->reason.empty()));
    return model ? "it opened" : model.error().message();
}

} // namespace

TEST(ModelFolder, DescribesWithoutLoading) {
    const auto d = describeModel(golden("models/qwen2"));
    ASSERT_TRUE(d) << d.error().message();
    EXPECT_EQ(d->family, "qwen2");
    EXPECT_EQ(d->familyName, "Qwen2");
    EXPECT_EQ(d->architecture, "Qwen2ForCausalLM");
    EXPECT_EQ(d->kind, ModelKind::Decoder);
    EXPECT_EQ(d->layers, 2);
    EXPECT_EQ(d->heads, 4);
    EXPECT_EQ(d->dModel, 32);
    EXPECT_EQ(d->vocabulary, 60);
    EXPECT_TRUE(d->supported) << d->reason;
    const auto model = openModel(golden("models/qwen2")).value();
    EXPECT_EQ(d->parameters, model->parameters);
    EXPECT_EQ(d->bytes, 2 * d->parameters);
    EXPECT_EQ(model->weights.tokens, model->weights.head.tokens) << "tied";
    EXPECT_EQ(model->weights.tokens->type(), PackedType::Half) << "16 bits stay 16 bits";
    EXPECT_EQ(openModel(golden("models/llama")).value()->weights.tokens->type(), PackedType::Brain);
}

TEST(ModelFolder, OnlyFloatingPointNumbersAreParameters) {
    const TempFolder folder;
    std::filesystem::copy(golden("models/bert"), folder / "m");
    const std::uint64_t before = describeModel(folder / "m")->parameters;
    const std::string file = readBytes(folder / "m/model.safetensors");
    const auto size = static_cast<std::size_t>(*reinterpret_cast<const std::uint64_t*>(file.data()));
    const std::string data = file.substr(8 + size);
    std::string header = file.substr(8, size);
    header = header.substr(0, header.rfind('}')) +
             R"(,"embeddings.position_ids":{"dtype":"I64","shape":[1,3],"data_offsets":[)" +
             std::to_string(data.size()) + "," + std::to_string(data.size() + 24) + "]}}";
    writeBytes(folder / "m/model.safetensors", safetensorsBytes(header, data + std::string(24, '\0')));
    const auto d = describeModel(folder / "m");
    ASSERT_TRUE(d->supported) << d->reason;
    EXPECT_EQ(d->parameters, before);
    EXPECT_EQ(openModel(folder / "m").value()->parameters, before);
}

TEST(ModelFolder, OldSentenceTransformersKeepTheModelInside) {
    const auto d = describeModel(golden("models/bert_bare"));
    ASSERT_TRUE(d);
    EXPECT_THAT(d->folder, HasSubstr("0_Transformer"));
    EXPECT_TRUE(d->supported) << d->reason;
    EXPECT_FALSE(openModel(golden("models/bert_bare")).value()->hasHead());
}

TEST(ModelFolder, MissingAndBrokenConfigs) {
    EXPECT_EQ(openModel("/nowhere/at/all").error().code, ErrorCode::Io);
    const Folder f;
    const std::string whole = readBytes(f / "config.json");
    const auto with = [&](const std::string& text) {
        writeBytes(f / "config.json", text);
        return refusal(f);
    };
    EXPECT_THAT(with("{\n  \"model_type\": bert\n}"), AllOf(HasSubstr("config.json"), HasSubstr("line 2, column 1")));
    EXPECT_THAT(with(""), HasSubstr("not JSON"));
    EXPECT_THAT(with("[1]"), HasSubstr("JSON object"));
    EXPECT_THAT(with(std::string("{}\0", 3)), HasSubstr("NUL"));
    EXPECT_THAT(with("{\"hidden_size\": 1e999}"), HasSubstr("larger than any"));
    EXPECT_THAT(with("{\"a\": " + std::string(100000, '[')), HasSubstr("not JSON"));
    EXPECT_THAT(with("{\"a\": " + std::string(100000, '[') + std::string(100000, ']') + "}"), HasSubstr("model_type"));
    EXPECT_THAT(with("{}"), AllOf(HasSubstr("model_type"), HasSubstr("albert, bart, bert")));
    EXPECT_THAT(with("{\"model_type\": 5}"), HasSubstr("should be a text"));
    EXPECT_THAT(with("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("git lfs pull"));
    writeBytes(f / "config.json",
               "\xEF\xBB\xBF" + whole.substr(0, 1) + "\"odd\": NaN, \"odder\": [-Infinity]," + whole.substr(1));
    EXPECT_TRUE(openWithTokenizer(f.path())) << "a mark and Python's numbers are accepted";
    fs::remove(f / "config.json");
    EXPECT_THAT(refusal(f), AllOf(HasSubstr("config.json"), HasSubstr("Hugging Face model")));
    writeBytes(f / "adapter_config.json", "{}");
    EXPECT_THAT(refusal(f), HasSubstr("only an adapter"));
}

TEST(ModelFolder, TheHeadsBiasHasTwoNames) {
    const Folder f;
    const auto logitsOf = [&] {
        const auto model = openModel(f.path());
        EXPECT_TRUE(model) << model.error().message();
        return logits(**forward(*model, {{2, 7, 8, 3}, {}, {}}), std::vector<Index>{1}).value();
    };
    const Matrix expected = logitsOf();
    const std::string whole = readBytes(f / "model.safetensors"), name = "cls.predictions.bias";
    std::uint64_t size = 0;
    std::memcpy(&size, whole.data(), sizeof size);
    std::string header = whole.substr(sizeof size, size);
    ASSERT_NE(header.find('"' + name + '"'), std::string::npos);
    header.replace(header.find('"' + name + '"') + 1, name.size(), "cls.predictions.decoder.bias");
    writeBytes(f / "model.safetensors", safetensorsBytes(header, whole.substr(sizeof size + size)));
    EXPECT_EQ(logitsOf(), expected);
}

TEST(ModelFolder, TablesOfTokensOfTheirOwnAreNotRead) {
    const Folder f("bart");
    const std::string whole = readBytes(f / "model.safetensors"), shared = "\"model.shared.weight\"";
    std::uint64_t size = 0;
    std::memcpy(&size, whole.data(), sizeof size);
    std::string header = whole.substr(sizeof size, size);
    const std::size_t at = header.find(shared);
    ASSERT_NE(at, std::string::npos);
    const std::size_t begin = header.find('{', at), end = header.find('}', begin) + 1;
    // At the end of the data, as another tensor of the same size.
    nlohmann::json tensor = nlohmann::json::parse(header.substr(begin, end - begin));
    const std::size_t from = tensor["data_offsets"][0], to = tensor["data_offsets"][1];
    const std::string data = whole.substr(sizeof size + size);
    tensor["data_offsets"] = {data.size(), data.size() + to - from};
    header.replace(at, 0, "\"model.decoder.embed_tokens.weight\": " + tensor.dump() + ", ");
    writeBytes(f / "model.safetensors", safetensorsBytes(header, data + data.substr(from, to - from)));
    EXPECT_TRUE(openModel(f.path())) << "a copy of the shared table";
    f.config("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
    EXPECT_THAT(refusal(f), HasSubstr("tables of token vectors of their own"));
}

TEST(ModelFolder, KindsThatAreNotRead) {
    const auto with = [](const std::string& extra, const std::string& model = "bert") {
        const Folder f(model);
        f.config("{", "{" + extra + ",");
        return refusal(f);
    };
    EXPECT_THAT(with("\"quantization_config\": {\"quant_method\": \"gptq\"}"), HasSubstr("gptq"));
    EXPECT_THAT(with("\"auto_map\": {\"AutoModel\": \"own.Model\"}"), HasSubstr("trust_remote_code"));
    EXPECT_THAT(with("\"position_embedding_type\": \"relative_key\""), HasSubstr("relative_key"));
    const auto changed = [](const std::string& what, const std::string& by, const std::string& model = "bert") {
        const Folder f(model);
        f.config(what, by);
        return refusal(f);
    };
    EXPECT_THAT(changed("\"model_type\": \"bert\"", "\"model_type\": \"mamba\""),
                AllOf(HasSubstr("mamba"), HasSubstr("gpt_neox"), HasSubstr("xlm-roberta")));
    EXPECT_THAT(changed("\"is_decoder\": false", "\"is_decoder\": true"), HasSubstr("is_decoder"));
    EXPECT_THAT(changed("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"xielu\""),
                AllOf(HasSubstr("xielu"), HasSubstr("relu")));
    EXPECT_THAT(changed("\"rope_type\": \"llama3\"", "\"rope_type\": \"yarn\"", "llama"), HasSubstr("yarn"));
    EXPECT_THAT(changed("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "llama"),
                HasSubstr("do not divide"));
}

TEST(ModelFolder, TheTypeIsGuessedFromTheClassWhereItIsMissing) {
    const Folder f("gpt_neox");
    f.config("\"model_type\": \"gpt_neox\",", "");
    const auto d = describeModel(f.path());
    ASSERT_TRUE(d);
    EXPECT_EQ(d->family, "gpt_neox");
    EXPECT_TRUE(d->supported) << d->reason;
}

TEST(ModelFolder, ImpossibleNumbers) {
    const auto with = [](const std::string& what, const std::string& by) {
        const Folder f;
        f.config(what, by);
        return refusal(f);
    };
    EXPECT_THAT(with("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"), HasSubstr("shared by 5 heads"));
    for (const char* bad : {"0", "-1", "1000000000", "\"2\"", "2.5", "[2]", "1e99"})
        EXPECT_THAT(with("\"num_hidden_layers\": 2", std::string("\"num_hidden_layers\": ") + bad),
                    HasSubstr("num_hidden_layers: should be a whole number"))
            << bad;
    EXPECT_THAT(with("\"hidden_size\": 32", "\"hidden\": 32"), HasSubstr("hidden_size: the key is missing"));
    EXPECT_THAT(with("\"hidden_size\": 32", "\"hidden_size\": 64"),
                AllOf(HasSubstr("word_embeddings.weight: expected [60, 64], found [60, 32]"), HasSubstr("more")));
    const Folder f;
    f.config("\"hidden_size\": 32", "\"hidden_size\": 32.0");
    EXPECT_TRUE(openModel(f.path()));
}

TEST(ModelFolder, LayersThatAreNotThere) {
    const Folder more;
    more.config("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    EXPECT_THAT(refusal(more), HasSubstr("encoder.layer.2.attention.self.query.weight is missing ([32, 32])"));
    const Folder fewer;
    fewer.config("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1");
    EXPECT_TRUE(openModel(fewer.path())) << "more layers than the config asks for, as transformers reads it";
}

TEST(ModelFolder, OtherFormatsAreNamed) {
    const Folder f;
    fs::remove(f / "model.safetensors");
    EXPECT_THAT(refusal(f), HasSubstr("model.safetensors"));
    writeBytes(f / "pytorch_model.bin", "x");
    EXPECT_THAT(refusal(f), AllOf(HasSubstr("pytorch_model.bin"), HasSubstr("save_pretrained")));
    writeBytes(f / "adapter_config.json", "{}");
    EXPECT_THAT(refusal(f), HasSubstr("adapter"));
    writeBytes(f / "model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n");
    EXPECT_THAT(refusal(f), HasSubstr("git lfs pull"));
    writeBytes(f / "model.safetensors", "<!DOCTYPE html><html>");
    EXPECT_THAT(refusal(f), HasSubstr("web page"));
}

TEST(ModelFolder, LinksAndDevicesDoNotHang) {
    const Folder f;
    const std::string weights = f / "model.safetensors";
    const std::string elsewhere = f / "blob";
    fs::rename(weights, elsewhere);
    fs::create_symlink("blob", weights); // as the hub's cache has it
    EXPECT_TRUE(openModel(f.path()));
    fs::remove(elsewhere);
    EXPECT_THAT(refusal(f), HasSubstr("model.safetensors"));
    for (const char* target : {"model.safetensors", "/dev/zero", "."}) {
        fs::remove(weights);
        fs::create_symlink(target, weights);
        EXPECT_THAT(refusal(f), HasSubstr("model.safetensors")) << target;
    }
    fs::remove(weights);
    ASSERT_EQ(::mkfifo(weights.c_str(), 0600), 0);
    EXPECT_THAT(refusal(f), HasSubstr("pipe"));
}

TEST(ModelFolder, LyingShards) {
    const auto with = [](const std::string& by) {
        const Folder f("qwen2");
        f.replace("model.safetensors.index.json", "model-00001-of", by);
        return refusal(f);
    };
    EXPECT_THAT(with("../model-00001-of"), HasSubstr("only names of files in this folder"));
    EXPECT_THAT(with("/etc/model-00001-of"), HasSubstr("only names of files in this folder"));
    EXPECT_THAT(with("C:model-00001-of"), HasSubstr("only names of files in this folder"));
    EXPECT_THAT(with("model-00009-of"), HasSubstr("model-00009-of"));
    EXPECT_THAT(with("model-00002-of"), HasSubstr("do not belong together"));
    const Folder f("qwen2");
    writeBytes(f / "model.safetensors.index.json", "{}");
    EXPECT_THAT(refusal(f), HasSubstr("weight_map"));
}

TEST(ModelFolder, OneFileWinsOverAnIndex) {
    const Folder f;
    writeBytes(f / "model.safetensors.index.json", "{}");
    const auto model = openModel(f.path());
    ASSERT_TRUE(model) << model.error().message();
    EXPECT_THAT((*model)->notes, Contains(HasSubstr("index")));
}

TEST(ModelFolder, WrappedNamesAreStrippedWithANote) {
    const Folder f("gpt2");
    std::string bytes = readBytes(f / "model.safetensors");
    const std::string name = "\"transformer.wte.weight\"", wrapped = "\"module.transformer.wte.weight\"";
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    const std::size_t at = bytes.find(name);
    ASSERT_NE(at, std::string::npos);
    bytes.replace(at, name.size(), wrapped);
    length += wrapped.size() - name.size();
    std::memcpy(bytes.data(), &length, 8);
    writeBytes(f / "model.safetensors", bytes);
    const auto model = openModel(f.path());
    ASSERT_TRUE(model) << model.error().message();
    EXPECT_THAT((*model)->notes, Contains(HasSubstr("module.")));
}

TEST(ModelFolder, ATruncatedFileIsRefusedWhereverItWasCut) {
    const Folder f("gpt2_bare");
    for (const auto& entry : fs::directory_iterator(f.path())) {
        const std::string file = entry.path().string();
        if (!file.ends_with("-of-00002.safetensors") && !file.ends_with(".safetensors")) continue;
        if (file.find("expected") != std::string::npos) continue;
        const std::string whole = readBytes(file);
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
            writeBytes(file, whole.substr(0, size));
            EXPECT_THAT(refusal(f), HasSubstr(entry.path().filename().string())) << size;
        }
        writeBytes(file, whole);
    }
    EXPECT_TRUE(openModel(f.path()));
}

TEST(ModelFolder, AFileThatShrinksWhileItIsReadIsAnError) {
    const Folder f;
    bool cut = false;
    const auto model = openModel(f.path(), {}, [&](std::uint64_t done, std::uint64_t) {
        if (done == 0 || cut) return;
        fs::resize_file(f / "model.safetensors", 3000);
        cut = true;
    });
    ASSERT_FALSE(model);
    EXPECT_TRUE(cut);
    EXPECT_EQ(model.error().code, ErrorCode::Io);
    EXPECT_THAT(model.error().message(), HasSubstr("became shorter"));
}

TEST(ModelFolder, AFileThatChangesWhileItIsReadIsAnError) {
    const Folder f;
    bool touched = false;
    const auto model = openModel(f.path(), {}, [&](std::uint64_t, std::uint64_t) {
        if (touched) return;
        fs::last_write_time(f / "model.safetensors", fs::file_time_type::clock::now() + std::chrono::hours(1));
        touched = true;
    });
    ASSERT_FALSE(model);
    EXPECT_THAT(model.error().message(), HasSubstr("was changed"));
}

TEST(ModelFolder, LoadingTellsItsProgressAndStops) {
    std::uint64_t last = 0, all = 0;
    const auto model = openModel(golden("models/t5"), {}, [&](std::uint64_t done, std::uint64_t of) {
        EXPECT_GE(done, last);
        last = done;
        all = of;
    });
    ASSERT_TRUE(model);
    EXPECT_EQ(last, all);
    EXPECT_EQ(all, (*model)->bytes);
    std::stop_source source;
    const auto stopped = openModel(golden("models/t5"), source.get_token(), [&](std::uint64_t done, std::uint64_t of) {
        if (done > of / 2) source.request_stop();
    });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
}

TEST(ModelFolder, AModelLargerThanTheMemoryIsRefusedWithBothNumbers) {
    // A file with holes: 275 GB that the disk does not have to hold.
    const std::string d = "4096", wide = "16384", three = "12288";
    const std::pair<std::string, std::string> tensors[] = {{"wte.weight", "16777216," + d},
                                                           {"wpe.weight", "8," + d},
                                                           {"ln_f.weight", d},
                                                           {"ln_f.bias", d},
                                                           {"h.0.ln_1.weight", d},
                                                           {"h.0.ln_1.bias", d},
                                                           {"h.0.ln_2.weight", d},
                                                           {"h.0.ln_2.bias", d},
                                                           {"h.0.attn.c_attn.weight", d + "," + three},
                                                           {"h.0.attn.c_attn.bias", three},
                                                           {"h.0.attn.c_proj.weight", d + "," + d},
                                                           {"h.0.attn.c_proj.bias", d},
                                                           {"h.0.mlp.c_fc.weight", d + "," + wide},
                                                           {"h.0.mlp.c_fc.bias", wide},
                                                           {"h.0.mlp.c_proj.weight", wide + "," + d},
                                                           {"h.0.mlp.c_proj.bias", d}};
    std::string header;
    std::uint64_t at = 0;
    for (const auto& [name, shape] : tensors) {
        const std::size_t comma = shape.find(',');
        std::uint64_t end = std::stoull(shape) * 4;
        if (comma != std::string::npos) end *= std::stoull(shape.substr(comma + 1));
        end += at;
        header += (header.empty() ? "{\"" : ",\"") + name + "\":{\"dtype\":\"F32\",\"shape\":[" + shape +
                  "],\"data_offsets\":[" + std::to_string(at) + "," + std::to_string(end) + "]}";
        at = end;
    }
    header += "}";
    const Folder f("gpt2");
    writeBytes(f / "config.json",
               "{\"model_type\": \"gpt2\", \"n_embd\": 4096, \"vocab_size\": 16777216, \"n_layer\": 1,"
               "\"n_head\": 4, \"n_positions\": 8}");
    writeBytes(f / "model.safetensors", safetensorsBytes(header, ""));
    std::error_code error;
    fs::resize_file(f / "model.safetensors", 8 + header.size() + at, error);
    if (error) GTEST_SKIP() << "no files of this size here";
    const auto model = openModel(f.path());
    ASSERT_FALSE(model);
    EXPECT_THAT(model.error().message(),
                AllOf(HasSubstr("the model needs 275.7 GB"), HasSubstr("of memory are free; close other programs")));
    EXPECT_TRUE(describeModel(f.path())->supported) << "another machine could open it";
}
