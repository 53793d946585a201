// SPDX-License-Identifier: GPL-3.0-or-later
// Work that fails: exit code 1, one line that says what, where and what to do, and nothing half-written.
#include "tests/cli/support.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace headscope::test;

namespace {

/// One line, exit code 1, and the folder holds what it held.
void expectFailure(const Words& words, const std::string& says, const Folder& folder, const Call& call = {}) {
    const std::vector<std::string> before = folder.names();
    const Outcome outcome = run(words, call);
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("headscope: ")) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_NE(outcome.err.find(says), std::string::npos) << outcome.err;
    EXPECT_EQ(folder.names(), before);
}

Words trace(const Folder& folder, const Words& more) {
    Words words = {"trace", "-o", folder / "x.npz"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(Failure, TextWithoutAToken) {
    Folder folder;
    expectFailure(trace(folder, {"--text", ""}), "no token", folder);
    expectFailure(trace(folder, {"--text", " \t\n "}), "no token", folder);
    expectFailure(trace(folder, {"--text", "a", "--text2", "  "}), "--text2", folder);
    expectFailure({"export", "--text", "", "-o", folder / "x.svg"}, "no token", folder);
}

TEST(Failure, TextFiles) {
    Folder folder;
    expectFailure(trace(folder, {"--text", "@" + folder / "absent.txt"}), "absent.txt", folder);
    expectFailure(trace(folder, {"--text", "@" + folder.path()}), folder.path(), folder);
    expectFailure(trace(folder, {"--text", "@"}), "", folder);
    writeBytes(folder / "latin1.txt", "caf\xE9 au lait");
    expectFailure(trace(folder, {"--text", "@" + folder / "latin1.txt"}), "byte 3", folder);
    writeBytes(folder / "nul.txt", std::string("one\0two", 7));
    expectFailure(trace(folder, {"--text", "@" + folder / "nul.txt"}), "byte 3", folder);
    writeBytes(folder / "cut.txt", "emoji \xF0\x9F\x98");
    expectFailure(trace(folder, {"--text", "@" + folder / "cut.txt"}), "byte 6", folder);
    writeBytes(folder / "surrogate.txt", "a\xED\xA0\x80");
    expectFailure(trace(folder, {"--text2", "@" + folder / "surrogate.txt", "--text", "b"}), "byte 1", folder);
    expectFailure(trace(folder, {"--text", "bad \xFF byte"}), "byte 4", folder);
    Call call;
    call.input = "x\xC3(";
    expectFailure(trace(folder, {"--text", "-"}), "standard input", folder, call);
    call = {};
    call.closedInput = true;
    expectFailure(trace(folder, {"--text", "-"}), "standard input", folder, call);
}

TEST(Failure, PlacesThatCannotBeWritten) {
    Folder folder;
    for (const std::string verb : {"trace", "export"}) {
        const std::string ending = verb == "trace" ? ".npz" : ".png";
        expectFailure({verb, "--text", "hi", "-o", "/dev/null/x" + ending}, "/dev/null/x" + ending, folder);
        expectFailure({verb, "--text", "hi", "-o", "/proc/x" + ending}, "/proc/x" + ending, folder);
        expectFailure({verb, "--text", "hi", "--format", ending.substr(1), "-o", "/dev/full"}, "/dev/full", folder);
        std::filesystem::create_directory(folder / ("folder" + ending));
        expectFailure({verb, "--text", "hi", "-o", folder / ("folder" + ending)}, "folder" + ending, folder);
    }
}

TEST(Failure, AFailedVerbLeavesTheOldFile) {
    Folder folder;
    writeBytes(folder / "x.npz", "precious");
    expectFailure(trace(folder, {"--text", "@" + folder / "absent"}), "absent", folder);
    expectFailure(trace(folder, {"--text", "a b", "--weights", folder / "absent.npz"}), "absent.npz", folder);
    EXPECT_EQ(bytesOf(folder / "x.npz"), "precious");
}

TEST(Failure, StandardOutputThatTakesNothing) {
    Folder folder;
    Call full, closed;
    full.outputFile = "/dev/full";
    closed.outputFile = "closed";
    for (const Call& call : {full, closed}) {
        expectFailure({"trace", "--text", "hi", "--format", "csv", "-o", "-"}, "standard output", folder, call);
        expectFailure({"export", "--text", "hi", "--format", "png", "-o", "-"}, "standard output", folder, call);
        expectFailure({"--help"}, "standard output", folder, call);
        expectFailure({"--version"}, "standard output", folder, call);
    }
}

TEST(Failure, APipeThatNobodyReads) {
    Call shell;
    shell.program = "/bin/bash";
    const std::string program = HEADSCOPE_PROGRAM;
    const Outcome outcome = run({"-c", program + " trace --tokens characters --text " + std::string(400, 'x') +
                                           " --format json -o - | head -c 10; exit ${PIPESTATUS[0]}"},
                                shell);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.out.size(), 10u);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

/// A text whose weights are hundreds of megabytes.
std::string longText(int words = 6000) {
    std::string text;
    for (int i = 0; i < words; ++i) text += "w" + std::to_string(i % 89) + " ";
    return text;
}

TEST(Failure, ALimitOnTheSizeOfFiles) {
    Folder folder;
    writeBytes(folder / "t.txt", longText());
    Call shell;
    shell.program = "/bin/bash";
    // As on a disk that fills up: the first megabyte is written, the next is not.
    const std::string command = "ulimit -f 1024; exec " HEADSCOPE_PROGRAM " trace --text @" + folder / "t.txt" +
                                " --what weights -o " + folder / "x.npz";
    const Outcome outcome = run({"-c", command}, shell);
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(folder.names(), std::vector<std::string>{"t.txt"});
}

TEST(Failure, OnlyATerminalSeesProgress) {
    Folder folder;
    writeBytes(folder / "t.txt", longText(3500));
    Call shell;
    shell.program = "/bin/bash";
    const auto heard = [&](const std::string& more) {
        const std::string command = HEADSCOPE_PROGRAM " trace --text @" + folder / "t.txt" + " --what weights" +
                                    " -o " + folder / "x.json" + more; // numbers as text: slow on every disk
        return run({"-c", "script -qec '" + command + "' /dev/null"}, shell);
    };
    const Outcome loud = heard("");
    EXPECT_EQ(loud.code, 0);
    EXPECT_NE(loud.out.find(" are written"), std::string::npos) << loud.out;
    EXPECT_EQ(heard(" --quiet").out, "");
}

/// Terabytes are refused with both numbers, not begun.
TEST(Failure, MoreThanTheDiskHolds) {
    Folder folder;
    writeBytes(folder / "t.txt", std::string(1'000'000, 'x'));
    const Words words = {"--what", "weights", "--text", "@" + folder / "t.txt", "--tokens", "characters", "--mask", "window:0",
                         "--d-model", "4", "--heads", "1", "--weights", "random"};
    expectFailure(trace(folder, words), "x.npz: this is at least 4000.0 GB, but only ", folder);
}

TEST(Failure, AnEndingSignalLeavesNothing) {
    Folder folder;
    writeBytes(folder / "t.txt", longText());
    writeBytes(folder / "x.npz", "precious");
    Call shell;
    shell.program = "/bin/bash";
    const std::string command = HEADSCOPE_PROGRAM " trace --text @" + folder / "t.txt" + " --what weights,scores -o " +
                                folder / "x.npz" + " & sleep 0.5; kill -TERM $!; wait $!";
    const Outcome outcome = run({"-c", command}, shell);
    EXPECT_EQ(outcome.code, 128 + 15) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"t.txt", "x.npz"}));
    EXPECT_EQ(bytesOf(folder / "x.npz"), "precious");
}

