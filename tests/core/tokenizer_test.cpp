// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tokenizer_files.h"
#include "core/text/regex.h"
#include "tests/core/tokenizer_fixture.h"

#include <chrono>
#include <functional>

namespace headscope::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::int64_t> idsOf(const TokenizerPtr& tokenizer, const std::string& text, bool addSpecial = true) {
    std::vector<std::int64_t> ids;
    const auto tokens = tokenizer->encode(text, addSpecial);
    EXPECT_TRUE(tokens) << tokens.error().message();
    for (const Token& t : tokens ? *tokens : std::vector<Token>{}) ids.push_back(t.id);
    return ids;
}

std::vector<std::string> matches(const std::string& pattern, const std::string& text) {
    const Result<Regex> regex = Regex::compile(pattern);
    EXPECT_TRUE(regex) << regex.error().message();
    std::vector<std::string> found;
    if (!regex) return found;
    const Result<std::vector<ByteRange>> ranges = regex->findAll(text);
    EXPECT_TRUE(ranges);
    for (const ByteRange& r : *ranges) found.push_back(text.substr(r.begin, r.end - r.begin));
    return found;
}

TEST(TokenizerRegex, backtracksAsWritten) {
    EXPECT_THAT(matches("a|ab", "ab"), ElementsAre("a"));
    EXPECT_THAT(matches("(?:a|ab)c", "abc"), ElementsAre("abc"));
    EXPECT_THAT(matches("a{2,3}?", "aaaaa"), ElementsAre("aa", "aa"));
    EXPECT_THAT(matches("a++a|b", "aab"), ElementsAre("b"));
    EXPECT_THAT(matches("(?>a+)a|b", "aab"), ElementsAre("b"));
    EXPECT_THAT(matches("(?:ab)*", "abab"), ElementsAre("abab"));
    EXPECT_THAT(matches("(a*)*b", "aab"), ElementsAre("aab"));
    EXPECT_THAT(matches("x*", "ab"), ElementsAre("", "", ""));
    EXPECT_THAT(matches("a{,2}|{", "aaa{"), ElementsAre("aa", "a", ""));
}

TEST(TokenizerRegex, looksAround) {
    EXPECT_THAT(matches(R"(\s+(?!\S)|\s+)", "a   b"), ElementsAre("  ", " "));
    EXPECT_THAT(matches("(?<=a|bc)x", "ax bcx cx"), ElementsAre("x", "x"));
    EXPECT_THAT(matches("(?<!a)x", "ax bx"), ElementsAre("x"));
    EXPECT_THAT(matches(R"(\bthe\b)", "the other the"), ElementsAre("the", "the"));
    EXPECT_THAT(matches(R"(^a|b$|\Aa|c\z)", "a\nab\nc"), ElementsAre("a", "a", "b", "c"));
}

TEST(TokenizerRegex, knowsSets) {
    EXPECT_THAT(matches(R"([^\s\p{L}\p{N}]+)", "a, é! 1½?"), ElementsAre(",", "!", "?"));
    EXPECT_THAT(matches(R"([a-c\-x]+)", "abd-x"), ElementsAre("ab", "-x"));
    EXPECT_THAT(matches(R"([\p{L}&&[^a-z]]+)", "aBéc"), ElementsAre("Bé"));
    EXPECT_THAT(matches(R"([[:alpha:]]+|\p{Han}|\x{1F600}|\u00E9)", "ab 野😀é"), ElementsAre("ab", "野", "😀", "é"));
    EXPECT_THAT(matches(R"((?i:'s)|(?i)K)", "'S 'ſ k"), ElementsAre("'S", "'ſ", "k"));
    EXPECT_THAT(matches(R"([^[:^alpha:]]|\P{L})", "a1"), ElementsAre("a", "1"));
}

