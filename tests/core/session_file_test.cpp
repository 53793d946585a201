// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/session/mask_text.h"
#include "core/session/names.h"
#include "core/session/session_file.h"
#include "tests/core/io_fixture.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

using namespace headscope;
using namespace headscope::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Draws every field of a session, odd values included.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_rng(seed) {}

    Session session() {
        Session s;
        s.text = sentence();
        if (yes()) s.text2 = sentence();
        s.notes = text();
        s.sandbox = sandbox();
        s.view = view();
        if (yes()) s.model = fileName();
        return s;
    }

private:
    bool yes() { return m_rng.next() & 1; }
    int number(int limit) { return static_cast<int>(m_rng.next() % static_cast<std::uint64_t>(limit)); }
    template <class E> E any() { return allNames<E>()[m_rng.next() % allNames<E>().size()].value; }
    double positive() {
        // Any bit pattern of a finite double above 0.
        while (true) {
            const double x = std::fabs(std::bit_cast<double>(m_rng.next()));
            if (std::isfinite(x) && x > 0) return x;
        }
    }
    std::string text() {
        static const std::string kPieces[] = {"the",          " ",
                                              "\n",           std::string(1, '\0'),
                                              "\"",           "\\",
                                              "\x7F",         "é",
                                              "你好",         "👨‍👩‍👧‍👦",
                                              "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF",
                                              "\xE2\x80\xA8", "</script>",
                                              "\x01",         "@"};
        std::string out;
        for (int i = number(12); i > 0; --i) out += kPieces[m_rng.next() % std::size(kPieces)];
        return out;
    }
    std::string sentence() {
        std::string out = text();
        std::erase(out, '\0');
        return out;
    }
    std::string fileName() {
        std::string name = text();
        if (yes()) name += "\xFF\xFE" + name; // a name in an old encoding
        return name;
    }
    std::optional<int> maybe() {
        return yes() ? std::optional(1 + number(yes() ? 10 : std::numeric_limits<int>::max())) : std::nullopt;
    }
    std::vector<int> ascending() {
        std::vector<int> out;
        for (int at = number(5); at < 40; at += 1 + number(30)) out.push_back(at);
        return out;
    }
    MaskSpec mask() {
        MaskSpec m;
        m.causal = yes();
        m.window = maybe();
        m.prefix = maybe();
        for (int i = number(4); i > 0; --i) m.padding.push_back(number(100));
        m.gridFollowsText = yes();
        if (yes()) {
            MaskGrid grid{1 + number(3), number(6), number(200), {}};
            const int change = 1 + number(50);
            for (Index i = 0; i < grid.heads * grid.rows * grid.cols; ++i)
                grid.cells.push_back(i > 0 && number(change) ? grid.cells.back() : static_cast<std::uint8_t>(yes()));
            m.grid = std::make_shared<const MaskGrid>(std::move(grid));
        }
        return m;
    }
    Sandbox sandbox() {
        Sandbox s;
        s.unit = any<TokenUnit>();
        s.dModel = maybe();
        s.heads = maybe();
        s.kvHeads = maybe();
        s.dK = maybe();
        s.dV = maybe();
        s.score = any<ScoreKind>();
        s.temperature = positive();
        s.combine = any<Combine>();
        s.bias = yes();
        s.dropout = m_rng.uniform();
        s.seed = yes() ? m_rng.next() : UINT64_MAX;
        s.mask = mask();
        if (yes()) s.positions = any<Positions>();
        s.after = any<After>();
        s.weights = any<WeightSource>();
        for (int i = number(5); i > 0; --i) s.designs.push_back(any<Design>());
        s.weightsFile = "w" + fileName(); // weights from a file need one
        s.weightsPrefix = fileName();
        s.inputFile = fileName();
        s.input2File = fileName();
        return s;
    }
    ViewState view() {
        ViewState v;
        v.view = any<ViewKind>();
        v.head = number(100);
        v.activeHeads = ascending();
        v.pinnedQueries = ascending();
        v.pinnedKeys = ascending();
        v.direction = any<Direction>();
        v.colours = any<ColourMapName>();
        v.range = any<ColourRange>();
        v.transposed = yes();
        v.horizontalLinks = yes();
        v.mass = m_rng.uniform();
        v.gamma = m_rng.uniform(0.1, 5);
        v.width = m_rng.uniform(0, 20);
        v.hidden = any<HiddenTokens>();
        v.renormalise = yes();
        if (yes()) v.site = any<Site>();
        v.layer = number(100);
        v.pairs = any<Pairs>();
        v.words = yes();
        return v;
    }

    Rng m_rng;
};

std::string errorOf(const std::string& json) {
    const auto session = parseSession(json);
    EXPECT_FALSE(session) << "accepted: " << json;
    if (session) return {};
    EXPECT_EQ(session.error().code, ErrorCode::Input);
    EXPECT_EQ(session.error().message().find('\n'), std::string::npos);
    return session.error().message();
}

