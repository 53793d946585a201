// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headscope {

/// A file being written: beside the final place first, renamed by commit(), gone when that is not reached. Devices,
/// pipes and "-" (standard output) are written to, not replaced, and only by commit(), when everything is known to be
/// good. A link stays a link: what it points to is replaced. An existing file keeps its permissions.
class SafeFile {
public:
    /// Io error with the path when nothing can be written there.
    static Result<SafeFile> create(const std::string& path);
    SafeFile(SafeFile&& other) noexcept;
    SafeFile& operator=(SafeFile&& other) noexcept;
    ~SafeFile();

    /// The first failure is kept and given by commit().
    void write(const void* bytes, std::size_t count);
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// Overwrites at a place already written (for headers known only at the end).
    void writeAt(std::uint64_t offset, const void* bytes, std::size_t count);
    std::uint64_t size() const { return m_size; }
    /// Whether so many bytes have room, so that a long work need not find out at its end. Io error with the path and
    /// both numbers.
    Status checkRoom(double bytes) const;
    bool failed() const { return m_error != 0; }
    /// Hands everything to the disk's system, so that want of space is known before commit().
    void flush();
    /// Puts the file in its place. Io error with the path; then the old file is as it was.
    Status commit();

private:
    SafeFile() = default;
    bool openBeside(const std::string& target);
    bool openScratch();
    void discard();
    int copyToPlace();
    int renameToPlace();
    void setError(int error) {
        if (!m_error) m_error = error;
    }

    std::string m_path;      ///< as the person named it
    std::string m_target;    ///< the same with links followed
    std::string m_temporary; ///< empty while the file has no name
    std::string m_buffer;
    int m_file = -1;
    int m_error = 0;
    bool m_direct = false; ///< the final place is no regular file: copied there by commit()
    std::uint64_t m_size = 0;
};

/// The whole file. Io error with the path (also for folders); Input error for more than `limit` bytes. Pipes and
/// devices are read to their end, at most 256 MiB of them.
Result<std::string> readFile(const std::string& path, std::uint64_t limit = UINT64_MAX);

/// The operating system's error in plain words: "there is no such file or folder".
std::string describeSystemError(int error);

} // namespace headscope
