// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/decoder.h"

#include "core/text/normalizer.h"
#include "core/text/token.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace headscope {
namespace {

using Tokens = std::vector<std::string>;

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
    if (from.empty()) return;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string joined(const Tokens& tokens) {
    std::string text;
    for (const std::string& token : tokens) text += token;
    return text;
}

Tokens decodeWith(const ByteLevelDecoder&, const Tokens& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) bytes += bytesOfVisible(token);
    return {replaceInvalidUtf8(bytes)};
}

Tokens decodeWith(const WordPieceDecoder& step, Tokens tokens) {
    constexpr std::pair<const char*, const char*> tidy[] = {
        {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
        {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0 && tokens[i].starts_with(step.prefix))
            tokens[i].erase(0, step.prefix.size());
        else if (i > 0)
            tokens[i].insert(0, " ");
        if (!step.cleanup) continue;
        for (const auto& [from, to] : tidy) replaceAll(tokens[i], from, to);
    }
    return tokens;
}

Tokens decodeWith(const MetaspaceDecoder& step, Tokens tokens) {
    std::string mark;
    appendUtf8(mark, step.replacement);
    for (std::size_t i = 0; i < tokens.size(); ++i) replaceAll(tokens[i], mark, i == 0 && step.dropsFirst ? "" : " ");
    return tokens;
}

Tokens decodeWith(const BpeDecoder& step, Tokens tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
        replaceAll(tokens[i], step.suffix, i + 1 == tokens.size() ? "" : " ");
    return tokens;
}

Tokens decodeWith(const ReplaceDecoder& step, Tokens tokens) {
    for (std::string& token : tokens) {
        const Result<std::vector<ByteRange>> matches = step.pattern.findAll(token);
        if (!matches) continue; // the pattern gave up on this token, which then stays as it is
        AlignedText text(token);
        text.replace(*matches, step.content);
        token = text.text();
    }
    return tokens;
}

Tokens decodeWith(const FuseDecoder&, const Tokens& tokens) {
    return {joined(tokens)};
}

Tokens decodeWith(const StripDecoder& step, Tokens tokens) {
    std::string mark;
    appendUtf8(mark, step.content);
    for (std::string& token : tokens) {
        for (std::size_t i = 0; i < step.start && token.starts_with(mark); ++i) token.erase(0, mark.size());
        for (std::size_t i = 0; i < step.stop && token.ends_with(mark); ++i) token.resize(token.size() - mark.size());
    }
    return tokens;
}

/// The byte of a token like <0x0A>.
std::optional<char> byteOf(const std::string& token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
    unsigned char byte = 0;
    const char* end = token.data() + 5;
    const auto [last, problem] = std::from_chars(token.data() + 3, end, byte, 16);
    if (problem != std::errc() || last != end) return std::nullopt;
    return static_cast<char>(byte);
}

Tokens decodeWith(const ByteFallbackDecoder&, const Tokens& tokens) {
    Tokens decoded;
    std::string bytes;
    const auto finish = [&] {
        if (firstInvalidUtf8(bytes) < 0) {
            if (!bytes.empty()) decoded.push_back(bytes);
        } else {
            decoded.insert(decoded.end(), bytes.size(), "\uFFFD");
        }
        bytes.clear();
    };
    for (const std::string& token : tokens) {
        if (const std::optional<char> byte = byteOf(token)) {
            bytes += *byte;
            continue;
        }
        finish();
        decoded.push_back(token);
    }
    finish();
    return decoded;
}

} // namespace

std::string bytesOfVisible(const std::string& token) {
    std::string bytes;
    for (std::size_t at = 0; at < token.size();) {
        const int byte = byteOfVisible(nextCodePoint(token, at));
        if (byte < 0) return token;
        bytes += static_cast<char>(static_cast<unsigned char>(byte));
    }
    return bytes;
}

std::string decodeTokens(const std::vector<Decoder>& steps, std::vector<std::string> tokens) {
    if (!steps.empty()) {
        for (const Decoder& step : steps)
            tokens = std::visit([&](const auto& one) { return decodeWith(one, std::move(tokens)); }, step);
        return joined(tokens);
    }
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i) text += (i > 0 ? " " : "") + tokens[i];
    return text;
}

} // namespace headscope
