// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/config_file.h"

#include "core/base/python_json.h"
#include "core/io/array.h"
#include "core/io/input_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace headscope {
namespace {

using nlohmann::json;

constexpr std::uint64_t largest = 64U << 20;

std::string lineAndColumn(const std::string& text, std::size_t byte) {
    const auto begin = text.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
    const auto lines = std::count(begin, end, '\n');
    const std::size_t start = text.rfind('\n', byte > 1 ? byte - 2 : 0);
    return "line " + std::to_string(lines + 1) + ", column " +
           std::to_string(start == std::string::npos ? byte : byte - 1 - start);
}

/// Of a number that is whole, also when it is written 12.0.
std::optional<double> wholeNumber(const json& value) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    if (number != std::floor(number)) return std::nullopt;
    return number;
}

/// Of one id, or a list of them.
std::vector<int> idsIn(const json& value) {
    std::vector<int> all;
    for (const json& item : value.is_array() ? value : json::array({value}))
        if (const std::optional<double> number = wholeNumber(item); number && *number >= 0 && *number <= 1e9)
            all.push_back(static_cast<int>(*number));
    return all;
}

} // namespace

struct ConfigFile::Tree {
    json value;
    const json* find(std::string_view key) const {
        const auto at = value.find(std::string(key));
        return at == value.end() || at->is_null() ? nullptr : &*at;
    }
};

Result<ConfigFile> ConfigFile::read(const std::string& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file) return file.error();
    if (file->size() > largest)
        return Error{ErrorCode::Input, path, "the file is larger than any config.json; it is another file"};
    Result<std::string> text = file->head(largest);
    if (!text) return text.error();
    replaceNotNumbers(*text);
    if (text->find('\0') != std::string::npos)
        return Error{ErrorCode::Input, path, "the file holds NUL bytes; it is no JSON"};
    auto tree = std::make_shared<Tree>();
    try {
        tree->value = json::parse(*text);
    } catch (const json::parse_error& e) {
        const std::string kind = recognise(*text);
        return Error{ErrorCode::Input, path,
                     "the file is not JSON (" + lineAndColumn(*text, e.byte) + ")" +
                         (kind.empty() || kind.find("JSON") != std::string::npos ? "" : ": " + kind)};
    } catch (const json::exception&) {
        return Error{ErrorCode::Input, path, "the file holds a number that is larger than any"};
    }
    if (!tree->value.is_object()) return Error{ErrorCode::Input, path, "the file should hold a JSON object"};
    ConfigFile config;
    config.m_path = path;
    config.m_tree = std::move(tree);
    return config;
}

void ConfigFile::fail(std::string_view key, const std::string& detail) {
    if (!m_error) m_error = Error{ErrorCode::Input, m_path + ": " + std::string(key), detail};
}

bool ConfigFile::has(std::string_view key) const {
    return m_tree->find(key) != nullptr;
}

bool ConfigFile::mentions(std::string_view key) const {
    return m_tree->value.contains(std::string(key));
}

int ConfigFile::integer(std::string_view key, std::optional<int> fallback, int least, int most) {
    const json* value = m_tree->find(key);
    const int otherwise = fallback.value_or(std::max(least, std::min(most, 1)));
    if (!value) {
        if (!fallback) fail(key, "the key is missing; the model cannot be built without it");
        return otherwise;
    }
    const std::optional<double> number = wholeNumber(*value);
    if (number && *number >= least && *number <= most) return static_cast<int>(*number);
    fail(key, "should be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", found " +
                  showName(value->dump(-1, ' ', false, json::error_handler_t::replace)));
    return otherwise;
}

double ConfigFile::number(std::string_view key, double fallback) {
    const json* value = m_tree->find(key);
    if (!value) return fallback;
    if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
    fail(key, "should be a number");
    return fallback;
}

bool ConfigFile::flag(std::string_view key, bool fallback) {
    const json* value = m_tree->find(key);
    if (!value) return fallback;
    if (value->is_boolean()) return value->get<bool>();
    fail(key, "should be true or false");
    return fallback;
}

std::string ConfigFile::text(std::string_view key, const std::string& fallback) {
    const json* value = m_tree->find(key);
    if (!value) return fallback;
    if (value->is_string()) return value->get<std::string>();
    fail(key, "should be a text");
    return fallback;
}

std::vector<std::string> ConfigFile::texts(std::string_view key) {
    std::vector<std::string> all;
    const json* value = m_tree->find(key);
    if (!value || !value->is_array()) return all;
    for (const json& item : *value)
        if (item.is_string()) all.push_back(item.get<std::string>());
    return all;
}

std::optional<int> ConfigFile::id(std::string_view key) const {
    const std::vector<int> all = ids(key);
    return all.empty() ? std::nullopt : std::optional(all.front());
}

std::vector<int> ConfigFile::ids(std::string_view key) const {
    const json* value = m_tree->find(key);
    return value ? idsIn(*value) : std::vector<int>();
}

std::vector<std::vector<int>> ConfigFile::idLists(std::string_view key) const {
    std::vector<std::vector<int>> all;
    const json* value = m_tree->find(key);
    if (!value || !value->is_array()) return all;
    for (const json& item : *value)
        if (std::vector<int> ids = idsIn(item); !ids.empty()) all.push_back(std::move(ids));
    return all;
}

ConfigFile ConfigFile::child(std::string_view key) const {
    auto tree = std::make_shared<Tree>();
    const json* value = m_tree->find(key);
    tree->value = value && value->is_object() ? *value : json::object();
    ConfigFile config;
    config.m_path = m_path + ": " + std::string(key);
    config.m_tree = std::move(tree);
    return config;
}

std::vector<std::string> ConfigFile::repeatedTexts(std::string_view key) {
    std::vector<std::string> all;
    const json* value = m_tree->find(key);
    const auto wrong = [&] {
        fail(key, "should be a list like [[[\"global\", \"local\"], 6]]");
        return std::vector<std::string>{};
    };
    if (!value || !value->is_array()) return wrong();
    for (const json& item : *value) {
        if (!item.is_array() || item.size() != 2 || !item[0].is_array()) return wrong();
        const double times = wholeNumber(item[1]).value_or(-1);
        if (times < 0 || times > 4096) return wrong();
        for (int i = 0; i < static_cast<int>(times); ++i)
            for (const json& word : item[0]) {
                if (!word.is_string()) return wrong();
                all.push_back(word.get<std::string>());
            }
    }
    return all;
}

} // namespace headscope
