// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer_document.h"

#include "core/base/json_syntax.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace headscope {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDeepest = 64;

/// "a b" → (a, b).
std::optional<Merge> splitMerge(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) return std::nullopt;
    return Merge{std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

/// Receives the parser's events: those of the vocabulary and the merges become lists, the others a tree.
class DocumentHandler {
public:
    /// `isVocabulary`: the whole file is one.
    DocumentHandler(TokenizerDocument& document, bool isVocabulary)
        : m_document(document), m_isVocabulary(isVocabulary) {}

    bool null() { return value(nullptr); }
    bool boolean(bool is) { return value(is); }
    bool number_integer(std::int64_t number) {
        return m_list == List::None ? add(number) : score(static_cast<double>(number));
    }
    bool number_unsigned(std::uint64_t number);
    bool number_float(double number, const std::string&) { return m_list == List::None ? add(number) : score(number); }
    bool string(std::string& text);
    bool binary(Json::binary_t&) { return false; } // JSON text has none
    bool start_object(std::size_t) { return open(Json::object()); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_array() { return close(); }
    bool key(std::string& name);
    bool parse_error(std::size_t byte, const std::string&, const Json::exception& problem);

    const std::optional<Error>& error() const { return m_error; }
    /// Where the parser stopped, counted from 1, or 0.
    std::size_t badByte() const { return m_badByte; }
    Json& root() { return m_root; }

private:
    enum class List { None, Vocabulary, Merges };

    bool fail(const std::string& place, const std::string& detail);
    bool failItem();
    bool value(const Json& plain);
    bool score(double number);
    bool add(Json item);
    bool open(Json container);
    bool close();
    bool finishPair();
    List listAt() const;

    TokenizerDocument& m_document;
    bool m_isVocabulary;
    Json m_root;
    std::vector<Json*> m_open;
    std::string m_key;
    List m_list = List::None;
    bool m_listIsObject = false;
    std::size_t m_depthInList = 0;
    std::vector<std::string> m_pair; ///< of the entry being read
    std::optional<double> m_score;
    std::optional<Error> m_error;
    std::size_t m_badByte = 0;
};

bool DocumentHandler::fail(const std::string& place, const std::string& detail) {
    if (!m_error) m_error = Error{ErrorCode::Input, place, detail};
    return false;
}

bool DocumentHandler::failItem() {
    if (m_list == List::Merges)
        return fail("model.merges", "merge " + std::to_string(m_document.merges.size()) +
                                        " is not two parts: \"a b\" or [\"a\", \"b\"]");
    if (m_listIsObject)
        return fail(m_isVocabulary ? "" : "model.vocab", "the id of \"" + m_key + "\" is not a whole number from 0 on");
    return fail("model.vocab",
                "entry " + std::to_string(m_document.vocabulary.size()) + " is not a pair of a text and a score");
}

bool DocumentHandler::parse_error(std::size_t byte, const std::string&, const Json::exception&) {
    m_badByte = std::max<std::size_t>(byte, 1);
    return false;
}

bool DocumentHandler::value(const Json& plain) {
    return m_list == List::None ? add(plain) : failItem();
}

bool DocumentHandler::number_unsigned(std::uint64_t number) {
    if (m_list == List::None) return add(number);
    if (m_list != List::Vocabulary || !m_listIsObject || m_depthInList != 1) return score(static_cast<double>(number));
    m_document.vocabulary.push_back({m_key, number});
    return true;
}

bool DocumentHandler::score(double number) {
    if (m_list != List::Vocabulary || m_listIsObject || m_depthInList != 2 || m_pair.size() != 1 || m_score)
        return failItem();
    m_score = number;
    return true;
}

bool DocumentHandler::string(std::string& text) {
    if (m_list == List::None) return add(std::move(text));
    if (m_listIsObject) return failItem();
    if (m_depthInList == 2) {
        m_pair.push_back(std::move(text));
        return m_pair.size() <= 2 || failItem();
    }
    std::optional<Merge> merge = m_list == List::Merges ? splitMerge(text) : std::nullopt;
    if (m_list == List::Merges && text.starts_with("#version")) return true;
    if (!merge) return failItem();
    m_document.merges.push_back(std::move(*merge));
    return true;
}

bool DocumentHandler::key(std::string& name) {
    m_key = std::move(name);
    return true;
}

bool DocumentHandler::add(Json item) {
    if (m_open.empty())
        m_root = std::move(item);
    else if (m_open.back()->is_array())
        m_open.back()->push_back(std::move(item));
    else
        (*m_open.back())[m_key] = std::move(item);
    return true;
}

/// Whether the container that opens now is one of the two lists.
DocumentHandler::List DocumentHandler::listAt() const {
    if (m_isVocabulary) return m_open.empty() ? List::Vocabulary : List::None;
    const bool inModel = m_open.size() == 2 && m_open.front()->is_object() && m_open.front()->contains("model") &&
                         m_open.back() == &(*m_open.front())["model"];
    if (!inModel || !m_open.back()->is_object()) return List::None;
    return m_key == "vocab" ? List::Vocabulary : m_key == "merges" ? List::Merges : List::None;
}

bool DocumentHandler::open(Json container) {
    if (m_open.size() + m_depthInList >= kDeepest)
        return fail("", "more than " + std::to_string(kDeepest) + " brackets within one another");
    if (m_list != List::None) {
        if (container.is_object() || m_listIsObject || m_depthInList != 1) return failItem();
        m_pair.clear();
        m_score.reset();
        ++m_depthInList;
        return true;
    }
    m_list = listAt();
    if (m_list == List::Merges && container.is_object()) return failItem();
    if (m_list != List::None) {
        m_listIsObject = container.is_object();
        m_depthInList = 1;
        // A second list of the same name replaces the first.
        if (m_list == List::Merges) {
            m_document.merges.clear();
            m_document.hasMerges = true;
        } else {
            m_document.vocabulary.clear();
            m_document.scores.clear();
            m_document.hasScores = !m_listIsObject;
        }
        return true;
    }
    const bool inArray = !m_open.empty() && m_open.back()->is_array();
    const std::string name = m_key;
    add(std::move(container));
    m_open.push_back(m_open.empty() ? &m_root : inArray ? &m_open.back()->back() : &(*m_open.back())[name]);
    return true;
}

bool DocumentHandler::finishPair() {
    if (m_list == List::Merges) {
        if (m_pair.size() != 2) return failItem();
        m_document.merges.emplace_back(std::move(m_pair[0]), std::move(m_pair[1]));
        return true;
    }
    if (m_pair.size() != 1 || !m_score) return failItem();
    m_document.vocabulary.push_back({std::move(m_pair[0]), m_document.vocabulary.size()});
    m_document.scores.push_back(*m_score);
    return true;
}

bool DocumentHandler::close() {
    if (m_list == List::None) {
        m_open.pop_back();
        return true;
    }
    if (--m_depthInList > 0) return finishPair();
    m_list = List::None;
    return true;
}

Result<TokenizerDocument> parse(std::string_view json, bool isVocabulary) {
    if (Status status = checkJsonStart(json); !status) return status.error();
    TokenizerDocument document;
    DocumentHandler handler(document, isVocabulary);
    const bool read = Json::sax_parse(json, &handler);
    if (handler.error()) return *handler.error();
    if (!read) return jsonSyntaxError(json, handler.badByte());
    if (isVocabulary) return document;
    if (!handler.root().is_object())
        return Error{ErrorCode::Input, "", "expected an object { … }; this is no tokenizer of Hugging Face"};
    for (const auto& [name, section] : handler.root().items()) document.sections[name] = section.dump();
    return document;
}

} // namespace

Result<TokenizerDocument> readTokenizerDocument(std::string_view json) {
    return parse(json, false);
}

Result<std::vector<VocabularyEntry>> readVocabularyJson(std::string_view json) {
    Result<TokenizerDocument> document = parse(json, true);
    if (!document) return document.error();
    if (document->hasScores || document->vocabulary.empty())
        return Error{ErrorCode::Input, "", "expected an object of tokens and ids: {\"the\": 0, …}"};
    return std::move(document->vocabulary);
}

Result<std::vector<Merge>> readMerges(std::string_view text) {
    std::vector<Merge> merges;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("#version") || line.empty()) continue;
        std::optional<Merge> merge = splitMerge(line);
        if (!merge)
            return Error{ErrorCode::Input, "",
                         "line " + std::to_string(number) + " is not two parts with one space between"};
        merges.push_back(std::move(*merge));
    }
    return merges;
}

} // namespace headscope