std::string withSandbox(const std::string& inside) {
    return "{\"headscope\":\"session\",\"version\":1,\"sandbox\":{" + inside + "}}";
}

} // namespace

TEST(SessionFile, AThousandRandomSessionsComeBackTheSame) {
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const Session session = Dice(seed).session();
        const std::string json = formatSession(session);
        const auto back = parseSession(json);
        ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().message() << "\n" << json;
        ASSERT_TRUE(*back == session) << "seed " << seed << "\n" << json;
        ASSERT_EQ(formatSession(*back), json);
    }
}

TEST(SessionFile, IsJsonThatPeopleCanRead) {
    Session session;
    session.text = "The cat sat.";
    session.sandbox.mask.grid = std::make_shared<const MaskGrid>(MaskGrid{1, 2, 3, {1, 0, 1, 0, 0, 1}});
    const std::string json = formatSession(session);
    const auto parsed = nlohmann::json::parse(json);
    EXPECT_EQ(parsed["headscope"], "session");
    EXPECT_EQ(parsed["version"], kSessionVersion);
    EXPECT_EQ(parsed["text"], "The cat sat.");
    EXPECT_EQ(parsed["sandbox"]["score"], "scaled-dot");
    EXPECT_EQ(parsed["sandbox"]["mask"]["grid"]["cells"], nlohmann::json({"101", "001"}));
    EXPECT_THAT(json, HasSubstr("\n  \"text\": "));
}

TEST(SessionFile, MissingKeysTakeTheirDefaultsAndUnknownOnesAreIgnored) {
    EXPECT_EQ(*parseSession("{\"headscope\":\"session\"}"), Session());
    Session expected;
    expected.text = "x";
    expected.sandbox.heads = 7;
    EXPECT_EQ(*parseSession("{\"headscope\":\"session\",\"version\":1,\"text\":\"x\",\"text2\":null,\"new\":[{}],"
                            "\"sandbox\":{\"heads\":7,\"d_k\":null,\"newer\":1},\"view\":{\"newest\":{}}}"),
              expected);
}

TEST(SessionFile, ListsWrittenByHandAreSorted) {
    const auto session = parseSession("{\"headscope\":\"session\",\"view\":{\"active_heads\":[3,1,3,0]}}");
    ASSERT_TRUE(session);
    EXPECT_THAT(session->view.activeHeads, ElementsAre(0, 1, 3));
}

TEST(SessionFile, ANewerVersionGivesBothVersions) {
    const std::string error = errorOf("{\"headscope\":\"session\",\"version\":4711,\"text\":5}");
    EXPECT_THAT(error, HasSubstr("4711"));
    EXPECT_THAT(error, HasSubstr("up to " + std::to_string(kSessionVersion)));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"version\":0}"), HasSubstr("version"));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"version\":1.5}"), HasSubstr("version"));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"version\":\"1\"}"), HasSubstr("version"));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"version\":99999999999999999999999}"), HasSubstr("version"));
}

TEST(SessionFile, CutAtEveryByte) {
    const std::string json = formatSession(Dice(5).session());
    // Without the line end the file is whole.
    for (std::size_t length = 0; length + 1 < json.size(); ++length) {
        const auto session = parseSession(std::string_view(json).substr(0, length));
        ASSERT_FALSE(session) << length;
        EXPECT_FALSE(session.error().detail.empty());
    }
    EXPECT_THAT(errorOf(json.substr(0, json.size() / 2)), HasSubstr("ends in the middle"));
    EXPECT_THAT(errorOf(""), HasSubstr("empty"));
}

