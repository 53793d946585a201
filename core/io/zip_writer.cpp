// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/zip_writer.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace headscope {

namespace {

constexpr std::uint64_t kFull32 = 0xFFFFFFFF;
constexpr std::uint16_t kFirstDay = 0x21; ///< 1 January 1980

/// Little-endian numbers behind one another, as PKWARE's APPNOTE.TXT lays out the records.
class Record {
public:
    template <class T> Record& add(T value) {
        for (std::size_t i = 0; i < sizeof value; ++i) m_bytes += static_cast<char>(value >> (8 * i) & 255);
        return *this;
    }
    Record& u16(std::uint64_t v) { return add(static_cast<std::uint16_t>(v)); }
    Record& u32(std::uint64_t v) { return add(static_cast<std::uint32_t>(v)); }
    /// Numbers that do not fit are full here and stand in the ZIP64 field.
    Record& u32OrFull(std::uint64_t v) { return u32(std::min(v, kFull32)); }
    Record& text(const std::string& t) {
        m_bytes += t;
        return *this;
    }
    const std::string& bytes() const { return m_bytes; }

private:
    std::string m_bytes;
};

/// The extra field with those of the numbers that do not fit 32 bits.
std::string zip64Field(std::initializer_list<std::uint64_t> numbers) {
    Record large;
    for (const std::uint64_t n : numbers)
        if (n >= kFull32) large.add(n);
    if (large.bytes().empty()) return {};
    return Record().u16(1).u16(large.bytes().size()).text(large.bytes()).bytes();
}

} // namespace

void ZipWriter::begin(const std::string& name, std::uint64_t size) {
    m_members.push_back({name, m_file.size(), size, static_cast<std::uint32_t>(crc32(0, nullptr, 0))});
    const std::string extra = zip64Field({size, size});
    m_file.write(Record()
                     .u32(0x04034B50)
                     .u16(extra.empty() ? 20 : 45)
                     .u16(0)
                     .u16(0)
                     .u16(0)
                     .u16(kFirstDay)
                     .u32(0) // the checksum: known at the end
                     .u32OrFull(size)
                     .u32OrFull(size)
                     .u16(name.size())
                     .u16(extra.size())
                     .text(name)
                     .text(extra)
                     .bytes());
}

void ZipWriter::write(const void* bytes, std::size_t count) {
    std::uint32_t& crc = m_members.back().crc;
    const auto* p = static_cast<const Bytef*>(bytes);
    for (std::size_t left = count; left > 0;) {
        const uInt part = static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<int>::max()));
        crc = static_cast<std::uint32_t>(crc32(crc, p + (count - left), part));
        left -= part;
    }
    m_file.write(bytes, count);
}

void ZipWriter::end() {
    const Member& member = m_members.back();
    m_file.writeAt(member.offset + 14, Record().u32(member.crc).bytes().data(), 4);
}

std::string ZipWriter::centralRecord(const Member& m) const {
    const std::string extra = zip64Field({m.size, m.size, m.offset});
    const std::uint16_t version = extra.empty() ? 20 : 45;
    return Record()
        .u32(0x02014B50)
        .u16(version)
        .u16(version)
        .u16(0)
        .u16(0)
        .u16(0)
        .u16(kFirstDay)
        .u32(m.crc)
        .u32OrFull(m.size)
        .u32OrFull(m.size)
        .u16(m.name.size())
        .u16(extra.size())
        .u16(0)
        .u16(0)
        .u16(0)
        .u32(0)
        .u32OrFull(m.offset)
        .text(m.name)
        .text(extra)
        .bytes();
}

void ZipWriter::finish() {
    const std::uint64_t begin = m_file.size();
    for (const Member& member : m_members) m_file.write(centralRecord(member));
    const std::uint64_t end = m_file.size();
    const std::uint64_t count = m_members.size();
    if (begin >= kFull32 || count >= 0xFFFF) {
        Record record;
        record.u32(0x06064B50).add<std::uint64_t>(44).u16(45).u16(45).u32(0).u32(0);
        record.add(count).add(count).add(end - begin).add(begin);
        record.u32(0x07064B50).u32(0).add(end).u32(1);
        m_file.write(record.bytes());
    }
    const std::uint64_t shown = std::min<std::uint64_t>(count, 0xFFFF);
    m_file.write(Record()
                     .u32(0x06054B50)
                     .u16(0)
                     .u16(0)
                     .u16(shown)
                     .u16(shown)
                     .u32OrFull(end - begin)
                     .u32OrFull(begin)
                     .u16(0)
                     .bytes());
}

} // namespace headscope
