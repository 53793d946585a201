// SPDX-License-Identifier: GPL-3.0-or-later
// .npy files: those that NumPy made (tests/oracle/make_layer_files.py) and those that nobody should make.
#include "core/io/array.h"
#include "core/io/mask_file.h"
#include "core/io/npy.h"
#include "core/io/number_format.h"
#include "tests/core/io_fixture.h"

#include <bit>
#include <cmath>
#include <cstring>

using namespace headscope;
using namespace headscope::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

std::string readError(const std::string& bytes) {
    const TempFolder folder;
    writeBytes(folder / "a.npy", bytes);
    const auto array = readNpy(folder / "a.npy");
    EXPECT_FALSE(array) << "accepted";
    if (array) return {};
    EXPECT_EQ(array.error().code, ErrorCode::Input);
    EXPECT_EQ(array.error().message().find('\n'), std::string::npos);
    return array.error().message();
}

} // namespace

TEST(Npy, EveryNumberTypeOfNumPy) {
    const std::pair<const char*, DType> files[] = {
        {"little_f2", DType::F16}, {"big_f2", DType::F16},    {"little_f4", DType::F32}, {"big_f4", DType::F32},
        {"little_f8", DType::F64}, {"big_f8", DType::F64},    {"i1", DType::I8},         {"little_i2", DType::I16},
        {"big_i2", DType::I16},    {"little_i4", DType::I32}, {"little_i8", DType::I64}, {"big_i8", DType::I64},
        {"u1", DType::U8},         {"big_u2", DType::U16},    {"little_u4", DType::U32}, {"little_u8", DType::U64},
        {"fortran", DType::F32},   {"bfloat16", DType::BF16}, {"version2", DType::F32},  {"version3", DType::F32}};
    for (const auto& [name, dtype] : files) {
        const auto array = readNpy(golden(std::string("arrays/") + name + ".npy"));
        ASSERT_TRUE(array) << array.error().message();
        EXPECT_EQ(array->dtype, dtype) << name;
        EXPECT_THAT(array->shape, ElementsAre(2, 3)) << name;
        EXPECT_THAT(array->values, ElementsAre(0, 1, 2, 3, 4, 5)) << name;
    }
}

TEST(Npy, ColumnMajorOfThreeDimensions) {
    const auto array = readNpy(golden("arrays/fortran_3d.npy"));
    ASSERT_TRUE(array) << array.error().message();
    EXPECT_THAT(array->shape, ElementsAre(2, 3, 4));
    for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(array->values[i], static_cast<Scalar>(i));
}

TEST(Npy, BoolScalarAndEmpty) {
    EXPECT_THAT(readNpy(golden("arrays/bool.npy"))->values, ElementsAre(0, 1, 0, 1, 0, 1));
    EXPECT_THAT(readNpy(golden("arrays/scalar.npy"))->values, ElementsAre(7));
    EXPECT_TRUE(readNpy(golden("arrays/scalar.npy"))->shape.empty());
    EXPECT_THAT(readNpy(golden("arrays/empty.npy"))->shape, ElementsAre(0, 3));
}

TEST(Npy, WhatIsNoNumberIsRefusedByName) {
    const std::pair<const char*, const char*> files[] = {{"float8", "V1"},
                                                         {"complex", "complex"},
                                                         {"object", "Python objects"},
                                                         {"text", "text"},
                                                         {"structured", "structured"}};
    for (const auto& [name, words] : files) {
        const auto array = readNpy(golden(std::string("arrays/") + name + ".npy"));
        ASSERT_FALSE(array) << name;
        EXPECT_THAT(array.error().message(), HasSubstr(words));
    }
}

TEST(Npy, HalfPrecisionOfEveryBitPattern) {
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const std::string bytes = little(static_cast<std::uint16_t>(bits));
        double value = 0;
        decode(bytes.data(), {DType::F16, false}, 1, &value);
        // IEEE 754: sign · 2^(e − 15) · 1.f, 2^(−14) · 0.f for e = 0.
        const int e = static_cast<int>(bits >> 10 & 31);
        const double fraction = (bits & 1023) / 1024.0;
        const double sign = bits & 0x8000 ? -1 : 1;
        if (e == 31) {
            EXPECT_EQ(std::isinf(value), fraction == 0) << bits;
            EXPECT_EQ(std::isnan(value), fraction != 0) << bits;
            EXPECT_EQ(std::signbit(value), sign < 0) << bits;
        } else {
            EXPECT_EQ(value, sign * (e ? std::exp2(e - 15) * (1 + fraction) : std::exp2(-14) * fraction)) << bits;
        }
    }
}

