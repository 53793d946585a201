// SPDX-License-Identifier: GPL-3.0-or-later
// Traces are read back by small readers of the test's own: the formats' descriptions, not our reading code.
#include "core/base/rng.h"
#include "core/session/trace_csv.h"
#include "tests/core/io_fixture.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <zlib.h>

using namespace headscope;
using namespace headscope::test;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

namespace {

struct Found {
    std::string dtype;
    std::vector<Index> shape;
    std::string bytes;
    std::vector<float> floats() const {
        std::vector<float> out(bytes.size() / sizeof(float));
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return out;
    }
    std::vector<std::int64_t> integers() const {
        std::vector<std::int64_t> out(bytes.size() / sizeof(std::int64_t));
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return out;
    }
};

struct TraceFound {
    std::map<std::string, Found> arrays;
    Json tokens, tokens2, config;
};

std::uint64_t number(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
    return value;
}

/// Stored members in the order of their local headers; sizes, checksums and the directory have to agree.
std::map<std::string, std::string> unzip(const std::string& bytes) {
    std::map<std::string, std::string> members;
    std::size_t at = 0;
    std::vector<std::size_t> offsets;
    while (bytes.substr(at, 4) == "PK\3\4") {
        EXPECT_EQ(number(bytes, at + 8, 2), 0U) << "stored";
        const std::size_t size = number(bytes, at + 18, 4);
        EXPECT_EQ(number(bytes, at + 22, 4), size);
        const std::size_t nameSize = number(bytes, at + 26, 2);
        const std::string name = bytes.substr(at + 30, nameSize);
        const std::string data = bytes.substr(at + 30 + nameSize + number(bytes, at + 28, 2), size);
        EXPECT_EQ(data.size(), size);
        EXPECT_EQ(number(bytes, at + 14, 4),
                  crc32(0, reinterpret_cast<const Bytef*>(data.data()), static_cast<uInt>(size)));
        EXPECT_TRUE(members.emplace(name, data).second) << name;
        offsets.push_back(at);
        at += 30 + nameSize + number(bytes, at + 28, 2) + size;
    }
    const std::size_t directory = at;
    for (const std::size_t offset : offsets) {
        EXPECT_EQ(bytes.substr(at, 4), "PK\1\2");
        EXPECT_EQ(number(bytes, at + 42, 4), offset);
        EXPECT_EQ(bytes.substr(at + 16, 12), bytes.substr(offset + 14, 12)) << "checksum and sizes";
        at += 46 + number(bytes, at + 28, 2) + number(bytes, at + 30, 2);
    }
    EXPECT_EQ(bytes.substr(at, 4), "PK\5\6");
    EXPECT_EQ(number(bytes, at + 10, 2), offsets.size());
    EXPECT_EQ(number(bytes, at + 12, 4), at - directory);
    EXPECT_EQ(number(bytes, at + 16, 4), directory);
    EXPECT_EQ(at + 22, bytes.size());
    return members;
}

TraceFound readNpzTrace(const std::string& bytes) {
    TraceFound out;
    for (const auto& [name, data] : unzip(bytes)) {
        if (name == "tokens.json") out.tokens = Json::parse(data);
        if (name == "tokens2.json") out.tokens2 = Json::parse(data);
        if (name == "config.json") out.config = Json::parse(data);
        if (!name.ends_with(".npy")) continue;
        EXPECT_EQ(data.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
        const std::size_t begin = 10 + number(data, 8, 2);
        EXPECT_EQ(begin % 64, 0U);
        const std::string header = data.substr(10, begin - 10);
        Found found{header.substr(header.find("'descr': '") + 10, 3), {}, data.substr(begin)};
        EXPECT_THAT(header, HasSubstr("'fortran_order': False"));
        std::size_t at = header.find('(') + 1;
        while (header[at] != ')') {
            found.shape.push_back(std::stol(header.substr(at)));
            at = header.find_first_of(",)", at);
            at = header.find_first_not_of(", ", at);
        }
        out.arrays[name.substr(0, name.size() - 4)] = found;
    }
    return out;
}

TraceFound readSafetensorsTrace(const std::string& bytes) {
    TraceFound out;
    const std::size_t length = number(bytes, 0, 8);
    EXPECT_EQ(length % 8, 0U);
    const Json header = Json::parse(bytes.substr(8, length));
    std::size_t total = 0;
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            out.tokens = Json::parse(entry.at("tokens").get<std::string>());
            out.config = Json::parse(entry.at("config").get<std::string>());
            if (entry.contains("tokens2")) out.tokens2 = Json::parse(entry.at("tokens2").get<std::string>());
            continue;
        }
        const std::size_t begin = entry.at("data_offsets")[0];
        const std::size_t end = entry.at("data_offsets")[1];
        const std::string dtype = entry.at("dtype");
        out.arrays[name] = {dtype == "F32"   ? "<f4"
                            : dtype == "I64" ? "<i8"
                                             : "|u1",
                            entry.at("shape"), bytes.substr(8 + length + begin, end - begin)};
        EXPECT_EQ((8 + length + begin) % (dtype == "I64" ? 8U : dtype == "F32" ? 4U : 1U), 0U) << "aligned";
        total += end - begin;
    }
    EXPECT_EQ(8 + length + total, bytes.size());
    return out;
}

