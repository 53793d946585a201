// SPDX-License-Identifier: GPL-3.0-or-later
// What `headscope export` draws, without a display.
#include "tests/cli/support.h"

#include <cstring>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <zlib.h>

using namespace headscope::test;

namespace {

const char* const sentence = "The animal didn't cross the street because it was too tired";

/// The picture's bytes.
std::string picture(const std::string& format, const Words& more = {}, const Call& call = {}) {
    Words words = {"export", "--text", sentence, "--format", format, "-o", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words, call);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
}

/// A PNG's size and its pixels' bytes (filtered lines, as stored).
struct Png {
    std::uint32_t width = 0, height = 0, dotsPerMetre = 0;
    int colourType = 0;
    std::string lines;
};

std::uint32_t bigEndian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
    return value;
}

Png readPng(const std::string& bytes) {
    EXPECT_EQ(bytes.substr(0, 8), "\x89PNG\r\n\x1A\n");
    Png png;
    std::string data;
    for (std::size_t at = 8; at + 12 <= bytes.size();) {
        const std::uint32_t size = bigEndian(bytes, at);
        const std::string kind = bytes.substr(at + 4, 4);
        if (kind == "IHDR") {
            png.width = bigEndian(bytes, at + 8);
            png.height = bigEndian(bytes, at + 12);
            png.colourType = bytes[at + 17];
        }
        if (kind == "pHYs") png.dotsPerMetre = bigEndian(bytes, at + 8);
        if (kind == "IDAT") data += bytes.substr(at + 8, size);
        at += 12 + size;
    }
    png.lines.resize((static_cast<std::size_t>(png.width) * 4 + 1) * png.height);
    uLongf length = png.lines.size();
    EXPECT_EQ(::uncompress(reinterpret_cast<Bytef*>(png.lines.data()), &length,
                           reinterpret_cast<const Bytef*>(data.data()), data.size()),
              Z_OK);
    png.lines.resize(length);
    return png;
}

bool hasText(const std::string& svg) {
    return std::regex_search(svg, std::regex("<text[ >]"));
}

TEST(Export, EveryViewInEveryFormat) {
    std::set<std::string> different;
    for (const std::string view : {"heads", "head", "links"}) {
        const Png png = readPng(picture("png", {"--view", view}));
        EXPECT_EQ(png.width, 1200u);
        EXPECT_EQ(png.height, 800u);
        EXPECT_GT(std::set<char>(png.lines.begin(), png.lines.end()).size(), 20u)
            << view << " is drawn in more than a few colours";
        different.insert(png.lines);
        const std::string svg = picture("svg", {"--view", view});
        EXPECT_NE(svg.find("<svg"), std::string::npos);
        EXPECT_TRUE(hasText(svg)) << view;
        const std::string pdf = picture("pdf", {"--view", view});
        EXPECT_TRUE(pdf.starts_with("%PDF-"));
        EXPECT_NE(pdf.find("/FontFile"), std::string::npos) << view << ": fonts are embedded";
        EXPECT_NE(pdf.find("%%EOF"), std::string::npos);
    }
    EXPECT_EQ(different.size(), 3u);
}

TEST(Export, TextInSvgIsTheTokens) {
    const std::string svg = picture("svg", {"--view", "links"});
    for (const std::string word : {"animal", "street", "tired"}) EXPECT_NE(svg.find(word), std::string::npos) << word;
}

TEST(Export, Sizes) {
    Png png = readPng(picture("png", {"--size", "640x480"}));
    EXPECT_EQ(png.width, 640u);
    EXPECT_EQ(png.height, 480u);
    png = readPng(picture("png", {"--mm", "100x50.8", "--dpi", "200"}));
    EXPECT_EQ(png.width, 787u); // 100 ÷ 25.4 · 200
    EXPECT_EQ(png.height, 400u);
    EXPECT_NEAR(png.dotsPerMetre, 200 / 0.0254, 1);
    png = readPng(picture("png", {"--mm", "25.4x25.4"}));
    EXPECT_EQ(png.width, 300u);
    std::smatch box;
    const std::string pdf = picture("pdf", {"--mm", "127x63.5"});
    const std::regex corners(R"(/MediaBox \[([0-9.]+) ([0-9.]+) ([0-9.]+) ([0-9.]+) *\])");
    ASSERT_TRUE(std::regex_search(pdf, box, corners));
    EXPECT_NEAR(std::stod(box[3]) - std::stod(box[1]), 360, 0.01); // points
    EXPECT_NEAR(std::stod(box[4]) - std::stod(box[2]), 180, 0.01);
}