TEST(Npy, LyingHeaders) {
    const std::string data(24, '\0');
    const std::pair<std::string, const char*> cases[] = {
        {npyBytes(kHeader, std::string(23, '\0')), "needs 24 bytes of numbers, but there are 23"},
        {npyBytes(kHeader, std::string(25, '\0')), "there are 25"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }", data),
         "needs 17179869184 bytes"},
        {npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", data), "too large"},
        {npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }", data), "too large"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", data), "too large"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", data), "negative"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3), }", data), "shape"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': 6, }", data), "not a tuple"},
        {npyBytes("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }", data), "fortran_order"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, }", data), "lacks"},
        {npyBytes("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data), "repeated"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1, }", data), "unknown"},
        {npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } x", data), "behind"},
        {npyBytes("{'descr': __import__('os'), 'fortran_order': False, 'shape': (2, 3), }", data), "descr"},
        {npyBytes("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", data), "Python objects"},
        {npyBytes("{'descr': '<x9', 'fortran_order': False, 'shape': (2, 3), }", data), "<x9"},
        {npyBytes("{'descr': '\x01', 'fortran_order': False, 'shape': (2, 3), }", data), "\\x01"},
        {npyBytes("", data), "{"},
        {std::string("\x93NUMPY\x09\x00", 8) + std::string(200, ' '), "version 9.0"},
        {std::string("\x93NUMPY\x01\x00\xFF\xFF", 10) + std::string(200, ' '), "too much"},
        {std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF", 12) + std::string(200, ' '), "too much"},
        {std::string("\x93NUMPY\x01\x00\x3B\x00", 10) + kHeader + data, "line end"},
    };
    for (const auto& [bytes, words] : cases) EXPECT_THAT(readError(bytes), HasSubstr(words));
    std::string deep = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    for (int i = 0; i < 100; ++i) deep += "1,";
    EXPECT_THAT(readError(npyBytes(deep + "), }", data)), HasSubstr("too many dimensions"));
}

TEST(Npy, OtherSpellingsOfTheHeader) {
    const TempFolder folder;
    const std::string data(24, '\0');
    for (const char* header : {"{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3)}",
                               "{'shape':(2L,3L),'fortran_order':False,'descr':'=f4'}",
                               " { 'descr' : 'f4' , "
                               "'fortran_order' : False , 'shape' : ( 2 , 3 , ) , } "}) {
        writeBytes(folder / "a.npy", npyBytes(header, data));
        const auto array = readNpy(folder / "a.npy");
        ASSERT_TRUE(array) << header << array.error().message();
        EXPECT_THAT(array->shape, ElementsAre(2, 3));
    }
}

TEST(Npy, FilesThatAreSomethingElse) {
    const std::pair<std::string, const char*> cases[] = {
        {"", "empty"},
        {std::string("\x80\x04\x95", 3) + std::string(50, 'x'), "pickle"},
        {"\x1F\x8B\x08" + std::string(50, 'x'), "gzip"},
        {"PK\3\4" + std::string(50, 'x'), "ZIP"},
        {"<!DOCTYPE html><html>not found</html>", "web page"},
        {"\n <HTML>", "web page"},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS"},
        {"\x89HDF\r\n\x1A\n", "HDF5"},
        {"random", "no NumPy array"}};
    for (const auto& [bytes, words] : cases) EXPECT_THAT(readError(bytes), HasSubstr(words));
}

TEST(Npy, CutAtEveryByte) {
    const TempFolder folder;
    for (const char* name : {"little_f4", "version3", "big_f8"}) {
        const std::string bytes = readBytes(golden(std::string("arrays/") + name + ".npy"));
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            writeBytes(folder / "a.npy", bytes.substr(0, length));
            EXPECT_FALSE(readNpy(folder / "a.npy")) << name << " cut to " << length;
        }
    }
}

