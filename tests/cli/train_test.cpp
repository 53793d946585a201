// SPDX-License-Identifier: GPL-3.0-or-later
// headscope train and evaluate, as a shell runs them, with models that are too small to learn anything.
#include "tests/cli/support.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>
#include <thread>
#include <unistd.h>

using namespace headscope::test;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> modelFiles = {"config.json", "model.safetensors", "optimizer.safetensors",
                                             "tokenizer.json", "tokenizer_config.json", "train.json"};

Words training(const std::string& folder, const Words& more, const std::string& task = "copy") {
    Words words = {"train", task,        "-o", folder,    "--layers", "1",        "--heads",
                   "2",     "--d-model", "8",  "--batch", "2",        "--length", "10"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

json resultOf(const Outcome& outcome) {
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "") << "progress is for terminals";
    return json::parse(outcome.out, nullptr, false);
}

std::vector<json> linesOf(const std::string& file) {
    std::vector<json> lines;
    std::istringstream text(bytesOf(file));
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line, nullptr, false));
    return lines;
}

std::vector<std::string> namesIn(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

TEST(TrainVerb, WritesAModelAndTellsWhatItLearned) {
    const Folder folder;
    const json told = resultOf(run(training(folder / "new/", {"--steps", "3", "--log", folder / "log.jsonl"})));
    EXPECT_EQ(told["steps"], 3);
    EXPECT_EQ(told["folder"], folder / "new");
    EXPECT_GT(told["seconds"], 0);
    EXPECT_EQ(namesIn(folder / "new"), modelFiles);

    const std::vector<json> lines = linesOf(folder / "log.jsonl");
    ASSERT_EQ(lines.size(), 3u);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i]["step"], i + 1);
        EXPECT_GT(lines[i]["loss"], 0);
        EXPECT_GE(lines[i]["accuracy"], 0);
        EXPECT_GE(lines[i]["seconds"], 0);
        EXPECT_EQ(lines[i].size(), 4u);
    }
    EXPECT_EQ(told["loss"], lines.back()["loss"]);
    const json record = json::parse(bytesOf(folder / "new/train.json"));
    EXPECT_EQ(record["task"], "copy");
    EXPECT_EQ(record["step"], 3);

    const json measured = resultOf(run({"evaluate", folder / "new", "--sentences", "200"}));
    EXPECT_EQ(measured["task"], "copy");
    EXPECT_EQ(measured["sentences"], 200);
    EXPECT_EQ(measured["accuracy"], told["accuracy"]) << "both measure on the same unseen examples";
    EXPECT_EQ(resultOf(run({"evaluate", folder / "new"}))["sentences"], 1000);
}

TEST(TrainVerb, TheFolderOpensLikeAnyModel) {
    const Folder folder;
    resultOf(run(training(folder / "m", {"--steps", "1", "--quiet"})));
    const Outcome traced = run({"trace", "--model", folder / "m", "--text", "a b > a", "-o", folder / "x.npz"});
    EXPECT_EQ(traced.code, 0) << traced.err;
    EXPECT_EQ(readNpzTrace(bytesOf(folder / "x.npz")).arrays.at("self.0.weights").shape,
              (std::vector<std::int64_t>{2, 5, 5}));
    EXPECT_EQ(run({"predict", "--model", folder / "m", "--text", "a b > a"}).code, 0);
}

TEST(TrainVerb, ResumedEqualsUninterrupted) {
    const Folder folder;
    resultOf(run(training(folder / "whole", {"--steps", "5", "--log", folder / "whole.jsonl", "--seed", "7"})));
    resultOf(run(training(folder / "halves", {"--steps", "2", "--log", folder / "halves.jsonl", "--seed", "7"})));
    const Words rest = {"train",   "copy", "-o",    folder / "halves",      "--resume",
                        "--steps", "5",    "--log", folder / "halves.jsonl"};
    const json told = resultOf(run(rest));
    EXPECT_EQ(told["steps"], 5);
    for (const std::string& name : modelFiles)
        EXPECT_TRUE(bytesOf(folder / ("whole/" + name)) == bytesOf(folder / ("halves/" + name))) << name;
    const std::vector<json> whole = linesOf(folder / "whole.jsonl"), halves = linesOf(folder / "halves.jsonl");
    ASSERT_EQ(whole.size(), halves.size());
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(whole[i]["loss"], halves[i]["loss"]) << i;

    for (std::size_t i = 1; i < halves.size(); ++i)
        EXPECT_GE(halves[i]["seconds"], halves[i - 1]["seconds"]) << "they go on";

    const Outcome again = run(rest);
    EXPECT_EQ(again.code, 0);
    EXPECT_THAT(again.err, HasSubstr("the run is at step 5 and 5 steps in all were asked for"));
    EXPECT_EQ(std::count(again.err.begin(), again.err.end(), '\n'), 1) << again.err;
    EXPECT_EQ(json::parse(again.out, nullptr, false)["loss"], told["loss"]);
    Words quiet = rest;
    quiet.push_back("--quiet");
    EXPECT_EQ(run(quiet).err, "");
}

