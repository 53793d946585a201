// SPDX-License-Identifier: GPL-3.0-or-later
// headscope download and models, as a shell runs them, against a Hub on this computer.
#include "tests/cli/support.h"
#include "tests/hub/fake_hub.h"

#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace headscope::test;
using testing::AllOf;
using testing::HasSubstr;

namespace {

/// One F32 tensor of `count` numbers.
std::string safetensors(std::size_t count) {
    const std::string bytes = std::to_string(4 * count);
    std::string header = R"({"w":{"dtype":"F32","shape":[)" + std::to_string(count) + R"(],"data_offsets":[0,)" + bytes + "]}}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::string length(8, '\0');
    length[0] = static_cast<char>(header.size());
    return length + header + std::string(4 * count, '\1');
}

const HubFiles model = {
    {"config.json", R"({"model_type":"bert","num_hidden_layers":2,"num_attention_heads":12,"hidden_size":24,)"
                    R"("intermediate_size":48,"vocab_size":60,"max_position_embeddings":40})"},
    {"model.safetensors", safetensors(50'000)}};

class DownloadVerb : public testing::Test {
protected:
    DownloadVerb() {
        hub.addModel("org/tiny", model);
        call.environment = {{"HF_ENDPOINT", hub.url()}, {"HOME", home.path()}, {"XDG_DATA_HOME", home / "data"}};
    }
    std::string ours(const std::string& file = "") const { return home / ("data/headscope/models/org/tiny" + file); }
    /// But for those that ship with the program.
    nlohmann::json list() {
        const headscope::test::Outcome outcome = run({"models", "--json"}, call);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        nlohmann::json found = nlohmann::json::array();
        for (const auto& entry : nlohmann::json::parse(outcome.out))
            if (!entry["shipped"].get<bool>()) found.push_back(entry);
        return found;
    }

    FakeHub hub;
    Folder home;
    Call call;
};

TEST_F(DownloadVerb, FetchesIntoOurOwnFolderAndLists) {
    EXPECT_EQ(list(), nlohmann::json::array());
    const Outcome outcome = run({"download", "org/tiny"}, call);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out + outcome.err, "") << "progress is for terminals";
    EXPECT_EQ(bytesOf(ours("/model.safetensors")), model.at("model.safetensors"));
    const nlohmann::json expected = {{"name", "org/tiny"}, {"where", ours()},     {"shipped", false},
                                     {"architecture", "bert"}, {"layers", 2},     {"heads", 12},
                                     {"parameters", 50'000},   {"supported", true}};
    ASSERT_EQ(list().size(), 1u);
    nlohmann::json found = list()[0];
    found.erase("reason");
    found["supported"] = true; // this one has a single tensor
    EXPECT_EQ(found, expected);
    const std::string table = run({"models"}, call).out;
    const std::string row = table.substr(std::min(table.find("org/tiny "), table.size()));
    EXPECT_THAT(row.substr(0, row.find('\n')), AllOf(HasSubstr(" bert "), HasSubstr(" 2×12 "), HasSubstr(ours())));
}

TEST_F(DownloadVerb, IntoAFolderOfChoice) {
    EXPECT_EQ(run({"download", "org/tiny", "-o", home / "here/deep/", "--quiet"}, call).code, 0);
    EXPECT_EQ(bytesOf(home / "here/deep/config.json"), model.at("config.json"));
    EXPECT_EQ(home.names(), std::vector<std::string>{"here"});
}

TEST_F(DownloadVerb, TheTokenOfTheEnvironmentIsUsed) {
    call.environment["HF_TOKEN"] = "hf_abc\n";
    EXPECT_EQ(run({"download", "org/tiny"}, call).code, 0);
    EXPECT_EQ(hub.requests().at(0).header("authorization"), "Bearer hf_abc");
    call.environment["HF_TOKEN"] = "hf_abc\r\nHost: evil";
    const Outcome outcome = run({"download", "org/tiny"}, call);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("HF_TOKEN: holds characters that no token has"));
    EXPECT_THAT(outcome.err, testing::Not(HasSubstr("hf_abc"))) << "nobody's token is printed";
}

TEST_F(DownloadVerb, FailuresAreOneLine) {
    struct Case {
        Words words;
        int code;
        const char* says;
    };
    for (const Case& c : {Case{{"download"}, 2, "headscope: download: which model?"},
                          Case{{"download", "../x"}, 2, "../x: is no name of a model"},
                          Case{{"download", "org/tiny", "org/other"}, 2, "org/other: unexpected; one model at a time"},
                          Case{{"download", "org/tiny", "--heads", "4"}, 2, "--heads: does not belong to download"},
                          Case{{"models", "x"}, 2, "x: unexpected"},
                          Case{{"models", "-o", "x"}, 2, "-o: does not belong to models"},
                          Case{{"download", "org/none"}, 1, "org/none: 127.0.0.1 does not have it (404); check the name"},
                          Case{{"download", "org/tiny", "-o", "/dev/null"}, 1, "/dev/null: is a file"}}) {
        const Outcome outcome = run(c.words, call);
        EXPECT_EQ(outcome.code, c.code) << c.says;
        EXPECT_EQ(outcome.out, "");
        EXPECT_THAT(outcome.err, HasSubstr(c.says));
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
    EXPECT_TRUE(home.names().empty());
    call.environment["HF_HUB_OFFLINE"] = "1";
    EXPECT_THAT(run({"download", "org/tiny"}, call).err, HasSubstr("HF_HUB_OFFLINE"));
    call.environment["HF_HUB_OFFLINE"] = "";
    call.environment["HF_ENDPOINT"] = "ftp://x";
    EXPECT_EQ(run({"download", "org/tiny"}, call).code, 2);
}

TEST_F(DownloadVerb, NoSpaceIsToldAndWhatCameIsKept) {
    Call limited = call;
    limited.program = "/bin/sh";
    const std::string shell = "ulimit -f 100; exec \"$0\" \"$@\""; // blocks of 512 bytes: 51,200 of the 200,000
    const Outcome outcome = run({"-c", shell, HEADSCOPE_PROGRAM, "download", "org/tiny"}, limited);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("org/tiny/model.safetensors: "));
    EXPECT_THAT(outcome.err, HasSubstr("what has come is kept"));
    EXPECT_EQ(run({"download", "org/tiny"}, call).code, 0);
    EXPECT_THAT(hub.requests(FakeHub::cdnPath(model.at("model.safetensors"))).back().header("range"),
                testing::StartsWith("bytes="));
    EXPECT_EQ(bytesOf(ours("/model.safetensors")), model.at("model.safetensors"));
}

TEST_F(DownloadVerb, CtrlCLeavesWhatCanBeContinued) {
    const std::string cdn = FakeHub::cdnPath(model.at("model.safetensors"));
    for (const auto& [signal, code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
        const auto known = std::make_shared<std::atomic<pid_t>>(0); // the thread that sends may outlive this turn
        std::atomic<pid_t>& child = *known;
        hub.answerFirst(cdn, 1, [&, known, signal = signal](const HubRequest& r) {
            HubReply reply = FakeHub::send(r, model.at("model.safetensors"), "of-the-cdn");
            reply.stallAfter = 40'000;
            std::thread([known, signal] {
                std::this_thread::sleep_for(std::chrono::milliseconds(300));
                ::kill(*known, signal);
            }).detach();
            return reply;
        });
        // The shell says its number and becomes the program, so that the signal can be sent to it.
        Call shell = call;
        shell.program = "/bin/sh";
        const std::string note = home / "pid";
        std::thread reader([&] {
            while (child == 0) {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                std::ifstream in(note);
                pid_t number = 0;
                if (in >> number) child = number;
            }
        });
        const Outcome outcome = run({"-c", "echo $$ > '" + note + "'; exec \"$0\" download org/tiny", HEADSCOPE_PROGRAM}, shell);
        reader.join();
        std::filesystem::remove(note);
        EXPECT_EQ(outcome.code, code);
        EXPECT_EQ(outcome.out + outcome.err, "");
        EXPECT_FALSE(std::filesystem::exists(ours()));
    }
    EXPECT_EQ(std::filesystem::file_size(home / "data/headscope/models/org/.tiny.part/model.safetensors.part"), 80'000u);
    EXPECT_EQ(list(), nlohmann::json::array()) << "half a model is none";
    EXPECT_EQ(run({"download", "org/tiny"}, call).code, 0);
    EXPECT_EQ(hub.requests(cdn).back().header("range"), "bytes=80000-");
    EXPECT_EQ(bytesOf(ours("/model.safetensors")), model.at("model.safetensors"));
}

TEST_F(DownloadVerb, ATerminalSeesProgress) {
    Call terminal = call;
    terminal.program = "/usr/bin/script";
    const std::string command = std::string(HEADSCOPE_PROGRAM) + " download org/tiny";
    EXPECT_THAT(run({"-qec", command, "/dev/null"}, terminal).out, HasSubstr("org/tiny is now in " + ours()));
    EXPECT_THAT(run({"-qec", command, "/dev/null"}, terminal).out, HasSubstr("org/tiny was already in " + ours()));
    EXPECT_EQ(run({"-qec", command + " --quiet", "/dev/null"}, terminal).out, "");
}

} // namespace
