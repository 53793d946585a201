// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tokenize_verb.h"

#include "app/load.h"
#include "app/model_verbs.h"
#include "app/process.h"
#include "core/sources/tokenizer_files.h"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

namespace headscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kInput = "standard input";
constexpr std::size_t kLongestLine = std::size_t{256} << 20;
constexpr std::size_t kOutputPiece = std::size_t{1} << 16;

/// Standard input, line by line, for a writer who may wait for the answer to each.
class Lines {
public:
    explicit Lines(std::stop_token stop) : m_stop(std::move(stop)) {}

    /// The next line without its end; nothing at the end of the input.
    Result<std::optional<std::string>> next() {
        for (std::size_t searched = 0;;) {
            if (const std::size_t end = m_read.find('\n', searched); end != std::string::npos) {
                std::string line = m_read.substr(0, end);
                m_read.erase(0, end + 1);
                return std::optional(std::move(line));
            }
            searched = m_read.size();
            if (m_ended && m_read.empty()) return std::optional<std::string>();
            if (m_ended) return std::optional(std::exchange(m_read, {}));
            if (searched > kLongestLine)
                return Error{ErrorCode::Input, kInput, "has a line longer than 256 MiB; give shorter texts"};
            if (Status status = read(); !status.ok()) return status.error();
        }
    }
    /// Is the next line here already?
    bool ready() const { return m_read.find('\n') != std::string::npos; }

private:
    Status read() {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        while (::poll(&input, 1, 100) == 0) // so that Ctrl-C is heard while nobody types
            if (m_stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        char buffer[1 << 16];
        const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count < 0 && errno != EINTR)
            return Error{ErrorCode::Io, kInput, std::string("cannot be read (") + std::strerror(errno) + ")"};
        m_ended = count == 0;
        if (count > 0) m_read.append(buffer, static_cast<std::size_t>(count));
        return {};
    }

    std::stop_token m_stop;
    std::string m_read;
    bool m_ended = false;
};

Result<std::string> lineOf(const Tokenizer& tokenizer, const std::string& text, bool addSpecial) {
    const Result<std::vector<Token>> tokens = tokenizer.encode(text, addSpecial);
    if (!tokens.ok()) return tokens.error();
    Json line = {{"ids", Json::array()}, {"tokens", Json::array()}, {"spans", Json::array()}};
    for (const Token& token : *tokens) {
        line["ids"].push_back(token.id);
        line["tokens"].push_back(token.text);
        line["spans"].push_back({token.begin, token.end});
    }
    return line.dump() + "\n";
}

/// The text of a line such as "The cat\\nsat", in quotes.
Result<std::string> parseLine(const std::string& line) {
    const Error wrong{ErrorCode::Input, "", "is no JSON string; write each text on a line of its own, in quotes"};
    // The parser takes a NUL for the end; written as \u0000 it is part of the text.
    if (line.find('\0') != std::string::npos) return wrong;
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_string()) return wrong;
    return json.get<std::string>();
}

Status tokenizeLines(const Tokenizer& tokenizer, bool addSpecial, std::stop_token stop) {
    Lines lines(stop);
    std::string output;
    for (std::size_t number = 1; !stop.stop_requested(); ++number) {
        const Result<std::optional<std::string>> line = lines.next();
        if (!line.ok()) return line.error();
        if (!line->has_value()) return print(output);
        const auto fail = [&](const Error& error) {
            return Error{error.code, std::string(kInput) + ", line " + std::to_string(number), error.message()};
        };
        const Result<std::string> text = parseLine(**line);
        if (!text.ok()) return fail(text.error());
        const Result<std::string> written = lineOf(tokenizer, *text, addSpecial);
        if (!written.ok()) return fail(written.error());
        output += *written;
        if (output.size() < kOutputPiece && lines.ready()) continue;
        if (Status status = print(std::exchange(output, {})); !status.ok()) return status;
    }
    return Error{ErrorCode::Cancelled, {}, {}};
}

} // namespace

Status runTokenize(const Command& command, std::stop_token stop) {
    std::optional<std::string> text;
    if (command.text) {
        Result<std::string> read = readText("--text", *command.text, Nul::Allowed);
        if (!read.ok()) return read.error();
        text = std::move(*read);
    }
    const Result<std::string> folder = findModel(programPlaces(), command.session.model);
    if (!folder.ok()) return folder.error();
    const Result<TokenizerPtr> tokenizer = readTokenizer(innerFolder(*folder));
    if (!tokenizer.ok()) return tokenizer.error();
    if (!text) return tokenizeLines(**tokenizer, command.addSpecial, stop);
    const Result<std::string> line = lineOf(**tokenizer, *text, command.addSpecial);
    if (!line.ok()) return Error{line.error().code, "--text", line.error().message()};
    return print(*line);
}

} // namespace headscope
