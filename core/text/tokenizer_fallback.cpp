// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer_fallback.h"

#include "core/text/token.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace headscope {
namespace {

using Json = nlohmann::json;

constexpr const char* kQwenPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

std::optional<std::uint64_t> idOf(const TokenizerDocument& document, std::string_view text) {
    const auto is = [&](const VocabularyEntry& entry) { return entry.text == text; };
    const auto at = std::find_if(document.vocabulary.rbegin(), document.vocabulary.rend(), is);
    return at == document.vocabulary.rend() ? std::nullopt : std::optional(at->id);
}

AddedToken specialOf(const TokenizerConfig& config, const char* role, const char* otherwise) {
    if (const auto at = config.special.find(role); at != config.special.end()) return at->second;
    AddedToken token;
    token.content = otherwise;
    token.special = true;
    token.normalized = false;
    return token;
}

/// The special tokens that the vocabulary has, and those of added_tokens.json by their ids.
Json addedTokens(const TokenizerDocument& document, const TokenizerConfig& config,
                 const std::vector<AddedToken>& special) {
    Json list = Json::array();
    const auto add = [&](const AddedToken& token, std::uint64_t id) {
        list.push_back({{"id", id},
                        {"content", token.content},
                        {"single_word", token.singleWord},
                        {"lstrip", token.lstrip},
                        {"rstrip", token.rstrip},
                        {"normalized", token.normalized},
                        {"special", token.special}});
    };
    for (const AddedToken& token : special)
        if (const std::optional<std::uint64_t> id = idOf(document, token.content)) add(token, *id);
    std::vector<std::pair<std::uint64_t, std::string>> byId;
    for (const auto& [content, id] : config.added) byId.emplace_back(id, content);
    std::sort(byId.begin(), byId.end());
    for (const auto& [id, content] : byId) {
        AddedToken token;
        token.content = content;
        for (const auto& [role, known] : config.special)
            if (known.content == content) token = known;
        add(token, id);
    }
    return list;
}

/// One token a line, its number the id. White space at the end belongs to the line.
Result<std::vector<VocabularyEntry>> readVocabTxt(std::string_view text) {
    if (const std::int64_t at = firstInvalidUtf8(text); at >= 0)
        return Error{ErrorCode::Input, "vocab.txt", "byte " + std::to_string(at) + " (from 0) is not UTF-8"};
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::vector<VocabularyEntry> entries;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
        entries.push_back({std::string(line), entries.size()});
    }
    if (entries.empty()) return Error{ErrorCode::Input, "vocab.txt", "the file is empty"};
    return entries;
}