TEST(Failure, MaskFiles) {
    Folder folder;
    const auto refuse = [&](const std::string& bytes, const std::string& says) {
        writeBytes(folder / "m.npy", bytes);
        expectFailure(trace(folder, {"--text", "a b", "--mask", folder / "m.npy"}), says, folder);
    };
    refuse(npy({3, 3}, std::vector<float>(9, 1)), "3");
    refuse(npy({4}, {1, 1, 1, 1}), "m.npy");
    refuse(npy({2, 2}, {1, 0.5F, 1, 1}), "m.npy");
    refuse(npy({2, 2}, {1, 2, 1, 1}), "m.npy");
    refuse(npy({2, 2}, {1, std::nanf(""), 1, 1}), "m.npy");
    refuse(npy({3, 2, 2}, std::vector<float>(12, 1)), "3"); // heads are 4
    refuse(npy({2, 2}, {1, 1, 1}), "m.npy");                // cut short
    refuse("", "m.npy");
    refuse(npy({3, 3}, std::vector<float>(9, 1)), 
           "m.npy: expected the shape [2, 2] (queries, keys) or [4, 2, 2] (heads, queries, keys), found [3, 3]; make");
    refuse("PK\3\4 this is not an array", "m.npy");
    expectFailure(trace(folder, {"--text", "a b", "--mask", folder / "absent.npy"}), "absent.npy", folder);
}

