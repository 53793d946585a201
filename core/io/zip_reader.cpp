// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/zip_reader.h"

#include "core/io/array.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <zlib.h>

namespace headscope {

namespace {

// PKWARE's APPNOTE.TXT, 4.3 and 4.5.
constexpr std::uint32_t kEnd64Mark = 0x06064B50;
constexpr std::uint32_t kLocator64Mark = 0x07064B50;
constexpr std::uint32_t kCentralMark = 0x02014B50;
constexpr std::uint32_t kLocalMark = 0x04034B50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::uint64_t kMaxMembers = 100'000;
constexpr std::uint64_t kMaxDirectory = std::uint64_t{1} << 26;
constexpr std::uint64_t kMaxInflated = std::uint64_t{1} << 31; ///< of one deflated member: 2 GiB
constexpr std::uint64_t kMaxRatio = 1032;                      ///< deflate cannot do better
constexpr std::size_t kBlock = std::size_t{1} << 16;

template <class T> T little(const char* p) {
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}
std::uint16_t u16(const char* p) {
    return little<std::uint16_t>(p);
}
std::uint32_t u32(const char* p) {
    return little<std::uint32_t>(p);
}
std::uint64_t u64(const char* p) {
    return little<std::uint64_t>(p);
}

Error damaged(const InputFile& file, const std::string& detail) {
    return {ErrorCode::Input, file.path(), detail};
}

Error damaged(const InputFile& file, const ZipMember& member, const std::string& detail) {
    return {ErrorCode::Input, file.path() + ": " + showName(member.name), detail};
}

/// Where the directory is.
struct Directory {
    std::uint64_t members = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t limit = 0; ///< the end records begin here
};

Status readEnd64(const InputFile& file, std::uint64_t locator, Directory& out) {
    char bytes[kEnd64Size];
    if (const Status s = file.read(locator, bytes, kLocator64Size); !s) return s;
    const std::uint64_t at = u64(bytes + 8);
    if (u32(bytes) != kLocator64Mark || at > locator || locator - at < kEnd64Size)
        return damaged(file, "the ZIP archive is damaged: its ZIP64 records do not fit together");
    if (const Status s = file.read(at, bytes, kEnd64Size); !s) return s;
    if (u32(bytes) != kEnd64Mark)
        return damaged(file, "the ZIP archive is damaged: its ZIP64 records do not fit together");
    out = {u64(bytes + 32), u64(bytes + 48), u64(bytes + 40), at};
    return {};
}

Result<Directory> findDirectory(const InputFile& file) {
    const std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kEndSize + 65'535));
    const std::uint64_t begin = file.size() - length;
    std::string tail(length, '\0');
    if (const Status s = file.read(begin, tail.data(), length); !s) return s.error();
    // From the end: the record's comment may hold anything, so its length has to lead exactly to the end.
    for (std::size_t i = tail.rfind("PK\5\6"); i != std::string::npos; i = i ? tail.rfind("PK\5\6", i - 1) : i - 1) {
        const char* p = tail.data() + i;
        if (length - i < kEndSize || i + kEndSize + u16(p + 20) != length) continue;
        Directory found{u16(p + 10), u32(p + 16), u32(p + 12), begin + i};
        if (found.members == 0xFFFF || found.offset == 0xFFFFFFFF || found.size == 0xFFFFFFFF) {
            if (found.limit < kLocator64Size) return damaged(file, "the ZIP archive is damaged: its end is cut off");
            if (const Status s = readEnd64(file, found.limit - kLocator64Size, found); !s) return s.error();
        }
        if (found.members > kMaxMembers || found.size > kMaxDirectory)
            return damaged(file,
                           "the ZIP archive claims " + std::to_string(found.members) + " members, too many to be read");
        if (found.offset > found.limit || found.size > found.limit - found.offset)
            return damaged(file, "the ZIP archive is damaged: its directory would lie outside the file");
        return found;
    }
    return damaged(file, "the ZIP archive has no directory at its end; it was cut off or not written completely");
}

/// Sizes that do not fit 32 bits stand in an extra field, in this order, and only those.
bool readZip64Extra(const char* p, const char* end, ZipMember& member) {
    while (end - p >= 4) {
        const std::size_t length = u16(p + 2);
        const char* field = p + 4;
        if (static_cast<std::size_t>(end - field) < length) return false;
        const char* const fieldEnd = field + length;
        if (u16(p) == 1) {
            for (std::uint64_t* value : {&member.size, &member.compressed, &member.offset}) {
                if (*value != 0xFFFFFFFF) continue;
                if (fieldEnd - field < 8) return false;
                *value = u64(field);
                field += 8;
            }
        }
        p = fieldEnd;
    }
    return true;
}

bool leavesArchive(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos) return true;
    return ("/" + name + "/").find("/../") != std::string::npos || name.find('\0') != std::string::npos;
}

Status checkMember(const InputFile& file, const ZipMember& member, const Directory& directory, const char* record) {
    if (leavesArchive(member.name)) return damaged(file, member, "a name like this would lie outside the archive");
    if (u16(record + 8) & 1) return damaged(file, member, "it is encrypted; save it without a password");
    const unsigned method = u16(record + 10);
    if (method != 0 && method != 8)
        return damaged(file, member,
                       "it is packed with method " + std::to_string(method) +
                           "; save it with numpy.savez or numpy.savez_compressed");
    if (member.offset > directory.offset || directory.offset - member.offset < kLocalSize + member.compressed ||
        member.compressed > directory.offset)
        return damaged(file, member, "it would lie outside the file; the archive is damaged");
    if (!member.deflated && member.size != member.compressed)
        return damaged(file, member, "its two sizes differ though it is not packed; the archive is damaged");
    if (member.deflated && (member.size > kMaxInflated || member.size / kMaxRatio > member.compressed + 1))
        return damaged(file, member,
                       "it claims to unpack to " + std::to_string(member.size) + " bytes, too many to be true");
    return {};
}

/// Where the member's bytes begin.
Result<std::uint64_t> findData(const InputFile& file, const ZipMember& member) {
    char header[kLocalSize];
    if (const Status s = file.read(member.offset, header, kLocalSize); !s) return s.error();
    const std::uint64_t begin = member.offset + kLocalSize + u16(header + 26) + u16(header + 28);
    if (u32(header) != kLocalMark || begin > file.size() || file.size() - begin < member.compressed)
        return damaged(file, member, "it is not where the archive's directory says; the archive is damaged");
    return begin;
}

/// Raw deflate with an end that always frees it.
class Inflater {
public:
    Inflater() { m_ready = inflateInit2(&m_stream, -15) == Z_OK; }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&m_stream); }

    /// Feeds packed bytes and hands on what comes out. False: damaged, or the sink has enough.
    bool feed(char* bytes, std::size_t count, const ByteSink& sink) {
        if (!m_ready) return false;
        m_stream.next_in = reinterpret_cast<Bytef*>(bytes);
        m_stream.avail_in = static_cast<uInt>(count);
        char out[kBlock];
        do {
            m_stream.next_out = reinterpret_cast<Bytef*>(out);
            m_stream.avail_out = kBlock;
            const int state = inflate(&m_stream, Z_NO_FLUSH);
            if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return false;
            m_done = state == Z_STREAM_END;
            if (!sink(out, kBlock - m_stream.avail_out)) return false;
        } while (m_stream.avail_out == 0 && !m_done);
        return !m_done || m_stream.avail_in == 0; // packed bytes behind the end belong to nobody
    }
    bool done() const { return m_done; }

