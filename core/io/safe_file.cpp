// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safe_file.h"

#include "core/base/memory.h"
#include "core/base/rng.h"
#include "core/io/descriptor.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace headscope {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;
constexpr std::uint64_t kSyncLimit = std::uint64_t{1} << 24; ///< smaller files are on the disk before they are renamed
constexpr std::uint64_t kPipeLimit = std::uint64_t{1} << 28;

Error ioError(const std::string& path, int error) {
    return {ErrorCode::Io, path == "-" ? "standard output" : path, describeSystemError(error)};
}

/// Names of the process's own open files: whoever gave them wants them written to, whatever is behind them.
bool namesOpenFile(const std::string& path) {
    return path == "-" || path.starts_with("/dev/std") || path.starts_with("/dev/fd/") || path.starts_with("/proc/");
}

std::string folderOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string randomName(const std::string& folder) {
    static std::atomic<std::uint64_t> s_count{0};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::uint64_t seed = static_cast<std::uint64_t>(now.tv_nsec) ^ (static_cast<std::uint64_t>(::getpid()) << 32);
    const std::uint64_t number = Rng::mix(seed + s_count.fetch_add(1));
    return folder + "/.headscope-" + std::to_string(number);
}

/// The place behind a chain of links, which need not exist. Empty with errno set for a chain without an end.
std::string followLinks(std::string path) {
    for (int step = 0; step < 40; ++step) {
        std::vector<char> target(4096);
        const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
        if (length < 0) return path;
        const std::string next(target.data(), static_cast<std::size_t>(length));
        path = next.starts_with('/') ? next : folderOf(path) + "/" + next;
    }
    errno = ELOOP;
    return {};
}

} // namespace

std::string describeSystemError(int error) {
    switch (error) {
    case ENOENT:
        return "there is no such file or folder";
    case EACCES:
    case EPERM:
        return "you have no permission for this file or folder";
    case ENOSPC:
        return "there is no space left on the disk";
    case EDQUOT:
        return "your disk quota is used up";
    case ENOTDIR:
        return "a part of this path is a file, not a folder";
    case EISDIR:
        return "this is a folder, not a file";
    case EROFS:
        return "the disk can only be read";
    case ELOOP:
        return "the links lead in a circle";
    case ENAMETOOLONG:
        return "the name is too long";
    case EFBIG:
        return "the file would be larger than the disk allows";
    case EMFILE:
    case ENFILE:
        return "too many files are open";
    case EPIPE:
        return "nobody reads from the other end";
    case EIO:
        return "the disk reports an error";
    case EINVAL:
        return "the name cannot be a file's";
    default:
        return std::generic_category().message(error);
    }
}

Result<SafeFile> SafeFile::create(const std::string& path) {
    if (path.empty()) return ioError("an empty file name", ENOENT);
    if (path.find('\0') != std::string::npos) return ioError(path.substr(0, path.find('\0')), EINVAL);

    SafeFile file;
    file.m_path = path;
    file.m_direct = namesOpenFile(path);
    struct stat state {};
    if (!file.m_direct && ::stat(path.c_str(), &state) == 0) {
        if (S_ISDIR(state.st_mode)) return ioError(path, EISDIR);
        if (::access(path.c_str(), W_OK) != 0) return ioError(path, errno);
        file.m_direct = !S_ISREG(state.st_mode);
    } else if (!file.m_direct && errno != ENOENT) {
        return ioError(path, errno);
    }
    if (file.m_direct) {
        if (!file.openScratch())
            return Error{ErrorCode::Io, "the folder for temporary files", describeSystemError(errno)};
        return file;
    }
    file.m_target = followLinks(path);
    if (file.m_target.empty()) return ioError(path, errno);
    if (!file.openBeside(file.m_target)) {
        if (errno != ENOENT) return ioError(path, errno);
        return Error{ErrorCode::Io, path, "there is no folder \"" + folderOf(file.m_target) + "\"; make it first"};
    }
    // A name that the folder takes but the file cannot have (it ends in a slash) fails now, not after the work.
    if (file.m_target.ends_with('/')) return ioError(path, EISDIR);
    if (state.st_mode != 0) {
        if (::fchown(file.m_file, state.st_uid, state.st_gid) != 0) errno = 0; // only root can; no loss otherwise
        ::fchmod(file.m_file, state.st_mode & 07777);
    }
    return file;
}