TEST(Failure, InputFiles) {
    Folder folder;
    const auto refuse = [&](const std::string& bytes, const std::string& says, const Words& more = {}) {
        writeBytes(folder / "x.npy", bytes);
        Words words = trace(folder, {"--input", folder / "x.npy", "--weights", "random"});
        words.insert(words.end(), more.begin(), more.end());
        expectFailure(words, says, folder);
    };
    std::vector<float> values(2 * 8, 0.5F);
    refuse(npy({2, 8}, values), "3", {"--text", "a b c"}); // as many rows as tokens
    values[5] = std::numeric_limits<float>::infinity();
    refuse(npy({2, 8}, values), "x.npy");
    values[5] = std::nanf("");
    refuse(npy({2, 8}, values), "x.npy");
    refuse(npy({16}, std::vector<float>(16, 0)), "x.npy");
    refuse(npy({2, 8}, std::vector<float>(15, 0)), "x.npy");
    refuse(npy({0, 8}, {}), "x.npy");
    refuse(npy({99999999999, 99999999999}, {}), "x.npy");
    refuse("<html>404</html>", "x.npy");
}

TEST(Failure, WeightFiles) {
    Folder folder;
    for (const std::string name : {"w.safetensors", "w.npz"}) {
        const std::string path = folder / name;
        for (const std::string& bytes : {std::string(), std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F{}", 10),
                                         std::string("<html></html>"), std::string("\2\0\0\0\0\0\0\0{}", 10)}) {
            writeBytes(path, bytes);
            expectFailure(trace(folder, {"--text", "a b", "--weights", path}), name, folder);
        }
        expectFailure(trace(folder, {"--text", "a b", "--weights", folder / ("absent-" + name)}), "absent-" + name,
                      folder);
    }
}

TEST(Failure, WeightFilesAreSpokenOfInTheirOwnFormat) {
    Folder folder;
    for (const std::string& bytes : {std::string(), std::string("PK\3\4 and no more"), std::string(200, 'x')}) {
        writeBytes(folder / "w.npz", bytes);
        const Outcome outcome = run(trace(folder, {"--text", "a b", "--weights", folder / "w.npz"}));
        EXPECT_EQ(outcome.code, 1);
        EXPECT_EQ(outcome.err.find("safetensors"), std::string::npos) << outcome.err;
    }
    writeBytes(folder / "w.safetensors", std::string(200, 'x'));
    expectFailure(trace(folder, {"--text", "a b", "--weights", folder / "w.safetensors"}), ".safetensors file may have",
                  folder);
}

/// What cannot be is the session file's fault, with file and key, unless an option makes it so.
TEST(Failure, ImpossibleDialsOfASessionFile) {
    Folder folder;
    const std::string path = folder / "s.headscope";
    const auto write = [&](const std::string& sandbox) {
        writeBytes(path, R"({"headscope": "session", "version": 1, "text": "a b c", "sandbox": {)" + sandbox + "}}");
    };
    const std::string keys[][2] = {
        {R"("heads": 4, "kv_heads": 3)", "sandbox.kv_heads: "},
        {R"("dropout": 1)", "sandbox.dropout: "},
        {R"("d_k": 2000000000)", "sandbox.d_k: "},
        {R"("mask": {"padding": [7]})", "sandbox.mask.padding: "},
        {R"("mask": {"grid": {"heads": 1, "rows": 1, "cols": 2, "cells": ["10"]}})", "sandbox.mask.grid: "}};
    for (const auto& [sandbox, key] : keys) {
        write(sandbox);
        expectFailure(trace(folder, {"--session", path}), path + ": " + key, folder);
        expectFailure({"export", "--session", path, "-o", folder / "x.svg"}, path + ": " + key, folder);
    }
    write(R"("heads": 4, "kv_heads": 2)");
    Outcome outcome = run(trace(folder, {"--session", path, "--heads", "5"}));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(outcome.err.starts_with("headscope: --kv-heads: ")) << outcome.err;
    write(R"("mask": {"padding": [2]})");
    outcome = run(trace(folder, {"--session", path, "--text", "one"}));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(outcome.err.starts_with("headscope: --mask padding: ")) << outcome.err;
    write(R"("heads": 4, "kv_heads": 3)"); // and an option may mend it
    EXPECT_EQ(run(trace(folder, {"--session", path, "--kv-heads", "4"})).code, 0);
}