TEST(Npy, PlacesThatAreNoFiles) {
    EXPECT_EQ(readNpy("/nowhere/a.npy").error().code, ErrorCode::Io);
    EXPECT_THAT(readNpy("/dev/zero").error().message(), HasSubstr("device"));
    EXPECT_THAT(readNpy("/").error().message(), HasSubstr("folder"));
    EXPECT_EQ(readNpy(std::string("a\0b", 3)).error().code, ErrorCode::Io);
}

TEST(Npy, WrittenHeadersFollowTheFormat) {
    for (const std::vector<Index>& shape : {std::vector<Index>{}, {5}, {2, 3}, {1, 2, 3, 4}}) {
        const std::string header = makeNpyHeader(DType::F32, shape);
        EXPECT_EQ(header.size() % 64, 0U);
        EXPECT_EQ(header.back(), '\n');
        const std::uint64_t count = *elementCount(shape);
        const auto parsed = parseNpyHeader(header, header.size() + 4 * count);
        ASSERT_TRUE(parsed) << parsed.error().message();
        EXPECT_EQ(parsed->shape, shape);
    }
    EXPECT_THAT(makeNpyHeader(DType::I64, {7}), HasSubstr("'shape': (7,)"));
}

TEST(MaskFile, ZerosAndOnesOfAnyType) {
    const TempFolder folder;
    const std::string shape2 = "'fortran_order': False, 'shape': (2, 2), }";
    writeBytes(folder / "b.npy", npyBytes("{'descr': '|b1', " + shape2, std::string("\1\0\1\1", 4)));
    writeBytes(folder / "i.npy", npyBytes("{'descr': '<i2', " + shape2, std::string("\1\0\0\0\1\0\1\0", 8)));
    for (const char* name : {"b.npy", "i.npy"}) {
        const auto grid = readMask(folder / name);
        ASSERT_TRUE(grid) << grid.error().message();
        EXPECT_EQ(*grid, (MaskGrid{1, 2, 2, {1, 0, 1, 1}}));
    }
    writeBytes(folder / "h.npy",
               npyBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 2), }", std::string("\1\0\0\1", 4)));
    EXPECT_EQ(*readMask(folder / "h.npy"), (MaskGrid{2, 1, 2, {1, 0, 0, 1}}));
}

TEST(MaskFile, OtherNumbersAndShapesAreRefused) {
    const TempFolder folder;
    writeBytes(folder / "two.npy",
               npyBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", std::string("\1\0\0\2", 4)));
    EXPECT_THAT(readMask(folder / "two.npy").error().message(), AllOf(HasSubstr("found 2 at [1, 1]"), HasSubstr("(mask == 0)"), HasSubstr("~mask")));
    writeBytes(folder / "nan.npy",
               npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", std::string("\0\0\xC0\x7F", 4)));
    EXPECT_THAT(readMask(folder / "nan.npy").error().message(), HasSubstr("only 0 and 1"));
    // What is next to 1 or 0 only in the file's own precision, in either order of the numbers.
    const std::string four = little(std::bit_cast<std::uint64_t>(1.0)) +
                             little(std::bit_cast<std::uint64_t>(1 + 1e-9)) +
                             little(std::bit_cast<std::uint64_t>(0.0)) + little(std::bit_cast<std::uint64_t>(0.0));
    writeBytes(folder / "near.npy", npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", four));
    EXPECT_THAT(readMask(folder / "near.npy").error().message(), HasSubstr("found 1.000000001 at [0, 1]"));
    writeBytes(folder / "near.npy", npyBytes("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }", four));
    EXPECT_THAT(readMask(folder / "near.npy").error().message(), HasSubstr("found 1.000000001 at [1, 0]"));
    writeBytes(folder / "tiny.npy", npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }",
                                             little(std::bit_cast<std::uint64_t>(1e-300))));
    EXPECT_THAT(readMask(folder / "tiny.npy").error().message(), HasSubstr("found 1e-300"));
    EXPECT_THAT(readMask(golden("arrays/scalar.npy")).error().message(), HasSubstr("[]"));
    EXPECT_THAT(readMask(golden("arrays/empty.npy")).error().message(), HasSubstr("[0, 3]"));
}