TEST(TrainVerb, ResumingNeedsNoTask) {
    const Folder folder;
    resultOf(run(training(folder / "m", {"--steps", "1"})));
    EXPECT_EQ(resultOf(run({"train", "--resume", "-o", folder / "m", "--steps", "2"}))["steps"], 2);
    const Outcome wrong = run({"train", "sort", "--resume", "-o", folder / "m", "--steps", "3"});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("has the task copy; give that one or none"));
}

TEST(TrainVerb, AResumedLogHasEveryStepOnce) {
    const Folder folder;
    const std::string log = folder / "log.jsonl";
    resultOf(run(training(folder / "m", {"--steps", "3", "--log", log})));
    // As a crash leaves it: the log is ahead of the folder, and its last line is cut.
    const std::string three = bytesOf(log);
    writeBytes(log, three + R"({"step":4,"loss":1.0,"accuracy":0.0,"seconds":9.0})" + "\n" + R"({"step":5,"lo)");
    resultOf(run({"train", "--resume", "-o", folder / "m", "--steps", "5", "--log", log}));
    const std::vector<json> lines = linesOf(log);
    ASSERT_EQ(lines.size(), 5U);
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i]["step"], i + 1);
    EXPECT_LT(lines[3]["seconds"], 9.0);
    EXPECT_GE(lines[3]["seconds"], lines[2]["seconds"]);
    // A file that is something else stays what it is.
    writeBytes(folder / "thesis.tex", "important\n");
    const Outcome refused =
        run({"train", "--resume", "-o", folder / "m", "--steps", "6", "--log", folder / "thesis.tex"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("is no log of headscope train"));
    EXPECT_EQ(bytesOf(folder / "thesis.tex"), "important\n");
}

