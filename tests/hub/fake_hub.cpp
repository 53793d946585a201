// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/hub/fake_hub.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

namespace headscope::test {

namespace {

std::string digest(const std::string& program, const std::string& bytes) {
    std::string name = "/tmp/headscope-digest-XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0) std::abort();
    ::close(file);
    std::ofstream(name, std::ios::binary) << bytes;
    FILE* pipe = ::popen((program + " < " + name).c_str(), "r");
    char word[129] = {};
    if (!pipe || std::fscanf(pipe, "%128s", word) != 1) std::abort();
    ::pclose(pipe);
    ::unlink(name.c_str());
    return word;
}

bool sendAll(int socket, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t n = ::send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
    }
    return true;
}

/// The head of a request; nothing when the other side has gone.
std::optional<HubRequest> readRequest(int socket, const std::atomic<bool>& ending) {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        pollfd waiting{socket, POLLIN, 0};
        if (ending) return std::nullopt;
        if (::poll(&waiting, 1, 20) == 0) continue;
        char buffer[4096];
        const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
        if (n <= 0) return std::nullopt;
        head.append(buffer, static_cast<std::size_t>(n));
    }
    std::istringstream lines(head);
    std::string method, target, line;
    lines >> method >> target;
    std::getline(lines, line);
    HubRequest request;
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    while (std::getline(lines, line) && line.size() > 1) {
        const std::size_t colon = line.find(':');
        std::string name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        request.headers[name] = line.substr(colon + 2, line.size() - colon - 3);
    }
    return request;
}

std::string chunks(const std::string& body) {
    std::ostringstream text;
    for (std::size_t at = 0; at < body.size(); at += 1000) {
        const std::string piece = body.substr(at, 1000);
        text << std::hex << piece.size() << "\r\n" << piece << "\r\n";
    }
    return text.str() + "0\r\n\r\n";
}

void waitUntilGone(int socket, const std::atomic<bool>& ending) {
    char byte;
    while (!ending) {
        pollfd waiting{socket, POLLIN, 0};
        if (::poll(&waiting, 1, 20) > 0 && ::recv(socket, &byte, 1, 0) <= 0) return;
    }
}

/// False: the connection has to end.
bool sendReply(int socket, const HubReply& reply, const std::atomic<bool>& ending) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Whatever\r\n";
    for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    if (reply.chunked)
        head += "Transfer-Encoding: chunked\r\n";
    else if (reply.hasLength && !reply.headers.contains("Content-Length"))
        head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
    const bool staysOpen = reply.chunked || reply.hasLength;
    if (!staysOpen) head += "Connection: close\r\n";
    if (!sendAll(socket, head + "\r\n")) return false;
    const std::string body = reply.chunked ? chunks(reply.body) : reply.body;
    if (!sendAll(socket, body.substr(0, std::min(reply.breakAfter.value_or(body.size()),
                                                 reply.stallAfter.value_or(body.size())))))
        return false;
    if (reply.stallAfter) waitUntilGone(socket, ending);
    // Cut in the same moment as the first bytes come, Qt asks again by itself.
    if (reply.breakAfter) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return staysOpen && !reply.breakAfter && !reply.stallAfter;
}

} // namespace

std::string HubRequest::header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? "" : it->second;
}

std::string sha256(const std::string& bytes) {
    return digest("sha256sum", bytes);
}
std::string gitSha1(const std::string& bytes) {
    return digest("sha1sum", "blob " + std::to_string(bytes.size()) + '\0' + bytes);
}

FakeHub::FakeHub() {
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (m_listener < 0 || ::bind(m_listener, plain, size) != 0 || ::listen(m_listener, 16) != 0 ||
        ::getsockname(m_listener, plain, &size) != 0)
        std::abort();
    m_port = ntohs(address.sin_port);
    m_server = std::thread([this] { serve(); });
}

FakeHub::~FakeHub() {
    m_ending = true;
    m_server.join();
    for (std::thread& talk : m_talks) talk.join();
    ::close(m_listener);
}

std::string FakeHub::url(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(m_port);
}

std::string FakeHub::cdnPath(const std::string& bytes) {
    return "/cdn/" + sha256(bytes);
}

