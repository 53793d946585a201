// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/hub_access.h"
#include "core/sources/hub_files.h"
#include "tests/core/io_fixture.h"

#include <map>

using namespace headscope;
using testing::HasSubstr;

namespace {

Environment with(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const char* name) {
        const auto it = values.find(name);
        return it == values.end() ? std::string() : it->second;
    };
}

TEST(HubNames, FollowTheHubsRules) {
    // Taken from the examples in the documentation of huggingface_hub's validate_repo_id.
    for (const char* good : {"foo", "foo/bar", "123", "Foo-BAR_foo.bar123", "google-bert/bert-base-uncased", "a/b.c"})
        EXPECT_TRUE(checkHubName(good).ok()) << good;
    const std::string tooLong(97, 'x');
    for (const std::string bad :
         {"", "/", "a/", "/b", "datasets/foo/bar", ".repo_id", "foo--bar", "foo.git", "other..repo..id", "-x/y", "x/y-", "a b",
          "caf\xC3\xA9", "../x", "x/..", "a\nb", "a?b", tooLong.c_str()})
        EXPECT_EQ(checkHubName(bad).ok() ? ErrorCode::Io : checkHubName(bad).error().code, ErrorCode::Usage) << bad;
    EXPECT_TRUE(checkHubName(std::string(96, 'x') + "/" + std::string(96, 'y')).ok());
}

TEST(HubAccess, ComesFromTheEnvironment) {
    const auto access = hubAccess(with({}));
    ASSERT_TRUE(access.ok());
    EXPECT_EQ(access->endpoint, "https://huggingface.co");
    EXPECT_EQ(access->token, "");
    EXPECT_FALSE(access->offline);
    EXPECT_EQ(hubAccess(with({{"HF_ENDPOINT", " https://mirror.example/hf// "}}))->endpoint, "https://mirror.example/hf");
    EXPECT_EQ(hubAccess(with({{"HF_ENDPOINT", "mirror.example"}})).error().place, "HF_ENDPOINT");
    for (const char* yes : {"1", "on", "Yes", "TRUE"}) EXPECT_TRUE(hubAccess(with({{"HF_HUB_OFFLINE", yes}}))->offline);
    for (const char* no : {"", "0", "no", "2"}) EXPECT_FALSE(hubAccess(with({{"TRANSFORMERS_OFFLINE", no}}))->offline);
}

TEST(HubAccess, FindsTheToken) {
    const test::TempFolder home;
    std::filesystem::create_directories(home / ".cache/huggingface");
    test::writeBytes(home / ".cache/huggingface/token", "hf_stored\n");
    test::writeBytes(home / "elsewhere", "hf_elsewhere");
    const std::string path = home.path().string();
    EXPECT_EQ(hubAccess(with({{"HOME", path}}))->token, "hf_stored");
    EXPECT_EQ(hubAccess(with({{"HOME", path}, {"HF_TOKEN", "hf_first "}}))->token, "hf_first");
    EXPECT_EQ(hubAccess(with({{"HUGGING_FACE_HUB_TOKEN", "hf_old"}}))->token, "hf_old");
    EXPECT_EQ(hubAccess(with({{"HOME", path}, {"HF_TOKEN_PATH", home / "elsewhere"}}))->token, "hf_elsewhere");
    EXPECT_EQ(hubAccess(with({{"HOME", path}, {"HF_HOME", home / "none"}}))->token, "");
    EXPECT_EQ(hubAccess(with({{"HF_TOKEN", "a\r\nb"}})).error().place, "HF_TOKEN");
}

std::string listOf(const std::vector<std::string>& paths) {
    std::string text;
    for (const std::string& path : paths) text += (text.empty() ? "" : ",") + ("{\"rfilename\":\"" + path + "\"}");
    return "{\"siblings\":[" + text + "]}";
}

Result<std::vector<std::string>> chosenFrom(const std::vector<std::string>& paths) {
    const Result<HubListing> listing = parseHubListing(listOf(paths));
    if (!listing.ok()) return listing.error();
    const Result<std::vector<HubFile>> files = filesToFetch(*listing);
    if (!files.ok()) return files.error();
    std::vector<std::string> names;
    for (const HubFile& file : *files) names.push_back(file.path);
    return names;
}

