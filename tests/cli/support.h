// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real program as a person's shell would, and reads what it wrote with readers of our own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace headscope::test {

using Words = std::vector<std::string>;

struct Call {
    std::string program = HEADSCOPE_PROGRAM;
    std::string input;                              ///< of standard input
    std::map<std::string, std::string> environment; ///< added to PATH, HOME and LANG; empty value: taken out
    std::string folder;                             ///< to work in; empty: ours
    std::string outputFile;                         ///< standard output goes there; "closed": it is closed
    bool closedInput = false;
};

struct Outcome {
    int code = -1; ///< exit code, or 1000 + the signal
    std::string out;
    std::string err;
};

Outcome run(const Words& words, const Call& call = {});

/// A folder of its own, removed with everything in it.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string operator/(const std::string& name) const { return (m_path / name).string(); }
    std::string path() const { return m_path.string(); }
    /// Everything in it, sorted.
    std::vector<std::string> names() const;

private:
    std::filesystem::path m_path;
};

std::string bytesOf(const std::string& path);
void writeBytes(const std::string& path, const std::string& bytes);

/// An array of a trace, whatever the file's kind.
struct Tensor {
    std::string dtype; ///< "f4", "i8", "u1"
    std::vector<std::int64_t> shape;
    std::vector<double> values; ///< C order

    double at(std::int64_t i, std::int64_t j) const;
    double at(std::int64_t h, std::int64_t i, std::int64_t j) const;
};
using Tensors = std::map<std::string, Tensor>;

struct Trace {
    Tensors arrays;
    nlohmann::json tokens, tokens2, config; ///< null where the file has none
};

Trace readNpzTrace(const std::string& bytes);
Trace readSafetensorsTrace(const std::string& bytes);
Trace readJsonTrace(const std::string& bytes);

/// A .npy file of float32.
std::string npy(const std::vector<std::int64_t>& shape, const std::vector<float>& values);

} // namespace headscope::test
