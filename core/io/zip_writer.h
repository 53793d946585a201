// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/safe_file.h"

#include <string>
#include <vector>

namespace headscope {

/// A ZIP archive of stored (not packed) members, written one after the other. The same members give the same bytes:
/// no clock is looked at.
class ZipWriter {
public:
    explicit ZipWriter(SafeFile& file) : m_file(file) {}
    /// The member's size is known before, its bytes follow with write().
    void begin(const std::string& name, std::uint64_t size);
    void write(const void* bytes, std::size_t count);
    void end();
    /// The directory. Errors are the file's.
    void finish();

private:
    struct Member {
        std::string name;
        std::uint64_t offset;
        std::uint64_t size;
        std::uint32_t crc;
    };
    std::string centralRecord(const Member& member) const;

    SafeFile& m_file;
    std::vector<Member> m_members;
};

} // namespace headscope