void flatten(const Json& value, std::size_t depth, Found& out) {
    if (!value.is_array()) {
        if (out.dtype == "<f4") out.bytes += little(std::bit_cast<std::uint32_t>(value.get<float>()));
        if (out.dtype == "<i8") out.bytes += little(value.get<std::int64_t>());
        if (out.dtype == "|u1") out.bytes += little(value.get<std::uint8_t>());
        return;
    }
    if (out.shape.size() <= depth) out.shape.push_back(static_cast<Index>(value.size()));
    EXPECT_EQ(out.shape[depth], static_cast<Index>(value.size())) << "no ragged lists";
    for (const Json& item : value) flatten(item, depth + 1, out);
}

TraceFound readJsonTrace(const std::string& bytes) {
    const Json json = Json::parse(bytes);
    EXPECT_EQ(json.at("headscope"), HEADSCOPE_VERSION);
    TraceFound out{{}, json.at("tokens"), json.value("tokens2", Json()), json.at("config")};
    for (const auto& [name, value] : json.at("arrays").items()) {
        Found found;
        found.dtype = name.starts_with("ids") || name.starts_with("spans") ? "<i8"
                      : name.ends_with("mask")                             ? "|u1"
                                                                           : "<f4";
        flatten(value, 0, found);
        out.arrays[name] = found;
    }
    return out;
}

/// Rows of fields after RFC 4180.
std::vector<std::vector<std::string>> readCsv(const std::string& bytes) {
    std::vector<std::vector<std::string>> rows{{""}};
    bool quoted = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (quoted && c == '"' && bytes[i + 1] == '"') {
            rows.back().back() += bytes[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            rows.back().emplace_back();
        } else if (!quoted && c == '\n') {
            if (i + 1 < bytes.size()) rows.push_back({""});
        } else {
            rows.back().back() += c;
        }
    }
    return rows;
}

AnalysisPtr analysisOf(const Session& session) {
    auto files = readFiles(session.sandbox);
    EXPECT_TRUE(files);
    auto analysis = analyze(session, *files);
    EXPECT_TRUE(analysis) << analysis.error().message();
    return *analysis;
}

Session example() {
    Session session;
    session.text = "He said, \"no\" 你好.";
    session.sandbox.mask.causal = true;
    session.sandbox.mask.padding = {1, 3};
    return session;
}

const std::vector<std::string> kEverything{"weights", "softmax", "scores", "mask",  "q",     "k",
                                           "v",       "context", "output", "input", "hidden"};

TraceFound writeAndRead(const Analysis& analysis, const TraceRequest& request, TraceFormat format) {
    const TempFolder folder;
    const Status status = writeTrace(analysis, request, format, folder / "t");
    EXPECT_TRUE(status) << status.error().message();
    EXPECT_EQ(folder.entries(), 1U);
    const std::string bytes = readBytes(folder / "t");
    if (format == TraceFormat::Npz) return readNpzTrace(bytes);
    return format == TraceFormat::Json ? readJsonTrace(bytes) : readSafetensorsTrace(bytes);
}

std::vector<float> floats(const Matrix& m) {
    return {m.data(), m.data() + m.size()};
}

} // namespace

class TraceFile : public testing::TestWithParam<TraceFormat> {};
INSTANTIATE_TEST_SUITE_P(Formats, TraceFile,
                         testing::Values(TraceFormat::Npz, TraceFormat::Safetensors, TraceFormat::Json),
                         [](const auto& tested) {
                             return tested.param == TraceFormat::Npz    ? "Npz"
                                    : tested.param == TraceFormat::Json ? "Json"
                                                                        : "Safetensors";
                         });

