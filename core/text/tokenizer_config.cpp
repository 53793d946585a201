// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer_config.h"

#include "core/base/json_syntax.h"
#include "core/base/python_json.h"

#include <nlohmann/json.hpp>

namespace headscope {
namespace {

using Json = nlohmann::json;

constexpr const char* kRoles[] = {"mask_token", "cls_token", "sep_token", "bos_token",
                                  "eos_token",  "pad_token", "unk_token"};

/// The file's object; empty when there is no file.
Result<Json> readObject(const std::optional<std::string>& text, const char* file) {
    if (!text) return Json::object();
    Status start = checkJsonStart(*text);
    if (!start) return Error{ErrorCode::Input, file, start.error().detail};
    try {
        // Deeply nested brackets would need as deep a stack to take the tree down again.
        const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth < 64; };
        std::string plain = *text;
        replaceNotNumbers(plain);
        Json json = Json::parse(plain, shallow);
        if (json.is_object()) return json;
        return Error{ErrorCode::Input, file, "expected an object { ... }"};
    } catch (const Json::parse_error& problem) {
        return Error{ErrorCode::Input, file, jsonSyntaxError(*text, problem.byte).detail};
    } catch (const Json::exception&) {
        return Error{ErrorCode::Input, file, "a number in the file is too large to be read"};
    }
}

bool flagOf(const Json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_boolean() && at->get<bool>();
}

/// "[MASK]" or {"content": "[MASK]", "lstrip": true …}
std::optional<AddedToken> tokenOf(const Json& value) {
    AddedToken token;
    token.special = true;
    token.normalized = false;
    if (value.is_string()) {
        token.content = value.get<std::string>();
        return token;
    }
    if (!value.is_object() || !value.contains("content") || !value["content"].is_string()) return std::nullopt;
    token.content = value["content"].get<std::string>();
    token.singleWord = flagOf(value, "single_word");
    token.lstrip = flagOf(value, "lstrip");
    token.rstrip = flagOf(value, "rstrip");
    token.normalized = flagOf(value, "normalized");
    return token;
}

std::optional<bool> optionalFlag(const Json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_boolean()) return std::nullopt;
    return at->get<bool>();
}

} // namespace

Result<TokenizerConfig> readTokenizerConfig(const TokenizerTexts& texts) {
    const Result<Json> config = readObject(texts.tokenizerConfig, "tokenizer_config.json");
    if (!config) return config.error();
    const Result<Json> names = readObject(texts.specialTokensMap, "special_tokens_map.json");
    if (!names) return names.error();
    const Result<Json> added = readObject(texts.addedTokens, "added_tokens.json");
    if (!added) return added.error();
    const Result<Json> model = readObject(texts.modelConfig, "config.json");
    if (!model) return model.error();

    TokenizerConfig read;
    for (const Json* source : {&*names, &*config}) // the second one's word counts
        for (const char* role : kRoles)
            if (source->contains(role))
                if (const std::optional<AddedToken> token = tokenOf((*source)[role])) read.special[role] = *token;
    for (const auto& [content, id] : added->items())
        if (id.is_number_unsigned()) read.added[content] = id.get<std::uint64_t>();
    read.lowercase = optionalFlag(*config, "do_lower_case");
    read.stripAccents = optionalFlag(*config, "strip_accents");
    read.spaceAroundChinese = optionalFlag(*config, "tokenize_chinese_chars");
    read.addPrefixSpace = optionalFlag(*config, "add_prefix_space");
    read.addBegin = flagOf(*config, "add_bos_token");
    if (model->contains("model_type") && (*model)["model_type"].is_string())
        read.modelType = (*model)["model_type"].get<std::string>();
    return read;
}

} // namespace headscope
