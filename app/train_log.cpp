// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train_log.h"

#include "core/io/safe_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

namespace headscope {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

struct LogLine {
    std::int64_t step = 0;
    double seconds = 0;
};

std::optional<LogLine> parse(const std::string& text) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("step") || !line["step"].is_number_integer() || !line.contains("seconds") ||
        !line["seconds"].is_number())
        return {};
    return LogLine{line["step"].get<std::int64_t>(), line["seconds"].get<double>()};
}

} // namespace

Result<TrainLog> TrainLog::open(const std::string& path, int flags) {
    TrainLog log;
    if (path.empty()) return log;
    log.m_path = path;
    log.m_file = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666));
    if (log.m_file.valid()) return log;
    const int error = errno;
    const fs::path folder = fs::path(path).parent_path();
    std::error_code ignored;
    if (error == ENOENT && !folder.empty() && !fs::exists(folder, ignored))
        return Error{ErrorCode::Io, path, "there is no folder \"" + folder.string() + "\"; make it first"};
    return Error{ErrorCode::Io, path, describeSystemError(error)};
}

Result<TrainLog> TrainLog::begin(const std::string& path) {
    return open(path, O_TRUNC);
}

Result<TrainLog> TrainLog::goOn(const std::string& path, std::int64_t step) {
    double before = 0;
    std::uint64_t kept = 0;
    std::error_code ignored;
    const bool file = fs::is_regular_file(path, ignored); // from a pipe nothing can be read back
    if (file) {
        std::ifstream lines(path, std::ios::binary);
        const bool opened = lines.is_open();
        for (std::string text; std::getline(lines, text);) {
            if (lines.eof()) break; // cut in the middle of a line
            const std::optional<LogLine> line = parse(text);
            if (!line) return Error{ErrorCode::Input, path, "is no log of headscope train; give --log another file"};
            if (line->step > step) break;
            before = line->seconds;
            kept += text.size() + 1;
        }
        if (!opened || lines.bad())
            return Error{ErrorCode::Io, path, "what is in it cannot be read; give --log another file"};
    }
    Result<TrainLog> log = open(path, O_APPEND);
    if (!log.ok()) return log;
    log->m_before = before;
    if (file && ::ftruncate(log->m_file.get(), static_cast<off_t>(kept)) != 0)
        return Error{ErrorCode::Io, path, describeSystemError(errno)};
    return log;
}

Status TrainLog::add(const TrainStep& step, double seconds) {
    if (!m_file.valid()) return {};
    const Json line = {
        {"step", step.step}, {"loss", step.loss}, {"accuracy", step.accuracy}, {"seconds", m_before + seconds}};
    const std::string text = line.dump() + "\n";
    const int error = writeAll(m_file.get(), text.data(), text.size());
    return error ? Status(Error{ErrorCode::Io, m_path, describeSystemError(error)}) : Status();
}

} // namespace headscope