TEST(TokenizerRegex, refusesWhatItDoesNotKnow) {
    for (const char* pattern : {"(", ")", "[a", "a)", "*", "(?<n>a)\\1", "\\p{Nothing}", "a{3,2}", "a{1001}", "(?q)",
                                "\\", "[b-a]", "\\k<n>", "(?<=a+)b", "\\x{110000}", "((?:ab){500}){500}"})
        EXPECT_FALSE(Regex::compile(pattern)) << pattern;
    EXPECT_FALSE(Regex::compile(std::string(10'000, '(')));
    const Result<Regex> evil = Regex::compile("(?:a+)+$");
    ASSERT_TRUE(evil);
    const auto found = evil->findAll(std::string(100, 'a') + "b");
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().detail, HasSubstr("too many steps"));
}

/// Vocabularies that fit on a line, from the papers' and libraries' own examples.
TEST(Tokenizer, tinyVocabularies) {
    TokenizerTexts bert;
    bert.vocabTxt = "[PAD]\n[UNK]\nthe\nquick\n##est\nbrown\nfox\n##iest\njumped\nover\n##zie\n##st\ndog\n."
                    "\nlazy\nla\n[SEP]\n[CLS]\n";
    const auto wordPiece = makeTokenizer(bert);
    ASSERT_TRUE(wordPiece) << wordPiece.error().message();
    EXPECT_THAT(idsOf(*wordPiece, "Quickest laziest elmo", false), ElementsAre(3, 4, 15, 10, 11, 1));
    EXPECT_THAT(idsOf(*wordPiece, "the dog."), ElementsAre(17, 2, 12, 13, 16));
    EXPECT_EQ((*wordPiece)->special().cls, 17);
    EXPECT_EQ((*wordPiece)->special().unk, 1);
    EXPECT_EQ((*wordPiece)->decode(std::vector<std::int64_t>{17, 3, 4, 13, 16}), "quickest.");

    TokenizerTexts gpt2;
    gpt2.vocabJson =
        "{\"l\":0,\"o\":1,\"w\":2,\"e\":3,\"r\":4,\"s\":5,\"t\":6,\"i\":7,\"d\":8,\"n\":9,\"Ġ\":10,\"Ġl\":11,\"Ġn\":12,"
        "\"Ġlo\":13,\"Ġlow\":14,\"er\":15,\"<|endoftext|>\":16}";
    gpt2.mergesTxt = "#version: 0.2\nĠ l\r\nĠl o\nĠlo w\ne r\n";
    const auto bpe = makeTokenizer(gpt2);
    ASSERT_TRUE(bpe) << bpe.error().message();
    EXPECT_THAT(idsOf(*bpe, " lower<|endoftext|> newer"), ElementsAre(14, 15, 16, 10, 9, 3, 2, 15));
    EXPECT_EQ((*bpe)->readable(14), " low");
    EXPECT_EQ((*bpe)->special().eos, 16);
}

TEST(Tokenizer, wordsFoldSubTokens) {
    for (const char* kind : {"bert", "gpt2", "llama2_legacy", "llama2", "t5"}) {
        const auto tokenizer = tokenizerOf(inflatedGolden(std::string("tokenizers/") + kind + ".json.z"));
        ASSERT_TRUE(tokenizer);
        const auto tokens = (*tokenizer)->encode("Xylophone unwantedness", false);
        ASSERT_TRUE(tokens);
        ASSERT_GT(tokens->size(), 2U) << kind;
        EXPECT_EQ(tokens->front().word, 0);
        EXPECT_EQ(tokens->back().word, 1) << kind;
    }
}

TEST(Tokenizer, refusesTextThatIsNotUtf8) {
    const auto tokenizer = tokenizerOf(inflatedGolden("tokenizers/gpt2.json.z"));
    ASSERT_TRUE(tokenizer);
    for (const char* text : {"\xC3\x28", "ab\xFF", "\xED\xA0\x80"}) EXPECT_FALSE((*tokenizer)->encode(text));
    EXPECT_THAT((*tokenizer)->encode("ab\xFF").error().message(), HasSubstr("byte 2"));
    EXPECT_EQ((*tokenizer)->decode(std::vector<std::int64_t>{-1, 1 << 30}), "");
}

/// A file of one WordLevel token with this put into it.
std::string fileWith(const std::string& members, const std::string& vocab = R"({"a": 0, "[UNK]": 1})") {
    return R"({"version": "1.0", )" + members + (members.empty() ? "" : ", ") +
           R"("model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": )" + vocab + "}}";
}

TEST(Tokenizer, badFilesGetOneSentence) {
    std::string nested = R"("normalizer": )";
    for (int i = 0; i < 10'000; ++i) nested += R"({"type": "Sequence", "normalizers": [)";
    const std::pair<std::string, const char*> cases[] = {
        {"", "empty"},
        {"{", "ends in the middle"},
        {"[]", "no tokenizer"},
        {"{}", "tokenizer.json: model: missing"},
        {std::string("{\0}", 3), "byte 2"},
        {"{\"a\": NaN}", "not valid JSON"},
        {fileWith("\"x\": 1e999"), "not valid JSON"},
        {R"({"version": "2.0", "model": {}})", "version 2.0"},
        {fileWith(nested), "brackets"},
        {fileWith("", R"({"a": -1})"), "the id of \"a\" is not a whole number"},
        {fileWith("", R"({"a": 1.5})"), "the id of \"a\""},
        {fileWith("", R"({"a": 1099511627776})"), "1099511627776 is too large"},
        {fileWith("", R"({"a": {"b": 0}})"), "the id of \"a\""},
        {fileWith("", "[]"), "missing or empty"},
        {fileWith("", R"([["a", -1], ["b"]])"), "entry 1 is not a pair"},
        {fileWith("", R"([["a", -1]])"), "expected an object of tokens and ids"},
        {fileWith(R"("normalizer": {"type": "Upper"})"),
         "normalizer.type: \"Upper\" is not known; known: Sequence, Bert"},
        {fileWith(R"("normalizer": 3)"), "normalizer: expected an object"},
        {fileWith(R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercas"}]})"),
         "normalizer.normalizers[1].type"},
        {fileWith(R"("normalizer": {"type": "Precompiled", "precompiled_charsmap": "?"})"), "not base64"},
        {fileWith(R"("normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="})"),
         "longer than the data"},
        {fileWith(R"("normalizer": {"type": "Replace", "pattern": {"Regex": "("}, "content": ""})"),
         "regular expression cannot be used"},
        {fileWith(R"("pre_tokenizer": {"type": "UnicodeScripts"})"), "\"UnicodeScripts\" is not known"},
        {fileWith(R"("pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "Gone"})"),
         "known: Contiguous, Isolated"},
        {fileWith(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "ab"})"), "expected one character"},
        {fileWith(R"("pre_tokenizer": {"type": "FixedLength", "length": 0})"), "above 0"},
        {fileWith(
             R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[X]", "type_id": 0}}],
                     "pair": [], "special_tokens": {}})"),
         "\"[X]\" is not among"},
        {fileWith(
             R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}],
                     "pair": [], "special_tokens": {}})"),
         "not there"},
        {fileWith(R"("post_processor": {"type": "BertProcessing", "sep": ["a"], "cls": ["a", 0]})"),
         "a token and its id"},
        {fileWith(R"("decoder": {"type": "CTC"})"), "decoder.type"},
        {fileWith(R"("added_tokens": [{"id": 0}])"), "added_tokens[0]"},
        {R"({"model": {"type": "Magic", "vocab": {"a": 0}}})", "\"Magic\" is not known; known: BPE"},
        {R"({"model": {"type": "BPE", "vocab": {"a": 0}}})", "a BPE model needs them"},
        {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}})", "merge 0 needs \"b\""},
        {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}})", "merge 0 is not two parts"},
        {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "a", "a"]]}})", "merge 0 is not two parts"},
        {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": {"a": 1}}})", "merge 0 is not two parts"},
        {R"({"model": {"type": "Unigram", "unk_id": 7, "vocab": [["a", 0]]}})", "unk_id is 7"},
        {R"({"model": {"type": "Unigram", "vocab": {"a": 0}}})", "list of pairs"}};
    for (const auto& [json, expected] : cases) {
        const auto made = tokenizerOf(json);
        ASSERT_FALSE(made) << json.substr(0, 200);
        EXPECT_THAT(made.error().message(), AllOf(HasSubstr(expected), HasSubstr("tokenizer.json")))
            << json.substr(0, 200);
        EXPECT_EQ(made.error().message().find('\n'), std::string::npos);
    }
}

