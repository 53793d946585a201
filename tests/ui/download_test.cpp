// SPDX-License-Identifier: GPL-3.0-or-later
// Downloads from a Hub on this computer that breaks off, lies, redirects and refuses.
#include "tests/core/io_fixture.h"
#include "tests/hub/fake_hub.h"
#include "ui/download/model_download.h"

#include <QEventLoop>
#include <QTest>

using namespace headscope;
using namespace headscope::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

const std::string name = "org/tiny";

std::string manyBytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::uint32_t state = 7;
    for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

const std::string weights = manyBytes(300'000);
const HubFiles model = {{"config.json", R"({"model_type":"bert"})"},
                        {"tokenizer.json", "{}"},
                        {"model.safetensors", weights},
                        {"pytorch_model.bin", "never fetched"},
                        {"README.md", "never fetched"}};

struct Outcome {
    std::string error; ///< empty: finished
    ErrorCode code = ErrorCode::Input;
    std::string folder;
    bool fetched = false;
};

class Download : public testing::Test {
protected:
    Download() {
        request.name = name;
        request.folder = folder / "tiny";
        request.access.endpoint = hub.url();
        request.patience.silence = 300ms;
        request.patience.firstWait = 5ms;
        request.patience.longestWait = 2s;
        hub.addModel(name, model);
    }

    Outcome run(const std::function<void(ModelDownload&, const DownloadProgress&)>& watch = {}) {
        ModelDownload download;
        QEventLoop loop;
        Outcome outcome;
        bool ended = false;
        QObject::connect(&download, &ModelDownload::finished, [&](const std::string& where, bool fetched) {
            EXPECT_FALSE(ended);
            ended = true;
            outcome.folder = where;
            outcome.fetched = fetched;
            loop.quit();
        });
        QObject::connect(&download, &ModelDownload::failed, [&](const Error& error) {
            EXPECT_FALSE(ended);
            ended = true;
            outcome.error = error.code == ErrorCode::Cancelled ? "cancelled" : error.message();
            outcome.code = error.code;
            loop.quit();
        });
        QObject::connect(&download, &ModelDownload::progressed, [&](const DownloadProgress& progress) {
            if (watch) watch(download, progress);
        });
        QTimer::singleShot(20'000, &loop, [&] {
            ADD_FAILURE() << "it never ended";
            loop.quit();
        });
        download.start(request);
        loop.exec();
        QTest::qWait(20); // anything that comes after the end would be a fault
        return outcome;
    }
    void expectDone(const Outcome& outcome) {
        EXPECT_EQ(outcome.error, "");
        EXPECT_EQ(readBytes(request.folder + "/model.safetensors"), weights);
        EXPECT_EQ(readBytes(request.folder + "/config.json"), model.at("config.json"));
        EXPECT_EQ(folder.entries(), 1u) << "something was left beside it";
    }
    void expectFailed(const Outcome& outcome, const std::string& says) {
        EXPECT_THAT(outcome.error, HasSubstr(says));
        EXPECT_FALSE(std::filesystem::exists(request.folder));
    }
    std::string cdn() const { return FakeHub::cdnPath(weights); }
    std::string file() const { return FakeHub::filePath(name, "model.safetensors"); }

    FakeHub hub;
    TempFolder folder;
    DownloadRequest request;
};

TEST_F(Download, FetchesWhatIsNeededToOpenIt) {
    std::uint64_t last = 0;
    std::optional<std::uint64_t> total;
    const Outcome outcome = run([&](ModelDownload&, const DownloadProgress& progress) {
        EXPECT_GE(progress.bytes, last);
        last = progress.bytes;
        total = progress.total;
    });
    expectDone(outcome);
    EXPECT_TRUE(outcome.fetched);
    EXPECT_EQ(outcome.folder, request.folder);
    EXPECT_EQ(total, weights.size() + model.at("config.json").size() + 2);
    EXPECT_EQ(last, total);
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(request.folder)) names.insert(entry.path().filename());
    EXPECT_THAT(names, testing::ElementsAre("config.json", "headscope-download.json", "model.safetensors", "tokenizer.json"));
    EXPECT_EQ(hub.requests(FakeHub::listPath(name)).at(0).query, "blobs=true");
}

