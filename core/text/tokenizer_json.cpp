// SPDX-License-Identifier: GPL-3.0-or-later
// Puts a tokenizer together from what its files say.
#include "core/text/pipeline_json.h"
#include "core/text/tokenizer_config.h"
#include "core/text/tokenizer_document.h"
#include "core/text/tokenizer_fallback.h"
#include "core/text/tokenizer_texts.h"

#include <nlohmann/json.hpp>

#include <array>

namespace headscope {
namespace {

using Json = nlohmann::json;

Error at(const std::string& place, const Error& error) {
    return {error.code, error.place.empty() ? place : place + "." + error.place, error.detail};
}

std::string textOr(const Json& object, const char* key, const std::string& otherwise) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

bool isOn(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

Json section(const TokenizerDocument& document, const char* name) {
    const auto found = document.sections.find(name);
    return found == document.sections.end() ? Json() : Json::parse(found->second, nullptr, false);
}

/// Old files do not say which kind of model they hold.
std::string typeOf(const Json& model, const TokenizerDocument& document) {
    if (model.contains("type")) return textOr(model, "type", "?");
    if (document.hasMerges) return "BPE";
    if (document.hasScores) return "Unigram";
    return model.contains("continuing_subword_prefix") || model.contains("max_input_chars_per_word") ? "WordPiece"
                                                                                                     : "WordLevel";
}

Result<TokenModelPtr> bpe(const Json& model, TokenizerDocument& document, Vocabulary vocabulary) {
    if (!document.hasMerges) return Error{ErrorCode::Input, "merges", "missing; a BPE model needs them"};
    BpeOptions options;
    if (model.contains("unk_token") && model["unk_token"].is_string()) options.unknown = model["unk_token"];
    options.prefix = textOr(model, "continuing_subword_prefix", "");
    options.suffix = textOr(model, "end_of_word_suffix", "");
    options.fuseUnknown = isOn(model, "fuse_unk");
    options.byteFallback = isOn(model, "byte_fallback");
    options.ignoreMerges = isOn(model, "ignore_merges");
    Result<TokenModelPtr> made = makeBpe(std::move(vocabulary), document.merges, std::move(options));
    return made ? std::move(made) : Result<TokenModelPtr>(at("merges", made.error()));
}

Result<TokenModelPtr> unigram(const Json& model, TokenizerDocument& document, Vocabulary vocabulary) {
    if (!document.hasScores)
        return Error{ErrorCode::Input, "vocab", "a Unigram model needs a list of pairs: [[\"the\", -3.2], ...]"};
    UnigramOptions options;
    options.byteFallback = isOn(model, "byte_fallback");
    const auto unknown = model.find("unk_id");
    if (unknown != model.end() && !unknown->is_null()) {
        if (!unknown->is_number_unsigned() || *unknown >= kTokenIdLimit)
            return Error{ErrorCode::Input, "unk_id", "expected a whole number from 0 on, or null"};
        options.unknown = unknown->get<TokenId>();
    }
    return makeUnigram(std::move(vocabulary), std::move(document.scores), options);
}

Result<TokenModelPtr> readModel(TokenizerDocument& document) {
    const Json model = section(document, "model");
    if (!model.is_object()) return Error{ErrorCode::Input, "", "missing; this is not a whole tokenizer"};
    const std::string type = typeOf(model, document);
    if (type != "BPE" && type != "Unigram" && type != "WordPiece" && type != "WordLevel")
        return Error{ErrorCode::Input, "type",
                     "\"" + type + "\" is not known; known: BPE, Unigram, WordLevel, WordPiece"};
    if (document.vocabulary.empty()) return Error{ErrorCode::Input, "vocab", "missing or empty"};
    if (document.hasScores && type != "Unigram")
        return Error{ErrorCode::Input, "vocab", "expected an object of tokens and ids: {\"the\": 0, ...}"};
    Result<Vocabulary> vocabulary = Vocabulary::make(std::move(document.vocabulary));
    if (!vocabulary) return at("vocab", vocabulary.error());
    if (type == "BPE") return bpe(model, document, std::move(*vocabulary));
    if (type == "Unigram") return unigram(model, document, std::move(*vocabulary));
    if (type == "WordLevel") return makeWordLevel(std::move(*vocabulary), textOr(model, "unk_token", "<unk>"));
    WordPieceOptions options;
    options.unknown = textOr(model, "unk_token", options.unknown);
    options.prefix = textOr(model, "continuing_subword_prefix", options.prefix);
    if (const auto most = model.find("max_input_chars_per_word"); most != model.end() && most->is_number_unsigned())
        options.longestWord = most->get<std::size_t>();
    return makeWordPiece(std::move(*vocabulary), std::move(options));
}

Result<std::vector<AddedToken>> readAddedTokens(const TokenizerDocument& document) {
    std::vector<AddedToken> tokens;
    const Json list = section(document, "added_tokens");
    if (list.is_null()) return tokens;
    if (!list.is_array()) return Error{ErrorCode::Input, "added_tokens", "expected a list"};
    for (const Json& item : list) {
        if (!item.is_object() || !item.contains("content") || !item["content"].is_string())
            return Error{ErrorCode::Input, "added_tokens[" + std::to_string(tokens.size()) + "]",
                         "expected an object with the token's \"content\""};
        AddedToken token;
        token.content = item["content"].get<std::string>();
        token.singleWord = isOn(item, "single_word");
        token.lstrip = isOn(item, "lstrip");
        token.rstrip = isOn(item, "rstrip");
        token.special = isOn(item, "special");
        token.normalized = item.contains("normalized") ? isOn(item, "normalized") : !token.special;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

/// By the names that the model's own files give, or else by the names that are usual.
SpecialIds specialIds(const TokenizerParts& parts, const TokenizerConfig& config) {
    const auto find = [&](const char* role, const std::vector<const char*>& usual) {
        const auto idOf = [&](const std::string& text) -> std::optional<std::int64_t> {
            if (const std::optional<TokenId> id = parts.added.find(text)) return *id;
            const std::optional<TokenId> id = parts.model->vocabulary().find(text);
            return id ? std::optional<std::int64_t>(*id) : std::nullopt;
        };
        std::optional<std::int64_t> id;
        if (const auto named = config.special.find(role); named != config.special.end())
            id = idOf(named->second.content);
        for (const char* name : usual)
            if (!id && parts.added.find(name)) id = idOf(name);
        return id;
    };
    SpecialIds ids;
    ids.mask = find("mask_token", {"[MASK]", "<mask>"});
    ids.cls = find("cls_token", {"[CLS]"});
    ids.sep = find("sep_token", {"[SEP]"});
    ids.bos = find("bos_token", {"<s>", "<|begin_of_text|>", "<|endoftext|>"});
    ids.eos = find("eos_token", {"</s>", "<|end_of_text|>", "<|endoftext|>"});
    ids.pad = find("pad_token", {"[PAD]", "<pad>"});
    ids.unk = find("unk_token", {"[UNK]", "<unk>"});
    if (!ids.unk && parts.model->unknown()) ids.unk = *parts.model->unknown();
    return ids;
}

Result<TokenizerPtr> assemble(TokenizerDocument document, const TokenizerConfig& config) {
    const Json version = section(document, "version");
    if (version.is_string() && version != "1.0")
        return Error{ErrorCode::Input, "version", "this is version " + version.get<std::string>() + "; known is 1.0"};
    auto parts = std::make_unique<TokenizerParts>();
    const std::array<std::pair<const char*, Status (*)(std::string_view, TokenizerParts&)>, 4> sections = {
        {{"normalizer", readNormalizer},
         {"pre_tokenizer", readPreTokenizer},
         {"post_processor", readPostProcessor},
         {"decoder", readDecoder}}};
    for (const auto& [name, read] : sections) {
        const auto text = document.sections.find(name);
        if (text == document.sections.end()) continue;
        if (Status status = read(text->second, *parts); !status) return status.error();
    }
    const Result<std::vector<AddedToken>> tokens = readAddedTokens(document);
    if (!tokens) return tokens.error();
    Result<TokenModelPtr> model = readModel(document);
    if (!model) return at("model", model.error());
    parts->model = std::move(*model);
    Result<AddedTokens> added = AddedTokens::make(*tokens, parts->model->vocabulary(), parts->normalizer);
    if (!added) return at("added_tokens", added.error());
    parts->added = std::move(*added);
    parts->special = specialIds(*parts, config);
    return std::make_shared<const Tokenizer>(std::move(parts));
}

} // namespace

Result<TokenizerPtr> makeTokenizer(const TokenizerTexts& texts) {
    const Result<TokenizerConfig> config = readTokenizerConfig(texts);
    if (!config) return config.error();
    const auto inJson = [](const Error& error) {
        return Error{error.code, error.place.empty() ? "tokenizer.json" : "tokenizer.json: " + error.place,
                     error.detail};
    };
    if (!texts.tokenizerJson) {
        Result<TokenizerDocument> document = documentWithoutJson(texts, *config);
        if (!document) return document.error();
        const char* file = texts.vocabTxt ? "vocab.txt" : "vocab.json and merges.txt";
        Result<TokenizerPtr> made = assemble(std::move(*document), *config);
        return made ? made : Result<TokenizerPtr>(Error{made.error().code, file, made.error().message()});
    }
    Result<TokenizerDocument> document = readTokenizerDocument(*texts.tokenizerJson);
    if (!document) return inJson(document.error());
    Result<TokenizerPtr> made = assemble(std::move(*document), *config);
    return made ? made : Result<TokenizerPtr>(inJson(made.error()));
}

} // namespace headscope
