// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/hub_cache.h"
#include "core/sources/model_places.h"
#include "tests/core/io_fixture.h"

#include <algorithm>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

using namespace headscope;
using namespace headscope::test;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

const std::string commitA(40, 'a'), commitB(40, 'b');

class Places : public testing::Test {
protected:
    Places() {
        places.shipped = folder / "shipped";
        places.downloads = folder / "data";
        places.hubCache = folder / "hub";
    }
    void write(const std::string& path, const std::string& bytes) {
        fs::create_directories(fs::path(folder / path).parent_path());
        writeBytes(folder / path, bytes);
    }
    void writeModel(const std::string& path) {
        write(path + "/config.json", config);
        write(path + "/model.safetensors", weights);
    }
    /// As huggingface_hub lays it out: contents in blobs, links to them in a snapshot.
    void writeCached(const std::string& repository, const std::string& commit = commitA) {
        const std::string base = "hub/" + repository;
        write(base + "/blobs/c", config);
        write(base + "/blobs/w", weights);
        write(base + "/refs/main", commit);
        fs::create_directories(folder / (base + "/snapshots/" + commit));
        link("../../blobs/c", base + "/snapshots/" + commit + "/config.json");
        link("../../blobs/w", base + "/snapshots/" + commit + "/model.safetensors");
    }
    void link(const std::string& to, const std::string& at) {
        fs::remove(folder / at);
        fs::create_symlink(to, folder / at);
    }
    std::vector<std::string> names() {
        std::vector<std::string> list;
        for (const ModelEntry& entry : listModels(places)) list.push_back(entry.name);
        return list;
    }
    std::string problemOf(const std::string& name) {
        for (const ModelEntry& entry : listModels(places))
            if (entry.name == name) return entry.problem.empty() ? "none" : entry.problem;
        return "not listed";
    }
    std::string found(const std::string& word) {
        const Result<std::string> where = findModel(places, word);
        return where.ok() ? fs::relative(*where, folder.path()).string() : "error: " + where.error().message();
    }

    const std::string config = readBytes(golden("models/gpt2/config.json"));
    const std::string weights = readBytes(golden("models/gpt2/model.safetensors"));
    TempFolder folder;
    ModelPlaces places;
};

TEST(ModelNames, AreTheCachesOrTheFoldersLastParts) {
    EXPECT_EQ(modelNameOf("/home/a/hub/models--google--bert/snapshots/" + commitA), "google/bert");
    EXPECT_EQ(modelNameOf("/home/a/models/google/bert/"), "google/bert");
    EXPECT_EQ(modelNameOf("google/bert"), "google/bert");
    EXPECT_EQ(modelNameOf("./bert"), "bert");
    EXPECT_EQ(modelNameOf("../bert"), "bert");
}

TEST_F(Places, ComeFromTheEnvironment) {
    const auto placesOf = [](std::map<std::string, std::string> values) {
        return modelPlaces([values](const char* name) {
            const auto it = values.find(name);
            return it == values.end() ? std::string() : it->second;
        });
    };
    EXPECT_EQ(placesOf({{"HOME", "/h"}}).downloads, "/h/.local/share/headscope/models");
    EXPECT_EQ(placesOf({{"HOME", "/h"}}).hubCache, "/h/.cache/huggingface/hub");
    EXPECT_EQ(placesOf({{"HOME", "/h"}, {"XDG_DATA_HOME", "/d"}}).downloads, "/d/headscope/models");
    EXPECT_EQ(placesOf({{"HOME", "/h"}, {"XDG_DATA_HOME", "d"}}).downloads, "/h/.local/share/headscope/models");
    EXPECT_EQ(placesOf({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}}).hubCache, "/c/huggingface/hub");
    EXPECT_EQ(placesOf({{"XDG_CACHE_HOME", "/c"}, {"HF_HOME", "/hf"}}).hubCache, "/hf/hub");
    EXPECT_EQ(placesOf({{"HF_HOME", "/hf"}, {"HUGGINGFACE_HUB_CACHE", "/old"}}).hubCache, "/old");
    EXPECT_EQ(placesOf({{"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HUB_CACHE", "/new"}}).hubCache, "/new");
    EXPECT_EQ(placesOf({}).downloads + placesOf({}).hubCache, "");
}