TEST_F(Download, WhatIsThereIsNotFetchedAgain) {
    expectDone(run());
    const std::size_t before = hub.requests().size();
    const Outcome again = run();
    expectDone(again);
    EXPECT_FALSE(again.fetched);
    EXPECT_EQ(hub.requests().size(), before + 1) << "the list only";
    // A file that somebody cut is fetched anew, the others stay.
    std::filesystem::resize_file(request.folder + "/model.safetensors", 10);
    const Outcome mended = run();
    expectDone(mended);
    EXPECT_TRUE(mended.fetched);
    EXPECT_EQ(hub.requests(FakeHub::filePath(name, "config.json")).size(), 1u);
    EXPECT_EQ(hub.requests(file()).size(), 2u);
}

TEST_F(Download, ANewStateOfTheModelTakesTheOldOnesPlace) {
    expectDone(run());
    HubFiles changed = model;
    changed["config.json"] = R"({"model_type":"gpt2"})";
    hub.addModel(name, changed);
    const Outcome outcome = run();
    EXPECT_EQ(outcome.error, "");
    EXPECT_EQ(readBytes(request.folder + "/config.json"), changed["config.json"]);
    EXPECT_EQ(readBytes(request.folder + "/model.safetensors"), weights);
    EXPECT_EQ(hub.requests(file()).size(), 1u) << "the weights are the same";
    EXPECT_EQ(folder.entries(), 1u);
}

TEST_F(Download, OthersFoldersAreLeftAlone) {
    std::filesystem::create_directory(request.folder);
    writeBytes(request.folder + "/mine.txt", "mine");
    EXPECT_THAT(run().error, HasSubstr("tiny: holds other files; name a new or an empty folder"));
    std::filesystem::remove(request.folder + "/mine.txt");
    expectDone(run()); // empty: that is fine
    hub.addModel("org/other", model);
    request.name = "org/other";
    EXPECT_THAT(run().error, HasSubstr("holds the model org/tiny"));
    request.folder = request.folder + "/config.json";
    EXPECT_THAT(run().error, HasSubstr("is a file"));
}