private:
    z_stream m_stream{};
    bool m_ready = false;
    bool m_done = false;
};

} // namespace

Result<std::vector<ZipMember>> readZipDirectory(const InputFile& file) {
    const Result<Directory> directory = findDirectory(file);
    if (!directory) return directory.error();
    std::string bytes(static_cast<std::size_t>(directory->size), '\0');
    if (const Status s = file.read(directory->offset, bytes.data(), bytes.size()); !s) return s.error();

    std::vector<ZipMember> members;
    std::set<std::string_view> names;
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    for (std::uint64_t i = 0; i < directory->members; ++i) {
        const std::size_t left = static_cast<std::size_t>(end - p);
        const std::size_t nameSize = left < kCentralSize ? 0 : u16(p + 28);
        const std::size_t extraSize = left < kCentralSize ? 0 : u16(p + 30);
        const std::size_t recordSize = kCentralSize + nameSize + extraSize + (left < kCentralSize ? 0U : u16(p + 32));
        if (left < recordSize || u32(p) != kCentralMark)
            return damaged(file, "the ZIP archive is damaged: its directory ends too early");
        ZipMember member{std::string(p + kCentralSize, nameSize),
                         u32(p + 42),
                         u32(p + 20),
                         u32(p + 24),
                         u32(p + 16),
                         u16(p + 10) == 8};
        const char* const extra = p + kCentralSize + nameSize;
        if (!readZip64Extra(extra, extra + extraSize, member))
            return damaged(file, member, "its ZIP64 sizes are damaged");
        if (const Status s = checkMember(file, member, *directory, p); !s) return s.error();
        if (!names.emplace(p + kCentralSize, nameSize).second)
            return damaged(file, member, "the archive holds two members of this name");
        members.push_back(std::move(member));
        p += recordSize;
    }
    return members;
}

Result<std::string> readZipHead(const InputFile& file, const ZipMember& member, std::size_t count) {
    std::string head;
    const auto sink = [&](const char* bytes, std::size_t got) {
        head.append(bytes, std::min(got, count - head.size()));
        return head.size() < count;
    };
    if (const Status s = readZipMember(file, member, sink); !s) return s.error();
    return head;
}

Status readZipMember(const InputFile& file, const ZipMember& member, const ByteSink& sink) {
    const Result<std::uint64_t> begin = findData(file, member);
    if (!begin) return begin.error();
    std::uint64_t produced = 0;
    uLong crc = crc32(0, nullptr, 0);
    bool enough = false;
    const ByteSink count = [&](const char* bytes, std::size_t got) {
        produced += got;
        if (produced > member.size) return false;
        crc = crc32(crc, reinterpret_cast<const Bytef*>(bytes), static_cast<uInt>(got));
        enough = !sink(bytes, got);
        return !enough;
    };
    Inflater inflater;
    std::vector<char> block(kBlock);
    for (std::uint64_t at = 0; at < member.compressed;) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, member.compressed - at));
        if (const Status s = file.read(*begin + at, block.data(), wanted); !s) return s;
        at += wanted;
        const bool good = member.deflated ? inflater.feed(block.data(), wanted, count) : count(block.data(), wanted);
        if (enough) return {};
        if (!good || (inflater.done() && at < member.compressed))
            return damaged(file, member, "its packed bytes are damaged");
    }
    if (produced != member.size || (member.deflated && !inflater.done()))
        return damaged(file, member, "it unpacks to fewer bytes than the archive says; it is damaged");
    if (crc != member.crc) return damaged(file, member, "its checksum is wrong; the archive is damaged");
    return {};
}

} // namespace headscope
