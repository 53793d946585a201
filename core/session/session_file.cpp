// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include "core/io/safe_file.h"
#include "core/session/mask_text.h"
#include "core/session/names.h"

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

namespace headscope {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kMarker = "session";
constexpr std::uint64_t kFileLimit = std::uint64_t{1} << 28;

template <class E> void put(Json& to, const char* key, E value) {
    to[key] = std::string(wordFor(value));
}

template <class T> void putIfSet(Json& to, const char* key, const std::optional<T>& value) {
    if (value) to[key] = *value;
}

/// A file name may be any bytes, JSON only holds UTF-8: other names are kept as {"hex": "…"}.
void putFileName(Json& to, const char* key, const std::string& name) {
    if (name.empty()) return;
    if (firstInvalidUtf8(name) < 0) {
        to[key] = name;
        return;
    }
    std::string hex;
    for (const char c : name)
        for (const int shift : {4, 0}) hex += "0123456789abcdef"[(static_cast<unsigned char>(c) >> shift) & 15];
    to[key] = {{"hex", hex}};
}

Json maskJson(const MaskSpec& mask) {
    Json out = Json::object();
    out["causal"] = mask.causal;
    putIfSet(out, "window", mask.window);
    putIfSet(out, "prefix", mask.prefix);
    if (!mask.padding.empty()) out["padding"] = mask.padding;
    if (mask.gridFollowsText) out["grid_follows_text"] = true;
    if (!mask.grid) return out;
    const MaskGrid& grid = *mask.grid;
    Json rows = Json::array();
    const std::size_t cols = static_cast<std::size_t>(grid.cols);
    for (std::size_t r = 0; r < static_cast<std::size_t>(grid.heads * grid.rows); ++r)
        rows.push_back(formatMaskRow(std::span(grid.cells).subspan(r * cols, cols)));
    out["grid"] = {{"heads", grid.heads}, {"rows", grid.rows}, {"cols", grid.cols}, {"cells", std::move(rows)}};
    return out;
}

Json sandboxJson(const Sandbox& s) {
    Json out = Json::object();
    put(out, "tokens", s.unit);
    putIfSet(out, "d_model", s.dModel);
    putIfSet(out, "heads", s.heads);
    putIfSet(out, "kv_heads", s.kvHeads);
    putIfSet(out, "d_k", s.dK);
    putIfSet(out, "d_v", s.dV);
    put(out, "score", s.score);
    out["temperature"] = s.temperature;
    put(out, "combine", s.combine);
    out["bias"] = s.bias;
    out["dropout"] = s.dropout;
    out["seed"] = s.seed;
    out["mask"] = maskJson(s.mask);
    if (s.positions) put(out, "positions", *s.positions);
    put(out, "after", s.after);
    put(out, "weights", s.weights);
    Json designs = Json::array();
    for (const Design d : s.designs) designs.push_back(std::string(wordFor(d)));
    if (!designs.empty()) out["designs"] = std::move(designs);
    putFileName(out, "weights_file", s.weightsFile);
    putFileName(out, "weights_prefix", s.weightsPrefix);
    putFileName(out, "input_file", s.inputFile);
    putFileName(out, "input2_file", s.input2File);
    return out;
}

Json viewJson(const ViewState& v) {
    Json out = Json::object();
    put(out, "view", v.view);
    out["head"] = v.head;
    out["active_heads"] = v.activeHeads;
    out["pinned_queries"] = v.pinnedQueries;
    out["pinned_keys"] = v.pinnedKeys;
    put(out, "direction", v.direction);
    put(out, "colours", v.colours);
    put(out, "range", v.range);
    out["transposed"] = v.transposed;
    out["horizontal_links"] = v.horizontalLinks;
    out["mass"] = v.mass;
    out["gamma"] = v.gamma;
    out["width"] = v.width;
    put(out, "hidden", v.hidden);
    out["renormalise"] = v.renormalise;
    if (v.site) put(out, "site", *v.site);
    out["layer"] = v.layer;
    put(out, "pairs", v.pairs);
    out["fold_words"] = v.words;
    return out;
}

fs::path absolutely(const fs::path& path) {
    std::error_code ignored;
    return fs::absolute(path, ignored).lexically_normal();
}

/// Every file the session names, and the folder of its model; a shipped or downloaded model's name is none.
void eachFileName(Session& session, const fs::path& folder, const std::function<void(std::string&)>& change) {
    Sandbox& sandbox = session.sandbox;
    // The system takes a NUL for a name's end, and so would find what nobody named.
    const auto isName = [](const std::string& name) { return !name.empty() && name.find('\0') == std::string::npos; };
    for (std::string* name : {&sandbox.weightsFile, &sandbox.inputFile, &sandbox.input2File})
        if (isName(*name)) change(*name);
    std::error_code ignored;
    if (isName(session.model) && fs::is_directory(folder / session.model, ignored)) change(session.model);
}

} // namespace

std::string formatSession(const Session& session) {
    Json out = Json::object();
    out["headscope"] = kMarker;
    out["version"] = kSessionVersion;
    out["text"] = session.text;
    putIfSet(out, "text2", session.text2);
    putFileName(out, "model", session.model);
    out["sandbox"] = sandboxJson(session.sandbox);
    out["view"] = viewJson(session.view);
    out["notes"] = session.notes;
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Session forFile(Session session, const std::string& path) {
    const fs::path folder = absolutely(fs::path(path)).parent_path();
    eachFileName(session, {}, [&](std::string& name) {
        const fs::path whole = absolutely(fs::path(name));
        const fs::path relative = whole.lexically_relative(folder);
        name = (relative.empty() || *relative.begin() == ".." ? whole : relative).string();
    });
    return session;
}

Result<Session> readSession(const std::string& path) {
    const Result<std::string> text = readFile(path, kFileLimit);
    if (!text) return text.error();
    Result<Session> session = parseSession(*text);
    if (!session) {
        Error& e = session.error();
        e.place = e.place.empty() ? path : path + ": " + e.place;
        return session;
    }
    const fs::path folder = fs::path(path).parent_path();
    eachFileName(*session, folder, [&](std::string& name) {
        std::error_code ignored;
        const fs::path beside = folder / name; // an absolute name stays as it is
        if (fs::exists(beside, ignored)) name = beside.string();
    });
    return session;
}

} // namespace headscope