TEST(Export, TransparentOrNot) {
    const auto firstPixelAlpha = [](const Png& png) { return static_cast<unsigned char>(png.lines.at(4)); };
    const Png clear = readPng(picture("png", {"--transparent"}));
    ASSERT_EQ(clear.colourType, 6);
    EXPECT_EQ(firstPixelAlpha(clear), 0);
    const Png white = readPng(picture("png"));
    EXPECT_TRUE(white.colourType == 2 || firstPixelAlpha(white) == 255);
}

TEST(Export, EveryOptionChangesThePicture) {
    const std::string heads = picture("svg"), head = picture("svg", {"--view", "head"}),
                      links = picture("svg", {"--view", "links"});
    const std::vector<Words> ofHeads = {{"--theme", "dark"},  {"--colors", "magma"},   {"--colors", "cividis"},
                                        {"--colors", "grey"}, {"--head", "0,2"},       {"--query", "7"},
                                        {"--key", "1"},       {"--heads", "2"},        {"--mask", "causal"},
                                        {"--transpose"},      {"--weights", "random"}, {"--size", "900x700"}};
    for (const Words& words : ofHeads) EXPECT_TRUE(picture("svg", words) != heads) << words[0];
    const auto with = [](const std::string& view, Words words) {
        words.insert(words.end(), {"--view", view});
        return picture("svg", words);
    };
    for (const Words& words : {Words{"--head", "2"}, Words{"--query", "7"}, Words{"--transpose"},
                               Words{"--range", "all", "--weights", "random"}})
        EXPECT_TRUE(with("head", words) != head) << words[0];
    for (const Words& words : {Words{"--head", "2"}, Words{"--query", "7"}, Words{"--horizontal"},
                               Words{"--mass", "0.99"}, Words{"--gamma", "2"}})
        EXPECT_TRUE(with("links", words) != links) << words[0];
    const Words pins = {"--query", "7", "--key", "1"};
    EXPECT_TRUE(with("links", {"--query", "7", "--key", "1", "--direction", "is-read-by"}) != with("links", pins));
    for (const std::string range : {"row", "all"})
        EXPECT_TRUE(picture("png", {"--weights", "random", "--range", range}) !=
                    picture("png", {"--weights", "random"}))
            << range;
    EXPECT_TRUE(picture("svg", {"--head", "all"}) == heads);
    EXPECT_TRUE(picture("svg", {"--query", "none", "--transpose=off"}) == heads);
}

TEST(Export, TheDesktopDoesNotChangeThePicture) {
    const std::string plain = picture("png");
    Call call;
    call.environment = {{"QT_SCALE_FACTOR", "2"}, {"QT_FONT_DPI", "200"},     {"QT_STYLE_OVERRIDE", "windows"},
                        {"LANG", "de_DE.UTF-8"},  {"QT_QPA_PLATFORM", "xcb"}, {"DISPLAY", ":4711"}};
    EXPECT_TRUE(picture("png", {}, call) == plain);
}

TEST(Export, EveryScript) {
    for (const char* text :
         {"他在银行存钱", "القط جلس على السجادة", "แมวนั่งบนเสื่อ", "👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈",
          "Donaudampfschifffahrtsgesellschaft e\xCC\x81"}) {
        for (const std::string view : {"heads", "head", "links"}) {
            const Outcome outcome = run({"export", "--text", text, "--view", view, "--format", "svg", "-o", "-"});
            EXPECT_EQ(outcome.code, 0) << outcome.err;
            EXPECT_EQ(outcome.err, "");
        }
    }
}

TEST(Export, AFileTakesItsFormatFromItsEnding) {
    Folder folder;
    for (const std::string ending : {"PNG", "svg", "pdf"}) {
        const Outcome outcome = run({"export", "--text=hi", "--output=" + folder / ("x." + ending)});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.out + outcome.err, "");
    }
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"x.PNG", "x.pdf", "x.svg"}));
    EXPECT_EQ(bytesOf(folder / "x.PNG").substr(1, 3), "PNG");
    EXPECT_EQ(bytesOf(folder / "x.pdf").substr(0, 4), "%PDF");
}

} // namespace
