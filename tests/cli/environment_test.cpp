// SPDX-License-Identifier: GPL-3.0-or-later
// The same results and the same silence whatever surrounds the program; and the scripts that start it.
#include "tests/cli/support.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <regex>

using namespace headscope::test;

namespace {

/// Nothing but what execve needs.
Call bare() {
    Call call;
    call.environment = {{"PATH", ""}, {"HOME", ""}, {"LANG", ""}};
    return call;
}

TEST(Environment, VerbsAreSilentWithoutOne) {
    Call odd = bare();
    odd.environment["HOME"] = "/proc/nowhere";
    odd.environment.insert(
        {{"LC_ALL", "xx_YY.ISO-8859-1"}, {"XDG_CACHE_HOME", "/proc"}, {"XDG_RUNTIME_DIR", "/proc/nowhere"}});
    Call c = bare();
    c.environment["LANG"] = "C";
    for (const Call& call : {bare(), c, odd}) {
        for (const Words& words : {Words{"trace", "--format", "json"}, Words{"export", "--format", "svg"},
                                   Words{"export", "--format", "png"}}) {
            Words all = words;
            all.insert(all.end(), {"--text", "naïve 猫", "-o", "-"});
            const Outcome outcome = run(all, call);
            EXPECT_EQ(outcome.code, 0);
            EXPECT_EQ(outcome.err, "");
            EXPECT_EQ(outcome.out, run(all).out) << words[0];
        }
    }
}

TEST(Environment, FileNamesAreBytes) {
    Folder folder;
    const std::string name = folder / "bild-\xC3\xA4-\xE7\x8C\xAB-\xFF.svg";
    Call call = bare();
    call.environment["LANG"] = "C";
    EXPECT_EQ(run({"export", "--text", "ä", "-o", name}, call).code, 0);
    EXPECT_GT(bytesOf(name).size(), 1000u);
}

TEST(Environment, TheSameCommandWritesTheSameBytes) {
    for (const std::string format : {"npz", "safetensors", "json", "csv"}) {
        const Words words = {"trace", "--text",   "one two one", "--weights", "random", "--dropout",
                             "0.2",   "--format", format,        "-o",        "-"};
        const Outcome first = run(words);
        ASSERT_EQ(first.code, 0) << first.err;
        EXPECT_EQ(first.out, run(words).out) << format;
    }
    for (const std::string format : {"png", "svg", "pdf"}) {
        const Words words = {"export", "--text", "one two one", "--format", format, "-o", "-"};
        const std::string first = run(words).out;
        // A second later, so that no hidden clock shows the same.
        Call later;
        later.program = "/bin/sh";
        const Outcome second = run({"-c", "sleep 1.1; exec \"$0\" \"$@\"", HEADSCOPE_PROGRAM, "export", "--text",
                                    "one two one", "--format", format, "-o", "-"},
                                   later);
        EXPECT_EQ(second.code, 0);
        EXPECT_TRUE(first == second.out) << format;
    }
}

TEST(Environment, DevicesAndPipesAreWrittenTo) {
    EXPECT_EQ(run({"trace", "--text", "hi", "--format", "npz", "-o", "/dev/null"}).code, 0);
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    const Outcome outcome = run({"trace", "--text", "hi", "--format", "csv", "-o", "/dev/stdout"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.starts_with("site,layer,")) << outcome.out;
}

TEST(Environment, HelpAndVersion) {
    for (const Words& words : {Words{"--help"}, Words{"trace", "--help"}, Words{"export", "--help"},
                               Words{"--quiet", "--help"}, Words{"trace", "--quiet", "--help"}}) {
        const Outcome outcome = run(words, bare());
        EXPECT_EQ(outcome.code, 0);
        EXPECT_EQ(outcome.err, "");
        EXPECT_NE(outcome.out.find("Usage: headscope"), std::string::npos);
        EXPECT_NE(outcome.out.find("--kv-heads N"), std::string::npos);
    }
    EXPECT_NE(run({"trace", "--help"}).out.find("--what"), std::string::npos);
    EXPECT_EQ(run({"export", "--help"}).out.find("--what"), std::string::npos);
    for (const Words& words :
         {Words{"--version"}, Words{"trace", "--version"}, Words{"export", "--quiet", "--version"}})
        EXPECT_EQ(run(words).out, "headscope " HEADSCOPE_VERSION "\n");
}

TEST(Environment, HelpNamesEveryOptionThatTheManPageNames) {
    std::string help = run({"--help"}).out;
    for (const char* verb : {"trace", "export", "predict", "tokenize", "models", "download", "train", "evaluate"})
        help += run({verb, "--help"}).out;
    const std::string page = run({"--man"}).out;
    const std::regex bold(R"(\n\.B (\S+?),?( |\n))");
    int count = 0;
    for (std::sregex_iterator it(page.begin(), page.end(), bold), end; it != end; ++it, ++count) {
        const std::string name = std::regex_replace((*it)[1].str(), std::regex(R"(\\-)"), "-");
        EXPECT_NE(help.find("  " + name), std::string::npos) << name;
    }
    EXPECT_GT(count, 40);
}

TEST(Environment, NoDisplayIsSaidBeforeAWindowIsTried) {
    for (const Words& words : {Words{}, Words{"--text", "hi"}}) {
        const Outcome outcome = run(words);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
        EXPECT_NE(outcome.err.find("headscope export"), std::string::npos);
    }
    Call call;
    call.environment = {{"DISPLAY", ":4711"}, {"QT_QPA_PLATFORM", "xcb"}};
    const Outcome outcome = run({}, call); // a display that cannot be reached
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

/// A PATH with only these programs in it.
Call onlyWith(const Folder& folder, const Words& programs) {
    for (const std::string& program : programs)
        std::filesystem::create_symlink("/usr/bin/" + program, folder / program);
    Call call;
    call.program = "/bin/bash";
    call.environment["PATH"] = folder.path();
    return call;
}

TEST(Scripts, WithoutAptTheySayWhatIsNeeded) {
    Folder folder;
    const Call call = onlyWith(folder, {"dirname", "sed", "tr", "bash"});
    for (const std::string script : {"app/run", "tests/run"}) {
        const Outcome outcome = run({std::string(HEADSCOPE_SOURCE_DIR) + "/" + script, "export"}, call);
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_EQ(outcome.out, "");
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
        EXPECT_NE(outcome.err.find("qt6-base-dev"), std::string::npos) << outcome.err;
    }
}

TEST(Scripts, RunSaysThatThereIsNoDisplayBeforeItBuilds) {
    Folder folder;
    const Call call = onlyWith(folder, {"dirname", "bash"}); // no compiler, no apt: it cannot have built
    for (const Words& words : {Words{}, Words{"--theme", "dark"}, Words{"lesson.headscope"}}) {
        Words all = {std::string(HEADSCOPE_SOURCE_DIR) + "/app/run"};
        all.insert(all.end(), words.begin(), words.end());
        const Outcome outcome = run(all, call);
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_NE(outcome.err.find("export"), std::string::npos) << outcome.err;
    }
}

} // namespace
