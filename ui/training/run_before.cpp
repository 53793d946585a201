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

/// Where a run stands while it changes places.
std::string asideOf(const std::string& folder) {
    return folder + ".aside";
}

Status rename(const std::string& from, const std::string& to) {
    std::error_code error;
    fs::rename(from, to, error);
    return error ? Status(Error{ErrorCode::Io, from, describeSystemError(error.value())}) : Status();
}

/// What an interruption has left of a change of places: undone, or finished when half of it was done.
Status finishSwap(const std::string& folder) {
    if (!isTrainedFolder(asideOf(folder))) return {};
    if (!isTrainedFolder(folder)) return rename(asideOf(folder), folder);
    std::error_code ignored; // rename() says what is in its way
    fs::remove_all(beforeOf(folder), ignored);
    return rename(asideOf(folder), beforeOf(folder));
}

/// Whether the run before has come from the same weights and further.
bool isFurtherBefore(const std::string& folder) {
    const Result<TrainRecord> here = readTrainRecord(folder);
    const Result<TrainRecord> before = readTrainRecord(beforeOf(folder));
    if (!here || !before) return false;
    TrainOptions options = before->options;
    options.rate = here->options.rate; // may change on the way
    options.without = here->options.without;
    return options == here->options && before->reached.step >= here->reached.step;
}

} // namespace

bool hasRunBefore(const std::string& folder) {
    return isTrainedFolder(beforeOf(folder)) || isTrainedFolder(asideOf(folder));
}

Status setRunAside(const std::string& folder) {
    if (Status s = finishSwap(folder); !s) return s;
    if (!isTrainedFolder(folder)) return {};
    std::error_code ignored; // rename() says what is in its way
    fs::remove_all(beforeOf(folder), ignored);
    return rename(folder, beforeOf(folder));
}

Status setStepsAside(const std::string& folder) {
    if (!isFurtherBefore(folder)) return setRunAside(folder);
    // A moment of the history is written once: those of the steps that are dropped would stand for the new ones.
    std::error_code error;
    fs::remove_all(fs::path(folder) / "history", error);
    return error ? Status(Error{ErrorCode::Io, folder, describeSystemError(error.value())}) : Status();
}

Status swapRunBefore(const std::string& folder) {
    if (Status s = finishSwap(folder); !s) return s;
    if (!isTrainedFolder(folder)) return rename(beforeOf(folder), folder);
    const std::string aside = asideOf(folder);
    if (Status s = rename(folder, aside); !s) return s;
    if (Status s = rename(beforeOf(folder), folder); !s) {
        if (Status undone = rename(aside, folder); !undone) return undone;
        return s;
    }
    return rename(aside, beforeOf(folder));
}

} // namespace headscope