/// A file without a name where the system has such: then nothing can stay behind, whatever ends the process.
bool SafeFile::openBeside(const std::string& target) {
    const std::string folder = folderOf(target);
    m_file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    if (m_file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return m_file >= 0;
    for (int attempt = 0; attempt < 16; ++attempt) {
        m_temporary = randomName(folder);
        m_file = ::open(m_temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
        if (m_file >= 0) return true;
        if (errno != EEXIST) break;
    }
    m_temporary.clear();
    return false;
}

bool SafeFile::openScratch() {
    const char* folder = std::getenv("TMPDIR");
    if (!openBeside(std::string(folder && *folder ? folder : "/tmp") + "/scratch")) return false;
    if (!m_temporary.empty()) ::unlink(m_temporary.c_str());
    m_temporary.clear();
    return true;
}

Status SafeFile::checkRoom(double bytes) const {
    struct statvfs disk {};
    if (::fstatvfs(m_file, &disk) != 0) return {}; // then the writing will tell
    const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
    if (bytes <= free) return {};
    return Error{ErrorCode::Io, m_path == "-" ? "standard output" : m_path,
                 "this is at least " + showBytes(bytes) + ", but only " + showBytes(free) +
                     " of the disk are free; choose fewer numbers (--what, --head) or a shorter text"};
}

SafeFile::SafeFile(SafeFile&& other) noexcept {
    *this = std::move(other);
}

SafeFile& SafeFile::operator=(SafeFile&& other) noexcept {
    if (this == &other) return *this;
    discard();
    m_path = std::move(other.m_path);
    m_target = std::move(other.m_target);
    m_temporary = std::exchange(other.m_temporary, {});
    m_buffer = std::exchange(other.m_buffer, {});
    m_file = std::exchange(other.m_file, -1);
    m_error = other.m_error;
    m_direct = other.m_direct;
    m_size = other.m_size;
    return *this;
}

SafeFile::~SafeFile() {
    discard();
}

void SafeFile::discard() {
    if (m_file >= 0) ::close(m_file);
    m_file = -1;
    if (!m_temporary.empty()) ::unlink(m_temporary.c_str());
    m_temporary.clear();
}

void SafeFile::flush() {
    if (!m_error) setError(writeAll(m_file, m_buffer.data(), m_buffer.size()));
    m_buffer.clear();
}

void SafeFile::write(const void* bytes, std::size_t count) {
    m_size += count;
    if (m_buffer.size() + count > kBuffer) flush();
    if (count >= kBuffer) {
        if (!m_error) setError(writeAll(m_file, bytes, count));
    } else {
        m_buffer.append(static_cast<const char*>(bytes), count);
    }
}

void SafeFile::writeAt(std::uint64_t offset, const void* bytes, std::size_t count) {
    flush();
    const ssize_t written = m_error ? 0 : ::pwrite(m_file, bytes, count, static_cast<off_t>(offset));
    if (written < 0) setError(errno);
}

int SafeFile::copyToPlace() {
    Descriptor opened;
    if (m_path != "-") {
        opened = Descriptor(::open(m_path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
        if (!opened.valid()) return errno;
    }
    const int out = opened.valid() ? opened.get() : STDOUT_FILENO;
    std::vector<char> block(kBuffer);
    for (std::uint64_t at = 0; at < m_size;) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), m_size - at));
        const std::ptrdiff_t got = readAt(m_file, block.data(), wanted, at);
        if (got < 0) return static_cast<int>(-got);
        if (got == 0) return EIO;
        if (const int error = writeAll(out, block.data(), static_cast<std::size_t>(got))) return error;
        at += static_cast<std::uint64_t>(got);
    }
    return 0;
}

int SafeFile::renameToPlace() {
    // A trace of gigabytes can be made again and should not wait for the disk; a session must not be lost to a power
    // cut.
    if (m_size < kSyncLimit && ::fsync(m_file) != 0 && errno != EINVAL) return errno;
    if (m_temporary.empty()) {
        const std::string self = "/proc/self/fd/" + std::to_string(m_file);
        const std::string name = randomName(folderOf(m_target));
        if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) return errno;
        m_temporary = name;
    }
    // Errors of a network disk come with close.
    if (::close(std::exchange(m_file, -1)) != 0) return errno;
    if (::rename(m_temporary.c_str(), m_target.c_str()) != 0) return errno;
    m_temporary.clear();
    return 0;
}

Status SafeFile::commit() {
    flush();
    if (!m_error) m_error = m_direct ? copyToPlace() : renameToPlace();
    discard();
    if (m_error) return ioError(m_path, m_error);
    return {};
}

Result<std::string> readFile(const std::string& path, std::uint64_t limit) {
    if (path.empty()) return ioError("an empty file name", ENOENT);
    if (path.find('\0') != std::string::npos) return ioError(path.substr(0, path.find('\0')), EINVAL);
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file.valid()) return ioError(path, errno);
    struct stat state {};
    if (::fstat(file.get(), &state) != 0) return ioError(path, errno);
    if (S_ISDIR(state.st_mode)) return ioError(path, EISDIR);
    ::fcntl(file.get(), F_SETFL, ::fcntl(file.get(), F_GETFL) & ~O_NONBLOCK);
    const bool regular = S_ISREG(state.st_mode);
    if (!regular) limit = std::min(limit, kPipeLimit);

    const Error tooLarge{ErrorCode::Input, path,
                         "is larger than the " + std::to_string(limit) + " bytes that are read here"};
    const std::uint64_t size = regular ? static_cast<std::uint64_t>(state.st_size) : 0;
    if (size > limit) return tooLarge;
    std::string bytes;
    // One byte more than the size shows the end of the file without a second look; files of /proc have size 0.
    bytes.reserve(static_cast<std::size_t>(size) + 1);
    std::size_t length = 0;
    while (true) {
        if (length == bytes.size()) bytes.resize(std::max<std::size_t>(bytes.capacity(), length + kBuffer));
        const ssize_t got = ::read(file.get(), bytes.data() + length, bytes.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return ioError(path, errno);
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
        if (length > limit) return tooLarge;
    }
    bytes.resize(length);
    bytes.shrink_to_fit();
    return bytes;
}

} // namespace headscope