TEST_F(Places, AreListedInTheirOrder) {
    EXPECT_TRUE(names().empty()) << "no place exists yet";
    EXPECT_TRUE(listModels({}).empty());
    writeModel("shipped/previous");
    writeModel("data/org/two");
    writeModel("data/one");
    write("data/org/.three.part/config.json", "{}"); // a download under way
    writeCached("models--zeta--m-1");
    writeCached("models--plain");
    fs::create_directories(folder / "hub/datasets--org--d");
    fs::create_directories(folder / "hub/.locks");
    writeModel("mine");
    places.opened = {folder / "mine", folder / "data/one"}; // the second is there already
    EXPECT_THAT(names(), testing::ElementsAre("previous", "one", "org/two", "plain", "zeta/m-1", folder / "mine"));
    for (const ModelEntry& entry : listModels(places)) {
        EXPECT_EQ(entry.shipped, entry.name == "previous");
        EXPECT_EQ(entry.problem, "") << entry.name;
        EXPECT_EQ(entry.description.family, "gpt2");
        EXPECT_EQ(entry.description.layers, 2);
        EXPECT_EQ(entry.description.heads, 4);
        EXPECT_EQ(entry.description.parameters, 28'672u);
    }
}

TEST_F(Places, BrokenModelsSayWhy) {
    write("data/a/no-config/model.safetensors", weights);
    write("data/a/no-weights/config.json", config);
    write("data/a/pickle/config.json", config);
    write("data/a/pickle/pytorch_model.bin", "x");
    write("data/a/not-json/config.json", "{");
    write("data/a/lie/config.json", config);
    write("data/a/lie/model.safetensors", little(std::uint64_t{50'000'000'000}) + "{}");
    write("data/a/lfs/config.json", config);
    write("data/a/lfs/model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n");
    write("data/a/shards/config.json", config);
    write("data/a/shards/model.safetensors.index.json", R"({"weight_map":{"x":"model-00001-of-00002.safetensors"}})");
    write("data/a/outside/config.json", config);
    write("data/a/outside/model.safetensors.index.json", R"({"weight_map":{"x":"../../secret.safetensors"}})");
    write("data/a/quantized/config.json", R"({"quantization_config":{}})");
    EXPECT_THAT(problemOf("a/no-config"), HasSubstr("config.json: there is no such file"));
    EXPECT_THAT(problemOf("a/no-weights"), HasSubstr("model.safetensors: there is no such file"));
    EXPECT_THAT(problemOf("a/pickle"), HasSubstr("pytorch_model.bin, a format that is not read"));
    EXPECT_THAT(problemOf("a/not-json"), HasSubstr("config.json: the file is not JSON"));
    EXPECT_THAT(problemOf("a/lie"), HasSubstr("model.safetensors: "));
    EXPECT_THAT(problemOf("a/lfs"), HasSubstr("Git LFS"));
    EXPECT_THAT(problemOf("a/shards"), HasSubstr("model-00001-of-00002.safetensors: there is no such file"));
    EXPECT_THAT(problemOf("a/outside"), HasSubstr("names ../../secret.safetensors as a file"));
    EXPECT_THAT(problemOf("a/quantized"), HasSubstr("quantized"));
}

TEST_F(Places, LinksThatLeadAstrayAreTold) {
    for (const char* name : {"loop", "dangling", "outside", "fifo", "self"}) writeCached("models--" + std::string(name));
    const std::string file = "/snapshots/" + commitA + "/config.json";
    link("config.json", "hub/models--loop" + file);
    link("../../blobs/gone", "hub/models--dangling" + file);
    write("secret", config);
    link("../../../../secret", "hub/models--outside" + file);
    fs::remove(folder / "hub/models--fifo/blobs/c");
    ASSERT_EQ(::mkfifo((folder / "hub/models--fifo/blobs/c").c_str(), 0600), 0);
    fs::create_symlink(".", folder / "hub/models--again");
    link("hub", "hub/models--whole"); // to nothing
    EXPECT_THAT(problemOf("loop"), HasSubstr("config.json: "));
    EXPECT_THAT(problemOf("dangling"), HasSubstr("config.json: there is no such file"));
    EXPECT_THAT(problemOf("outside"), HasSubstr("config.json: its link leads out of the cache"));
    EXPECT_NE(problemOf("fifo"), "none") << "and it must not wait for a writer";
    EXPECT_EQ(problemOf("self"), "none");
    EXPECT_NE(problemOf("again"), "none");
    EXPECT_NE(problemOf("whole"), "none");
}

TEST_F(Places, BlobsMayLieOnAnotherDisk) {
    writeCached("models--moved");
    fs::rename(folder / "hub/models--moved/blobs", folder / "disk");
    fs::create_symlink(folder / "disk", folder / "hub/models--moved/blobs");
    EXPECT_EQ(problemOf("moved"), "none");
}

TEST_F(Places, TheMainSnapshotIsTheOneToOpen) {
    writeCached("models--org--m", commitB);
    writeCached("models--org--m", commitA); // refs/main names this one
    EXPECT_EQ(found("org/m"), "hub/models--org--m/snapshots/" + commitA);
    for (const std::string& ref : {commitA + "\n", std::string("\n")}) {
        write("hub/models--org--m/refs/main", ref);
        EXPECT_THAT(found("org/m"), HasSubstr("snapshots/")) << ref;
    }
    write("hub/models--org--m/refs/main", commitB + "\n");
    EXPECT_EQ(found("org/m"), "hub/models--org--m/snapshots/" + commitB);
    write("hub/models--org--m/refs/main", std::string(40, 'f')); // a snapshot that is not there
    EXPECT_THAT(found("org/m"), HasSubstr("hub/models--org--m/snapshots/"));
    write("hub/models--org--m/refs/main", "../../../../data/evil");
    EXPECT_THAT(found("org/m"), HasSubstr("hub/models--org--m/snapshots/"));
    write("hub/models--org--half/blobs/x.incomplete", "x");
    EXPECT_EQ(found("org/half"), "error: org/half: nothing of it has been fetched completely");
}

TEST_F(Places, UnreadableFoldersAreTold) {
    if (::geteuid() == 0) {
        // Root reads everything; a file in a folder's place is the next best.
        write("hub", "x");
        write("data", "x");
        EXPECT_THAT(names(), testing::ElementsAre(places.downloads, places.hubCache));
        EXPECT_NE(problemOf(places.hubCache), "none");
        return;
    }
    writeModel("data/org/m");
    fs::permissions(folder / "data/org", fs::perms::none);
    EXPECT_THAT(problemOf(folder / "data/org"), HasSubstr("permission"));
    fs::permissions(folder / "data/org", fs::perms::owner_all);
}

TEST_F(Places, NamesAndFoldersAreFound) {
    writeModel("shipped/previous");
    writeModel("data/google-bert/bert-base-uncased");
    writeCached("models--google-bert--bert-base-uncased");
    writeCached("models--openai-community--gpt2");
    writeModel("mine");
    EXPECT_EQ(found("previous"), "shipped/previous");
    EXPECT_EQ(found("google-bert/bert-base-uncased"), "data/google-bert/bert-base-uncased") << "ours before the cache";
    EXPECT_EQ(found("openai-community/gpt2"), "hub/models--openai-community--gpt2/snapshots/" + commitA);
    EXPECT_EQ(found(folder / "mine"), "mine");
    EXPECT_EQ(found(folder / "hub/models--openai-community--gpt2"),
              "hub/models--openai-community--gpt2/snapshots/" + commitA)
        << "a model's folder in the cache stands for its snapshot";

    fs::create_directories(folder / "empty");
    EXPECT_EQ(found(folder / "empty"), "empty") << "what is wrong with a folder is told when it is opened";
}

TEST_F(Places, UnknownNamesGetTheNearest) {
    writeModel("shipped/previous");
    writeModel("data/google-bert/bert-base-uncased");
    writeCached("models--openai-community--gpt2");
    EXPECT_THAT(found("gpt2"), HasSubstr("near to it: openai-community/gpt2"));
    EXPECT_THAT(found("bert-base-uncase"), HasSubstr("near to it: google-bert/bert-base-uncased"));
    EXPECT_THAT(found("Previus"), HasSubstr("near to it: previous"));
    EXPECT_THAT(found("meta/unheard-of"), HasSubstr("fetch it with: headscope download meta/unheard-of"));
    EXPECT_THAT(found("zzz"), HasSubstr("headscope models lists"));
    EXPECT_THAT(found("./zzz"), HasSubstr("./zzz: there is no such folder"));
    EXPECT_THAT(found(folder / "shipped/previous/config.json"), HasSubstr("is a file; give the folder"));
    EXPECT_THAT(found(""), HasSubstr("no model of this name"));
    EXPECT_THAT(found(std::string(100'000, 'x')), HasSubstr("no model of this name"));
}

} // namespace