TEST(TrainVerb, EvaluatingARuinedModelGivesNoAdviceOnTraining) {
    const Folder folder;
    resultOf(run(training(folder / "m", {"--steps", "1"})));
    // The largest finite number in every weight of the last norm.
    std::string bytes = bytesOf(folder / "m/model.safetensors");
    for (std::size_t at = bytes.size() - 64; at + 4 <= bytes.size(); at += 4) bytes.replace(at, 4, "\xff\xff\x7f\x7f");
    writeBytes(folder / "m/model.safetensors", bytes);
    const Outcome outcome = run({"evaluate", folder / "m", "--sentences", "5"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr(folder / "m"));
    EXPECT_THAT(outcome.err, HasSubstr("is no number"));
    EXPECT_THAT(outcome.err, testing::Not(HasSubstr("learning rate")));
}

TEST(TrainVerb, KeepsCheckpointsThatCanBeGoneOnFrom) {
    const Folder folder;
    resultOf(run(training(folder / "m", {"--steps", "5", "--checkpoints", "2"})));
    EXPECT_THAT(namesIn(folder / "m/checkpoints"), ElementsAre("2", "4"));
    EXPECT_EQ(namesIn(folder / "m/checkpoints/4"), modelFiles);
    resultOf(run({"train", "copy", "-o", folder / "m/checkpoints/2", "--resume", "--steps", "5"}));
    EXPECT_TRUE(bytesOf(folder / "m/checkpoints/2/model.safetensors") == bytesOf(folder / "m/model.safetensors"));
}

TEST(TrainVerb, FinishesAModelToHandOn) {
    const Folder folder;
    const json told = resultOf(run(training(folder / "m", {"--steps", "2", "--finish"})));
    EXPECT_THAT(namesIn(folder / "m"), ElementsAre("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "train.json"));
    const json record = json::parse(bytesOf(folder / "m/train.json"));
    EXPECT_EQ(record["unseen"]["accuracy"], told["accuracy"]);
    EXPECT_THAT(record["command"], HasSubstr("headscope train copy --seed 0 --steps 2 --layers 1"));
    EXPECT_EQ(resultOf(run({"evaluate", folder / "m"}))["accuracy"], told["accuracy"]);
    EXPECT_EQ(run(training(folder / "m", {"--resume", "--steps", "3"})).code, 1) << "it is done";
}

TEST(TrainVerb, StopsAtTheAccuracy) {
    const Folder folder;
    const json told = resultOf(run(training(folder / "m", {"--steps", "60", "--until", "1e-9"})));
    EXPECT_EQ(told["steps"], 25) << "every 25th is measured";
}

TEST(TrainVerb, WrongUse) {
    const Folder folder;
    const struct {
        Words words;
        const char* says;
    } cases[] = {
        {{"train"}, "which task?"},
        {{"train", "frobnicate", "-o", folder / "x"}, "frobnicate"},
        {{"train", "copy", "sort", "-o", folder / "x"}, "sort: unexpected; one task at a time"},
        {{"train", "copy"}, "-o: missing"},
        {{"train", "copy", "-o", "-"}, "-o: a model is a folder"},
        {training(folder / "x", {"--heads", "3"}), "--heads"},
        {training(folder / "x", {"--length", "2"}), "--length"},
        {training(folder / "x", {"--steps", "0"}), "--steps"},
        {training(folder / "x", {"--rate", "0"}), "--rate"},
        {training(folder / "x", {"--rate", "nan"}), "--rate"},
        {training(folder / "x", {"--until", "1.5"}), "--until"},
        {training(folder / "x", {"--checkpoints", "0"}), "--checkpoints"},
        {training(folder / "x", {"--log="}), "--log"},
        {training(folder / "x", {"--mask", "causal"}), "--mask: does not belong to train"},
        {{"evaluate"}, "which model?"},
        {{"evaluate", "a", "b"}, "b: unexpected"},
        {{"evaluate", "a", "--steps", "3"}, "--steps: does not belong to evaluate"},
        {{"evaluate", "a", "--sentences", "0"}, "--sentences"},
    };
    for (const auto& c : cases) {
        const Outcome outcome = run(c.words);
        EXPECT_EQ(outcome.code, 2) << c.says;
        EXPECT_EQ(outcome.out, "");
        EXPECT_THAT(outcome.err, HasSubstr(c.says));
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
    EXPECT_TRUE(folder.names().empty());
}

TEST(TrainVerb, FoldersThatAreNotARunsOwn) {
    const Folder folder;
    resultOf(run(training(folder / "ours", {"--steps", "1"})));
    fs::create_directories(folder / "empty");
    fs::create_directories(folder / "other");
    writeBytes(folder / "other/thesis.tex", "important");
    writeBytes(folder / "file", "important");
    fs::copy(folder / "ours", folder / "changed");
    std::string record = bytesOf(folder / "changed/train.json");
    record.replace(record.find("\"copy\""), 6, "\"previous\"");
    writeBytes(folder / "changed/train.json", record);
    const std::string trained = bytesOf(folder / "ours/model.safetensors");
    const Words resume = {"--resume"};
    const struct {
        Words words;
        const char* says;
    } cases[] = {
        {training(folder / "ours", {}), "holds a run already; go on with it by --resume"},
        {training(folder / "other", {}), "is a folder with other things in it"},
        {training(folder / "file", {}), "is a file"},
        {training(folder / "file/x", {}), "file/x"},
        {training(folder / "none", resume), "there is no such folder"},
        {training(folder / "other", resume), "holds no run"},
        {training(folder / "x", {"--log", folder / "none/log"}), "none\"; make it first"},
        {{"evaluate", folder / "other"}, "other"},
        {{"evaluate", folder / "none"}, "none"},
        {{"evaluate", folder / "changed"}, "its train.json belongs to another model"},
        {{"evaluate", std::string(HEADSCOPE_SOURCE_DIR) + "/tests/golden/models/gpt2"}, "train.json"},
    };
    for (const auto& c : cases) {
        const Outcome outcome = run(c.words);
        EXPECT_EQ(outcome.code, 1) << c.says;
        EXPECT_EQ(outcome.out, "");
        EXPECT_THAT(outcome.err, HasSubstr(c.says));
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
    EXPECT_EQ(bytesOf(folder / "ours/model.safetensors"), trained);
    EXPECT_EQ(bytesOf(folder / "other/thesis.tex"), "important");
    EXPECT_THAT(folder.names(), ElementsAre("changed", "empty", "file", "other", "ours"));
    resultOf(run(training(folder / "empty", {"--steps", "1"})));
}

TEST(TrainVerb, AResumedRunKeepsItsSizes) {
    const Folder folder;
    resultOf(run(training(folder / "m", {"--steps", "1"})));
    EXPECT_EQ(run(training(folder / "m", {"--resume", "--steps", "2"})).code, 0) << "the same sizes may be said again";
    for (const Words& other : {Words{"--heads", "4"}, Words{"--seed", "3"}, Words{"--rate", "0.5"}}) {
        const Outcome outcome = run(training(folder / "m", {"--resume", other[0], other[1]}));
        EXPECT_EQ(outcome.code, 2);
        EXPECT_THAT(outcome.err, HasSubstr(other[0] + ": the run in "));
    }
    EXPECT_THAT(run(training(folder / "m", {"--resume"}, "sort")).err, HasSubstr("has the task copy"));
}

TEST(TrainVerb, NoSpaceLeavesNothing) {
    const Folder folder;
    Call limited;
    limited.program = "/bin/sh";
    Words words = {"-c", "ulimit -f 8; exec \"$0\" \"$@\"", HEADSCOPE_PROGRAM}; // blocks of 512 bytes
    const Words asked = training(folder / "m", {"--steps", "1"});
    words.insert(words.end(), asked.begin(), asked.end());
    const Outcome outcome = run(words, limited);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_TRUE(folder.names().empty());
}

/// Sends a signal to the program as soon as its log has a line.
Outcome interrupted(const Folder& folder, const Words& words, int signal) {
    Call shell;
    shell.program = "/bin/sh";
    Words all = {"-c", "echo $$ > '" + (folder / "pid") + "'; exec \"$0\" \"$@\"", HEADSCOPE_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::atomic<bool> ended = false;
    writeBytes(folder / "log.jsonl", ""); // the sender looks into it from its first moment on
    std::thread sender([&] {
        while (!ended && bytesOf(folder / "log.jsonl").empty())
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        pid_t child = 0;
        std::ifstream(folder / "pid") >> child;
        if (child > 0 && !ended) ::kill(child, signal);
    });
    const Outcome outcome = run(all, shell);
    ended = true;
    sender.join();
    return outcome;
}

TEST(TrainVerb, CtrlCLeavesWhatWasReached) {
    for (const auto& [signal, code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
        const Folder folder;
        const Words words = training(folder / "m", {"--steps", "100000000", "--log", folder / "log.jsonl"});
        const Outcome outcome = interrupted(folder, words, signal);
        EXPECT_EQ(outcome.code, code);
        EXPECT_EQ(outcome.err, "");
        const json told = json::parse(outcome.out, nullptr, false);
        EXPECT_GE(told["steps"], 1);
        EXPECT_EQ(json::parse(bytesOf(folder / "m/train.json"))["step"], told["steps"]);
        EXPECT_EQ(namesIn(folder / "m"), modelFiles);
        EXPECT_EQ(linesOf(folder / "log.jsonl").size(), told["steps"].get<std::size_t>());
        const std::string next = std::to_string(told["steps"].get<int>() + 1);
        EXPECT_EQ(resultOf(run(training(folder / "m", {"--resume", "--steps", next})))["steps"], std::stoi(next));
    }
}

TEST(TrainVerb, ATerminalSeesABar) {
    const Folder folder;
    Call terminal;
    terminal.program = "/usr/bin/script";
    std::string command = HEADSCOPE_PROGRAM;
    for (const std::string& word : training(folder / "m", {"--steps", "3"})) command += " " + word;
    const Outcome outcome = run({"-qec", command, "/dev/null"}, terminal);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("copy ["));
    EXPECT_THAT(outcome.out, HasSubstr("/3"));
    EXPECT_THAT(outcome.out, HasSubstr("\n{\"steps\":3")) << "the result has a line of its own";
}

TEST(TrainVerb, HelpNamesTheTasks) {
    const Outcome outcome = run({"train", "--help"});
    EXPECT_EQ(outcome.code, 0);
    for (const char* said : {"induction", "brackets", "--checkpoints N", "-o, --output FOLDER"})
        EXPECT_THAT(outcome.out, HasSubstr(said));
}

} // namespace