TEST(Tokenizer, oddFilesStillOpen) {
    const auto gaps = tokenizerOf(fileWith("", R"({"a": 0, "a": 5, "[UNK]": 9})"));
    ASSERT_TRUE(gaps) << gaps.error().message();
    EXPECT_EQ((*gaps)->size(), 10);
    EXPECT_EQ((*gaps)->idOf("a"), 5); // of two with the same text the last counts
    EXPECT_EQ((*gaps)->entry(3), std::nullopt);
    const auto marked = tokenizerOf("\xEF\xBB\xBF" + fileWith(""));
    EXPECT_TRUE(marked) << marked.error().message();
    const auto noUnknown = tokenizerOf(fileWith("", R"({"a": 0})"));
    ASSERT_TRUE(noUnknown);
    EXPECT_THAT((*noUnknown)->encode("b").error().message(), HasSubstr("\"[UNK]\""));
    const auto padded =
        tokenizerOf(fileWith(R"("padding": {"strategy": {"Fixed": 128}}, "truncation": {"max_length": 1})"));
    ASSERT_TRUE(padded);
    EXPECT_THAT(idsOf(*padded, "a"), ElementsAre(0));
}

TEST(TokenizerFiles, findsWhatAFolderHas) {
    const TempFolder folder;
    EXPECT_THAT(readTokenizer(folder / "none").error().message(), HasSubstr("none"));
    EXPECT_THAT(readTokenizer(folder.path()).error().message(), HasSubstr("there is no tokenizer"));
    writeBytes(folder / "source.spm", "x");
    EXPECT_THAT(readTokenizer(folder.path()).error().message(),
                AllOf(HasSubstr("source.spm"), HasSubstr("save_pretrained")));
    writeBytes(folder / "vocab.json", R"({"a": 0, "<s>": 1, "</s>": 2, "<mask>": 3, "<unk>": 4, "Ġ": 5})");
    writeBytes(folder / "merges.txt", "#version: 0.2\n");
    const auto roberta = readTokenizer(folder.path());
    ASSERT_TRUE(roberta) << roberta.error().message();
    EXPECT_THAT(idsOf(*roberta, "a <mask>a"), ElementsAre(1, 0, 5, 3, 0, 2)) << "as transformers 5.24";
    EXPECT_EQ((*roberta)->special().mask, 3);
    writeBytes(folder / "config.json", R"({"model_type": "gpt2"})");
    EXPECT_THAT(idsOf(readTokenizer(folder.path()).value(), "aa"), ElementsAre(0, 0));
    writeBytes(folder / "tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<s>"})");
    EXPECT_THAT(idsOf(readTokenizer(folder.path()).value(), "aa<s>"), ElementsAre(1, 0, 0, 1));
    std::filesystem::remove(folder / "tokenizer_config.json");
    std::filesystem::remove(folder / "config.json");
    writeBytes(folder / "vocab.txt", "\xEF\xBB\xBF[UNK]\r\n[CLS]\r\n[SEP]\r\nA\r\na\r\n\r\n##b");
    const auto cased = readTokenizer(folder.path());
    ASSERT_TRUE(cased) << cased.error().message();
    EXPECT_THAT(idsOf(*cased, "Ab a"), ElementsAre(1, 3, 6, 4, 2));
    writeBytes(folder / "tokenizer_config.json", R"({"do_lower_case": true, "mask_token": {"content": "a"}})");
    const auto lower = readTokenizer(folder.path());
    ASSERT_TRUE(lower) << lower.error().message();
    EXPECT_EQ((*lower)->special().mask, 4);
    EXPECT_THAT(idsOf(*lower, "Ab", false), ElementsAre(4, 6));
    writeBytes(folder / "tokenizer_config.json", "{");
    EXPECT_THAT(readTokenizer(folder.path()).error().message(), HasSubstr("tokenizer_config.json"));
}