/// A file that a session names is spoken of with the session and its key, one that an option names without.
TEST(Failure, FilesThatASessionNames) {
    Folder folder;
    const std::string path = folder / "s.headscope";
    const auto write = [&](const std::string& sandbox) {
        writeBytes(path, R"({"headscope": "session", "version": 1, "text": "a b c", "sandbox": {)" + sandbox + "}}");
    };
    write(R"("weights": "file", "weights_file": "gone.npz")");
    expectFailure(trace(folder, {"--session", path}), path + ": sandbox.weights_file: gone.npz: there is no such file", folder);
    write(R"("input_file": "gone.npy")");
    expectFailure(trace(folder, {"--session", path}), path + ": sandbox.input_file: gone.npy: there is no such file", folder);
    expectFailure(trace(folder, {"--session", path, "--input", folder / "other.npy"}),
                  "headscope: " + folder / "other.npy" + ": there is no such file", folder);
    write(R"("weights": "file")");
    expectFailure(trace(folder, {"--session", path}), path + ": sandbox.weights_file: the name is missing", folder);
    write(R"("temperature": 1e-40)");
    expectFailure(trace(folder, {"--session", path}), path + ": sandbox.temperature: scores divided by 1e-40", folder);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they reserve more than any limit lets them
TEST(Failure, TooLittleMemory) {
    Folder folder;
    const auto within = [&](int kilobytes, const std::string& words) {
        Call shell;
        shell.program = "/bin/bash";
        const std::string limit = "ulimit -v " + std::to_string(kilobytes) + "; exec " HEADSCOPE_PROGRAM " ";
        expectFailure({"-c", limit + words}, "memory: ", folder, shell);
    };
    const std::string out = " -o " + (folder / "x.npz");
    // Refused before anything is made, with both numbers …
    within(1'000'000, "trace --text 'a b' --d-model 8000 --heads 8000" + out);
    within(1'000'000, "export --text 'a b' --heads 100000 --d-model 1000" + std::string(" -o ") + (folder / "x.png"));
    within(120'000, "export --text 'a b' -o " + (folder / "x.png")); // Qt would crash
    // … and run out of on the way: tokens are made before anything is known of the layer.
    writeBytes(folder / "t.txt", std::string(10'000'000, 'x'));
    within(400'000, "trace --tokens characters --text @" + folder / "t.txt" + out);
}
#endif

TEST(Failure, SessionFiles) {
    Folder folder;
    const std::string path = folder / "s.headscope";
    const Words words = trace(folder, {"--session", path});
    expectFailure(words, "s.headscope", folder); // absent
    const std::string beginning = R"({"headscope": "session", "version": 1, "text": "the cat sat on the)";
    for (const std::string& bytes :
         {std::string(), beginning, std::string("[]"), std::string(100000, '['), std::string("\xFF\xFE{}")}) {
        writeBytes(path, bytes);
        expectFailure(words, "s.headscope", folder);
        EXPECT_EQ(bytesOf(path), bytes);
    }
    writeBytes(path, R"({"headscope": "session", "version": 99, "text": "the cat sat"})");
    expectFailure(words, "newer", folder);
    // Opening a window on it fails the same way, before there is a window.
    writeBytes(path, beginning);
    Call call;
    call.environment["QT_QPA_PLATFORM"] = "offscreen";
    expectFailure({path}, "s.headscope", folder, call);
    expectFailure({folder / "absent.headscope"}, "absent.headscope", folder, call);
}

TEST(Failure, AControlCharacterInANameStaysOnItsLine) {
    Folder folder;
    expectFailure(trace(folder, {"--text", "@" + folder / "two\nlines\x1B[31m"}), "two\\x0alines\\x1b[31m", folder);
}

} // namespace
