// SPDX-License-Identifier: GPL-3.0-or-later
// A Hugging Face Hub on this computer that can be made to misbehave. Plain sockets and threads, so that the tests of the
// window's library and of the whole program can both use it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace headscope::test {

struct HubRequest {
    std::string path; ///< without the query
    std::string query;
    std::map<std::string, std::string> headers; ///< names in lower case

    std::string header(const std::string& name) const;
};

struct HubReply {
    int status = 200;
    std::map<std::string, std::string> headers = {};
    std::string body = {};
    bool chunked = false;
    bool hasLength = true;
    std::optional<std::size_t> breakAfter = {}; ///< bytes of the body, then the connection is cut
    std::optional<std::size_t> stallAfter = {}; ///< bytes of the body, then nothing until the other side goes
};

using HubHandler = std::function<HubReply(const HubRequest&)>;
using HubFiles = std::map<std::string, std::string>; ///< path → bytes

class FakeHub {
public:
    FakeHub();
    ~FakeHub();
    FakeHub(const FakeHub&) = delete;
    FakeHub& operator=(const FakeHub&) = delete;

    /// http://127.0.0.1:PORT, or the same under another name of this computer.
    std::string url(const std::string& host = "127.0.0.1") const;
    /// Lists and sends the files as the Hub does: safetensors by way of another address (/cdn/…), in ranges.
    void addModel(const std::string& name, const HubFiles& files);
    /// Answers a path by itself, also one of a model.
    void answer(const std::string& path, HubHandler handler);
    /// So many times with `first`, then as before.
    void answerFirst(const std::string& path, int times, HubHandler first);

    std::vector<HubRequest> requests() const;
    /// The requests for a path.
    std::vector<HubRequest> requests(const std::string& path) const;

    static constexpr const char* commit = "0123456789abcdef0123456789abcdef01234567";
    static std::string listPath(const std::string& name) { return "/api/models/" + name + "/revision/main"; }
    static std::string filePath(const std::string& name, const std::string& file) {
        return "/" + name + "/resolve/" + commit + "/" + file;
    }
    static std::string cdnPath(const std::string& bytes);
    /// A range of the bytes, or all of them.
    static HubReply send(const HubRequest& request, const std::string& bytes, const std::string& etag);

private:
    void serve();
    void talk(int socket);
    HubReply replyTo(const HubRequest& request);

    int m_listener = -1;
    int m_port = 0;
    std::atomic<bool> m_ending = false;
    mutable std::mutex m_mutex;
    std::map<std::string, HubHandler> m_handlers;
    std::vector<HubRequest> m_requests;
    std::vector<std::thread> m_talks;
    std::thread m_server;
};

/// By the system's sha256sum and sha1sum.
std::string sha256(const std::string& bytes);
/// As Git names a file's contents.
std::string gitSha1(const std::string& bytes);

} // namespace headscope::test