TEST(SessionFile, WhatIsWrongIsNamedByItsKey) {
    const std::pair<std::string, const char*> cases[] = {
        {"\"heads\":\"four\"", "sandbox.heads: expected a whole number from 1 to 2147483647, found \"four\""},
        {"\"heads\":0", "sandbox.heads"},
        {"\"heads\":-4", "sandbox.heads"},
        {"\"heads\":4.5", "sandbox.heads"},
        {"\"heads\":2147483648", "sandbox.heads"},
        {"\"heads\":18446744073709551615", "sandbox.heads"},
        {"\"seed\":-1", "sandbox.seed"},
        {"\"seed\":18446744073709551616", "sandbox.seed"},
        {"\"temperature\":0", "sandbox.temperature: expected a number above 0, found 0"},
        {"\"temperature\":null", "sandbox.temperature"},
        {"\"dropout\":1.5", "sandbox.dropout: expected a number from 0 up to 1.0, found 1.5"},
        {"\"score\":\"cosinus\"",
         "sandbox.score: expected one of scaled-dot, dot, cosine, euclidean, found \"cosinus\""},
        {"\"positions\":[]", "sandbox.positions"},
        {"\"bias\":1", "sandbox.bias: expected true or false, found 1"},
        {"\"designs\":\"first\"", "sandbox.designs"},
        {"\"designs\":[\"first\",\"last\"]", "sandbox.designs[1]"},
        {"\"weights_file\":5", "sandbox.weights_file"},
        {"\"weights\":\"file\"", "sandbox.weights_file: the name is missing"},
        {"\"weights_file\":{\"hex\":\"fff\"}", "sandbox.weights_file.hex"},
        {"\"mask\":[]", "sandbox.mask: expected an object { … }, found a list"},
        {"\"mask\":{\"window\":-1}", "sandbox.mask.window"},
        {"\"mask\":{\"padding\":[1,\"x\"]}", "sandbox.mask.padding[1]"},
        {"\"mask\":{\"grid\":{\"heads\":1,\"rows\":2,\"cols\":2,\"cells\":[\"11\"]}}",
         "sandbox.mask.grid.cells: expected a list of 2 rows"},
        {"\"mask\":{\"grid\":{\"heads\":1,\"rows\":1,\"cols\":2,\"cells\":[\"111\"]}}", "sandbox.mask.grid.cells[0]"},
        {"\"mask\":{\"grid\":{\"heads\":1,\"rows\":1,\"cols\":2,\"cells\":[\"12\"]}}", "sandbox.mask.grid.cells[0]"},
        {"\"mask\":{\"grid\":{\"heads\":1,\"rows\":1,\"cols\":2147483647,\"cells\":[\"1x2147483647\"]}}",
         "sandbox.mask.grid.cols"},
        {"\"mask\":{\"grid\":{\"heads\":1,\"rows\":1,\"cols\":4,\"cells\":[\"1x99999999999999999999\"]}}",
         "sandbox.mask.grid.cells[0]"},
        {"\"mask\":{\"grid\":{\"heads\":2147483647,\"rows\":2147483647,\"cols\":4,\"cells\":[]}}",
         "sandbox.mask.grid.cells"},
        {"\"mask\":{\"grid\":{\"rows\":1,\"cols\":4}}", "sandbox.mask.grid.cells"}};
    for (const auto& [inside, words] : cases) EXPECT_THAT(errorOf(withSandbox(inside)), HasSubstr(words)) << inside;
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"text\":5}"), testing::StartsWith("text: "));
    EXPECT_EQ(errorOf("{\"headscope\":\"session\",\"text\":\"one\\u0000two\"}"),
              "text: byte 3 (from 0) is NUL, which no text holds");
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"text2\":\"\\u0000\"}"), testing::StartsWith("text2: byte 0"));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"view\":{\"head\":-1}}"), testing::StartsWith("view.head: "));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"view\":{\"mass\":2}}"), testing::StartsWith("view.mass: "));
}

TEST(SessionFile, OtherFilesAreNoSessions) {
    for (const char* json : {"[]", "5", "null", "{}", "\"session\""})
        EXPECT_THAT(errorOf(json), HasSubstr("not a Headscope session"));
    EXPECT_THAT(errorOf("{\"headscope\":7}"), HasSubstr("found 7"));
    EXPECT_THAT(errorOf("{\"headscope\":\"0.1.0\",\"arrays\":{}}"), HasSubstr("trace"));
}

TEST(SessionFile, BrokenJsonGivesLineAndByte) {
    EXPECT_THAT(errorOf("{\n  \"headscope\": x"), HasSubstr("line 2, byte 16"));
    const char* const broken[] = {
        "{\"headscope\":\"session\"} more", "{\"headscope\":\"session\",}", "{\"text\":\"\\ud83d\"}",
        "{\"text\":\"\xC3\x28\"}",          "{\"text\":\"\xFF\"}",          "{\"temperature\":NaN}"};
    for (const char* json : broken) EXPECT_THAT(errorOf(json), HasSubstr("not valid JSON")) << json;
    EXPECT_THAT(errorOf(withSandbox("\"temperature\":1e999")), HasSubstr("too large"));
    EXPECT_THAT(errorOf(std::string("{\"headscope\":\"session\"}\0", 24)), HasSubstr("JSON"));
    EXPECT_THAT(errorOf(std::string(3'000'000, '[')), HasSubstr("ends in the middle"));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"x\":" + std::string(1'000'000, '[') +
                        std::string(1'000'000, ']') + ",\"text\":1}"),
                HasSubstr("text"));
}

TEST(SessionFile, ReadingAFileSaysWhichOne) {
    const TempFolder folder;
    EXPECT_EQ(readSession(folder / "none").error().code, ErrorCode::Io);
    writeBytes(folder / "a.headscope", withSandbox("\"heads\":0"));
    EXPECT_THAT(readSession(folder / "a.headscope").error().message(),
                testing::StartsWith((folder / "a.headscope") + ": sandbox.heads: "));
    writeBytes(folder / "a.headscope", "");
    EXPECT_EQ(readSession(folder / "a.headscope").error().message(), (folder / "a.headscope") + ": the file is empty");
    const Session session = Dice(1).session();
    writeBytes(folder / "a.headscope", formatSession(session));
    EXPECT_EQ(*readSession(folder / "a.headscope"), session);
}

