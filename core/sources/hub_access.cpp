// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/hub_access.h"

#include "core/io/safe_file.h"

#include <algorithm>

namespace headscope {

namespace {

constexpr std::uint64_t longestToken = 4096;

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool isTrue(const std::string& value) {
    std::string upper = value;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
    return upper == "1" || upper == "ON" || upper == "YES" || upper == "TRUE";
}

struct NamedToken {
    const char* source = "";
    std::string text;
};

/// The variables first, then the file that logging in with the Hub's own program leaves.
NamedToken findToken(const Environment& environment) {
    for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
        if (const std::string token = trimmed(environment(name)); !token.empty()) return {name, token};
    std::string path = environment("HF_TOKEN_PATH");
    if (path.empty()) {
        const std::string home = hubHome(environment);
        if (home.empty()) return {};
        path = home + "/token";
    }
    const Result<std::string> text = readFile(path, longestToken);
    return text.ok() ? NamedToken{"HF_TOKEN_PATH", trimmed(*text)} : NamedToken{};
}

bool isWordCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool isHubWord(std::string_view word) {
    return !word.empty() && word.size() <= 96 && isWordCharacter(word.front()) && isWordCharacter(word.back()) &&
           std::all_of(word.begin(), word.end(), [](char c) { return isWordCharacter(c) || c == '.' || c == '-'; });
}

} // namespace

std::string hubHome(const Environment& environment) {
    if (const std::string home = environment("HF_HOME"); !home.empty()) return home;
    if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) return cache + "/huggingface";
    const std::string home = environment("HOME");
    return home.empty() ? "" : home + "/.cache/huggingface";
}

Result<HubAccess> hubAccess(const Environment& environment) {
    HubAccess access;
    access.offline = isTrue(environment("HF_HUB_OFFLINE")) || isTrue(environment("TRANSFORMERS_OFFLINE"));
    if (std::string endpoint = trimmed(environment("HF_ENDPOINT")); !endpoint.empty()) {
        while (endpoint.ends_with('/')) endpoint.pop_back();
        if (!endpoint.starts_with("https://") && !endpoint.starts_with("http://"))
            return Error{ErrorCode::Usage, "HF_ENDPOINT", "should begin with https://, as in https://huggingface.co"};
        access.endpoint = endpoint;
    }
    const NamedToken token = findToken(environment);
    // It becomes a line of the request: a line end in it would begin another one.
    if (std::any_of(token.text.begin(), token.text.end(), [](char c) { return c <= ' ' || c > '~'; }))
        return Error{ErrorCode::Usage, token.source, "holds characters that no token has; copy it again"};
    access.token = token.text;
    return access;
}

Status checkHubName(const std::string& name) {
    const auto refuse = [&](const std::string& why) {
        return Error{ErrorCode::Usage, name.empty() ? "\"\"" : name, why};
    };
    const std::size_t slash = name.find('/');
    const std::string_view view = name;
    const bool words = slash == std::string::npos ? isHubWord(view)
                                                  : isHubWord(view.substr(0, slash)) && isHubWord(view.substr(slash + 1));
    if (!words || name.find("--") != std::string::npos || name.find("..") != std::string::npos || name.ends_with(".git"))
        return refuse("is no name of a model; names look like google-bert/bert-base-uncased");
    return {};
}

} // namespace headscope
