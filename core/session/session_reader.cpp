// SPDX-License-Identifier: GPL-3.0-or-later
// The reading half of session_file.h.
#include "core/base/json_syntax.h"
#include "core/session/mask_text.h"
#include "core/session/names.h"
#include "core/session/session_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace headscope {

namespace {

constexpr int kMost = std::numeric_limits<int>::max();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Index kMaskCells = Index{1} << 28; ///< a few characters may claim many cells

std::string show(const nlohmann::json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    return text.size() <= 40 ? text : text.substr(0, 37) + "...";
}

template <class T> std::string number(T value) {
    return nlohmann::json(value).dump();
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> fromHex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = hexDigit(hex[i]);
        const int low = hexDigit(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

Result<nlohmann::json> parseJson(std::string_view text) {
    if (Status status = checkJsonStart(text); !status) return status.error();
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& e) {
        return jsonSyntaxError(text, e.byte);
    } catch (const nlohmann::json::exception&) {
        return Error{ErrorCode::Input, "", "a number in the file is too large to be read"};
    }
}

/// Takes a session out of parsed JSON, key by key; the first thing that is wrong is kept with its key.
class SessionReader {
public:
    Session read(const nlohmann::json& document);
    const std::optional<Error>& error() const { return m_error; }

private:
    using Json = nlohmann::json;
    struct RealRange {
        bool zero; ///< 0 is allowed
        double high;
    };

    void fail(const std::string& key, const std::string& detail);
    void failType(const std::string& key, const std::string& expected, const Json& found);
    const Json* find(const Json& object, const char* key) const;
    void enter(const Json& object, const char* key, const std::function<void(const Json&)>& body);

    void checkHead(const Json& document);
    void readSandbox(const Json& object, Sandbox& out);
    void readMask(const Json& object, MaskSpec& out);
    std::shared_ptr<const MaskGrid> readGrid(const Json& object);
    void readView(const Json& object, ViewState& out);

    template <class T> void integer(const Json& object, const char* key, T low, T high, T& out);
    template <class T> void wholeNumber(const Json& value, const std::string& key, T low, T high, T& out);
    void optionalInteger(const Json& object, const char* key, int low, std::optional<int>& out);
    void real(const Json& object, const char* key, RealRange range, double& out);
    void flag(const Json& object, const char* key, bool& out);
    void text(const Json& object, const char* key, std::string& out);
    void sentence(const Json& object, const char* key, std::string& out);
    void fileName(const Json& object, const char* key, std::string& out);
    void places(const Json& object, const char* key, std::vector<int>& out);
    void sortedPlaces(const Json& object, const char* key, std::vector<int>& out);
    template <class E> void word(const Json& value, const std::string& key, E& out);
    template <class E> void choice(const Json& object, const char* key, E& out);

    std::string m_path; ///< "sandbox.mask.": of the object being read
    std::optional<Error> m_error;
};

void SessionReader::fail(const std::string& key, const std::string& detail) {
    if (!m_error) m_error = Error{ErrorCode::Input, m_path + key, detail};
}

void SessionReader::failType(const std::string& key, const std::string& expected, const Json& found) {
    fail(key, "expected " + expected + ", found " + show(found));
}

const nlohmann::json* SessionReader::find(const Json& object, const char* key) const {
    const auto at = object.find(key);
    return at == object.end() ? nullptr : &*at;
}

/// Reads the object under the key, if there is one, with its name in front of the keys of messages.
void SessionReader::enter(const Json& object, const char* key, const std::function<void(const Json&)>& body) {
    const Json* value = find(object, key);
    if (!value) return;
    if (!value->is_object()) return failType(key, "an object { … }", *value);
    const std::string outer = m_path;
    m_path += std::string(key) + ".";
    body(*value);
    m_path = outer;
}

template <class T> void SessionReader::integer(const Json& object, const char* key, T low, T high, T& out) {
    if (const Json* value = find(object, key)) wholeNumber(*value, key, low, high, out);
}

template <class T> void SessionReader::wholeNumber(const Json& value, const std::string& key, T low, T high, T& out) {
    // Compared as the sign that the number has: a negative one must not turn into a large one.
    const bool fits = value.is_number_unsigned() ? std::cmp_less_equal(value.get<std::uint64_t>(), high) &&
                                                       std::cmp_greater_equal(value.get<std::uint64_t>(), low)
                      : value.is_number_integer() ? std::cmp_less_equal(value.get<std::int64_t>(), high) &&
                                                        std::cmp_greater_equal(value.get<std::int64_t>(), low)
                                                  : false;
    if (!fits) return failType(key, "a whole number from " + number(low) + " to " + number(high), value);
    out = value.get<T>();
}

void SessionReader::optionalInteger(const Json& object, const char* key, int low, std::optional<int>& out) {
    const Json* value = find(object, key);
    if (!value || value->is_null()) return;
    int number = 0;
    wholeNumber(*value, key, low, kMost, number);
    out = number;
}

/// A number in (low, high] or, when low is 0 and `zero` says so, in [0, high].
void SessionReader::real(const Json& object, const char* key, RealRange range, double& out) {
    const Json* value = find(object, key);
    if (!value) return;
    const double found = value->is_number() ? value->get<double>() : std::nan("");
    const bool fits = std::isfinite(found) && (range.zero ? found >= 0 : found > 0) && found <= range.high;
    if (!fits) {
        const std::string low = range.zero ? "from 0" : "above 0";
        return failType(key, "a number " + low + (range.high < kInfinity ? " up to " + number(range.high) : ""),
                        *value);
    }
    out = found;
}

void SessionReader::flag(const Json& object, const char* key, bool& out) {
    const Json* value = find(object, key);
    if (!value) return;
    if (!value->is_boolean()) return failType(key, "true or false", *value);
    out = value->get<bool>();
}

void SessionReader::text(const Json& object, const char* key, std::string& out) {
    const Json* value = find(object, key);
    if (!value) return;
    if (!value->is_string()) return failType(key, "a text in quotes", *value);
    out = value->get<std::string>();
}

/// As from a file of text, NUL is refused: no text holds it.
void SessionReader::sentence(const Json& object, const char* key, std::string& out) {
    text(object, key, out);
    if (const std::size_t at = out.find('\0'); at != std::string::npos)
        fail(key, "byte " + std::to_string(at) + " (from 0) is NUL, which no text holds");
}

void SessionReader::fileName(const Json& object, const char* key, std::string& out) {
    const Json* value = find(object, key);
    if (!value) return;
    if (value->is_object() && value->contains("hex") && (*value)["hex"].is_string()) {
        const std::optional<std::string> bytes = fromHex((*value)["hex"].get<std::string>());
        if (!bytes) return failType(std::string(key) + ".hex", "an even number of digits 0-9 and a-f", (*value)["hex"]);
        out = *bytes;
        return;
    }
    text(object, key, out);
}

void SessionReader::places(const Json& object, const char* key, std::vector<int>& out) {
    const Json* value = find(object, key);
    if (!value) return;
    if (!value->is_array()) return failType(key, "a list of whole numbers", *value);
    for (std::size_t i = 0; i < value->size() && !m_error; ++i) {
        int number = 0;
        wholeNumber((*value)[i], std::string(key) + "[" + std::to_string(i) + "]", 0, kMost, number);
        out.push_back(number);
    }
}

/// Lists that the window keeps in order may have been written by hand.
void SessionReader::sortedPlaces(const Json& object, const char* key, std::vector<int>& out) {
    places(object, key, out);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
}

template <class E> void SessionReader::word(const Json& value, const std::string& key, E& out) {
    const std::optional<E> found = value.is_string() ? fromWord<E>(value.get_ref<const std::string&>()) : std::nullopt;
    if (!found) return failType(key, "one of " + listWords<E>(), value);
    out = *found;
}

template <class E> void SessionReader::choice(const Json& object, const char* key, E& out) {
    if (const Json* value = find(object, key)) word(*value, key, out);
}

void SessionReader::checkHead(const Json& document) {
    if (!document.is_object() || !document.contains("headscope"))
        return fail("", "this is not a Headscope session: a session begins with \"headscope\": \"session\"");
    if (document["headscope"] != "session")
        return fail("", document.contains("arrays")
                            ? "these are the numbers of a trace, which cannot be opened as a session"
                            : "this is not a Headscope session: \"headscope\" should be "
                              "\"session\", found " +
                                  show(document["headscope"]));
    int version = kSessionVersion;
    integer(document, "version", 1, kMost, version);
    if (version > kSessionVersion)
        fail("version", "the session was written by a newer Headscope, in format " + std::to_string(version) +
                            "; this one reads formats up to " + std::to_string(kSessionVersion) +
                            ": please update Headscope");
}

Session SessionReader::read(const Json& document) {
    Session session;
    checkHead(document);
    if (m_error) return session;
    sentence(document, "text", session.text);
    if (const Json* second = find(document, "text2"); second && !second->is_null()) {
        session.text2.emplace();
        sentence(document, "text2", *session.text2);
    }
    fileName(document, "model", session.model);
    enter(document, "sandbox", [&](const Json& object) { readSandbox(object, session.sandbox); });
    enter(document, "view", [&](const Json& object) { readView(object, session.view); });
    text(document, "notes", session.notes);
    return session;
}

void SessionReader::readSandbox(const Json& object, Sandbox& out) {
    choice(object, "tokens", out.unit);
    optionalInteger(object, "d_model", 1, out.dModel);
    optionalInteger(object, "heads", 1, out.heads);
    optionalInteger(object, "kv_heads", 1, out.kvHeads);
    optionalInteger(object, "d_k", 1, out.dK);
    optionalInteger(object, "d_v", 1, out.dV);
    choice(object, "score", out.score);
    real(object, "temperature", {false, kInfinity}, out.temperature);
    choice(object, "combine", out.combine);
    flag(object, "bias", out.bias);
    real(object, "dropout", {true, 1}, out.dropout);
    integer<std::uint64_t>(object, "seed", 0, std::numeric_limits<std::uint64_t>::max(), out.seed);
    enter(object, "mask", [&](const Json& mask) { readMask(mask, out.mask); });
    if (const Json* value = find(object, "positions"); value && !value->is_null())
        word(*value, "positions", out.positions.emplace());
    choice(object, "after", out.after);
    choice(object, "weights", out.weights);
    if (const Json* designs = find(object, "designs")) {
        if (!designs->is_array()) return failType("designs", "a list of " + listWords<Design>(), *designs);
        for (std::size_t i = 0; i < designs->size() && !m_error; ++i)
            word((*designs)[i], "designs[" + std::to_string(i) + "]", out.designs.emplace_back());
    }
    fileName(object, "weights_file", out.weightsFile);
    fileName(object, "weights_prefix", out.weightsPrefix);
    if (out.weights == WeightSource::File && out.weightsFile.empty())
        fail("weights_file", "the name is missing; \"weights\" says that they come from a file");
    fileName(object, "input_file", out.inputFile);
    fileName(object, "input2_file", out.input2File);
}

void SessionReader::readMask(const Json& object, MaskSpec& out) {
    flag(object, "causal", out.causal);
    optionalInteger(object, "window", 0, out.window);
    optionalInteger(object, "prefix", 0, out.prefix);
    places(object, "padding", out.padding);
    flag(object, "grid_follows_text", out.gridFollowsText);
    enter(object, "grid", [&](const Json& grid) { out.grid = readGrid(grid); });
}

std::shared_ptr<const MaskGrid> SessionReader::readGrid(const Json& object) {
    MaskGrid grid;
    integer(object, "heads", 1, kMost, grid.heads);
    integer<Index>(object, "rows", 0, kMost, grid.rows);
    integer<Index>(object, "cols", 0, kMost, grid.cols);
    if (m_error) return nullptr;
    const Json* cells = find(object, "cells");
    const Index rows = grid.heads * grid.rows; // both below 2^31
    if (!cells || !cells->is_array() || std::cmp_not_equal(cells->size(), rows)) {
        fail("cells", "expected a list of " + std::to_string(rows) + " rows, one per head and query, found " +
                          (cells && cells->is_array() ? std::to_string(cells->size()) : "none"));
        return nullptr;
    }
    if (grid.cols > 0 && rows > kMaskCells / grid.cols) {
        fail("cols", "a mask of " + std::to_string(rows) + " x " + std::to_string(grid.cols) + " cells is too large");
        return nullptr;
    }
    grid.cells.reserve(static_cast<std::size_t>(rows * grid.cols));
    for (std::size_t r = 0; r < cells->size(); ++r) {
        const Json& row = (*cells)[r];
        if (row.is_string() && parseMaskRow(row.get_ref<const std::string&>(), grid.cols, grid.cells)) continue;
        failType("cells[" + std::to_string(r) + "]",
                 std::to_string(grid.cols) + " cells, like \"1101\" or \"1x900 0x100\"", row);
        return nullptr;
    }
    return std::make_shared<const MaskGrid>(std::move(grid));
}

void SessionReader::readView(const Json& object, ViewState& out) {
    choice(object, "view", out.view);
    integer(object, "head", 0, kMost, out.head);
    sortedPlaces(object, "active_heads", out.activeHeads);
    sortedPlaces(object, "pinned_queries", out.pinnedQueries);
    sortedPlaces(object, "pinned_keys", out.pinnedKeys);
    choice(object, "direction", out.direction);
    choice(object, "colours", out.colours);
    choice(object, "range", out.range);
    flag(object, "transposed", out.transposed);
    flag(object, "horizontal_links", out.horizontalLinks);
    real(object, "mass", {true, 1}, out.mass);
    real(object, "gamma", {true, 100}, out.gamma);
    real(object, "width", {true, 1000}, out.width);
    choice(object, "hidden", out.hidden);
    flag(object, "renormalise", out.renormalise);
    if (const Json* value = find(object, "site"); value && !value->is_null()) word(*value, "site", out.site.emplace());
    integer(object, "layer", 0, kMost, out.layer);
    choice(object, "pairs", out.pairs);
    flag(object, "fold_words", out.words);
}

} // namespace

Result<Session> parseSession(std::string_view json) {
    const Result<nlohmann::json> document = parseJson(json);
    if (!document) return document.error();
    SessionReader reader;
    Session session = reader.read(*document);
    if (reader.error()) return *reader.error();
    return session;
}

} // namespace headscope
