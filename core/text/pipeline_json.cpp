// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/pipeline_json.h"

#include "core/text/unicode.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>

namespace headscope {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostId = static_cast<std::int64_t>(kTokenIdLimit) - 1;

std::string shown(const Json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return text.size() <= 40 ? text : text.substr(0, 37) + "...";
}

/// Takes values out of one step's object and keeps the first thing that is wrong.
class StepReader {
public:
    StepReader(const Json& step, std::string place) : m_step(step), m_place(std::move(place)) {}

    const Json* find(const char* key) const {
        const auto at = m_step.find(key);
        return at == m_step.end() || at->is_null() ? nullptr : &*at;
    }
    bool flag(const char* key, bool otherwise) {
        const Json* value = find(key);
        if (value && !value->is_boolean()) wrong(key, "true or false", *value);
        return value && value->is_boolean() ? value->get<bool>() : otherwise;
    }
    std::string text(const char* key, const std::optional<std::string>& otherwise = {}) {
        const Json* value = find(key);
        if (!value && otherwise) return *otherwise;
        if (value && value->is_string()) return value->get<std::string>();
        wrong(key, "a text in quotes", value ? *value : Json());
        return {};
    }
    std::int64_t number(const char* key, std::int64_t otherwise, std::int64_t most) {
        const Json* value = find(key);
        if (!value) return otherwise;
        const std::int64_t found = value->is_number_unsigned() && *value <= most ? value->get<std::int64_t>() : -1;
        if (found < 0) wrong(key, "a whole number from 0 to " + std::to_string(most), *value);
        return found;
    }
    char32_t character(const char* key, const std::optional<std::string>& otherwise = {}) {
        const std::string value = text(key, otherwise);
        std::size_t at = 0;
        const char32_t c = nextCodePoint(value, at);
        if (value.empty() || at != value.size()) fail(key, "expected one character, found \"" + value + "\"");
        return c;
    }
    template <class T> T choice(const char* key, const std::map<std::string, T>& known, std::optional<T> otherwise) {
        if (!find(key) && otherwise) return *otherwise;
        const std::string value = text(key);
        const auto at = known.find(value);
        if (at != known.end()) return at->second;
        std::string list;
        for (const auto& [name, ignored] : known) list += (list.empty() ? "" : ", ") + name;
        fail(key, "\"" + value + "\" is not known; known: " + list);
        return known.begin()->second;
    }
    /// {"String": "…"} or {"Regex": "…"}
    Regex pattern(const char* key) {
        const Json* value = find(key);
        if (value && value->is_object() && value->size() == 1 && value->begin()->is_string()) {
            const std::string text = value->begin()->get<std::string>();
            if (value->begin().key() == "String") return Regex::literal(text);
            if (value->begin().key() == "Regex") {
                Result<Regex> regex = Regex::compile(text);
                if (regex) return std::move(*regex);
                fail(key, regex.error().detail);
                return Regex::literal("");
            }
        }
        wrong(key, R"({"String": "..."} or {"Regex": "..."})", value ? *value : Json());
        return Regex::literal("");
    }
    void fail(const std::string& key, const std::string& detail) {
        if (!m_error) m_error = Error{ErrorCode::Input, m_place + (key.empty() ? "" : "." + key), detail};
    }
    void wrong(const std::string& key, const std::string& expected, const Json& found) {
        fail(key, "expected " + expected + ", found " + shown(found));
    }
    Status status() const { return m_error ? Status(*m_error) : Status(); }

private:
    const Json& m_step;
    std::string m_place;
    std::optional<Error> m_error;
};

template <class Step> using Factories = std::map<std::string, std::function<Step(StepReader&)>>;

/// Reads one step, or the steps of a Sequence whose list is under `listKey`.
template <class Step> struct StepsOf {
    const Factories<Step>& factories;
    const char* listKey;

    Status read(const Json& json, const std::string& place, std::vector<Step>& steps) const {
        if (json.is_null()) return {};
        StepReader reader(json, place);
        if (!json.is_object()) return reader.wrong("", "an object { ... } or null", json), reader.status();
        const std::string type = reader.text("type");
        if (Status status = reader.status(); !status) return status;
        if (type == "Sequence") return readSequence(json, place, steps);
        const auto factory = factories.find(type);
        if (factory == factories.end()) {
            std::string known = "Sequence";
            for (const auto& [name, ignored] : factories) known += ", " + name;
            reader.fail("type", "\"" + type + "\" is not known; known: " + known);
            return reader.status();
        }
        Step step = factory->second(reader);
        if (Status status = reader.status(); !status) return status;
        steps.push_back(std::move(step));
        return {};
    }

private:
    Status readSequence(const Json& json, const std::string& place, std::vector<Step>& steps) const {
        const auto list = json.find(listKey);
        if (list == json.end() || !list->is_array())
            return Error{ErrorCode::Input, place + "." + listKey, "expected a list of steps"};
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string inner = place + "." + listKey + "[" + std::to_string(i) + "]";
            if (Status status = read((*list)[i], inner, steps); !status) return status;
        }
        return {};
    }
};