void FakeHub::addModel(const std::string& name, const HubFiles& files) {
    std::string siblings;
    for (const auto& [path, bytes] : files) {
        const bool isLarge = path.ends_with(".safetensors");
        const std::string hash = isLarge ? sha256(bytes) : gitSha1(bytes);
        const std::string length = std::to_string(bytes.size());
        siblings += (siblings.empty() ? "" : ",") + std::string(R"({"rfilename":")") + path + R"(","size":)" + length +
                    R"(,"blobId":")" + (isLarge ? std::string(40, 'b') : hash) + "\"" +
                    (isLarge ? R"(,"lfs":{"sha256":")" + hash + R"(","size":)" + length + R"(,"pointerSize":134})" : "") +
                    "}";
        if (!isLarge) {
            answer(filePath(name, path), [bytes, hash](const HubRequest& request) { return send(request, bytes, hash); });
            continue;
        }
        const std::string cdn = cdnPath(bytes);
        answer(cdn, [bytes](const HubRequest& request) { return send(request, bytes, "of-the-cdn"); });
        answer(filePath(name, path), [cdn, hash, length](const HubRequest&) {
            return HubReply{302,
                            {{"Location", cdn + "?signature=1"},
                             {"X-Linked-ETag", "\"" + hash + "\""},
                             {"X-Linked-Size", length},
                             {"X-Repo-Commit", commit}}};
        });
    }
    const std::string list = R"({"id":")" + name + R"(","sha":")" + commit + R"(","siblings":[)" + siblings + "]}";
    answer(listPath(name), [list](const HubRequest&) {
        return HubReply{200, {{"Content-Type", "application/json"}, {"ETag", "W/\"1-x\""}}, list};
    });
}

void FakeHub::answer(const std::string& path, HubHandler handler) {
    const std::lock_guard lock(m_mutex);
    m_handlers[path] = std::move(handler);
}

void FakeHub::answerFirst(const std::string& path, int times, HubHandler first) {
    const std::lock_guard lock(m_mutex);
    HubHandler& handler = m_handlers[path];
    handler = [left = std::make_shared<std::atomic<int>>(times), first = std::move(first),
               then = std::move(handler)](const HubRequest& request) {
        return (*left)-- > 0 ? first(request) : then(request);
    };
}

std::vector<HubRequest> FakeHub::requests() const {
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

std::vector<HubRequest> FakeHub::requests(const std::string& path) const {
    std::vector<HubRequest> all = requests();
    std::erase_if(all, [&](const HubRequest& request) { return request.path != path; });
    return all;
}

HubReply FakeHub::send(const HubRequest& request, const std::string& bytes, const std::string& etag) {
    const std::string quoted = "\"" + etag + "\"", range = request.header("range");
    const bool isCurrent = request.header("if-range").empty() || request.header("if-range") == quoted;
    if (!range.starts_with("bytes=") || !isCurrent) return {200, {{"ETag", quoted}}, bytes};
    const std::size_t begin = std::stoul(range.substr(6));
    const std::string total = std::to_string(bytes.size());
    if (begin >= bytes.size()) return {416, {{"Content-Range", "bytes */" + total}}};
    return {206,
            {{"ETag", quoted},
             {"Content-Range", "bytes " + std::to_string(begin) + "-" + std::to_string(bytes.size() - 1) + "/" + total}},
            bytes.substr(begin)};
}

void FakeHub::serve() {
    while (!m_ending) {
        pollfd waiting{m_listener, POLLIN, 0};
        if (::poll(&waiting, 1, 20) <= 0) continue;
        const int socket = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0) m_talks.emplace_back([this, socket] { talk(socket); });
    }
}

void FakeHub::talk(int socket) {
    while (const std::optional<HubRequest> request = readRequest(socket, m_ending))
        if (!sendReply(socket, replyTo(*request), m_ending)) break;
    ::close(socket);
}

HubReply FakeHub::replyTo(const HubRequest& request) {
    HubHandler handler;
    {
        const std::lock_guard lock(m_mutex);
        m_requests.push_back(request);
        if (const auto it = m_handlers.find(request.path); it != m_handlers.end()) handler = it->second;
    }
    if (!handler) return {404, {{"X-Error-Code", "RepoNotFound"}}, "no"};
    return handler(request);
}

} // namespace headscope::test
