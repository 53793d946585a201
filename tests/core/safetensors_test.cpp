// SPDX-License-Identifier: GPL-3.0-or-later
// The byte vectors of the format's reference tests, and what attackers thought of.
#include "core/io/tensor_file.h"
#include "tests/core/io_fixture.h"

using namespace headscope;
using namespace headscope::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Result<Arrays> readBytesAs(const std::string& bytes) {
    const TempFolder folder;
    writeBytes(folder / "a.safetensors", bytes);
    return readSafetensors(folder / "a.safetensors");
}

void expectError(const std::string& bytes, const std::string& words) {
    const auto arrays = readBytesAs(bytes);
    ASSERT_FALSE(arrays) << "accepted: " << bytes.substr(0, 100);
    EXPECT_EQ(arrays.error().code, ErrorCode::Input);
    EXPECT_THAT(arrays.error().message(), HasSubstr(words));
}

void expectHeaderError(const std::string& header, std::size_t dataSize, const std::string& words) {
    expectError(safetensorsBytes(header, std::string(dataSize, '\0')), words);
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return "{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

const std::string kGood = "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";

} // namespace

TEST(Safetensors, ReferenceVectorsThatOpen) {
    ASSERT_EQ(kGood.size(), 60U);
    const auto arrays = readBytesAs(safetensorsBytes(kGood, std::string(16, '\0')));
    ASSERT_TRUE(arrays) << arrays.error().message();
    EXPECT_THAT(arrays->at("test").shape, ElementsAre(2, 2));
    EXPECT_THAT(arrays->at("test").values, ElementsAre(0, 0, 0, 0));
    for (const char* header :
         {"{}\r \t\n", "\t\n{}\r ", "{}", "{\"__metadata__\":null}", "{\"__metadata__\":{\"a\":\"b\"}}"}) {
        const auto none = readBytesAs(safetensorsBytes(header, ""));
        ASSERT_TRUE(none) << header << none.error().message();
        EXPECT_TRUE(none->empty());
    }
    EXPECT_TRUE(
        readBytesAs(safetensorsBytes("{\"test\":{\"dtype\":\"I32\",\"shape\":[2,0],\"data_offsets\":[0, 0]}}", ""))
            ->at("test")
            .values.empty());
    EXPECT_THAT(readBytesAs(safetensorsBytes("{\"test\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                                             std::string(4, '\0')))
                    ->at("test")
                    .values,
                ElementsAre(0));
}

TEST(Safetensors, ReferenceVectorsThatDoNotOpen) {
    const std::string data(16, '\0');
    expectError(safetensorsBytes(kGood, data.substr(1)), "need 16 bytes behind the header, but there are 15");
    expectError(safetensorsBytes(kGood, data + "x"), "there are 17");
    expectError(safetensorsBytes(kGood, data) + "extra bogus data", "there are 32");
    expectError(std::string("\x3C\0\0\0\0\xFF\xFF\xFF", 8), "more than a .safetensors file may have");
    expectError(little(UINT64_MAX) + kGood, "more than");
    expectError(little(std::uint64_t{1} << 63) + kGood, "more than");
    expectError(std::string("\x3C\0\0\0\0\0\0\0", 8), "the file ends before");
    expectError("", "empty");
    expectError("\x3C", "too short");
    expectError(std::string("\x3C\0\0\0\0\0\0", 7), "too short");
    expectError(safetensorsBytes("\xFF", ""), "not valid JSON");
    expectError(safetensorsBytes("{", ""), "not valid JSON");
    expectHeaderError("{\"test\":" + entry("I32", "[2,2]", "[0, 4]") + "}", 4, "needs 16 bytes");
    expectHeaderError("{\"test\":" + entry("I32", "[2,18446744073709551614]", "[0,16]") + "}", 16, "too large");
    expectHeaderError("{\"test\":" + entry("I32", "[2,9223372036854775807]", "[0,16]") + "}", 16, "too large");
    std::string overlapping = "{";
    for (int i = 0; i < 10; ++i)
        overlapping += (i ? ",\"" : "\"") + std::to_string(i) + "\":" + entry("I32", "[2,2]", "[0,16]");
    expectHeaderError(overlapping + "}", 16, "should begin at 16");
    expectHeaderError("{\"a\":" + entry("I32", "[2,2]", "[4,20]") + "}", 20, "should begin at 0");
    expectHeaderError("{\"a\":" + entry("I32", "[2,2]", "[16,0]") + "}", 16, "should begin at 0");
    expectHeaderError("{\"a\":" + entry("I32", "[0]", "[0,-4]") + "}", 16, "whole numbers");
    for (const char* offset : {"-1", "1.5", "\"0\"", "1e3", "null", "true", "[0]", "{}"})
        expectHeaderError("{\"a\":" + entry("I32", "[2,2]", std::string("[0,") + offset + "]") + "}", 16, "a: ");
    expectHeaderError("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__: every value here should be a text");
}

TEST(Safetensors, DamagedEntries) {
    expectHeaderError("{\"a\":" + entry("I33", "[1]", "[0,4]") + "}", 4, "I33");
    expectHeaderError("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "missing");
    expectHeaderError("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
                      "dtype twice");
    expectHeaderError("{\"a\":" + entry("F32", "[1]", "[0,4]") + ",\"a\":" + entry("F32", "[1]", "[0,4]") + "}", 4,
                      "name twice");
    expectHeaderError("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "name twice");
    expectHeaderError("{\"__metadata__\":" + entry("F32", "[1]", "[0,4]") + "}", 4, "__metadata__");
    expectHeaderError("{\"a\":" + entry("F32", "[1]", "[0,4,8]") + "}", 4, "two whole numbers");
    expectHeaderError("{\"a\":" + entry("F32", "1", "[0,4]") + "}", 4, "wrong kind");
    expectHeaderError("{\"a\":" + entry("F32", "[[1]]", "[0,4]") + "}", 4, "whole numbers");
    expectHeaderError("{\"a\":" + entry("F4", "[3]", "[0,2]") + "}", 2, "needs 1 bytes");
    expectHeaderError("{\"a\":[]}", 0, "a");
    expectHeaderError("{\"a\":5}", 0, "a");
    expectHeaderError("[]", 0, "not a JSON object");
    expectHeaderError("7", 0, "not a JSON object");
    expectHeaderError("{} {}", 0, "not valid JSON");
    expectHeaderError("\xEF\xBB\xBF{}", 0, "not valid JSON");
    expectHeaderError(std::string("{}\0\0\0\0", 6), 0, "not valid JSON");
    expectHeaderError("{\"\\ud83d\":" + entry("F32", "[1]", "[0,4]") + "}", 4, "not valid JSON");
    expectHeaderError("{\"a\":" + entry("F32", "[4611686018427387904,4611686018427387904,0]", "[0,0]") + "}", 0,
                      "too large");
}

TEST(Safetensors, UnknownFieldsAreIgnoredWhateverTheyHold) {
    const std::string header =
        "{\"a\":{\"new\":[1,{\"x\":[\"y\",null]}],\"dtype\":\"F32\",\"also\":{\"shape\":-1},\"more\":1.5,"
        "\"shape\":[1],\"data_offsets\":[0,4]}}";
    const auto arrays = readBytesAs(safetensorsBytes(header, std::string("\0\0\x80\x3F", 4)));
    ASSERT_TRUE(arrays) << arrays.error().message();
    EXPECT_THAT(arrays->at("a").values, ElementsAre(1));
}

TEST(Safetensors, NumberTypesThatAreNotComputedWith) {
    const TempFolder folder;
    const std::string header =
        "{\"odd\":" + entry("F8_E4M3", "[4]", "[0,4]") + ",\"six\":" + entry("F6_E2M3", "[4]", "[4,7]") +
        ",\"c\":" + entry("C64", "[1]", "[7,15]") + ",\"good\":" + entry("F32", "[1]", "[15,19]") + "}";
    writeBytes(folder / "a.safetensors", safetensorsBytes(header, std::string(19, '\0')));
    const auto file = TensorFile::open(folder / "a.safetensors");
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ(file->tensors().size(), 4U);
    EXPECT_TRUE(file->read("good")); // not aligned to anything
    for (const auto& [name, dtype] : {std::pair{"odd", "F8_E4M3"}, {"six", "F6_E2M3"}, {"c", "C64"}}) {
        const auto array = file->read(name);
        ASSERT_FALSE(array);
        EXPECT_THAT(array.error().message(), HasSubstr(std::string(name) + ": numbers of the type " + dtype));
    }
}

TEST(Safetensors, NamesInMessagesAreShortAndOnOneLine) {
    const std::string longName(1'000'000, 'n');
    const auto error = readBytesAs(safetensorsBytes("{\"" + longName + "\":5}", "")).error().message();
    EXPECT_LT(error.size(), 400U);
    const auto newline = readBytesAs(safetensorsBytes("{\"a\\n\\u0000b\":5}", "")).error().message();
    EXPECT_THAT(newline, HasSubstr("a\\x0a\\x00b"));
}

TEST(Safetensors, DepthBombsAndManyTensors) {
    expectHeaderError(std::string(2'000'000, '['), 0, "not a JSON object");
    expectHeaderError("{\"a\":{\"x\":" + std::string(2'000'000, '['), 0, "not valid JSON");
    std::string header = "{";
    for (int i = 0; i < 100'000; ++i)
        header += (i ? ",\"" : "\"") + std::to_string(i) + "\":" + entry("U8", "[0]", "[0,0]");
    EXPECT_EQ(readBytesAs(safetensorsBytes(header + "}", ""))->size(), 100'000U);
}

TEST(Safetensors, FilesThatAreSomethingElse) {
    const TempFolder folder;
    const std::pair<std::string, const char*> cases[] = {{"<!doctype html><html></html>", "web page"},
                                                         {"version https://git-lfs.github.com/spec/v1", "Git LFS"},
                                                         {"\x93NUMPY\x01\x00" + std::string(90, ' '), "NumPy array"},
                                                         {"\x80\x04\x95" + std::string(90, 'x'), "pickle"}};
    for (const auto& [bytes, words] : cases) expectError(bytes, words);
    // A header of 0x0480 bytes begins as a pickle does, and is none.
    std::string header = "{}";
    header.resize(0x0480, ' ');
    EXPECT_TRUE(readBytesAs(safetensorsBytes(header, "")));
}

TEST(Safetensors, CutAtEveryByte) {
    const TempFolder folder;
    const std::string bytes = readBytes(golden("layers/torch_half.safetensors"));
    ASSERT_FALSE(bytes.empty());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        writeBytes(folder / "a", bytes.substr(0, length));
        EXPECT_FALSE(readSafetensors(folder / "a")) << length;
    }
}