template <class Step>
Status readSteps(std::string_view text, const char* section, const StepsOf<Step>& kinds, std::vector<Step>& steps) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return Error{ErrorCode::Input, section, "this is not valid JSON"};
    return kinds.read(json, section, steps);
}

const std::map<std::string, SplitBehaviour>& behaviours() {
    static const std::map<std::string, SplitBehaviour> names = {
        {"Removed", SplitBehaviour::Removed},
        {"Isolated", SplitBehaviour::Isolated},
        {"MergedWithPrevious", SplitBehaviour::MergedWithPrevious},
        {"MergedWithNext", SplitBehaviour::MergedWithNext},
        {"Contiguous", SplitBehaviour::Contiguous}};
    return names;
}

/// The scheme of a Metaspace, in the words of old files too.
PrependScheme prependScheme(StepReader& step) {
    static const std::map<std::string, PrependScheme> names = {
        {"first", PrependScheme::First}, {"never", PrependScheme::Never}, {"always", PrependScheme::Always}};
    const PrependScheme scheme = step.choice<PrependScheme>("prepend_scheme", names, PrependScheme::Always);
    if (step.flag("add_prefix_space", true) || scheme == PrependScheme::Never) return scheme;
    if (step.find("prepend_scheme")) step.fail("add_prefix_space", "says the opposite of prepend_scheme");
    return PrependScheme::Never;
}

BertNormalizer bertNormalizer(StepReader& step) {
    BertNormalizer bert;
    bert.cleanText = step.flag("clean_text", true);
    bert.spaceAroundChinese = step.flag("handle_chinese_chars", true);
    bert.lowercase = step.flag("lowercase", true);
    bert.stripAccents = step.flag("strip_accents", bert.lowercase);
    return bert;
}

Precompiled precompiled(StepReader& step) {
    Result<Charsmap> map = Charsmap::decode(step.text("precompiled_charsmap"));
    if (map) return {std::make_shared<const Charsmap>(std::move(*map))};
    step.fail("precompiled_charsmap", map.error().detail);
    return {};
}

const Factories<Normalizer>& normalizers() {
    static const Factories<Normalizer> all = {
        {"BertNormalizer", bertNormalizer},
        {"NFC",
         [](StepReader&) {
             return UnicodeForm{true, false};
         }},
        {"NFD",
         [](StepReader&) {
             return UnicodeForm{false, false};
         }},
        {"NFKC",
         [](StepReader&) {
             return UnicodeForm{true, true};
         }},
        {"NFKD",
         [](StepReader&) {
             return UnicodeForm{false, true};
         }},
        {"Lowercase", [](StepReader&) { return Lowercase{}; }},
        {"StripAccents", [](StepReader&) { return StripAccents{}; }},
        {"Strip",
         [](StepReader& s) {
             return Strip{s.flag("strip_left", true), s.flag("strip_right", true)};
         }},
        {"Replace",
         [](StepReader& s) {
             return Replace{s.pattern("pattern"), s.text("content")};
         }},
        {"Prepend", [](StepReader& s) { return Prepend{s.text("prepend")}; }},
        {"Precompiled", precompiled},
        {"Nmt", [](StepReader&) { return Nmt{}; }},
        {"ByteLevel", [](StepReader&) { return ByteLevelNormalizer{}; }}};
    return all;
}