TEST(SessionFile, FilesBesideTheSessionAreFoundFromAnywhere) {
    const TempFolder folder;
    writeBytes(folder / "layer.npz", "x");
    Session session;
    session.sandbox.weights = WeightSource::File;
    session.sandbox.weightsFile = folder / "layer.npz";
    session.sandbox.inputFile = "/nowhere/x.npy";
    const Session stored = forFile(session, folder / "a.headscope");
    EXPECT_EQ(stored.sandbox.weightsFile, "layer.npz");
    EXPECT_EQ(stored.sandbox.inputFile, "/nowhere/x.npy");
    writeBytes(folder / "a.headscope", formatSession(stored));
    EXPECT_EQ(readSession(folder / "a.headscope")->sandbox.weightsFile, folder / "layer.npz");
    // A name from the current folder does not stay tied to it.
    session.sandbox.inputFile = "x.npy";
    EXPECT_EQ(forFile(session, folder / "a.headscope").sandbox.inputFile.front(), '/');
}

TEST(SessionFile, AModelsFolderIsFoundBesideTheSessionAndANameStaysAName) {
    const TempFolder folder;
    std::filesystem::create_directory(folder.path() / "tiny");
    Session session;
    session.model = folder / "tiny";
    session.view.layer = 3;
    session.view.site = Site::Decoder;
    const Session stored = forFile(session, folder / "a.headscope");
    EXPECT_EQ(stored.model, "tiny");
    writeBytes(folder / "a.headscope", formatSession(stored));
    EXPECT_EQ(*readSession(folder / "a.headscope"), session);
    EXPECT_EQ(forFile(session, "/elsewhere/a.headscope").model, folder / "tiny");

    session.model = "google-bert/bert-base-uncased";
    EXPECT_EQ(forFile(session, folder / "b.headscope").model, session.model);
    writeBytes(folder / "b.headscope", formatSession(session));
    EXPECT_EQ(readSession(folder / "b.headscope")->model, session.model);
}

TEST(SessionFile, WhatIsWrongWithAModelsViewIsNamed) {
    const auto errorOfView = [](const std::string& inside) {
        return errorOf("{\"headscope\":\"session\",\"view\":{" + inside + "}}");
    };
    EXPECT_THAT(errorOfView("\"site\":\"middle\""), HasSubstr("view.site: expected one of self, "));
    EXPECT_THAT(errorOfView("\"layer\":-1"), HasSubstr("view.layer"));
    EXPECT_THAT(errorOfView("\"pairs\":\"ac\""), HasSubstr("view.pairs: expected one of all, aa, ab, ba, bb"));
    EXPECT_THAT(errorOfView("\"fold_words\":1"), HasSubstr("view.fold_words"));
    EXPECT_THAT(errorOf("{\"headscope\":\"session\",\"model\":5}"), HasSubstr("model"));
    EXPECT_EQ(parseSession("{\"headscope\":\"session\",\"view\":{\"site\":null}}")->view.site, std::nullopt);
}

TEST(MaskText, LongRowsAreRuns) {
    std::vector<std::uint8_t> row(1000, 0);
    std::fill_n(row.begin(), 900, std::uint8_t{1});
    EXPECT_EQ(formatMaskRow(row), "1x900 0x100");
    std::vector<std::uint8_t> cells{7};
    EXPECT_TRUE(parseMaskRow("1x2 0 10", 5, cells));
    EXPECT_THAT(cells, ElementsAre(7, 1, 1, 0, 1, 0));
    for (const char* text : {"1x2 0 1", "1x", "x5", "1x-5", "1x5x0", "1;00", "1x18446744073709551616"}) {
        EXPECT_FALSE(parseMaskRow(text, 5, cells)) << text;
        EXPECT_EQ(cells.size(), 6U);
    }
}

TEST(Names, EveryWordComesBack) {
    for (const auto& n : allNames<Design>()) EXPECT_EQ(fromWord<Design>(n.word), n.value);
    EXPECT_EQ(fromWord<After>("soup"), std::nullopt);
    EXPECT_EQ(listWords<Combine>(), "concat, sum, mean");
    // The same words as the sandbox's own.
    for (const auto& n : allNames<Design>()) EXPECT_EQ(n.word, name(n.value));
    for (const auto& n : allNames<Positions>()) EXPECT_EQ(n.word, name(n.value));
    for (const auto& n : allNames<After>()) EXPECT_EQ(n.word, name(n.value));
}