TEST_F(Download, GoesOnAfterABreak) {
    hub.answerFirst(cdn(), 2, [&](const HubRequest& r) {
        HubReply reply = FakeHub::send(r, weights, "of-the-cdn");
        reply.breakAfter = 100'000;
        return reply;
    });
    expectDone(run());
    const auto requests = hub.requests(cdn());
    // A broken connection may lose what was on its way, so the places are not exact and a request may be sent again.
    ASSERT_GE(requests.size(), 3u);
    EXPECT_EQ(requests[0].header("range"), "");
    std::size_t furthest = 0;
    for (const HubRequest& asked : requests) {
        const std::string range = asked.header("range");
        if (range.empty()) continue; // nothing had come
        ASSERT_TRUE(range.starts_with("bytes=") && range.ends_with("-")) << range;
        EXPECT_EQ(asked.header("if-range"), "\"of-the-cdn\"");
        furthest = std::max(furthest, static_cast<std::size_t>(std::stoul(range.substr(6))));
    }
    EXPECT_GT(furthest, 0u);
    EXPECT_LE(furthest, 200'000u);
}

TEST_F(Download, GoesOnOnAnotherDay) {
    const Outcome cancelled = run([](ModelDownload& download, const DownloadProgress& progress) {
        if (progress.file == "model.safetensors" && progress.bytes > 1000) download.cancel();
    });
    EXPECT_EQ(cancelled.code, ErrorCode::Cancelled);
    EXPECT_FALSE(std::filesystem::exists(request.folder));
    const auto size = std::filesystem::file_size(folder / ".tiny.part/model.safetensors.part");
    EXPECT_GT(size, 0u);
    expectDone(run());
    EXPECT_EQ(hub.requests(FakeHub::filePath(name, "config.json")).size(), 1u);
    if (size < weights.size()) {
        EXPECT_EQ(hub.requests(cdn()).back().header("range"), "bytes=" + std::to_string(size) + "-");
    }
}

TEST_F(Download, CancelledBeforeAnythingCameLeavesNothing) {
    EXPECT_EQ(run([](ModelDownload& download, const DownloadProgress&) { download.cancel(); }).code,
              ErrorCode::Cancelled);
    EXPECT_EQ(folder.entries(), 0u);
}

TEST_F(Download, BreaksWithoutEndAreGivenUp) {
    hub.answer(cdn(), [](const HubRequest& r) {
        HubReply reply = FakeHub::send(r, weights, "of-the-cdn");
        reply.breakAfter = 10;
        return reply;
    });
    expectFailed(run(), "org/tiny/model.safetensors: 127.0.0.1: the connection broke off (Connection closed); what has come is kept");
    EXPECT_LE(hub.requests(cdn()).size(), 10u);
    EXPECT_TRUE(std::filesystem::exists(folder / ".tiny.part/model.safetensors.part"));
}

TEST_F(Download, SilenceIsABreak) {
    hub.answerFirst(cdn(), 1, [](const HubRequest& r) {
        HubReply reply = FakeHub::send(r, weights, "of-the-cdn");
        reply.stallAfter = 70'000;
        return reply;
    });
    expectDone(run());
    EXPECT_EQ(hub.requests(cdn()).at(1).header("range"), "bytes=70000-");
    hub.answer(FakeHub::listPath(name), [](const HubRequest&) { return HubReply{.body = "{}", .stallAfter = 0}; });
    request.patience.silence = 60ms;
    request.folder = folder / "other";
    EXPECT_THAT(run().error, HasSubstr("org/tiny: 127.0.0.1: nothing came for"));
}

TEST_F(Download, AWholeAnswerToARangeBeginsAnew) {
    hub.answerFirst(cdn(), 1, [](const HubRequest&) { return HubReply{.body = weights, .breakAfter = 100'000}; });
    hub.answerFirst(cdn(), 2, [](const HubRequest&) { return HubReply{.body = weights, .breakAfter = 150'000}; });
    expectDone(run());
}

TEST_F(Download, AWrongRangeBeginsAnew) {
    const auto wrong = [](const HubRequest& r) {
        HubReply reply = FakeHub::send(r, weights, "of-the-cdn");
        if (reply.status == 206) reply.headers["Content-Range"] = "bytes 5-299999/300000";
        if (reply.status == 200) reply.breakAfter = 100'000;
        return reply;
    };
    hub.answerFirst(cdn(), 2, wrong);
    expectDone(run());
    request.folder = folder / "other";
    hub.answer(cdn(), wrong);
    expectFailed(run(), "the server does not send the rest of it as it should");
}

TEST_F(Download, AChangedBeginningIsFoundByTheChecksumAndFetchedAnew) {
    std::filesystem::create_directory(folder / ".tiny.part");
    run([](ModelDownload& download, const DownloadProgress& p) {
        if (p.file == "model.safetensors" && p.bytes > 1000) download.cancel();
    });
    writeBytes(folder / ".tiny.part/model.safetensors.part", std::string(1000, 'x'));
    expectDone(run());
    EXPECT_EQ(hub.requests(cdn()).back().header("range"), "");
}

TEST_F(Download, WrongContentsAreRefused) {
    std::string wrong = weights;
    wrong[1234] ^= 1;
    hub.answer(cdn(), [wrong](const HubRequest& r) { return FakeHub::send(r, wrong, "of-the-cdn"); });
    expectFailed(run(), "org/tiny/model.safetensors: what came does not have the checksum that the server names");
    request.folder = folder / "other";
    hub.answer(FakeHub::filePath(name, "config.json"),
               [](const HubRequest&) { return HubReply{.headers = {{"ETag", "\"weak\""}}, .body = R"({"model_type":"bent"})"}; });
    expectFailed(run(), "org/tiny/config.json: what came does not have the checksum");
}

TEST_F(Download, WrongSizesAreRefused) {
    const auto claim = [](const std::string& length, std::size_t sent) {
        return [length, sent](const HubRequest&) {
            return HubReply{.headers = {{"Content-Length", length}}, .body = weights + "more", .breakAfter = sent};
        };
    };
    hub.answer(cdn(), claim("53687091200", weights.size()));
    expectFailed(run(), "the server announces 53687091200 bytes, but the file has 300000");
    hub.answer(cdn(), claim("12", 12));
    expectFailed(run(), "the server announces 12 bytes");
    hub.answer(cdn(), [](const HubRequest&) { return HubReply{.body = weights + "more", .chunked = true}; });
    expectFailed(run(), "the server sends more than the 300000 bytes it should have");
}

TEST_F(Download, ChunksWithoutALengthAreTaken) {
    hub.answer(cdn(), [](const HubRequest&) { return HubReply{.body = weights, .chunked = true}; });
    expectDone(run());
}

TEST_F(Download, ChunksThatEndTooEarlyAreABreak) {
    hub.answerFirst(cdn(), 1, [](const HubRequest&) { return HubReply{.body = weights, .chunked = true, .breakAfter = 9'000}; });
    hub.answerFirst(cdn(), 1, [](const HubRequest&) { return HubReply{.body = weights.substr(0, 5000), .hasLength = false}; });
    expectDone(run());
}

TEST_F(Download, AListWithNamesOnlyIsEnough) {
    hub.answer(FakeHub::listPath(name), [](const HubRequest&) {
        return HubReply{.body = R"({"siblings":[{"rfilename":"config.json"},{"rfilename":"model.safetensors"}]})"};
    });
    // No commit either: then it is the main branch.
    hub.answer("/org/tiny/resolve/main/config.json",
               [](const HubRequest& r) { return FakeHub::send(r, model.at("config.json"), "opaque"); });
    hub.answer("/org/tiny/resolve/main/model.safetensors", [&](const HubRequest&) {
        return HubReply{302, {{"Location", cdn()}, {"X-Linked-ETag", "\"" + sha256(weights) + "\""}, {"X-Linked-Size", "300000"}}};
    });
    expectDone(run());
    request.folder = folder / "other";
    hub.answer(cdn(), [](const HubRequest& r) { return FakeHub::send(r, std::string(300'000, 'x'), "of-the-cdn"); });
    expectFailed(run(), "does not have the checksum");
}

TEST_F(Download, TheTokenGoesToTheHubOnly) {
    FakeHub other;
    other.answer("/blob", [](const HubRequest& r) { return FakeHub::send(r, weights, "x"); });
    request.access.token = "hf_secret";
    hub.answer(file(), [&](const HubRequest&) { return HubReply{307, {{"Location", other.url() + "/blob"}}}; });
    expectDone(run());
    for (const HubRequest& r : hub.requests()) EXPECT_EQ(r.header("authorization"), "Bearer hf_secret") << r.path;
    ASSERT_EQ(other.requests().size(), 1u);
    EXPECT_EQ(other.requests()[0].header("authorization"), "");
    // The same address under another name is another host.
    hub.answer(file(), [&](const HubRequest&) { return HubReply{302, {{"Location", hub.url("localhost") + cdn()}}}; });
    request.folder = folder / "other";
    EXPECT_EQ(run().error, "");
    EXPECT_EQ(hub.requests(cdn()).back().header("authorization"), "");
}

TEST_F(Download, BadRedirectsAreRefused) {
    struct Case {
        std::string location, says;
    };
    for (const Case& c : {Case{file(), "sends us on in a circle"}, Case{"http://example.com/x", "is not a safe (https) address"},
                          Case{"file:///etc/passwd", "is not a safe (https) address"}, Case{"", "without saying where to"}}) {
        hub.answer(file(), [c](const HubRequest&) { return HubReply{302, {{"Location", c.location}}}; });
        expectFailed(run(), c.says);
    }
    EXPECT_LE(hub.requests(file()).size(), 14u);
    request.access.endpoint = "http://example.com";
    expectFailed(run(), "is not a safe (https) address");
}

struct StatusCase {
    int status;
    const char* hubError;
    const char* token;
    const char* says;
};

TEST_F(Download, EveryRefusalHasItsSentence) {
    for (const StatusCase& c :
         {StatusCase{404, "RepoNotFound", "", "org/tiny: 127.0.0.1 does not have it (404); check the name"},
          StatusCase{401, "RepoNotFound", "", "private or gated (401); check the name, or set HF_TOKEN"},
          StatusCase{401, "", "hf_x", "does not accept the token in HF_TOKEN (401)"},
          StatusCase{401, "GatedRepo", "", "accept its conditions"}, StatusCase{403, "GatedRepo", "hf_x", "accept its conditions"},
          StatusCase{418, "", "", "is HF_ENDPOINT right?"}, StatusCase{204, "", "", "(204)"}}) {
        hub.answer(FakeHub::listPath(name),
                   [c](const HubRequest&) { return HubReply{c.status, {{"X-Error-Code", c.hubError}}, "no"}; });
        request.access.token = c.token;
        const std::size_t before = hub.requests().size();
        expectFailed(run(), c.says);
        EXPECT_EQ(hub.requests().size(), before + 1) << "asking again would not help";
        EXPECT_EQ(folder.entries(), 0u);
    }
}

TEST_F(Download, APassingFaultIsWaitedFor) {
    for (const int status : {429, 500, 502, 503, 504}) {
        request.folder = folder / "tiny" + std::to_string(status);
        hub.answerFirst(FakeHub::listPath(name), 1, [status](const HubRequest&) { return HubReply{status}; });
        hub.answerFirst(cdn(), 1, [status](const HubRequest&) { return HubReply{status}; });
        EXPECT_EQ(run().error, "") << status;
    }
    hub.answer(FakeHub::listPath(name), [](const HubRequest&) { return HubReply{500}; });
    request.folder = folder / "last";
    const std::size_t before = hub.requests().size();
    expectFailed(run(), "127.0.0.1 has a fault of its own (500)");
    EXPECT_EQ(hub.requests().size(), before + 5);
}

TEST_F(Download, RetryAfterIsObeyed) {
    hub.answerFirst(FakeHub::listPath(name), 1, [](const HubRequest&) { return HubReply{429, {{"Retry-After", "1"}}}; });
    const auto start = std::chrono::steady_clock::now();
    bool waited = false;
    expectDone(run([&](ModelDownload&, const DownloadProgress& progress) {
        waited |= progress.step == DownloadProgress::Step::Waiting && progress.wait == 1s;
    }));
    EXPECT_TRUE(waited);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
    hub.answer(FakeHub::listPath(name), [](const HubRequest&) { return HubReply{429, {{"Retry-After", "3600"}}}; });
    request.folder = folder / "other";
    expectFailed(run(), "127.0.0.1 wants fewer requests (429); try again in 3600 seconds");
}

TEST_F(Download, NobodyThereIsToldAtOnce) {
    std::string gone;
    {
        const FakeHub other;
        gone = other.url();
    }
    request.access.endpoint = gone;
    expectFailed(run(), "org/tiny: 127.0.0.1: nobody answers there");
    EXPECT_EQ(folder.entries(), 0u);
    request.access.offline = true;
    expectFailed(run(), "HF_HUB_OFFLINE");
}

TEST_F(Download, ALoginPageIsNotAList) {
    for (const char* body : {"<!doctype html><title>Log in</title>", "[]", "{\"siblings\":7}", ""}) {
        hub.answer(FakeHub::listPath(name), [body](const HubRequest&) { return HubReply{.body = body}; });
        expectFailed(run(), "org/tiny: the answer is not the Hub's list of files");
    }
    hub.answer(FakeHub::listPath(name),
               [](const HubRequest&) { return HubReply{.headers = {{"Content-Encoding", "gzip"}}, .body = "x"}; });
    expectFailed(run(), "compressed although it was asked not to");
    EXPECT_EQ(folder.entries(), 0u);
}

TEST_F(Download, NamesThatLeadOutAreRefused) {
    hub.addModel(name, {{"config.json", "{}"}, {"model.safetensors", "x"}, {"../../evil", "x"}});
    expectFailed(run(), "../../evil, which would land outside");
    EXPECT_EQ(hub.requests().size(), 1u);
}

TEST_F(Download, AModelTooLargeForTheDiskIsNotBegun) {
    hub.answer(FakeHub::listPath(name), [](const HubRequest&) {
        return HubReply{.body = R"({"siblings":[{"rfilename":"config.json","size":2},)"
                                R"({"rfilename":"model.safetensors","size":9000000000000000000}]})"};
    });
    expectFailed(run(), "there is no space: 9000000000.00 GB are still to come");
    EXPECT_EQ(folder.entries(), 0u);
}

TEST_F(Download, TwoAtOnceDoNotMeet) {
    bool tried = false;
    expectDone(run([&](ModelDownload&, const DownloadProgress& progress) {
        if (tried || progress.step != DownloadProgress::Step::Fetching) return;
        tried = true;
        ModelDownload second;
        QEventLoop loop;
        std::string error;
        QObject::connect(&second, &ModelDownload::failed, [&](const Error& e) {
            error = e.message();
            loop.quit();
        });
        second.start(request);
        loop.exec();
        EXPECT_THAT(error, HasSubstr("another Headscope is downloading into it"));
    }));
    EXPECT_TRUE(tried);
}

TEST_F(Download, FoldersThatCannotBeWrittenToAreTold) {
    request.folder = "/proc/nowhere/tiny";
    EXPECT_THAT(run().error, HasSubstr("/proc/nowhere"));
    request.folder = folder / "\xFF";
    EXPECT_EQ(run().error, "") << "file names are bytes";
    request.name = "../x";
    EXPECT_EQ(run().code, ErrorCode::Usage);
}

} // namespace