const Factories<PreTokenizer>& preTokenizers() {
    const auto isolated = SplitBehaviour::Isolated;
    static const Factories<PreTokenizer> all = {
        {"BertPreTokenizer", [](StepReader&) { return BertPreTokenizer{}; }},
        {"ByteLevel",
         [](StepReader& s) {
             return ByteLevelPreTokenizer{s.flag("add_prefix_space", true), s.flag("use_regex", true)};
         }},
        {"Metaspace",
         [](StepReader& s) {
             return MetaspacePreTokenizer{s.character("replacement", "\u2581"), prependScheme(s),
                                          s.flag("split", true)};
         }},
        {"Whitespace", [](StepReader&) { return WhitespacePreTokenizer{}; }},
        {"WhitespaceSplit", [](StepReader&) { return WhitespaceSplit{}; }},
        {"Punctuation",
         [=](StepReader& s) { return Punctuation{s.choice<SplitBehaviour>("behavior", behaviours(), isolated)}; }},
        {"Digits", [](StepReader& s) { return Digits{s.flag("individual_digits", false)}; }},
        {"Split",
         [](StepReader& s) {
             return PatternSplit{s.pattern("pattern"), s.choice<SplitBehaviour>("behavior", behaviours(), {}),
                                 s.flag("invert", false)};
         }},
        {"CharDelimiterSplit", [](StepReader& s) { return DelimiterSplit{s.character("delimiter")}; }},
        {"FixedLength", [](StepReader& s) {
             const std::int64_t length = s.number("length", 5, kMostId);
             if (length == 0) s.fail("length", "must be above 0");
             return FixedLength{static_cast<std::size_t>(length)};
         }}};
    return all;
}

/// ["[CLS]", 101]
TemplateToken textAndId(StepReader& step, const char* key) {
    const Json* pair = step.find(key);
    const bool right = pair && pair->is_array() && pair->size() == 2 && (*pair)[0].is_string() &&
                       (*pair)[1].is_number_unsigned() && (*pair)[1] <= kMostId;
    if (right) return {(*pair)[1].get<std::int64_t>(), (*pair)[0].get<std::string>()};
    step.wrong(key, "a token and its id: [\"[SEP]\", 102]", pair ? *pair : Json());
    return {};
}

TrimOffsets trimOffsets(StepReader& step) {
    return {step.flag("trim_offsets", true), step.flag("add_prefix_space", true)};
}

using SpecialTokens = std::map<std::string, std::vector<TemplateToken>>;

SpecialTokens specialTokens(StepReader& step) {
    SpecialTokens all;
    const Json* map = step.find("special_tokens");
    if (!map) return all;
    if (!map->is_object()) return step.wrong("special_tokens", "an object { ... }", *map), all;
    for (const auto& [name, token] : map->items()) {
        const Json ids = token.is_object() ? token.value("ids", Json()) : Json();
        const Json texts = token.is_object() ? token.value("tokens", Json()) : Json();
        bool right = ids.is_array() && texts.is_array() && ids.size() == texts.size();
        for (std::size_t i = 0; right && i < ids.size(); ++i) {
            right = ids[i].is_number_unsigned() && ids[i] <= kMostId && texts[i].is_string();
            if (right) all[name].push_back({ids[i].get<std::int64_t>(), texts[i].get<std::string>()});
        }
        if (!right) step.fail("special_tokens", "\"" + name + "\" needs as many \"ids\" as \"tokens\"");
    }
    return all;
}