TEST_P(TraceFile, HoldsEverythingUnderTheFixedNames) {
    const Session session = example();
    const AnalysisPtr a = analysisOf(session);
    const LayerTrace& t = *a->trace;
    const Index n = t.queries();
    TraceRequest request;
    request.what = kEverything;
    const TraceFound found = writeAndRead(*a, request, GetParam());
    EXPECT_EQ(found.arrays.size(), 14U);
    std::map<std::string, std::vector<float>> squares;
    for (int h = 0; h < 4; ++h)
        for (const auto& [name, matrix] :
             {std::pair{"weights", t.weights(h)}, {"softmax", t.softmax(h)}, {"scores", t.scores(h)}}) {
            const std::vector<float> all = found.arrays.at(std::string("self.0.") + name).floats();
            const auto begin = all.begin() + h * n * n;
            EXPECT_EQ(std::vector<float>(begin, begin + n * n), floats(matrix)) << name << h;
        }
    EXPECT_EQ(found.arrays.at("self.0.weights").shape, (std::vector<Index>{4, n, n}));
    EXPECT_EQ(found.arrays.at("self.0.output").floats(), floats(t.output));
    EXPECT_EQ(found.arrays.at("self.0.input").floats(), floats(*t.input));
    EXPECT_EQ(found.arrays.at("hidden.0").floats(), floats(*t.input));
    EXPECT_EQ(found.arrays.at("hidden.1").floats(), floats(t.output));
    for (const auto& [name, matrix] : {std::pair{"q", &t.q}, {"k", &t.k}, {"v", &t.v}, {"context", &t.context}}) {
        const Found& split = found.arrays.at(std::string("self.0.") + name);
        ASSERT_EQ(split.shape, (std::vector<Index>{4, n, 16}));
        for (Index h = 0; h < 4; ++h)
            for (Index i = 0; i < n; ++i)
                for (Index d = 0; d < 16; ++d)
                    ASSERT_EQ(split.floats()[static_cast<std::size_t>((h * n + i) * 16 + d)],
                              static_cast<float>((*matrix)(i, h * 16 + d)))
                        << name;
    }
    const Found& mask = found.arrays.at("self.0.mask");
    EXPECT_EQ(mask.dtype, "|u1");
    EXPECT_EQ(mask.shape, (std::vector<Index>{1, n, n}));
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j)
            EXPECT_EQ(mask.bytes[static_cast<std::size_t>(i * n + j)], j <= i && j != 1 && j != 3) << i << j;
}

TEST_P(TraceFile, TokensSpansAndConfigAreAlwaysThere) {
    const AnalysisPtr a = analysisOf(example());
    TraceRequest request;
    request.what = {"output"};
    const TraceFound found = writeAndRead(*a, request, GetParam());
    EXPECT_EQ(found.arrays.size(), 3U);
    EXPECT_EQ(found.arrays.at("ids").dtype, "<i8");
    const std::vector<std::int64_t> ids = found.arrays.at("ids").integers();
    const std::vector<std::int64_t> spans = found.arrays.at("spans").integers();
    ASSERT_EQ(found.tokens.size(), a->queries.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_EQ(ids[i], a->queries[i].id);
        EXPECT_EQ(found.tokens[i]["id"], ids[i]);
        EXPECT_EQ(found.tokens[i]["begin"], spans[2 * i]);
        EXPECT_EQ(found.tokens[i]["end"], spans[2 * i + 1]);
        const auto length = static_cast<std::size_t>(spans[2 * i + 1] - spans[2 * i]);
        EXPECT_EQ(found.tokens[i]["text"], a->text.substr(static_cast<std::size_t>(spans[2 * i]), length));
    }
    EXPECT_EQ(found.config["heads"],
              Json::parse(R"([{"design":"previous"},{"design":"next"},{"design":"first"},{"design":"same"}])"));
    EXPECT_EQ(found.config["mask"], Json::parse(R"(["causal","padding:1,3"])"));
    EXPECT_EQ(found.config["d_model"], 64);
    EXPECT_EQ(found.config["score"], "scaled-dot");
    EXPECT_TRUE(found.tokens2.is_null());
}

TEST_P(TraceFile, ConfigSaysWhatWroteItAndWhatHasToBeSaid) {
    Session session = example();
    session.sandbox.positions = Positions::None; // the designs by position cannot work
    const AnalysisPtr a = analysisOf(session);
    ASSERT_FALSE(a->notes.empty());
    TraceRequest request;
    request.what = {"output"};
    EXPECT_FALSE(writeAndRead(*a, request, GetParam()).config.contains("mask_files"));
    request.maskFiles = {"a.npy", "b \"c\".npy"};
    const TraceFound found = writeAndRead(*a, request, GetParam());
    EXPECT_EQ(found.config["headscope"], HEADSCOPE_VERSION);
    EXPECT_EQ(found.config["notes"], Json(a->notes));
    EXPECT_EQ(found.config["mask_files"], Json(request.maskFiles));
}

