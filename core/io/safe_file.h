// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headscope {

/// A file being written: beside the final place first, renamed by commit(), removed when that is not reached. Devices,
/// pipes and "-" (standard output) are written to directly, after everything is known to be good.
class SafeFile {
public:
    static Result<SafeFile> create(const std::string& path);
    SafeFile(SafeFile&&) noexcept;
    SafeFile& operator=(SafeFile&&) noexcept;
    ~SafeFile();

    /// The first failure is kept and given by commit().
    void write(const void* bytes, std::size_t count);
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// Overwrites at a place already written (for headers known only at the end).
    void writeAt(std::uint64_t offset, const void* bytes, std::size_t count);
    std::uint64_t size() const { return m_size; }
    bool failed() const { return m_error != 0; }
    Status commit();

private:
    SafeFile() = default;
    std::string m_path;
    std::string m_temporary;
    int m_file = -1;
    int m_error = 0;
    bool m_direct = false; ///< the final place is no regular file: copied there by commit()
    std::uint64_t m_size = 0;
};

/// The whole file. Io error with the path (also for folders); `limit` bytes at the most, else an Input error.
Result<std::string> readFile(const std::string& path, std::uint64_t limit = UINT64_MAX);

} // namespace headscope