/// {"Sequence": {"id": "A", "type_id": 0}} or {"SpecialToken": {"id": "[CLS]", "type_id": 0}}
TemplatePiece templatePiece(StepReader& step, const char* key, const Json& piece, const SpecialTokens& tokens) {
    const bool right = piece.is_object() && piece.size() == 1 && piece.begin()->is_object();
    const std::string kind = right ? piece.begin().key() : "";
    StepReader inner(right ? *piece.begin() : piece, key);
    TemplatePiece read;
    if (kind != "Sequence" && kind != "SpecialToken")
        return step.fail(key, "expected a list of {\"Sequence\": ...} and {\"SpecialToken\": ...}"), read;
    const std::string id = inner.text("id");
    read.segment = static_cast<int>(inner.number("type_id", 0, 255));
    if (const Status status = inner.status(); !status) return step.fail(key, status.error().detail), read;
    if (kind == "SpecialToken") {
        const auto at = tokens.find(id);
        if (at == tokens.end()) return step.fail(key, "\"" + id + "\" is not among its special_tokens"), read;
        read.tokens = at->second;
    } else if (id == "A" || id == "B") {
        read.sequence = id == "A" ? 0 : 1;
    } else {
        step.fail(key, "sequence \"" + id + "\" is neither A nor B");
    }
    return read;
}

TemplateProcessing templateProcessing(StepReader& step) {
    TemplateProcessing read;
    const SpecialTokens tokens = specialTokens(step);
    for (const char* key : {"single", "pair"}) {
        const Json* pieces = step.find(key);
        if (!pieces || !pieces->is_array()) return step.wrong(key, "a list", pieces ? *pieces : Json()), read;
        std::vector<TemplatePiece>& to = key[0] == 's' ? read.single : read.pair;
        for (const Json& piece : *pieces) to.push_back(templatePiece(step, key, piece, tokens));
    }
    for (const TemplatePiece& piece : read.single)
        if (piece.sequence == 1) step.fail("single", "names the second text, which is not there");
    return read;
}

const Factories<PostProcessor>& postProcessors() {
    static const Factories<PostProcessor> all = {
        {"BertProcessing",
         [](StepReader& s) {
             return BertProcessing{textAndId(s, "sep"), textAndId(s, "cls")};
         }},
        {"RobertaProcessing",
         [](StepReader& s) {
             return RobertaProcessing{textAndId(s, "sep"), textAndId(s, "cls"), trimOffsets(s)};
         }},
        {"ByteLevel", trimOffsets},
        {"TemplateProcessing", templateProcessing}};
    return all;
}

const Factories<Decoder>& decoders() {
    static const Factories<Decoder> all = {
        {"ByteLevel", [](StepReader&) { return ByteLevelDecoder{}; }},
        {"WordPiece",
         [](StepReader& s) {
             return WordPieceDecoder{s.text("prefix", "##"), s.flag("cleanup", true)};
         }},
        {"Metaspace",
         [](StepReader& s) {
             return MetaspaceDecoder{s.character("replacement", "\u2581"), prependScheme(s) != PrependScheme::Never};
         }},
        {"BPEDecoder", [](StepReader& s) { return BpeDecoder{s.text("suffix", "</w>")}; }},
        {"Replace",
         [](StepReader& s) {
             return ReplaceDecoder{s.pattern("pattern"), s.text("content")};
         }},
        {"Fuse", [](StepReader&) { return FuseDecoder{}; }},
        {"Strip",
         [](StepReader& s) {
             return StripDecoder{s.character("content"), static_cast<std::size_t>(s.number("start", 0, kMostId)),
                                 static_cast<std::size_t>(s.number("stop", 0, kMostId))};
         }},
        {"ByteFallback", [](StepReader&) { return ByteFallbackDecoder{}; }}};
    return all;
}

} // namespace

Status readNormalizer(std::string_view json, TokenizerParts& parts) {
    return readSteps(json, "normalizer", StepsOf<Normalizer>{normalizers(), "normalizers"}, parts.normalizer);
}

Status readPreTokenizer(std::string_view json, TokenizerParts& parts) {
    return readSteps(json, "pre_tokenizer", StepsOf<PreTokenizer>{preTokenizers(), "pretokenizers"},
                     parts.preTokenizer);
}

Status readPostProcessor(std::string_view json, TokenizerParts& parts) {
    return readSteps(json, "post_processor", StepsOf<PostProcessor>{postProcessors(), "processors"},
                     parts.postProcessor);
}

Status readDecoder(std::string_view json, TokenizerParts& parts) {
    return readSteps(json, "decoder", StepsOf<Decoder>{decoders(), "decoders"}, parts.decoder);
}

} // namespace headscope
