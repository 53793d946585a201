// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train_log.h"

#include "core/io/safe_file.h"

#include <cerrno>
#include <fcntl.h>
#include <nlohmann/json.hpp>

namespace headscope {

Result<TrainLog> TrainLog::open(const std::string& path, bool resume) {
    TrainLog log;
    if (path.empty()) return log;
    log.m_path = path;
    log.m_file = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (resume ? O_APPEND : O_TRUNC), 0666));
    if (!log.m_file.valid()) return Error{ErrorCode::Io, path, describeSystemError(errno)};
    return log;
}

Status TrainLog::add(const TrainStep& step, double seconds) {
    if (!m_file.valid()) return {};
    const nlohmann::ordered_json line = {
        {"step", step.step}, {"loss", step.loss}, {"accuracy", step.accuracy}, {"seconds", seconds}};
    const std::string text = line.dump() + "\n";
    const int error = writeAll(m_file.get(), text.data(), text.size());
    return error ? Status(Error{ErrorCode::Io, m_path, describeSystemError(error)}) : Status();
}

} // namespace headscope
