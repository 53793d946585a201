// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace headscope {

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int file = -1) : m_file(file) {}
    Descriptor(Descriptor&& other) noexcept : m_file(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    int get() const { return m_file; }
    bool valid() const { return m_file >= 0; }
    int release();

private:
    int m_file;
};

/// Writes everything; 0 or errno. Interruptions and full non-blocking pipes are waited out.
int writeAll(int file, const void* bytes, std::size_t count);
/// Fills the buffer from `offset` on; the bytes read (fewer at the end of the file), or −errno.
std::ptrdiff_t readAt(int file, void* bytes, std::size_t count, std::uint64_t offset);

} // namespace headscope
