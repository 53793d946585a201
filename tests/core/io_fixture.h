// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of files share: a folder that goes away, and bytes in and out of it without the code under test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace headscope::test {

/// An empty folder of the test's own.
class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "headscope-test-XXXXXX").string();
        m_path = ::mkdtemp(name.data());
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code error;
        std::filesystem::remove_all(m_path, error);
    }
    std::string operator/(const std::string& name) const { return (m_path / name).string(); }
    const std::filesystem::path& path() const { return m_path; }
    /// Files and folders in it, hidden ones too.
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(m_path), {}));
    }

private:
    std::filesystem::path m_path;
};

inline void writeBytes(const std::string& path, const std::string& bytes) {
    // A file cut to nothing and written again is forced to the disk by ext4; thousands of new ones are not.
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string readBytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string golden(const std::string& name) {
    return std::string(HEADSCOPE_SOURCE_DIR) + "/tests/golden/" + name;
}

/// A number's bytes, lowest first.
template <class T> std::string little(T value) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 255);
    return bytes;
}

/// An .npy file of version 1 around any dictionary.
inline std::string npyBytes(std::string header, const std::string& data) {
    header += '\n';
    return std::string("\x93NUMPY\x01\x00", 8) + little(static_cast<std::uint16_t>(header.size())) + header + data;
}

inline std::string safetensorsBytes(const std::string& header, const std::string& data) {
    return little(static_cast<std::uint64_t>(header.size())) + header + data;
}

} // namespace headscope::test