/// A vocabulary without one capital letter outside brackets is of a model that reads lower case.
bool isLowercase(const std::vector<VocabularyEntry>& entries) {
    const auto hasCapital = [](const VocabularyEntry& entry) {
        return !entry.text.starts_with('[') &&
               std::any_of(entry.text.begin(), entry.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    };
    return std::none_of(entries.begin(), entries.end(), hasCapital);
}

Json templatePiece(const char* kind, const std::string& id, int segment) {
    return {{kind, {{"id", id}, {"type_id", segment}}}};
}

Result<TokenizerDocument> bertDocument(const std::string& vocabTxt, const TokenizerConfig& config) {
    Result<std::vector<VocabularyEntry>> entries = readVocabTxt(vocabTxt);
    if (!entries) return entries.error();
    const bool lowercase = config.lowercase.value_or(isLowercase(*entries));
    TokenizerDocument document;
    document.vocabulary = std::move(*entries);
    const AddedToken unknown = specialOf(config, "unk_token", "[UNK]");
    const AddedToken cls = specialOf(config, "cls_token", "[CLS]");
    const AddedToken sep = specialOf(config, "sep_token", "[SEP]");
    const std::vector<AddedToken> special = {specialOf(config, "pad_token", "[PAD]"), unknown, cls, sep,
                                             specialOf(config, "mask_token", "[MASK]")};
    document.sections["added_tokens"] = addedTokens(document, config, special).dump();
    document.sections["normalizer"] = Json{
        {"type", "BertNormalizer"},
        {"clean_text", true},
        {"handle_chinese_chars", config.spaceAroundChinese.value_or(true)},
        {"strip_accents", config.stripAccents.value_or(lowercase)},
        {"lowercase", lowercase}}.dump();
    document.sections["pre_tokenizer"] = R"({"type": "BertPreTokenizer"})";
    document.sections["decoder"] = R"({"type": "WordPiece"})";
    document.sections["model"] = Json{{"type", "WordPiece"}, {"unk_token", unknown.content}}.dump();
    Json tokens = Json::object();
    for (const AddedToken& token : {cls, sep}) {
        const std::optional<std::uint64_t> id = idOf(document, token.content);
        if (!id) return document; // without them there is nothing to put around the text
        tokens[token.content] = {{"ids", {*id}}, {"tokens", {token.content}}};
    }
    const Json head = templatePiece("SpecialToken", cls.content, 0);
    const Json textA = templatePiece("Sequence", "A", 0);
    const Json endA = templatePiece("SpecialToken", sep.content, 0);
    const Json textB = templatePiece("Sequence", "B", 1);
    const Json endB = templatePiece("SpecialToken", sep.content, 1);
    document.sections["post_processor"] = Json{
        {"type", "TemplateProcessing"},
        {"single", {head, textA, endA}},
        {"pair", {head, textA, endA, textB, endB}},
        {"special_tokens", tokens}}.dump();
    return document;
}

/// RoBERTa and BART put <s> and </s> around a text; GPT-2 has neither.
void addRobertaSteps(TokenizerDocument& document, const TokenizerConfig& config, bool addPrefixSpace) {
    const AddedToken mask = specialOf(config, "mask_token", "<mask>");
    const AddedToken cls = specialOf(config, "cls_token", "<s>");
    const AddedToken sep = specialOf(config, "sep_token", "</s>");
    document.sections["added_tokens"] =
        addedTokens(document, config,
                    {cls, specialOf(config, "pad_token", "<pad>"), sep, specialOf(config, "unk_token", "<unk>"), mask})
            .dump();
    const std::optional<std::uint64_t> clsId = idOf(document, cls.content);
    const std::optional<std::uint64_t> sepId = idOf(document, sep.content);
    if (!clsId || !sepId) return;
    document.sections["post_processor"] = Json{
        {"type", "RobertaProcessing"},
        {"cls", {cls.content, *clsId}},
        {"sep", {sep.content, *sepId}},
        {"trim_offsets", true},
        {"add_prefix_space", addPrefixSpace}}.dump();
}

/// GPT-2's: nothing around a text, or the token that begins it where tokenizer_config.json asks for it.
Json textSteps(std::optional<std::uint64_t> begin, const std::string& beginText) {
    const Json bytes = {{"type", "ByteLevel"}, {"trim_offsets", false}};
    if (!begin) return bytes;
    const auto sides = [&](const char* text, int segment) {
        return Json{templatePiece("SpecialToken", beginText, segment), templatePiece("Sequence", text, segment)};
    };
    Json pair = sides("A", 0);
    for (const Json& piece : sides("B", 1)) pair.push_back(piece);
    const Json around = {{"type", "TemplateProcessing"},
                         {"single", sides("A", 0)},
                         {"pair", pair},
                         {"special_tokens", {{beginText, {{"id", beginText}, {"ids", {*begin}}, {"tokens", {beginText}}}}}}};
    return {{"type", "Sequence"}, {"processors", {bytes, around}}};
}

Result<TokenizerDocument> byteLevelDocument(const TokenizerTexts& texts, const TokenizerConfig& config) {
    Result<std::vector<VocabularyEntry>> entries = readVocabularyJson(*texts.vocabJson);
    if (!entries) return Error{ErrorCode::Input, "vocab.json", entries.error().message()};
    Result<std::vector<Merge>> merges = readMerges(*texts.mergesTxt);
    if (!merges) return Error{ErrorCode::Input, "merges.txt", merges.error().message()};
    TokenizerDocument document;
    document.vocabulary = std::move(*entries);
    document.merges = std::move(*merges);
    document.hasMerges = true;
    document.sections["model"] = R"({"type": "BPE"})";
    document.sections["decoder"] = R"({"type": "ByteLevel"})";
    const bool isQwen = config.modelType.starts_with("qwen");
    const bool isRoberta = config.modelType.empty() ? idOf(document, "<mask>").has_value()
                                                    : config.modelType == "roberta" || config.modelType == "bart";
    const bool addPrefixSpace = config.addPrefixSpace.value_or(false);
    const Json byteLevel = {{"type", "ByteLevel"}, {"add_prefix_space", addPrefixSpace}, {"use_regex", !isQwen}};
    document.sections["pre_tokenizer"] = byteLevel.dump();
    if (isRoberta) {
        addRobertaSteps(document, config, addPrefixSpace);
        return document;
    }
    if (isQwen) {
        const Json split = {{"type", "Split"}, {"pattern", {{"Regex", kQwenPattern}}}, {"behavior", "Isolated"}};
        document.sections["normalizer"] = R"({"type": "NFC"})";
        document.sections["pre_tokenizer"] = Json{{"type", "Sequence"}, {"pretokenizers", {split, byteLevel}}}.dump();
    }
    if (config.modelType == "gpt_neox") document.sections["normalizer"] = R"({"type": "NFC"})";
    const AddedToken begin = specialOf(config, "bos_token", "<|endoftext|>");
    const std::optional<std::uint64_t> first = config.addBegin ? idOf(document, begin.content) : std::nullopt;
    document.sections["post_processor"] = textSteps(first, begin.content).dump();
    std::vector<AddedToken> special = {specialOf(config, "eos_token", "<|endoftext|>")};
    if (begin.content != special.front().content) special.push_back(begin);
    document.sections["added_tokens"] = addedTokens(document, config, special).dump();
    return document;
}

} // namespace

Result<TokenizerDocument> documentWithoutJson(const TokenizerTexts& texts, const TokenizerConfig& config) {
    if (texts.vocabTxt) return bertDocument(*texts.vocabTxt, config);
    if (texts.vocabJson && texts.mergesTxt) return byteLevelDocument(texts, config);
    return Error{ErrorCode::Input, "",
                 "there is no tokenizer: neither tokenizer.json nor vocab.txt nor vocab.json with merges.txt"};
}

} // namespace headscope