TEST(HubListing, IsRead) {
    const std::string sha(40, 'a'), large(64, 'b'), blob(40, 'c');
    const auto listing = parseHubListing(
        R"({"sha":")" + sha + R"(","siblings":[{"rfilename":"config.json","size":7,"blobId":")" + blob +
        R"("},{"rfilename":"model.safetensors","size":900,"blobId":")" + blob + R"(","lfs":{"sha256":")" + large +
        R"(","size":900,"pointerSize":134}},{"rfilename":"odd","size":-1,"blobId":"XYZ","lfs":null}]})");
    ASSERT_TRUE(listing.ok());
    EXPECT_EQ(listing->commit, sha);
    EXPECT_THAT(listing->files, testing::ElementsAre(HubFile{"config.json", 7, "", blob},
                                                     HubFile{"model.safetensors", 900, large, ""}, HubFile{"odd", {}, "", ""}));
    EXPECT_EQ(parseHubListing(R"({"sha":"../../x","siblings":[]})")->commit, "") << "it becomes a part of an address";
}

TEST(HubListing, WhatIsNoneIsRefused) {
    for (const char* text : {"", "<html>", "[]", "{}", "{\"siblings\":{}}", "{\"siblings\":[1]}", "{\"siblings\":[{}]}",
                             "{\"siblings\":[{\"rfilename\":1}]}", "{\"siblings\":["})
        EXPECT_FALSE(parseHubListing(text).ok()) << text;
    for (const char* path : {"../x", "a/../x", "..", "/etc/passwd", "C:/x", "C:x", "a\\\\..\\\\x", "\\\\\\\\host\\\\x", ""})
        EXPECT_THAT(chosenFrom({"config.json", path, "model.safetensors"}).error().detail, HasSubstr("outside")) << path;
    EXPECT_TRUE(chosenFrom({"config.json", "runs/Jan01_10:00/..events", "model.safetensors"}).ok());
}

TEST(HubListing, OnlyWhatOpensTheModelIsChosen) {
    using testing::ElementsAre;
    EXPECT_THAT(*chosenFrom({"README.md", "config.json", "model.safetensors", "pytorch_model.bin", "onnx/model.onnx", "vocab.txt",
                             "adapter_model.safetensors", "onnx/config.json", "tokenizer.json"}),
                ElementsAre("config.json", "vocab.txt", "tokenizer.json", "model.safetensors"));
    // One file wins over shards; other variants and doubles of the weights are not wanted.
    EXPECT_THAT(*chosenFrom({"config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                             "model.safetensors.index.json", "consolidated.safetensors", "model.fp16.safetensors"}),
                ElementsAre("config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                            "model-00002-of-00002.safetensors"));
    EXPECT_THAT(*chosenFrom({"config.json", "model.safetensors", "model.safetensors.index.json", "model-00001-of-00001.safetensors"}),
                ElementsAre("config.json", "model.safetensors"));
    EXPECT_THAT(*chosenFrom({"modules.json", "0_Transformer/config.json", "0_Transformer/model.safetensors", "1_Pooling/config.json"}),
                ElementsAre("0_Transformer/config.json", "0_Transformer/model.safetensors"));
}

TEST(HubListing, WhatIsMissingIsNamed) {
    EXPECT_THAT(chosenFrom({"model.safetensors"}).error().detail, HasSubstr("no config.json"));
    EXPECT_THAT(chosenFrom({"config.json"}).error().detail, HasSubstr("holds no weights"));
    EXPECT_THAT(chosenFrom({"config.json", "pytorch_model.bin", "tf_model.h5"}).error().detail,
                HasSubstr("only there as PyTorch pickles (.bin), TensorFlow (.h5)"));
    EXPECT_THAT(chosenFrom({"config.json", "adapter_model.safetensors"}).error().detail, HasSubstr("of another kind"));
    EXPECT_THAT(chosenFrom({"config.json", "x-Q4.gguf"}).error().detail, HasSubstr("GGUF"));
}

} // namespace