TEST_P(TraceFile, CrossAttentionHasItsOwnSite) {
    Session session = example();
    session.sandbox.mask = {};
    session.text2 = "one two three";
    session.sandbox.after = After::Mlp;
    const AnalysisPtr a = analysisOf(session);
    TraceRequest request;
    request.what = {"weights", "hidden", "mask"};
    request.site = "cross";
    const TraceFound found = writeAndRead(*a, request, GetParam());
    EXPECT_EQ(found.arrays.at("cross.0.weights").shape, (std::vector<Index>{4, a->trace->queries(), 3}));
    EXPECT_EQ(found.arrays.at("ids2").shape, (std::vector<Index>{3}));
    EXPECT_EQ(found.arrays.at("spans2").integers(), (std::vector<std::int64_t>{0, 3, 4, 7, 8, 13}));
    EXPECT_EQ(found.tokens2[2]["text"], "three");
    EXPECT_EQ(found.arrays.at("hidden.1").floats(), floats(*a->following));
    EXPECT_NE(floats(*a->following), floats(a->trace->output));
}

TEST_P(TraceFile, ChosenHeadsKeepTheirOrder) {
    Session session = example();
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.kvHeads = 2;
    session.sandbox.mask.grid = std::make_shared<const MaskGrid>([] {
        MaskGrid grid{4, 8, 8, std::vector<std::uint8_t>(4 * 64, 1)};
        for (std::size_t h = 0; h < 4; ++h) grid.cells[h * 64 + 7 * 8 + h] = 0;
        return grid;
    }());
    const AnalysisPtr a = analysisOf(session);
    const LayerTrace& t = *a->trace;
    ASSERT_EQ(t.queries(), 8);
    TraceRequest request;
    request.what = {"weights", "k", "mask"};
    EXPECT_EQ(writeAndRead(*a, request, GetParam()).arrays.at("self.0.k").shape, (std::vector<Index>{2, 8, 16}));
    request.heads = {3, 0};
    const TraceFound found = writeAndRead(*a, request, GetParam());
    EXPECT_EQ(found.arrays.at("self.0.weights").shape, (std::vector<Index>{2, 8, 8}));
    const std::vector<float> weights = found.arrays.at("self.0.weights").floats();
    EXPECT_EQ(std::vector<float>(weights.begin(), weights.begin() + 64), floats(t.weights(3)));
    EXPECT_EQ(std::vector<float>(weights.begin() + 64, weights.end()), floats(t.weights(0)));
    const Found& k = found.arrays.at("self.0.k");
    EXPECT_EQ(k.shape, (std::vector<Index>{2, 8, 16}));
    EXPECT_EQ(k.floats()[0], static_cast<float>(t.k(0, 16))); // head 3 reads kv head 1
    EXPECT_EQ(k.floats()[8 * 16], static_cast<float>(t.k(0, 0)));
    const std::string& mask = found.arrays.at("self.0.mask").bytes;
    ASSERT_EQ(mask.size(), 128U);
    EXPECT_EQ(mask[7 * 8 + 4], 1);
    EXPECT_EQ(mask[7 * 8 + 0], 1);
    EXPECT_EQ(mask[64 + 7 * 8 + 0], 0);
}

TEST(TraceCsv, OneRowPerCell) {
    const AnalysisPtr a = analysisOf(example());
    const LayerTrace& t = *a->trace;
    const TempFolder folder;
    TraceRequest request;
    request.heads = {2, 1};
    ASSERT_TRUE(writeTrace(*a, request, TraceFormat::Csv, folder / "t.csv"));
    const auto rows = readCsv(readBytes(folder / "t.csv"));
    const std::size_t n = static_cast<std::size_t>(t.queries());
    ASSERT_EQ(rows.size(), 1 + 2 * n * n);
    EXPECT_THAT(rows[0], ElementsAre("site", "layer", "head", "query", "query_token", "key", "key_token", "score",
                                     "weight", "masked"));
    const Matrix scores = t.scores(1);
    const Matrix weights = t.weights(1);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const auto& row = rows[1 + n * n + i * n + j];
            const bool masked = j > i || j == 1 || j == 3;
            const auto query = static_cast<Index>(i), key = static_cast<Index>(j);
            EXPECT_THAT(std::vector<std::string>(row.begin(), row.begin() + 7),
                        ElementsAre("self", "0", "1", std::to_string(i), a->queries[i].text, std::to_string(j),
                                    a->queries[j].text));
            EXPECT_EQ(std::stof(row[7]), static_cast<float>(scores(query, key)));
            EXPECT_EQ(std::stof(row[8]), static_cast<float>(weights(query, key)));
            EXPECT_EQ(row[9], masked ? "1" : "0");
            EXPECT_TRUE(!masked || row[8] == "0");
        }
    EXPECT_EQ(csvField("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(csvField("a\r"), "\"a\r\"");
    EXPECT_EQ(csvField("plain"), "plain");
}

