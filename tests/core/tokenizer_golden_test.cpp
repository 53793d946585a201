// SPDX-License-Identifier: GPL-3.0-or-later
// What the library `tokenizers` makes of 2,000 strings, pairs and ids with small tokenizers of every kind
// (tests/oracle/make_tokenizers.py): ours must make the same.
#include "tests/core/tokenizer_fixture.h"

#include <nlohmann/json.hpp>

namespace headscope::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kKinds[] = {"bert",       "bert_cased",    "gpt2",       "roberta",        "bart",
                                  "neox",       "llama2_legacy", "llama2",     "llama3",         "qwen2",
                                  "t5",         "xlmr",          "albert",     "marian",         "unigram_bytes",
                                  "word_level", "gpt1",          "bpe_prefix", "byte_normalizer"};

Json inflated(const std::string& name) {
    return Json::parse(inflatedGolden("tokenizers/" + name));
}

/// The line whose sum the oracle keeps.
std::string lineOf(const std::vector<Token>& tokens) {
    std::string line;
    for (const Token& t : tokens)
        line += (line.empty() ? "" : " ") + std::to_string(t.id) + ":" + std::to_string(t.begin) + ":" +
                std::to_string(t.end) + ":" + t.text;
    return line;
}

std::vector<std::uint32_t> sums(const std::string& kind) {
    const std::string bytes = readBytes(golden("tokenizers/" + kind + ".crc"));
    std::vector<std::uint32_t> values(bytes.size() / 4);
    for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t k = 0; k < 4; ++k)
            values[i] |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[4 * i + k])) << (8 * k);
    return values;
}

/// The parameter's tokenizer.
class TokenizerGolden : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const Result<TokenizerPtr> made =
            tokenizerOf(inflatedGolden(std::string("tokenizers/") + GetParam() + ".json.z"));
        ASSERT_TRUE(made) << made.error().message();
        tokenizer = *made;
    }
    TokenizerPtr tokenizer;
};

TEST_P(TokenizerGolden, stringsHaveTheLibrarysTokensAndRanges) {
    const Json strings = inflated("strings.json.z");
    const std::vector<std::uint32_t> expected = sums(GetParam());
    ASSERT_GE(strings.size(), 2000U);
    ASSERT_EQ(strings.size(), expected.size());
    int wrong = 0;
    for (std::size_t i = 0; i < strings.size(); ++i) {
        const Result<std::vector<Token>> tokens = tokenizer->encode(strings[i].get<std::string>());
        ASSERT_TRUE(tokens) << tokens.error().message();
        const std::string line = lineOf(*tokens);
        const auto sum = crc32(0, reinterpret_cast<const Bytef*>(line.data()), static_cast<uInt>(line.size()));
        if (sum != expected[i] && ++wrong <= 3)
            ADD_FAILURE() << "string " << i << " " << strings[i].dump(-1, ' ', true) << "\n" << line;
    }
    EXPECT_EQ(wrong, 0);
}

TEST_P(TokenizerGolden, pairsAreJoinedByTheTemplate) {
    const Json all = inflated("pairs.json.z");
    ASSERT_GT(all[GetParam()].size(), 20U);
    for (const Json& pair : all[GetParam()]) {
        const auto tokens =
            tokenizer->encodePair(pair["texts"][0].get<std::string>(), pair["texts"][1].get<std::string>());
        ASSERT_TRUE(tokens) << tokens.error().message();
        Json ids = Json::array(), spans = Json::array(), types = Json::array(), sequences = Json::array();
        for (const Token& t : *tokens) {
            ids.push_back(t.id);
            spans.push_back({t.begin, t.end});
            types.push_back(t.segment);
            sequences.push_back(t.sequence);
            EXPECT_EQ(t.sequence < 0, t.word < 0);
        }
        EXPECT_EQ(ids, pair["ids"]) << pair["texts"].dump();
        EXPECT_EQ(spans, pair["spans"]) << pair["texts"].dump();
        EXPECT_EQ(types, pair["types"]) << pair["texts"].dump();
        EXPECT_EQ(sequences, pair["sequences"]) << pair["texts"].dump();
    }
}

TEST_P(TokenizerGolden, idsAreDecodedToTheSameBytes) {
    const Json all = inflated("decoded.json.z");
    ASSERT_GT(all[GetParam()].size(), 20U);
    for (const Json& item : all[GetParam()]) {
        const auto ids = item[0].get<std::vector<std::int64_t>>();
        EXPECT_EQ(tokenizer->decode(ids, item[1].get<bool>()), item[2].get<std::string>()) << item[0].dump();
    }
}

TEST_P(TokenizerGolden, rangesLieInTheText) {
    for (const std::string text : {"a <mask> é", "", "\u3000[MASK]\u3000", "👨‍👩‍👧‍👦x"}) {
        const auto tokens = tokenizer->encode(text, false);
        ASSERT_TRUE(tokens);
        std::int64_t word = 0;
        for (const Token& t : *tokens) {
            EXPECT_EQ(t.sequence, 0);
            EXPECT_GE(t.begin, 0);
            EXPECT_LE(t.begin, t.end);
            EXPECT_LE(t.end, static_cast<std::int64_t>(text.size()));
            EXPECT_GE(t.word, word);
            EXPECT_LT(t.id, tokenizer->size());
            word = t.word;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenizerGolden, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return std::string(kind.param); });

} // namespace
} // namespace headscope::test
