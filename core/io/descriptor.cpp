// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/descriptor.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace headscope {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(m_file, other.m_file);
    return *this;
}

Descriptor::~Descriptor() {
    if (m_file >= 0) ::close(m_file);
}

int Descriptor::release() {
    return std::exchange(m_file, -1);
}

int writeAll(int file, const void* bytes, std::size_t count) {
    const char* p = static_cast<const char*>(bytes);
    while (count > 0) {
        const ssize_t written = ::write(file, p, count);
        if (written < 0 && errno == EAGAIN) {
            pollfd wait{file, POLLOUT, 0};
            ::poll(&wait, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return errno;
        } else if (written > 0) {
            p += written;
            count -= static_cast<std::size_t>(written);
        }
    }
    return 0;
}

std::ptrdiff_t readAt(int file, void* bytes, std::size_t count, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got =
            ::pread(file, static_cast<char*>(bytes) + done, count - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return static_cast<std::ptrdiff_t>(done);
}

} // namespace headscope
