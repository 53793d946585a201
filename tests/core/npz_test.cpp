// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/tensor_file.h"
#include "core/io/zip_writer.h"
#include "tests/core/io_fixture.h"

#include <functional>
#include <zlib.h>

using namespace headscope;
using namespace headscope::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

namespace {

/// One member of an archive made by hand, every field free to lie.
struct Member {
    std::string name = "a.npy";
    std::string bytes; ///< as they stand in the file
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
    bool zip64 = false; ///< sizes in the extra field, as NumPy writes them
};

std::uint32_t crcOf(const std::string& bytes) {
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string deflated(const std::string& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string archive(const std::vector<Member>& members) {
    std::string out;
    std::string directory;
    for (const Member& m : members) {
        const std::uint64_t offset = out.size();
        const auto sizes = [&](std::string& to) {
            to += little(m.crc);
            to += little(m.zip64 ? 0xFFFFFFFFU : static_cast<std::uint32_t>(m.bytes.size()));
            to += little(m.zip64 ? 0xFFFFFFFFU : static_cast<std::uint32_t>(m.size));
            to += little(static_cast<std::uint16_t>(m.name.size()));
            to += little(static_cast<std::uint16_t>(m.zip64 ? 20 : 0));
        };
        const std::string extra =
            m.zip64 ? std::string("\1\0\x10\0", 4) + little(m.size) + little(std::uint64_t{m.bytes.size()}) : "";
        const std::string common = little(m.flags) + little(m.method) + little(std::uint32_t{0x210000});
        out += "PK\3\4" + little(std::uint16_t{20}) + common;
        sizes(out);
        out += m.name + extra + m.bytes;
        directory += "PK\1\2" + little(std::uint16_t{20}) + little(std::uint16_t{20}) + common;
        sizes(directory);
        directory += std::string(10, '\0') + little(static_cast<std::uint32_t>(offset)) + m.name + extra;
    }
    const auto count = little(static_cast<std::uint16_t>(members.size()));
    return out + directory + "PK\5\6" + std::string(4, '\0') + count + count +
           little(static_cast<std::uint32_t>(directory.size())) + little(static_cast<std::uint32_t>(out.size())) +
           std::string(2, '\0');
}

std::string smallNpy() {
    return npyBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "\1\2\3");
}

Member stored(const std::string& bytes) {
    return {"a.npy", bytes, bytes.size(), crcOf(bytes)};
}

Member packed(const std::string& bytes) {
    return {"a.npy", deflated(bytes), bytes.size(), crcOf(bytes), 8};
}

Result<Arrays> readArchive(const std::string& bytes) {
    const TempFolder folder;
    writeBytes(folder / "a.npz", bytes);
    return readNpz(folder / "a.npz");
}

void expectError(const std::string& bytes, const std::string& words) {
    const auto arrays = readArchive(bytes);
    ASSERT_FALSE(arrays) << "accepted, expected: " << words;
    EXPECT_EQ(arrays.error().code, ErrorCode::Input);
    EXPECT_THAT(arrays.error().message(), HasSubstr(words));
}

Member changed(Member member, const std::function<void(Member&)>& change) {
    change(member);
    return member;
}

} // namespace

TEST(Npz, WhatNumPyWrites) {
    const auto stored = readNpz(golden("arrays/stored.npz"));
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_THAT(stored->at("a").values, ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(stored->at("b").shape, ElementsAre(3, 2));
    EXPECT_THAT(stored->at("b").values, ElementsAre(0, 3, 1, 4, 2, 5));
    const auto packed = readNpz(golden("arrays/deflated.npz"));
    ASSERT_TRUE(packed) << packed.error().message();
    EXPECT_THAT(packed->at("a").values, ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_EQ(packed->at("zeros").values, std::vector<Scalar>(10'000));
}

TEST(Npz, HandMadeArchivesThatAreRight) {
    const std::string npy = smallNpy();
    const Member members[] = {
        stored(npy), packed(npy), changed(stored(npy), [](Member& m) { m.zip64 = true; }),
        changed(packed(npy), [](Member& m) { m.zip64 = true; }),
        changed(packed(npy), [](Member& m) { m.flags = 8; })}; // data descriptor: sizes are in the directory
    for (const Member& member : members) {
        const auto arrays = readArchive(archive({member}));
        ASSERT_TRUE(arrays) << arrays.error().message();
        EXPECT_THAT(arrays->at("a").values, ElementsAre(1, 2, 3));
    }
    // Members that are no arrays are left alone; slashes are part of Keras' names.
    Member text = stored("{}");
    text.name = "config.json";
    Member nested = packed(npy);
    nested.name = "query/kernel.npy";
    const auto arrays = readArchive(archive({text, nested}));
    ASSERT_TRUE(arrays) << arrays.error().message();
    EXPECT_THAT(*arrays, ElementsAre(Pair("query/kernel", testing::_)));
    EXPECT_TRUE(readArchive(archive({}))->empty());
    EXPECT_TRUE(
        readArchive(archive({stored(npy)}).replace(archive({stored(npy)}).size() - 2, 2, std::string("\4\0", 2)) +
                    "PK\5\6")); // a comment
}

TEST(Npz, DamagedAndHostileArchives) {
    const std::string npy = smallNpy();
    const auto with = [&](const std::function<void(Member&)>& change) {
        return archive({changed(stored(npy), change)});
    };
    const auto withPacked = [&](const std::function<void(Member&)>& change) {
        return archive({changed(packed(npy), change)});
    };
    expectError(with([](Member& m) { m.crc ^= 1; }), "checksum");
    expectError(withPacked([](Member& m) { m.crc ^= 1; }), "checksum");
    expectError(withPacked([](Member& m) { m.bytes[5] ^= 0x55; }), "a.npy");
    expectError(withPacked([](Member& m) { m.bytes.resize(m.bytes.size() / 2); }), "damaged");
    expectError(withPacked([](Member& m) { m.bytes += "more"; }), "damaged");
    expectError(with([](Member& m) { m.flags = 1; }), "encrypted");
    expectError(with([](Member& m) { m.method = 14; }), "method 14");
    expectError(with([](Member& m) { m.size += 1; }), "two sizes differ");
    expectError(with([](Member& m) { m.name = "../a.npy"; }), "outside the archive");
    expectError(with([](Member& m) { m.name = "/etc/a.npy"; }), "outside the archive");
    expectError(with([](Member& m) { m.name = "x/../../a.npy"; }), "outside the archive");
    expectError(with([](Member& m) { m.name = "..\\a.npy"; }), "outside the archive");
    expectError(archive({stored(npy), stored(npy)}), "two members of this name");
    expectError(withPacked([](Member& m) { m.size = 0x7FFFFFFF; }), "too many to be true");
    // The zip says 3 bytes of numbers, the array inside claims a gigabyte.
    const std::string bomb = npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (134217728,), }", "\1\2\3");
    expectError(archive({packed(bomb)}), "needs 1073741824 bytes");
    expectError(archive({stored("not an array")}), "no NumPy array");
    expectError("PK\3\4" + std::string(100, 'x'), "no directory");
    expectError("not a zip at all", "no .npz archive");
    expectError("", "empty");
    std::string far = archive({stored(npy)});
    far.replace(far.size() - 6, 4, little(0x7FFFFFF0U));
    expectError(far, "outside the file");
    std::string many = archive({stored(npy)});
    many.replace(many.size() - 12, 2, little(std::uint16_t{9}));
    expectError(many, "ends too early");
    std::string zip64 = archive({stored(npy)});
    zip64.replace(zip64.size() - 6, 4, little(0xFFFFFFFFU));
    expectError(zip64, "ZIP64");
}

TEST(Npz, RatiosThatDeflateCanReachAreRead) {
    const std::string zeros =
        npyBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (3000000,), }", std::string(3'000'000, '\0'));
    const auto arrays = readArchive(archive({packed(zeros)}));
    ASSERT_TRUE(arrays) << arrays.error().message();
    EXPECT_EQ(arrays->at("a").values.size(), 3'000'000U);
}

TEST(Npz, OtherProgramsArchivesAreCalledByName) {
    const auto torch = TensorFile::open(golden("arrays/checkpoint.pt"));
    ASSERT_FALSE(torch);
    EXPECT_THAT(torch.error().message(), HasSubstr("PyTorch checkpoint"));
}

TEST(Npz, CutAtEveryByte) {
    const TempFolder folder;
    for (const char* name : {"stored", "deflated"}) {
        const std::string bytes = readBytes(golden(std::string("arrays/") + name + ".npz"));
        ASSERT_FALSE(bytes.empty());
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            writeBytes(folder / "a", bytes.substr(0, length));
            EXPECT_FALSE(readNpz(folder / "a")) << name << length;
        }
    }
}

TEST(Npz, WrittenArchivesReadBackAndRepeat) {
    const TempFolder folder;
    const std::string npy = smallNpy();
    for (const char* name : {"one.npz", "two.npz"}) {
        auto file = SafeFile::create(folder / name);
        ASSERT_TRUE(file);
        ZipWriter zip(*file);
        for (const char* member : {"a.npy", "deep/b.npy"}) {
            zip.begin(member, npy.size());
            zip.write(npy.data(), 7);
            zip.write(npy.data() + 7, npy.size() - 7);
            zip.end();
        }
        zip.finish();
        ASSERT_TRUE(file->commit());
    }
    EXPECT_EQ(readBytes(folder / "one.npz"), readBytes(folder / "two.npz"));
    // The very bytes that the hand-made archive has, but for the version fields of the directory.
    const auto arrays = readNpz(folder / "one.npz");
    ASSERT_TRUE(arrays) << arrays.error().message();
    EXPECT_THAT(arrays->at("a").values, ElementsAre(1, 2, 3));
    EXPECT_THAT(arrays->at("deep/b").values, ElementsAre(1, 2, 3));
}
