// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/support.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <regex>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace headscope::test {

namespace {

struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
        if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    }
    int& read() { return ends[0]; }
    int& write() { return ends[1]; }
};

std::string drain(int file) {
    std::string all;
    std::array<char, 65536> buffer;
    for (ssize_t n = 0; (n = ::read(file, buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(n));
    ::close(file);
    return all;
}

std::vector<std::string> environmentOf(const Call& call) {
    std::map<std::string, std::string> all = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/tmp"}, {"LANG", "C.UTF-8"}};
    for (const char* kept : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
        if (const char* value = std::getenv(kept)) all[kept] = value;
    for (const auto& [name, value] : call.environment) {
        if (value.empty())
            all.erase(name);
        else
            all[name] = value;
    }
    std::vector<std::string> lines;
    for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
    return lines;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

template <class T> T number(const std::string& bytes, std::size_t at) {
    T value{};
    if (at + sizeof value > bytes.size()) throw std::runtime_error("the file ends inside a number");
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

template <class T> std::vector<double> numbers(const std::string& bytes) {
    std::vector<double> values;
    for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T))
        values.push_back(static_cast<double>(number<T>(bytes, at)));
    return values;
}

std::vector<double> decode(const std::string& dtype, const std::string& bytes) {
    if (dtype == "f4") return numbers<float>(bytes);
    if (dtype == "i8") return numbers<std::int64_t>(bytes);
    if (dtype == "u1") return numbers<std::uint8_t>(bytes);
    throw std::runtime_error("a number type the trace format does not have: " + dtype);
}

Tensor readNpyTensor(const std::string& bytes) {
    if (bytes.substr(0, 6) != "\x93NUMPY") throw std::runtime_error("not a .npy");
    const std::size_t length = number<std::uint16_t>(bytes, 8);
    const std::string header = bytes.substr(10, length);
    EXPECT_EQ((10 + length) % 64, 0u) << "NumPy aligns the data to 64 bytes";
    std::smatch match;
    Tensor tensor;
    if (!std::regex_search(header, match, std::regex("'descr': '[<|]([a-z][0-9])'"))) throw std::runtime_error(header);
    tensor.dtype = match[1];
    EXPECT_NE(header.find("'fortran_order': False"), std::string::npos) << header;
    if (!std::regex_search(header, match, std::regex("'shape': \\(([0-9, ]*)\\)"))) throw std::runtime_error(header);
    std::stringstream list(match[1].str());
    for (std::string part; std::getline(list, part, ',');)
        if (part.find_first_of("0123456789") != std::string::npos) tensor.shape.push_back(std::stoll(part));
    tensor.values = decode(tensor.dtype, bytes.substr(10 + length));
    return tensor;
}

/// The members of a ZIP of stored members, found through its central directory.
std::map<std::string, std::string> readZip(const std::string& bytes) {
    const std::size_t end = bytes.rfind(std::string("PK\5\6", 4));
    if (end == std::string::npos) throw std::runtime_error("not a ZIP");
    std::map<std::string, std::string> members;
    std::size_t at = number<std::uint32_t>(bytes, end + 16);
    for (int left = number<std::uint16_t>(bytes, end + 10); left > 0; --left) {
        if (number<std::uint32_t>(bytes, at) != 0x02014B50) throw std::runtime_error("broken central directory");
        EXPECT_EQ(number<std::uint16_t>(bytes, at + 10), 0) << "members are stored, so that they can be mapped";
        const std::size_t size = number<std::uint32_t>(bytes, at + 20),
                          nameSize = number<std::uint16_t>(bytes, at + 28);
        const std::size_t local = number<std::uint32_t>(bytes, at + 42);
        const std::size_t data =
            local + 30 + number<std::uint16_t>(bytes, local + 26) + number<std::uint16_t>(bytes, local + 28);
        members[bytes.substr(at + 46, nameSize)] = bytes.substr(data, size);
        at += 46 + nameSize + number<std::uint16_t>(bytes, at + 30) + number<std::uint16_t>(bytes, at + 32);
    }
    return members;
}

void flatten(const nlohmann::json& list, std::size_t depth, Tensor& tensor) {
    if (!list.is_array()) {
        tensor.values.push_back(list.get<double>());
        return;
    }
    if (tensor.shape.size() == depth) tensor.shape.push_back(static_cast<std::int64_t>(list.size()));
    EXPECT_EQ(tensor.shape[depth], static_cast<std::int64_t>(list.size())) << "ragged lists";
    for (const nlohmann::json& part : list) flatten(part, depth + 1, tensor);
}

} // namespace

Outcome run(const Words& words, const Call& call) {
    Pipe in, out, err;
    std::vector<std::string> all = {call.program};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<std::string> environment = environmentOf(call);
    const std::vector<char*> argv = pointers(all), envp = pointers(environment);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(in.read(), 0);
        ::dup2(call.outputFile.empty() || call.outputFile == "closed" ? out.write()
                                                                      : ::open(call.outputFile.c_str(), O_WRONLY),
               1);
        ::dup2(err.write(), 2);
        if (call.outputFile == "closed") ::close(1);
        if (call.closedInput) ::close(0);
        if (!call.folder.empty() && ::chdir(call.folder.c_str()) != 0) ::_exit(126);
        ::execve(call.program.c_str(), argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(in.read());
    ::close(out.write());
    ::close(err.write());
    Outcome outcome;
    std::thread writer([&] {
        signal(SIGPIPE, SIG_IGN);
        for (std::size_t at = 0; at < call.input.size();) {
            const ssize_t n = ::write(in.write(), call.input.data() + at, call.input.size() - at);
            if (n <= 0) break;
            at += static_cast<std::size_t>(n);
        }
        ::close(in.write());
    });
    std::thread reader([&] { outcome.err = drain(err.read()); });
    outcome.out = drain(out.read());
    reader.join();
    writer.join();
    int status = 0;
    ::waitpid(child, &status, 0);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    return outcome;
}

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "headscope-cli-XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    m_path = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(m_path))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string bytesOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in.is_open()) << path;
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

void writeBytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

double Tensor::at(std::int64_t i, std::int64_t j) const {
    return values.at(static_cast<std::size_t>(i * shape.at(1) + j));
}
double Tensor::at(std::int64_t h, std::int64_t i, std::int64_t j) const {
    return values.at(static_cast<std::size_t>((h * shape.at(1) + i) * shape.at(2) + j));
}

Trace readNpzTrace(const std::string& bytes) {
    Trace trace;
    for (const auto& [name, content] : readZip(bytes)) {
        if (name == "tokens.json")
            trace.tokens = nlohmann::json::parse(content);
        else if (name == "tokens2.json")
            trace.tokens2 = nlohmann::json::parse(content);
        else if (name == "config.json")
            trace.config = nlohmann::json::parse(content);
        else if (name.ends_with(".npy"))
            trace.arrays[name.substr(0, name.size() - 4)] = readNpyTensor(content);
        else
            ADD_FAILURE() << "unexpected member " << name;
    }
    return trace;
}

Trace readSafetensorsTrace(const std::string& bytes) {
    const std::size_t length = number<std::uint64_t>(bytes, 0);
    const nlohmann::json header = nlohmann::json::parse(bytes.substr(8, length));
    const std::map<std::string, std::string> types = {{"F32", "f4"}, {"I64", "i8"}, {"U8", "u1"}};
    Trace trace;
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            if (entry.contains("tokens")) trace.tokens = nlohmann::json::parse(entry["tokens"].get<std::string>());
            if (entry.contains("tokens2")) trace.tokens2 = nlohmann::json::parse(entry["tokens2"].get<std::string>());
            if (entry.contains("config")) trace.config = nlohmann::json::parse(entry["config"].get<std::string>());
            continue;
        }
        Tensor tensor;
        tensor.dtype = types.at(entry["dtype"].get<std::string>());
        tensor.shape = entry["shape"].get<std::vector<std::int64_t>>();
        const auto offsets = entry["data_offsets"].get<std::vector<std::size_t>>();
        tensor.values = decode(tensor.dtype, bytes.substr(8 + length + offsets.at(0), offsets.at(1) - offsets.at(0)));
        trace.arrays[name] = tensor;
    }
    return trace;
}

Trace readJsonTrace(const std::string& bytes) {
    const nlohmann::json all = nlohmann::json::parse(bytes);
    Trace trace;
    trace.tokens = all.at("tokens");
    if (all.contains("tokens2")) trace.tokens2 = all["tokens2"];
    trace.config = all.at("config");
    for (const auto& [name, list] : all.at("arrays").items()) flatten(list, 0, trace.arrays[name]);
    return trace;
}

std::string npy(const std::vector<std::int64_t>& shape, const std::vector<float>& values) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    for (const std::int64_t side : shape) header += std::to_string(side) + ", ";
    header += "), }";
    header.append(63 - (header.size() + 10) % 64, ' ');
    header += '\n';
    std::string file = std::string("\x93NUMPY\1\0", 8);
    file += static_cast<char>(header.size() & 255);
    file += static_cast<char>(header.size() >> 8);
    file += header;
    file.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    return file;
}

} // namespace headscope::test