TEST(TraceRequest, WhatIsNotThereIsAUsageError) {
    const AnalysisPtr a = analysisOf(example());
    const auto errorFor = [&](const TraceRequest& request) {
        const Status status = checkRequest(*a, request);
        EXPECT_FALSE(status);
        EXPECT_TRUE(status || status.error().code == ErrorCode::Usage);
        return status ? std::string() : status.error().message();
    };
    EXPECT_TRUE(checkRequest(*a, {}));
    EXPECT_TRUE(checkRequest(*a, {kEverything, {0, 3}, "self", 0}));
    EXPECT_THAT(errorFor({{"weight"}, {}, "", -1}), HasSubstr("there is no weight; choose from weights, softmax"));
    EXPECT_THAT(errorFor({{"logits"}, {}, "", -1}), HasSubstr("no output head"));
    EXPECT_THAT(errorFor({{}, {4}, "", -1}), HasSubstr("0 to 3"));
    EXPECT_THAT(errorFor({{}, {-1}, "", -1}), HasSubstr("--head"));
    EXPECT_THAT(errorFor({{}, {}, "cross", -1}), HasSubstr("self"));
    EXPECT_THAT(errorFor({{}, {}, "", 1}), HasSubstr("layer 1"));
    const AnalysisPtr empty = analysisOf(Session());
    EXPECT_EQ(checkRequest(*empty, {}).error().code, ErrorCode::Input);
    const TempFolder folder;
    EXPECT_FALSE(writeTrace(*empty, {}, TraceFormat::Json, folder / "t"));
    EXPECT_EQ(folder.entries(), 0U);
}

TEST(TraceRequest, FailuresLeaveNothing) {
    const AnalysisPtr a = analysisOf(example());
    const TempFolder folder;
    std::stop_source stop;
    stop.request_stop();
    for (const TraceFormat format : {TraceFormat::Npz, TraceFormat::Safetensors, TraceFormat::Json, TraceFormat::Csv}) {
        EXPECT_EQ(writeTrace(*a, {}, format, folder / "t", stop.get_token()).error().code, ErrorCode::Cancelled);
        EXPECT_EQ(writeTrace(*a, {}, format, folder / "no/t").error().code, ErrorCode::Io);
        EXPECT_THAT(writeTrace(*a, {}, format, "/dev/full").error().message(), HasSubstr("no space left"));
        EXPECT_EQ(folder.entries(), 0U);
    }
}

TEST(ArrayWriter, NumbersReadBackTheSame) {
    Rng rng(1);
    for (int i = 0; i < 10'000; ++i) {
        const float value = std::bit_cast<float>(static_cast<std::uint32_t>(rng.next()));
        if (!std::isfinite(value)) continue;
        std::string text;
        appendNumber(text, value);
        EXPECT_EQ(Json::parse(text).get<float>(), value) << text;
    }
}

TEST(ArrayWriter, NotFiniteNumbersAreNullAndEmptyListsStayEmpty) {
    const TempFolder folder;
    auto file = SafeFile::create(folder / "a");
    ASSERT_TRUE(file);
    const auto send = [](const ArraySource::Sink& sink) {
        const float values[] = {1, NAN, INFINITY, -0.0F};
        sink(values, sizeof values);
    };
    EXPECT_TRUE(writeJsonArrays(*file,
                                {{"a", {2, 2}, DType::F32, send},
                                 {"b", {}, DType::U8, [](const auto& sink) { sink("\7", 1); }},
                                 {"c", {2, 0}, DType::U8, [](const auto&) {}}},
                                [] { return true; }));
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(Json::parse(readBytes(folder / "a")).dump(), R"({"a":[[1,null],[null,-0.0]],"b":7,"c":[]})");
}