TEST(TokenizerFiles, badFoldersGetOneSentence) {
    const TempFolder folder;
    const std::string file = folder / "tokenizer.json";
    const std::pair<std::string, const char*> cases[] = {
        {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"},
        {"<!doctype html><title>404</title>", "web page"},
        {"", "empty"}};
    for (const auto& [bytes, expected] : cases) {
        writeBytes(file, bytes);
        EXPECT_THAT(readTokenizer(folder.path()).error().message(),
                    AllOf(HasSubstr("tokenizer.json"), HasSubstr(expected)));
    }
    std::filesystem::remove(file);
    std::filesystem::create_symlink("tokenizer.json", file);
    EXPECT_EQ(readTokenizer(folder.path()).error().code, ErrorCode::Io);
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/dev/zero", file);
    EXPECT_THAT(readTokenizer(folder.path()).error().message(), HasSubstr("device"));
    std::filesystem::remove(file);
    writeBytes(file, "{");
    std::filesystem::resize_file(file, std::uintmax_t{1} << 40); // a hole: takes no room
    EXPECT_THAT(readTokenizer(folder.path()).error().message(), HasSubstr("too large"));
}

TEST(Tokenizer, longTextsAreLinear) { // a factor of ten in length must not be one of a hundred in time
    for (const char* kind : {"bert", "gpt2", "llama2", "llama3", "t5", "albert"}) {
        const auto tokenizer = tokenizerOf(inflatedGolden(std::string("tokenizers/") + kind + ".json.z"));
        ASSERT_TRUE(tokenizer);
        for (const std::string part : {" ", "a", "👍", "a.", "\n", "e\u0301", "'"}) {
            std::string text;
            while (text.size() < 300'000) text += part;
            const auto begin = std::chrono::steady_clock::now();
            EXPECT_TRUE((*tokenizer)->encode(text)) << kind << " " << part;
            EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30)) << kind << " " << part;
        }
    }
}

} // namespace
} // namespace headscope::test
