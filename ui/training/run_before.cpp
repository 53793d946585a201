// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/run_before.h"

#include "core/io/safe_file.h"
#include "core/train/checkpoint.h"

#include <filesystem>

namespace headscope {

namespace {

namespace fs = std::filesystem;

std::string beforeOf(const std::string& folder) {
    return folder + ".before";
}

Status rename(const std::string& from, const std::string& to) {
    std::error_code error;
    fs::rename(from, to, error);
    return error ? Status(Error{ErrorCode::Io, from, describeSystemError(error.value())}) : Status();
}

} // namespace

bool hasRunBefore(const std::string& folder) {
    return isTrainedFolder(beforeOf(folder));
}

Status setRunAside(const std::string& folder) {
    if (!isTrainedFolder(folder)) return {};
    std::error_code ignored; // rename() says what is in its way
    fs::remove_all(beforeOf(folder), ignored);
    return rename(folder, beforeOf(folder));
}

Status swapRunBefore(const std::string& folder) {
    if (!isTrainedFolder(folder)) return rename(beforeOf(folder), folder);
    const std::string aside = folder + ".aside";
    if (Status s = rename(folder, aside); !s) return s;
    if (Status s = rename(beforeOf(folder), folder); !s) {
        if (Status undone = rename(aside, folder); !undone) return undone;
        return s;
    }
    return rename(aside, beforeOf(folder));
}

} // namespace headscope
